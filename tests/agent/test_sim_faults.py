"""Faults as a probe author's test puts them into a phone: several, with conditions, felt through the companion."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
import serial

from probes import SetupError
from probes.software.battery import BatteryGauge
from tests.hwsim_library.sweeps import ASKED, overtones_ratio

if TYPE_CHECKING:
    from agent.links.wire import Wire
    from agent.sim_phone import SimPhone

pytestmark = pytest.mark.slow

JAR = "/data/local/tmp/pbc-0badcafe.jar"
COMMAND = f"CLASSPATH={JAR} app_process / pbc.Main proto=1"
HEAD = struct.Struct(">BBHIq")
REQ, RES, DATA, EOS = 2, 3, 16, 17
MAGIC_BYTES = 8


def frame(wire: Wire) -> tuple[int, bytes]:
    kind, _flags, _id, length, _t_ns = HEAD.unpack(wire.exactly(HEAD.size))
    return kind, bytes(wire.exactly(length))


def sweep(phone: SimPhone) -> float:
    """Play a sweep through the companion over real adb and return how much of it is overtones."""
    phone.link.push(b"PK\\x05\\x06" + bytes(18), JAR, deadline_s=5, cap_bytes=100)
    with phone.link.program(COMMAND, deadline_s=30) as wire:
        wire.exactly(MAGIC_BYTES)
        body = "\n".join(["audio.start", *(f"{key}={value}" for key, value in ASKED.items())]).encode()
        wire.send(HEAD.pack(REQ, 0, 1, len(body), 0) + body)
        pieces: list[bytes] = []
        while sum(map(len, pieces)) < 2.6 * 48_000 * 2:
            kind, said = frame(wire)
            if kind == RES:
                assert "stream" in json.loads(said)
            if kind == DATA:
                pieces.append(said[8:])
    recorded = np.frombuffer(b"".join(pieces), "<i2").astype(float)
    return overtones_ratio(recorded)


def test_a_cone_torn_by_a_test_is_heard_through_real_adb(sim_phone: SimPhone) -> None:
    healthy = sweep(sim_phone)
    sim_phone.break_("speaker.torn_cone", severity=0.4, now=True)
    assert sweep(sim_phone) > 5 * healthy


def test_the_truth_holds_all_faults_with_cause_and_condition(sim_phone: SimPhone) -> None:
    sim_phone.break_("battery.worn:0.7+touch.off_bus@hot")
    sim_phone.run(BatteryGauge())
    worn, off_bus = sim_phone.truths
    assert sim_phone.truth == worn
    assert (worn.fault, worn.part, worn.severity, worn.condition, worn.active) == (
        "battery.worn",
        "BAT",
        0.7,
        "constant",
        True,
    )
    assert (off_bus.part, off_bus.cause, off_bus.condition, off_bus.active) == ("TCH", "hardware", "hot", False)
    assert worn.is_fault


def test_heat_brings_a_fault_out(sim_phone: SimPhone) -> None:
    sim_phone.break_("touch.off_bus:1@hot")
    sim_phone.warm(45)
    sim_phone.advance(7200)
    sim_phone.run(BatteryGauge())
    assert sim_phone.truth.active


@pytest.mark.parametrize("fault", ["battery.worn@hot", "touch.off_bus:1.5", "touch.off_bus@often", "a+b+c+d"])
def test_a_fault_that_cannot_be_is_a_problem_of_the_set_up(sim_phone: SimPhone, fault: str) -> None:
    with pytest.raises(SetupError):
        sim_phone.break_(fault)


def test_the_phones_modem_is_a_port_that_pyserial_opens(sim_phone: SimPhone) -> None:
    sim_phone.break_("sim.not_read")
    with serial.serial_for_url(sim_phone.modem(), timeout=5) as port:
        port.write(b"AT+CMEE=1;+CPIN?\r")
        assert b"+CME ERROR: 10" in port.read_until(b"ERROR: 10")
