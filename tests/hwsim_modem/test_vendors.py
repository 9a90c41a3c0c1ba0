"""Makers' habits."""

from __future__ import annotations

import re

import pytest

from hwsim.modem.vendor import vendors
from tests.hwsim_modem.rig import Bench

ALL = sorted(vendors())


@pytest.mark.parametrize("vendor", ALL)
def test_every_maker_can_be_identified_and_registers(vendor: str) -> None:
    bench = Bench(vendor)
    said = bench.ask("AT+CGMI;+CGMM;+CGSN;+CIMI;+CREG?")
    assert said[-1] == "OK"
    assert any(re.search(r"001017\d{9}", line) for line in said)
    assert re.fullmatch(r"\+CREG: ?0,1", said[-2])


@pytest.mark.parametrize("vendor", ALL)
def test_every_own_command_fills_its_template(vendor: str) -> None:
    for fault in ("healthy", "sim.not_read", "modem.receiver_dead"):
        bench = Bench(vendor, fault=fault)
        for asked in vendors()[vendor].extra:
            said = bench.ask(f"AT{asked}" + ("1" if asked.endswith("=") else ""))
            assert said[-1] == "OK", asked
            assert "{" not in "".join(said)


def test_makers_differ_where_parsers_stumble() -> None:
    said = {name: Bench(name).ask("AT+CREG=2;+CREG?")[0] for name in ALL}
    assert Bench("mtk").ask("AT+CGREG=2;+CGREG?")[0] == '+CGREG: 2,1,"1A2B","01A2D4C5",7,"00"'
    assert said["generic"] == '+CREG: 2,1,"1A2B","01A2D4C5",7'
    assert said["quectel"] == '+CREG: 2,1,"1a2b","01a2d4c5",7'
    assert said["huawei"] == '+CREG:2,1,"1A2B","01A2D4C5",7'
    assert said["mtk"] == '+CREG: 2,1,"1A2B","01A2D4C5",7'
    assert said["samsung"] == "+CREG: 2,1,1A2B,01A2D4C5,7"
    assert said["classic"] == '+CREG: 2,1,"1A2B","D4C5"'


def test_unknown_commands_are_refused_in_the_makers_words() -> None:
    assert Bench("huawei").ask("AT+WHAT") == ["COMMAND NOT SUPPORT"]
    assert Bench("classic").ask("AT+CLAC") == ["ERROR"]


def test_a_classic_modem_forgets_the_ok_after_the_lock() -> None:
    assert Bench("classic").ask("AT+CPIN?") == ["+CPIN: READY"]


def test_signal_reports_come_where_they_are_on_and_stop_where_they_are_off() -> None:
    bench = Bench("huawei")
    assert any(line.startswith("^RSSI:") for line in bench.wait(20))
    bench.ask("AT^CURC=0")
    assert bench.wait(20) == []
    other = Bench("quectel")
    assert other.wait(20) == []
    other.ask('AT+QINDCFG="csq",1')
    assert any(line.startswith('+QIND: "csq",') for line in other.wait(20))


def test_makers_say_their_own_hello_after_a_restart() -> None:
    first = {"quectel": "RDY", "huawei": "^SYSSTART", "mtk": "+EIND: 128", "samsung": "+BOOT: 1", "classic": "+WIND: 0"}
    for name, words in first.items():
        bench = Bench(name)
        bench.ask("AT+CFUN=1,1")
        assert bench.wait(10)[0] == words


def test_a_maker_may_follow_a_call_with_words_of_its_own() -> None:
    bench = Bench("huawei")
    bench.ask("AT^CURC=0")
    assert bench.ask("ATD5550005;", wait_s=20) == [
        "OK",
        "^ORIG:1,0",
        "^CONF:1",
        "^CONN:1,0",
        "^CEND:1,0,104",
        "NO CARRIER",
    ]
