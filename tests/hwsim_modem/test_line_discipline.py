"""The V.250 side: lines, echo, results, registers, and a line that is bad."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.modem.line import Line
from tests.hwsim_modem.rig import Bench


def test_a_command_is_echoed_and_answered_with_the_standard_framing() -> None:
    bench = Bench()
    bench.ask("ATE1")
    assert bench.direct.ask("AT+CSQ?").startswith(b"AT+CSQ?\r")
    assert bench.direct.ask("AT") == b"AT\r\r\nOK\r\n"


def test_without_words_results_are_digits_and_information_has_no_leading_line_end() -> None:
    bench = Bench()
    assert bench.direct.ask("ATV0") == b"0\r"
    assert bench.direct.ask("AT+CFUN?") == b"+CFUN: 1\r\n0\r"
    assert bench.direct.ask("AT+NOTHING") == b"4\r"


def test_quiet_hides_final_results_only() -> None:
    bench = Bench()
    assert bench.ask("ATQ1") == []
    assert bench.ask("AT+CFUN?") == ["+CFUN: 1"]


def test_commands_of_one_line_run_in_order_and_end_in_one_result() -> None:
    assert Bench().ask("ATV1+CFUN?;+CMEE=1;+CMEE?;S0=3;S0?") == ["+CFUN: 1", "+CMEE: 1", "003", "OK"]


def test_the_first_failure_ends_the_line() -> None:
    bench = Bench()
    assert bench.ask("AT+CFUN?;+NOTHING;+CMEE=2") == ["+CFUN: 1", "ERROR"]
    assert bench.ask("AT+CMEE?") == ["+CMEE: 0", "OK"]


def test_a_slash_repeats_the_last_line_without_waiting_for_its_end() -> None:
    bench = Bench()
    bench.ask("AT+CFUN?")
    bench.direct.send(b"A/")
    assert bench.wait(0) == ["+CFUN: 1", "OK"]


def test_backspace_and_line_feed_and_escape_are_handled_in_a_line() -> None:
    bench = Bench()
    bench.direct.send(b"\x1b\r\nAX\x08T+CFUM\x08N?\r\n")
    assert bench.wait(0) == ["+CFUN: 1", "OK"]


def test_what_does_not_begin_with_at_is_not_answered() -> None:
    assert Bench().ask("hello") == []


def test_errors_show_as_much_as_was_asked_for() -> None:
    bench = Bench(fault="sim.not_read")
    assert bench.ask("AT+CPIN?") == ["ERROR"]
    assert bench.ask("AT+CMEE=1;+CPIN?") == ["+CME ERROR: 10"]
    assert bench.ask("AT+CMEE=2;+CPIN?") == ["+CME ERROR: SIM not inserted"]
    assert bench.ask("AT+CMGL=4") == ["+CMS ERROR: SIM not inserted"]


@pytest.mark.parametrize("command", ["AT+CMEE=7", "AT+CMEE=x", "ATE7", "ATS99?", "ATS0=999", 'AT+CSCS="KLINGON"'])
def test_values_out_of_range_are_refused(command: str) -> None:
    assert Bench().ask(command)[-1] == "ERROR"


def test_factory_settings_come_back() -> None:
    bench = Bench()
    bench.ask("AT+CREG=2;+CMEE=2;S0=5")
    bench.direct.ask("AT&F")
    assert bench.ask("ATE0;+CREG?;+CMEE?;S0?")[-4:] == ["+CREG: 0,1", "+CMEE: 0", "000", "OK"]


def test_every_listed_command_answers_something_to_its_test_or_read_form() -> None:
    bench = Bench()
    for name in bench.ask("AT+CLAC")[:-1]:
        if name[0] in "+^*":
            said = bench.ask(f"AT{name}=?") + bench.ask(f"AT{name}?") + bench.ask(f"AT{name}")
            assert "OK" in said, name


def test_a_command_takes_its_makers_time_and_nothing_is_lost_meanwhile() -> None:
    bench = Bench(latency_scale=1.0)
    bench.wait(1)
    assert bench.ask("AT+COPS=?", wait_s=1.0) == []
    bench.direct.send(b"AT+CFUN?\r")
    assert bench.wait(0.4) == []
    assert bench.wait(0.2)[-2:] == ["+CFUN: 1", "OK"]


def test_a_thousand_lines_at_once_are_all_answered() -> None:
    bench = Bench()
    bench.direct.send(b"AT\r" * 1000)
    assert bench.wait(0) == ["OK"] * 1000


def test_pieces_keep_their_order_on_a_slow_line() -> None:
    bench = Bench(line=Line(piece_bytes=3))
    bench.wait(1)
    bench.direct.send(b"AT+CGMI\rAT+CGMM\r")
    assert bench.wait(1) == ["Hwsim", "OK", "Bench Modem", "OK"]


def test_bad_lines_double_and_lose_carriage_returns_and_add_noise_by_the_seed() -> None:
    assert Bench(line=Line(doubled_cr=True)).direct.ask("AT") == b"\r\r\nOK\r\r\n"
    assert Bench(line=Line(lost_final_cr=True)).direct.ask("AT") == b"\r\nOK\n"
    noisy = [Bench(line=Line(noise_ratio=0.2, seed=3)).direct.ask("ATI") for _ in range(2)]
    assert noisy[0] == noisy[1] != Bench().direct.ask("ATI")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=6))
def test_no_bytes_upset_it(pieces: list[bytes]) -> None:
    bench = Bench()
    for piece in pieces:
        bench.direct.send(piece)
        bench.timeline.advance(0.1)
    bench.direct.send(b"\x1b\rATE0V1Q0S3=13\r")
    bench.wait(1)
    assert bench.ask("AT")[-1:] == ["OK"]


_WORDS = st.sampled_from(["+CREG", "+COPS", "+CMGS", "+CMGL", "D", "+CPBW", "+CSCS", "+CUSD", "+CRSM", "+VTS", "+CLCK"])
_ENDS = st.one_of(st.sampled_from(["?", "=?", ""]), st.text('0123456789,";"ABCD*#+=', max_size=16).map("=".__add__))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(_WORDS, _ENDS), min_size=1, max_size=5))
def test_no_command_upsets_it(commands: list[tuple[str, str]]) -> None:
    bench = Bench()
    for name, end in commands:
        bench.ask(f"AT{name}{end}")
        bench.direct.send(b"\x1b")
        bench.wait(0.5)
    bench.wait(5)
    assert bench.ask("AT")[-1] == "OK"
