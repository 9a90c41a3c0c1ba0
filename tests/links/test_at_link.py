"""AT commands over the wires that real modems have, against modems of six makers."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.cli.entry import BENCH, OK, main
from agent.links import AtLink, AtRefused, CmeError, CmsError, find_at_port, serial_ports
from agent.links.at_errors import refusal_in
from agent.links.at_lines import Answer
from probes import (
    BadInput,
    LinkBusy,
    LinkError,
    LinkTimeout,
    OutputTooLarge,
    PermissionMissing,
    UnknownDevice,
    Unplugged,
)
from tests.hwsim_modem.rig import ModemProcess

VENDORS = ("generic", "quectel", "huawei", "mtk", "samsung", "classic")
DEADLINE_S = 5.0
REFUSALS = [
    ("ERROR", AtRefused, None),
    ("COMMAND NOT SUPPORT", AtRefused, None),
    ("+CME ERROR: 10", CmeError, 10),
    ("+CME ERROR: SIM not inserted", CmeError, 10),
    ("+CME ERROR: 999", CmeError, 999),
    ("+CME ERROR: \x1b[31mmine", CmeError, None),
    ("+CMS ERROR: 331", CmsError, 331),
]


@pytest.fixture
def serve() -> Iterator[Callable[..., ModemProcess]]:
    with contextlib.ExitStack() as stack:

        def start(*arguments: str) -> ModemProcess:
            modem = ModemProcess(*arguments)
            stack.callback(modem.terminate)
            return modem

        yield start


Serve = Callable[..., ModemProcess]


def url_of(modem: ModemProcess) -> str:
    return f"socket://127.0.0.1:{modem.listening['tcp']}"


def test_all_makers_are_named_here() -> None:
    from hwsim.modem.vendor import vendors  # noqa: PLC0415  only this test looks inside

    assert set(vendors()) == set(VENDORS)


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_maker_answers_on_a_terminal_and_on_a_socket(vendor: str, serve: Serve, tmp_path: Path) -> None:
    node = tmp_path / "tty"
    modem = serve("--vendor", vendor, "--pty-link", str(node), "--tcp", "0", "--latency-scale", "0.1")
    for url in (str(node), url_of(modem)):
        with AtLink(url) as link:
            assert link.ask("AT+CGMI", deadline_s=DEADLINE_S).lines
            imei = b"".join(link.ask("AT+CGSN", deadline_s=DEADLINE_S).lines)
            assert len([byte for byte in imei if chr(byte).isdigit()]) >= 14
            registered = link.ask("AT+CREG?", deadline_s=DEADLINE_S).value("+CREG")
            assert registered.split(b",")[1:2] == [b"1"]
            with pytest.raises(AtRefused):
                link.ask("AT+NONSENSE?", deadline_s=DEADLINE_S)
            assert link.ask("AT", deadline_s=DEADLINE_S).lines == ()


@pytest.mark.parametrize("vendor", VENDORS)
def test_stray_bytes_and_pieces_on_the_line_lose_no_transaction(vendor: str, serve: Serve) -> None:
    modem = serve("--vendor", vendor, "--tcp", "0", "--latency-scale", "0", "--noise", "0.02", "--piece-bytes", "3")
    with AtLink(url_of(modem)) as link:
        replies = [link.ask("AT+CSQ", deadline_s=6.0, repeat=True) for _again in range(4)]
    assert {reply.final for reply in replies} == {"OK"}


def test_doubled_and_lost_carriage_returns_do_not_matter(serve: Serve) -> None:
    modem = serve("--tcp", "0", "--latency-scale", "0", "--doubled-cr", "--lost-final-cr")
    with AtLink(url_of(modem)) as link:
        assert link.ask("AT+CGMM", deadline_s=DEADLINE_S).lines == (b"Bench Modem",)


def test_errors_carry_the_number_of_the_standard(serve: Serve) -> None:
    modem = serve("--tcp", "0", "--latency-scale", "0", "--sim-pin", "4321")
    with AtLink(url_of(modem)) as link:
        with pytest.raises(CmeError) as locked:
            link.ask("AT+CIMI", deadline_s=DEADLINE_S)
        assert locked.value.number == 11
        assert (locked.value.link, locked.value.step) == ("at", "AT+CIMI")
        link.ask("AT+CMEE=2", deadline_s=DEADLINE_S)
        with pytest.raises(CmeError) as worded:
            link.ask("AT+CIMI", deadline_s=DEADLINE_S)
        assert worded.value.number == 11
        with pytest.raises(CmsError) as message:
            link.ask("AT+CMGR=1", deadline_s=DEADLINE_S)
        assert message.value.number in {311, 321}


def test_what_the_modem_says_unasked_is_kept_apart(serve: Serve) -> None:
    modem = serve("--tcp", "0", "--seed", "3", "--latency-scale", "1")
    with AtLink(url_of(modem)) as link:
        link.ask("AT+CLIP=1", deadline_s=DEADLINE_S)
        link.unasked()
        modem.control(cmd="ring", **{"from": "+99912"})
        for _again in range(5):
            assert link.ask("AT+CGMM", deadline_s=DEADLINE_S).lines == (b"Bench Modem",)
        heard = link.unasked(listen_s=0.3)
        assert b"RING" in heard
        assert any(line.startswith(b"+CLIP:") for line in heard)


def test_a_late_answer_is_not_taken_for_the_next_one(serve: Serve) -> None:
    modem = serve("--tcp", "0", "--latency-scale", "1")
    with AtLink(url_of(modem)) as link:
        started_s = time.monotonic()
        with pytest.raises(LinkTimeout):
            link.ask("AT+COPS=?", deadline_s=0.3)  # takes 1.5 s
        assert time.monotonic() - started_s < 0.8
        assert link.broken is None
        assert link.ask("AT+CGMM", deadline_s=DEADLINE_S).lines == (b"Bench Modem",)


def test_a_port_where_nobody_answers_costs_its_deadline_and_nothing_more() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started_s = time.monotonic()
        with pytest.raises(LinkTimeout):
            AtLink(f"socket://127.0.0.1:{silent.getsockname()[1]}").open(deadline_s=0.5)
        assert time.monotonic() - started_s < 1.5


def test_an_endless_answer_is_cut_at_its_cap(serve: Serve) -> None:
    modem = serve("--tcp", "0", "--latency-scale", "0")
    with AtLink(url_of(modem)) as link, pytest.raises(OutputTooLarge):
        link.ask("AT+CLAC", deadline_s=DEADLINE_S, cap_bytes=20)


def test_a_modem_that_goes_away_breaks_the_link_until_it_is_opened_again(serve: Serve) -> None:
    modem = serve("--tcp", "0", "--latency-scale", "0")
    link = AtLink(url_of(modem))
    link.open()
    modem.terminate()
    for _again in range(2):
        with pytest.raises(Unplugged):
            link.ask("AT", deadline_s=1.0)
    with pytest.raises(LinkError):
        link.open()
    link.close()


def test_closing_from_another_thread_ends_a_command(serve: Serve) -> None:
    modem = serve("--tcp", "0", "--latency-scale", "20")
    link = AtLink(url_of(modem))
    link.open()
    ended = list[BaseException]()

    def wait() -> None:
        try:
            link.ask("AT+COPS=?", deadline_s=20.0)
        except LinkError as error:
            ended.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    started_s = time.monotonic()
    link.close()
    waiting.join(5.0)
    assert len(ended) == 1
    assert time.monotonic() - started_s < 2.0


def test_one_port_has_one_owner(serve: Serve, tmp_path: Path) -> None:
    node = tmp_path / "tty"
    serve("--pty-link", str(node), "--latency-scale", "0")
    with AtLink(str(node)), pytest.raises(LinkBusy):
        AtLink(str(node)).open()


@pytest.mark.parametrize(
    "command",
    [
        "ATD112;",
        "AT+CRSM=214,28539,0,0,2",
        "AT+CPIN=1234",
        'AT+CLCK="SC",1,"0000"',
        "AT+CMGS=1",
        "AT&F",
        "AT+CGMM;+CPBW=1",
        "AT D112;",
        "ATE0D112;",
        "ATS7=1D112;",
        "AT+CSQ;D112;",
        r"AT\Q3D112;",
        'AT+CNUM="D;",1;&D2D112;',
        "AT+CPIN = 1234",
        "AT+CPIN=1234;+CSQ?",
        "at+cmgd=1,4;+csq?",
        'AT+CCFC=0,3,"5550001"',
    ],
)
def test_what_costs_or_locks_is_refused_without_a_word_of_the_owner(command: str) -> None:
    with pytest.raises(PermissionMissing):
        AtLink("loop://").ask(command, deadline_s=1.0)


QUESTIONS = ("AT+CPIN?", 'AT+CLCK="SC",2', "AT+CRSM=176,28539,0,0,12", "AT+CMGS=?", "AT+CSQ", "AT+CCFC=0,2")
HARMLESS = ("AT&D2", "ATE0Q0V1", 'AT+CNUM="D112;"', "AT^SYSINFO", "AT+CGMM;+CPIN?")


@pytest.mark.parametrize(
    "command", ["AT+CPIN?", 'AT+CLCK="SC",2', "AT+CRSM=176,28539,0,0,12", "AT+CMGS=?", "AT+CSQ", *HARMLESS]
)
def test_questions_need_nobodys_word(command: str) -> None:
    with pytest.raises(LinkError):
        AtLink("loop://").ask(command, deadline_s=1.0)


@pytest.mark.parametrize("command", ["", "AT\rATZ", "+CSQ", "AT\x1a", "AT\n", "AT" + "x" * 500])
def test_only_one_line_is_a_command(command: str) -> None:
    with pytest.raises(BadInput):
        AtLink("loop://").ask(command, deadline_s=1.0)


def test_echo_unasked_lines_and_garbage_are_told_from_the_answer() -> None:
    answer = Answer("AT+CSQ")
    for piece in (
        b"\x00\x07AT+CS",
        b"Q\r\r\n+CRE",
        b"G: 1\r\n\r\n+CSQ: 2",
        b"3,99\r\n^RSSI: 3\r\nRING\r\n\r\nO\x01K\r\n",
    ):
        answer.feed(piece)
    reply = answer.reply()
    assert reply.lines == (b"+CSQ: 23,99",)
    assert reply.unasked == (b"+CREG: 1", b"^RSSI: 3", b"RING")
    assert (reply.value("+CSQ"), reply.stray_bytes) == (b"23,99", 3)


@given(said=st.binary(max_size=200), cuts=st.lists(st.integers(0, 200), max_size=6))
@settings(max_examples=150, derandomize=True, deadline=None)
def test_whatever_comes_is_sorted_and_cutting_it_changes_nothing(said: bytes, cuts: list[int]) -> None:
    whole, cut = Answer("AT+CSQ"), Answer("AT+CSQ")
    whole.feed(said + b"\r\nOK\r\n")
    places = sorted({0, len(said) + 6, *(place for place in cuts if place <= len(said) + 6)})
    for start, end in pairwise(places):
        cut.feed((said + b"\r\nOK\r\n")[start:end])
    assert whole.done
    assert whole.reply() == cut.reply()


@pytest.mark.parametrize(("said", "kind", "number"), REFUSALS)
def test_refusals_are_typed_by_number_and_by_word(said: str, kind: type[AtRefused], number: int | None) -> None:
    refusal = refusal_in(said)
    assert type(refusal) is kind
    assert refusal.number == number
    assert "\x1b" not in str(refusal)


def test_the_command_line_asks_a_modem(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    modem = serve("--tcp", "0", "--latency-scale", "0")
    assert main(["at", url_of(modem), "AT+CGMM", "--json"]) == OK
    assert json.loads(capsys.readouterr().out) == {"lines": ["Bench Modem"], "unasked": [], "final": "OK"}
    assert main(["at", url_of(modem), "ATD112;"]) == BENCH
    assert "[E_PERMISSION]" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["AT+CGSN", "AT+CIMI", "AT+CCID", "AT+CNUM"])
def test_the_command_line_shows_no_number_that_names_phone_or_card(
    command: str, serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    modem = serve("--tcp", "0", "--latency-scale", "0")
    with AtLink(url_of(modem)) as link:
        said = b" ".join(link.ask(command, deadline_s=DEADLINE_S).lines).decode()
    (number,) = re.findall(r"\d{8,}", said)
    assert main(["at", url_of(modem), command]) == OK
    shown = capsys.readouterr().out
    assert number not in shown
    assert number[-4:] in shown


def test_ports_are_found_by_socket_and_interface_and_never_by_name() -> None:
    def port(node: str, location: str | None) -> SimpleNamespace:
        return SimpleNamespace(device=node, location=location, vid=0x2C7C, pid=0x0125)

    listed = [
        port("/dev/ttyUSB9", "1-2:1.0"),
        port("/dev/ttyUSB0", "1-2:1.3"),
        port("/dev/ttyUSB1", "1-3:1.0"),
        port("/dev/ttyUSB2", "1-2.4:1.0"),
        port("/dev/ttyS0", None),
        port("/dev/ttyACM0", "1-2"),
    ]
    assert [(one.node, one.interface) for one in serial_ports("1-2", ports=listed)] == [
        ("/dev/ttyACM0", -1),
        ("/dev/ttyUSB9", 0),
        ("/dev/ttyUSB0", 3),
    ]
    with pytest.raises(UnknownDevice):
        find_at_port("1-9", ports=listed)


def test_the_port_that_answers_is_the_modem(serve: Serve) -> None:
    modem = serve("--tcp", "0", "--latency-scale", "0")
    listed = [
        SimpleNamespace(device="loop://", location="1-1:1.0", vid=1, pid=2),  # says back what it hears: no modem
        SimpleNamespace(device=url_of(modem), location="1-1:1.2", vid=1, pid=2),
    ]
    assert find_at_port("1-1", ports=listed).interface == 2
