"""Short messages: the TPDUs, the stores, and both modes of the commands."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.modem import gsm7
from hwsim.modem.pdu import BadPdu, delivers, read_deliver, read_submit, submit
from tests.hwsim_modem.rig import Bench

MOMENT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
GSM_TEXT = st.text(st.sampled_from(gsm7.ALPHABET.replace("\x1b", "") + "€[]{}^~|\\"), max_size=80)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=35)
NUMBERS = st.from_regex(r"\+?[0-9]{3,15}", fullmatch=True)


@given(GSM_TEXT)
def test_packing_septets_loses_nothing(text: str) -> None:
    codes = gsm7.encode(text)
    assert gsm7.decode(gsm7.unpack(gsm7.pack(codes), len(codes))) == text


@given(NUMBERS, st.one_of(GSM_TEXT, ANY_TEXT))
def test_a_message_is_read_as_it_was_written(number: str, text: str) -> None:
    (tpdu, *rest) = delivers(number, text, MOMENT)
    if not rest:
        read = read_deliver(tpdu)
        assert (read.number, read.text, read.sent_at) == (number, text, "26/03/04,05:06:07+00")
        assert read_submit(submit(number, text)).text == text


@given(GSM_TEXT.map(lambda text: (text + "x") * 9))
def test_a_long_text_comes_in_parts_that_join_again(text: str) -> None:
    parts = delivers("+999", text, MOMENT, reference=9)
    assert "".join(read_deliver(part).text for part in parts) == text


@given(st.binary(max_size=40))
def test_octets_that_are_no_message_are_refused(octets: bytes) -> None:
    for read in (read_submit, read_deliver):
        try:
            read(octets)
        except BadPdu:
            continue


def test_hello_packs_as_the_textbooks_say() -> None:
    assert gsm7.pack(gsm7.encode("hellohello")).hex().upper() == "E8329BFD4697D9EC37"


def test_a_message_that_comes_is_stored_and_told_and_read_in_both_modes() -> None:
    bench = Bench()
    bench.ask("AT+CNMI=2,1")
    bench.modem.receive_message("+99912", "Grüße €")
    assert bench.wait(0) == ['+CMTI: "SM",1']
    assert bench.ask('AT+CMGF=1;+CSCS="UCS2"') == ["OK"]
    head, text, _ = bench.ask('AT+CMGL="REC UNREAD"')
    assert head.startswith('+CMGL: 1,"REC UNREAD","002B00390039003900310032",,"26/01/05,08:00:0')
    assert bytes.fromhex(text).decode("utf-16-be") == "Grüße €"
    head, octets, _ = bench.ask("AT+CMGF=0;+CMGR=1")
    assert head == f"+CMGR: 1,,{len(octets) // 2 - 8}"
    assert read_deliver(bytes.fromhex(octets)[8:]).text == "Grüße €"


def test_a_list_in_pdu_mode_has_no_empty_lines_inside() -> None:
    bench = Bench()
    for text in ("one", "two"):
        bench.modem.receive_message("+99912", text)
    said = bench.direct.ask("AT+CMGL=4")
    assert said.startswith(b"\r\n+CMGL: 1,0,,")
    assert said.count(b"\r\n\r\n") == 1
    assert bench.ask("AT+CMGL") == ["OK"]


def test_a_message_may_be_handed_on_without_being_stored() -> None:
    bench = Bench()
    bench.ask("AT+CNMI=2,2;+CMGF=1")
    bench.modem.receive_message("+99912", "now")
    assert bench.wait(0)[1] == "now"
    assert bench.ask('AT+CMGL="ALL"') == ["OK"]


def test_a_message_is_sent_after_the_prompt_and_one_to_ourselves_comes_back() -> None:
    bench = Bench()
    own = bench.modem.card.subscription.number
    bench.ask("AT+CMGF=1;+CNMI=2,1")
    assert bench.direct.ask(f'AT+CMGS="{own}"') == b"\r\n> "
    bench.direct.send(b"to me\x1a")
    assert bench.wait(0) == ["+CMGS: 1", "OK"]
    assert bench.wait(3) == ['+CMTI: "SM",1']
    assert [(message.number, message.text) for message in bench.modem.sent] == [(own, "to me")]


def test_escape_gives_the_message_up() -> None:
    bench = Bench()
    bench.ask("AT+CMGS=20")
    bench.direct.send(b"0011\x1b")
    assert bench.wait(0) == ["OK"]
    assert bench.modem.sent == []


@pytest.mark.parametrize("typed", [b"", b"zz", b"000", b"0001", b"00" + b"FF" * 20])
def test_octets_that_do_not_fit_are_refused(typed: bytes) -> None:
    bench = Bench()
    bench.ask("AT+CMGS=20")
    bench.direct.send(typed + b"\x1a")
    assert bench.wait(0) == ["+CMS ERROR: 304"]


def test_without_a_network_a_message_is_refused() -> None:
    bench = Bench(fault="network.refuses")
    bench.ask("AT+CMGF=1")
    bench.ask('AT+CMGS="123"')
    bench.direct.send(b"hi\x1a")
    assert bench.wait(0) == ["+CMS ERROR: 331"]


def test_a_message_is_written_sent_from_the_store_and_deleted() -> None:
    bench = Bench()
    bench.ask("AT+CMGF=1")
    bench.ask('AT+CMGW="+99955",145')
    bench.direct.send(b"later\x1a")
    assert bench.wait(0) == ["+CMGW: 1", "OK"]
    assert bench.ask("AT+CMSS=1") == ["+CMSS: 1", "OK"]
    assert bench.ask('AT+CMGL="STO SENT"')[0] == '+CMGL: 1,"STO SENT","+99955",,'
    assert bench.ask("AT+CMGD=?") == ["+CMGD: (1),(0-4)", "OK"]
    assert bench.ask("AT+CMGD=1;+CMGR=1") == ["+CMS ERROR: 321"]


def test_a_full_store_takes_no_more_and_is_emptied_by_kind() -> None:
    bench = Bench()
    for number in range(25):
        bench.modem.receive_message("+99912", str(number))
    assert bench.ask("AT+CPMS?")[0].startswith('+CPMS: "SM",20,20,')
    bench.ask("AT+CMGR=1")
    bench.ask("AT+CMGD=1,1")
    assert bench.ask('AT+CPMS="SM"')[0].startswith("+CPMS: 19,20,")
    bench.ask("AT+CMGD=1,4")
    assert bench.ask('AT+CPMS="ME","ME","SM"') == ["+CPMS: 0,50,0,50,0,20", "OK"]


def test_the_operators_menu_answers_in_the_character_set() -> None:
    bench = Bench()
    assert bench.ask('AT+CUSD=1,"*101#",15', wait_s=1) == ["OK", '+CUSD: 1,"1 Balance', '2 Data left",15']
    assert bench.ask('AT+CUSD=1,"2"', wait_s=1) == ["OK", '+CUSD: 0,"Data left 3 GB",15']
    assert bench.ask('AT+CUSD=1,"*9#"', wait_s=1) == ["OK", "+CUSD: 4"]
    bench.ask('AT+CSCS="UCS2"')
    said = bench.ask('AT+CUSD=1,"002A0031003000300023"', wait_s=1)[1]
    assert bytes.fromhex(said.split('"')[1]).decode("utf-16-be").startswith("Balance")


def test_the_phone_book_keeps_finds_and_clears() -> None:
    bench = Bench()
    assert bench.ask('AT+CPBW=,"+99955",145,"Mum";+CPBW=,"0123",129,"Max"') == ["OK"]
    assert bench.ask('AT+CPBR=1,50;+CPBF="MU"') == [
        '+CPBR: 1,"+99955",145,"Mum"',
        '+CPBR: 2,"0123",129,"Max"',
        '+CPBF: 1,"+99955",145,"Mum"',
        "OK",
    ]
    assert bench.ask("AT+CPBW=1;+CPBR=1,50")[0].startswith("+CPBR: 2,")
    assert bench.ask("AT+CMEE=1;+CPBR=51") == ["+CME ERROR: 50"]
    assert bench.ask('AT+CPBS="ON";+CPBR=1')[0].startswith('+CPBR: 1,"+999')
