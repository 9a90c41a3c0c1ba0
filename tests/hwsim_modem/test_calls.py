"""Voice calls from both sides."""

from __future__ import annotations

import pytest

from tests.hwsim_modem.rig import Bench


def test_a_call_goes_through_its_states_and_keeps_what_was_keyed() -> None:
    bench = Bench()
    assert bench.ask("ATD5550001;") == ["OK"]
    assert bench.ask("AT+CLCC") == ['+CLCC: 1,0,2,0,0,"5550001",129', "OK"]
    bench.wait(1)
    assert bench.ask("AT+CLCC")[0].startswith("+CLCC: 1,0,3,")
    bench.wait(3)
    assert bench.ask("AT+CLCC;+CPAS") == ['+CLCC: 1,0,0,0,0,"5550001",129', "+CPAS: 4", "OK"]
    assert bench.ask('AT+VTS=1;+VTS="2#";+VTS="A,4"') == ["OK"]
    assert bench.ask("AT+CHUP;+CLCC") == ["OK"]
    (ended,) = bench.modem.switchboard.log
    assert (ended.number, ended.digits, ended.answered) == ("5550001", "12#A4", True)


@pytest.mark.parametrize(
    ("number", "words"),
    [("5550002", "BUSY"), ("5550003", "NO ANSWER"), ("5550004", "NO CARRIER"), ("5550005", "NO CARRIER")],
)
def test_the_far_end_decides_how_a_call_ends(number: str, words: str) -> None:
    bench = Bench()
    bench.ask(f"ATD{number};")
    assert bench.wait(30) == [words]


def test_busy_is_told_apart_only_where_asked_for() -> None:
    bench = Bench()
    bench.ask("ATX0D5550002;")
    assert bench.wait(5) == ["NO CARRIER"]


def test_without_a_network_only_emergency_calls_go_out() -> None:
    bench = Bench(fault="sim.not_read")
    bench.ask("ATD5550001;")
    assert bench.wait(2) == ["NO CARRIER"]
    bench.ask("ATD112;")
    bench.wait(5)
    assert bench.ask("AT+CLCC")[0].startswith("+CLCC: 1,0,0,")
    assert bench.modem.switchboard.dialled == ["5550001", "112"]


def test_a_data_call_and_a_broken_number_find_nothing() -> None:
    bench = Bench()
    assert bench.ask("ATD*99#") == ["NO CARRIER"]
    assert bench.ask("AT+CMEE=1;D12x4;") == ["+CME ERROR: 27"]


def test_a_number_is_dialled_from_memory_and_again() -> None:
    bench = Bench()
    bench.ask('AT+CPBW=3,"+99955",145,"Mum"')
    for command in ("ATD>3;", 'ATD>"Mum";', "ATDL;"):
        assert bench.ask(command) == ["OK"]
        bench.ask("ATH")
    assert bench.modem.switchboard.dialled == ["+99955"] * 3


def test_a_call_comes_in_with_its_number_and_is_answered() -> None:
    bench = Bench()
    bench.ask("AT+CLIP=1;+CRC=1")
    bench.modem.switchboard.ring("+99912", "Ann")
    rung = ["+CRING: VOICE", '+CLIP: "+99912",145,,,"Ann",0']
    assert bench.wait(7) == rung * 2
    assert bench.ask("ATA") == ["OK"]
    assert bench.wait(20) == []
    assert bench.ask("AT+CLCC") == ['+CLCC: 1,1,0,0,0,"+99912",145', "OK"]


def test_a_call_that_nobody_takes_is_missed_and_remembered() -> None:
    bench = Bench()
    bench.modem.switchboard.ring("+99912", rings=2)
    assert bench.wait(30) == ["RING", "RING", "NO CARRIER"]
    assert bench.ask('AT+CPBS="MC";+CPBR=1')[0] == '+CPBR: 1,"+99912",145,""'


def test_register_zero_answers_by_itself() -> None:
    bench = Bench()
    bench.ask("ATS0=2")
    bench.modem.switchboard.ring("+99912")
    assert bench.wait(30) == ["RING", "RING"]
    assert bench.ask("AT+CPAS") == ["+CPAS: 4", "OK"]


def test_a_second_call_waits_and_is_swapped_in() -> None:
    bench = Bench()
    bench.ask("AT+CCWA=1")
    bench.ask("ATD5550001;")
    bench.wait(5)
    bench.modem.switchboard.ring("+99912")
    assert bench.wait(0) == ['+CCWA: "+99912",145,1']
    bench.ask("AT+CHLD=2")
    states = [line.split(",")[2] for line in bench.ask("AT+CLCC")[:-1]]
    assert states == ["1", "0"]
    bench.ask("AT+CHLD=1")
    states = [line.split(",")[2] for line in bench.ask("AT+CLCC")[:-1]]
    assert states == ["0"]


def test_tones_need_a_call() -> None:
    assert Bench().ask("AT+CMEE=1;+VTS=1") == ["+CME ERROR: 3"]
