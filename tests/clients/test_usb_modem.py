"""Serial ports of phones on USB: pyserial and ModemManager find them as they find real ones."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import lacks
from tests.clients.usb_bus import Bench, need_live_bus, program, until
from tests.hwsim_modem.rig import ModemProcess

PORTS = """
import json, serial.tools.list_ports as ports
print(json.dumps([[p.device, p.vid, p.pid, p.serial_number, p.location, p.manufacturer, p.interface]
                  for p in sorted(ports.comports())]))
"""
TALK = """
import serial
line = serial.Serial({device!r}, 115200, timeout=5)
line.write(b"ATE0\\r"); line.read_until(b"OK\\r\\n")
line.write(b"AT+CGSN\\r"); print(line.read_until(b"OK\\r\\n").split()[0].decode())
line.dtr = False; print(line.dtr, line.cts, line.dsr)
line.dtr = True; print(line.dtr)
"""
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={folder}/mmbus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/></policy></busconfig>
"""


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with ExitStack() as stack:
        yield Bench(stack, "--phones", "3", "--seed", "5", "--usb-mode", "modem")


def test_pyserial_lists_the_ports_with_what_usb_says_of_them(bench: Bench) -> None:
    listed = {row[0]: row[1:] for row in json.loads(bench.python(PORTS))}
    assert sorted(listed) == ["/dev/ttyACM0", "/dev/ttyUSB0", "/dev/ttyUSB1", "/dev/ttyUSB2", "/dev/ttyUSB3"]
    assert listed["/dev/ttyACM0"][:4] == [0x04E8, 0x6860, bench.serial(1), "1-1.2:1.0"]
    assert listed["/dev/ttyUSB1"] == [0x05C6, 0x90B6, bench.serial(0), "1-1.1:1.1", "Google", "AT"]


@pytest.mark.parametrize("device", ["/dev/ttyACM0", "/dev/ttyUSB1"])
def test_the_modem_answers_and_the_lines_can_be_switched(bench: Bench, device: str) -> None:
    said = bench.python(TALK.format(device=device)).split()
    assert said[0].removeprefix("+CGSN:").isdigit()
    assert said[1:] == ["False", "True", "True", "True"]


def test_a_port_goes_with_its_phone_and_comes_back(bench: Bench) -> None:
    bench.control("usb", phone=2, mode="charging")
    assert "/dev/ttyUSB3" not in {row[0] for row in json.loads(bench.python(PORTS))}
    bench.control("usb", phone=2, mode="modem")
    assert "/dev/ttyUSB3" in {row[0] for row in json.loads(bench.python(PORTS))}


class Desk:
    """A private bus with polkit on it, and a ModemManager that sees USB."""

    def __init__(self, stack: ExitStack, folder: Path, bus_variables: Mapping[str, str]) -> None:
        folder.chmod(0o755)  # polkitd runs as a user of its own
        self._plain = {
            "PATH": os.environ["PATH"],
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/mmbus",
            "LC_ALL": "C.UTF-8",
        }
        self._mmcli = program("mmcli", "modemmanager")
        gdbus = program("gdbus", "libglib2.0-bin")
        (folder / "mmbus.conf").write_text(BUS.format(folder=folder), encoding="utf-8")
        bus = [program("dbus-daemon", "dbus"), f"--config-file={folder}/mmbus.conf", "--nofork"]
        self._start(stack, bus, self._plain)
        until((folder / "mmbus").exists, what="a bus")
        self._start(stack, [program("polkitd", "polkitd"), "--no-debug"], self._plain)
        self._run(gdbus, "wait", "--system", "--timeout", "15", "org.freedesktop.PolicyKit1")
        manager = [program("ModemManager", "modemmanager"), "--test-no-suspend-resume"]
        with (folder / "mm.log").open("wb") as log:
            self._start(stack, [*manager, "--debug"], {**self._plain, **bus_variables}, log)
        self._run(gdbus, "wait", "--system", "--timeout", "15", "org.freedesktop.ModemManager1")

    def modems(self) -> list[str]:
        done = subprocess.run(
            [self._mmcli, "-J", "-L"], env=self._plain, capture_output=True, text=True, timeout=10, check=False
        )
        return list(json.loads(done.stdout)["modem-list"]) if done.returncode == 0 else []

    def modem(self, path: str) -> dict[str, Any]:
        modem: dict[str, Any] = json.loads(self._run(self._mmcli, "-J", "-m", path))["modem"]
        return modem

    def _run(self, *argv: str) -> str:
        done = subprocess.run(argv, env=self._plain, capture_output=True, text=True, timeout=20, check=False)
        assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
        return done.stdout

    @staticmethod
    def _start(stack: ExitStack, argv: list[str], env: dict[str, str], log: Any = subprocess.DEVNULL) -> None:
        daemon = subprocess.Popen(
            [program("timeout", "coreutils"), "-k", "1", "60", *argv],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )

        def end() -> None:
            daemon.terminate()
            try:
                daemon.wait(5)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait(5)

        stack.callback(end)


@pytest.mark.slow
def test_modemmanager_finds_a_usb_modem_by_itself_and_loses_it_with_the_plug() -> None:
    if os.geteuid() != 0:
        lacks("the right to start polkitd, which only root has")
    need_live_bus()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="usb-")))
        stick = ModemProcess("--usb", str(folder / "bus"), "--vendor", "quectel", "--seed", "5", "--latency-scale", "0")
        stack.callback(stick.close)
        desk = Desk(stack, folder, stick.listening["usb"])
        modem = desk.modem(until(desk.modems, what="a modem", deadline_s=25)[0])["generic"]
        assert modem["equipment-identifier"] == stick.control(cmd="truth")["imei"]
        assert modem["plugin"] == "quectel"
        assert modem["drivers"] == ["option"]
        assert modem["ports"] == ["ttyUSB0 (ignored)", "ttyUSB1 (gps)", "ttyUSB2 (at)", "ttyUSB3 (at)"]
        assert modem["device"].endswith("/usb1/1-1")
        assert stick.control(cmd="unplug")["ok"]
        until(lambda: not desk.modems(), what="the loss of the modem")
