"""The modem of a phone is the phone's: its numbers, its card, its level, its faults, its time."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from hwsim.faults import parse_faults
from hwsim.phone import cellular
from hwsim.rack import Rack, RackPlan
from hwsim.unit import Unit
from tests.hwsim.rig import RackProcess, ask

DEADLINE_S = 10.0
T = TypeVar("T")


def unit_of(fault: str = "healthy", profile: str = "samsung_14", *, speed: float = 1.0) -> Unit:
    return Rack(RackPlan(faults=[fault], profile=profile, seed=3, speed=speed)).units[0]


class Wire:
    """A client of the modem's TCP port."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, unit: Unit) -> Wire:
        at = await unit.open_modem()
        return cls(*await asyncio.open_connection("127.0.0.1", int(at["tcp"])))

    async def ask(self, command: str) -> list[str]:
        self._writer.write(command.encode() + b"\r")
        lines: list[str] = []
        while not lines or not re.match(r"OK$|ERROR$|\+CM[ES] ERROR", lines[-1]):
            raw = await asyncio.wait_for(self._reader.readline(), DEADLINE_S)
            assert raw
            lines += [line for line in raw.decode("latin-1").strip().split("\r") if line and line != command]
        return lines

    async def close(self, unit: Unit) -> None:
        self._writer.close()
        unit.close_modem()
        await asyncio.sleep(0)


def talk(unit: Unit, *commands: str) -> list[list[str]]:
    async def go() -> list[list[str]]:
        wire = await Wire.to(unit)
        said = [await wire.ask(command) for command in commands]
        await wire.close(unit)
        return said

    return run(go())


def run(what: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(what, 30))


@pytest.mark.parametrize("profile", ["google_16", "samsung_14", "xiaomi_12", "vivo_9", "honor_10"])
def test_modem_and_phone_are_of_one_identity(profile: str) -> None:
    unit = unit_of(profile=profile)
    card = cellular.subscription(unit.phone)
    imei, imsi, maker, model = talk(unit, "AT+CGSN", "AT+CIMI", "AT+CGMI", "AT+CGMM")
    assert unit.phone.identity.imeis[0] in imei[0]
    assert imsi[0] == card.imsi
    assert card.imsi.startswith(ask(unit, "getprop gsm.sim.operator.numeric").out.partition(",")[0])
    assert unit.phone.profile.manufacturer in maker[0]
    assert unit.phone.profile.model in model[0]


def test_modem_and_registry_tell_the_same_level_and_operator() -> None:
    unit = unit_of("antenna_cellular.lossy:0.3")
    registry = ask(unit, "dumpsys telephony.registry").out
    told_dbm = int(re.findall(r" rsrp=(-\d+)", registry)[0])
    (cesq, _), (cops, _) = talk(unit, "AT+CESQ", "AT+COPS?")
    index = int(cesq.rpartition(",")[2])
    assert index - 141 == pytest.approx(told_dbm, abs=4)  # slow fading between the two looks: 1.3 dB sigma
    assert unit.phone.profile.imsi_operator[1] in cops


@pytest.mark.parametrize(
    ("fault", "command", "answer"),
    [
        ("sim.not_read", "AT+CPIN?", r"\+CME ERROR: (10|SIM not inserted)"),
        ("card.pin_asked", "AT+CPIN?", r"\+CPIN: ?SIM PIN"),
        ("modem.identity_lost", "AT+CGSN", r".*0{15}"),
        ("setting.flight_mode", "AT+CFUN?", r"\+CFUN: ?4"),
        ("modem.receiver_dead", "AT+CSQ", r"\+CSQ: ?99,99"),
    ],
)
def test_a_fault_of_the_phone_is_one_of_its_modem(fault: str, command: str, answer: str) -> None:
    said = talk(unit_of(fault), "AT+CMEE=1", command)[1]
    assert re.match(answer, said[0]), said


def test_a_fault_that_begins_while_the_modem_is_served_is_told_and_healed() -> None:
    async def go() -> list[list[str]]:
        unit = unit_of()
        wire = await Wire.to(unit)
        said = [await wire.ask("AT+CMEE=1"), await wire.ask("AT+CPIN?")]
        unit.break_part(parse_faults("sim.not_read"))
        said.append(await wire.ask("AT+CPIN?"))
        unit.heal()
        unit.phone.clock.advance(5.0)
        await unit.follow_phone()
        said.append(await wire.ask("AT+CPIN?"))
        await wire.close(unit)
        return said

    assert [lines[0] for lines in run(go())[1:]] == ["+CPIN: READY", "+CME ERROR: 10", "+CPIN: READY"]


def test_the_phones_setting_switches_the_modems_radio() -> None:
    async def go() -> list[list[str]]:
        unit = unit_of()
        wire = await Wire.to(unit)
        said = [await wire.ask("AT+CFUN?")]
        unit.phone.settings["global", "airplane_mode_on"] = "1"
        unit.phone.clock.advance(2.0)
        await unit.follow_phone()
        said.append(await wire.ask("AT+CFUN?"))
        await wire.close(unit)
        return said

    assert [lines[0] for lines in run(go())] == ["+CFUN: 1", "+CFUN: 4"]


def test_another_phone_in_the_same_place_has_its_modem_at_the_same_port() -> None:
    async def go() -> tuple[object, object, list[str], str]:
        unit = unit_of()
        before = (await unit.open_modem())["tcp"]
        unit.renew(profile=unit.phone.profile, seed=77, ailments=())
        await unit.follow_phone()
        wire = await Wire.to(unit)
        said = await wire.ask("AT+CIMI")
        after = unit.modem_at["tcp"]
        await wire.close(unit)
        return before, after, said, cellular.subscription(unit.phone).imsi

    before, after, said, imsi = run(go())
    assert before == after
    assert said[0] == imsi


def test_a_rack_serves_modems_on_terminals_and_says_where(tmp_path: Path) -> None:
    rack = RackProcess("--phones", "2", "--modems", str(tmp_path))
    try:
        modems = [phone["modem"] for phone in rack.hello["phones"]]
        assert [modem["pty"] for modem in modems] == [str(tmp_path / "modem0"), str(tmp_path / "modem1")]
        terminal = os.open(modems[0]["tty"], os.O_RDWR | os.O_NOCTTY)
        os.write(terminal, b"ATE0;+CGMI\r")
        said = b""
        while b"OK" not in said:
            said += os.read(terminal, 4096)
        os.close(terminal)
        assert b"Google" in said
        assert rack.control("modem", phone=1)["tcp"] == modems[1]["tcp"]
        assert not rack.control.raw(b'{"cmd": "modem", "link": "/proc/none/modem"}')["ok"]
    finally:
        rack.close()
