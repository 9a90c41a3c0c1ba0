"""ModemManager and mmcli, clients that are not ours and strict ones, on a bus of their own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hwsim_modem.rig import DEADLINE_S, ModemProcess, missing, need, until

pytestmark = pytest.mark.slow
PIN = "4321"
OWN_OBJECTS = "/org/freedesktop/ModemManager1"
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={folder}/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/></policy></busconfig>
"""


class Desk:
    """A private bus with polkit and ModemManager on it, and one emulated modem that is locked."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="mm-"))
        Path(folder).chmod(0o755)  # polkitd runs as a user of its own
        address = f"unix:path={folder}/bus"
        self._env = {"PATH": os.environ["PATH"], "DBUS_SYSTEM_BUS_ADDRESS": address, "LC_ALL": "C.UTF-8"}
        self._mmcli, self._gdbus = need("mmcli"), need("gdbus")
        programs = [need("dbus-daemon"), need("polkitd"), need("ModemManager")]
        (Path(folder) / "bus.conf").write_text(BUS.format(folder=folder), encoding="utf-8")
        bus = self._daemon(stack, programs[0], f"--config-file={folder}/bus.conf", "--nofork", "--print-address=1")
        assert bus.stdout is not None
        assert bus.stdout.readline()
        self._daemon(stack, programs[1], "--no-debug")
        self._named("org.freedesktop.PolicyKit1")
        switches = ("--test-enable", "--test-no-udev", "--test-no-suspend-resume", "--test-no-qrtr", "--no-auto-scan")
        self._daemon(stack, programs[2], *switches)
        self._named("org.freedesktop.ModemManager1")
        name = f"abstract:hwsim-{os.getpid()}"
        self.modem = ModemProcess("--abstract", name, "--sim-pin", PIN, "--seed", "5")
        stack.callback(self.modem.close)
        method = "org.freedesktop.ModemManager1.Test.SetProfile"
        there = ("--dest", "org.freedesktop.ModemManager1", "--object-path", OWN_OBJECTS, "--method", method)
        self._run(self._gdbus, "call", "--address", address, *there, "hwsim", "generic", f"['{name}']")
        self.locked = until(lambda: self._seen("sim-pin"), what="a locked modem")
        self.mmcli("-i", "any", f"--pin={PIN}")
        until(lambda: self._seen("none", "--"), what="an unlocked modem")
        self.mmcli("-m", "any", "--enable")
        until(lambda: self.state() == "registered" or None, what="registration")

    def mmcli(self, *arguments: str) -> str:
        return self._run(self._mmcli, *arguments)

    def ask(self, *arguments: str) -> Any:
        return json.loads(self.mmcli("-J", *arguments))

    def state(self) -> str:
        return str(self.ask("-m", "any")["modem"]["generic"]["state"])

    def _seen(self, *locks: str) -> dict[str, Any] | None:
        done = self._attempt(self._mmcli, "-J", "-m", "any")
        if done.returncode:
            return None
        said: dict[str, Any] = json.loads(done.stdout)["modem"]
        ready = said["generic"]["state"] not in {"unknown", "initializing"}
        return said if ready and said["generic"]["unlock-required"] in locks else None

    def _daemon(self, stack: contextlib.ExitStack, *argv: str) -> subprocess.Popen[str]:
        started = subprocess.Popen(
            argv, env=self._env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True
        )
        stack.callback(self._end, started)
        return started

    @staticmethod
    def _end(daemon: subprocess.Popen[str]) -> None:
        daemon.terminate()
        try:
            daemon.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.communicate(timeout=5)

    def _named(self, name: str) -> None:
        self._run(self._gdbus, "wait", "--system", "--timeout", "15", name)

    def _run(self, *argv: str) -> str:
        done = self._attempt(*argv)
        assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
        return done.stdout

    def _attempt(self, *argv: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(argv, env=self._env, capture_output=True, text=True, timeout=DEADLINE_S, check=False)


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    if os.geteuid() != 0:
        missing("the right to start polkitd, which only root has,")
    with contextlib.ExitStack() as stack:
        yield Desk(stack)


def test_a_locked_card_is_seen_with_its_tries(desk: Desk) -> None:
    generic = desk.locked["generic"]
    assert generic["state"] == "locked"
    assert "sim-pin (3)" in generic["unlock-retries"]
    assert generic["equipment-identifier"] == desk.modem.control(cmd="truth")["imei"]


def test_it_is_registered_at_home_on_lte(desk: Desk) -> None:
    modem = desk.ask("-m", "any")["modem"]
    assert modem["3gpp"]["registration-state"] == "home"
    assert modem["3gpp"]["operator-code"] == "00101"
    assert modem["3gpp"]["operator-name"] == "Bench Net One"
    assert modem["generic"]["access-technologies"] == ["lte"]
    assert modem["generic"]["own-numbers"] == [desk.modem.control(cmd="truth")["number"]]


def test_the_signal_is_measured(desk: Desk) -> None:
    desk.mmcli("-m", "any", "--signal-setup=1")

    def measured() -> float | None:
        level = desk.ask("-m", "any", "--signal-get")["modem"]["signal"]["lte"]["rsrp"]
        return None if level == "--" else float(level)

    assert -100 < until(measured, what="a signal") < -85


def test_networks_are_scanned(desk: Desk) -> None:
    found = desk.mmcli("-m", "any", "--3gpp-scan", "--timeout=20")
    assert "00101 - Bench Net One (lte, current)" in found
    assert "00102 - Bench Net Two (lte, forbidden)" in found


def test_a_message_comes_in_and_another_goes_out(desk: Desk) -> None:
    text = "Grüße € vom Netz, lang genug für mehr als einen Teil. " * 4
    assert desk.modem.control(cmd="sms", **{"from": "+999123"}, text=text)["ok"]

    def received() -> str | None:
        listed = desk.ask("-m", "any", "--messaging-list-sms")["modem.messaging.sms"]
        came = [desk.ask("-s", path)["sms"] for path in listed]
        return next((sms["content"]["text"] for sms in came if sms["properties"]["state"] == "received"), None)

    assert until(received, what="the message") == text
    created = desk.mmcli("-m", "any", "--messaging-create-sms=text='Hello there',number='+99955'")
    desk.mmcli("-s", created.split()[-1], "--send")
    assert desk.modem.control(cmd="truth")["sent"] == [["+99955", "Hello there"]]


def test_the_operators_menu_answers(desk: Desk) -> None:
    assert "Balance 12.50" in desk.mmcli("-m", "any", "--3gpp-ussd-initiate=*100#")


def test_a_call_is_set_up_and_ends(desk: Desk) -> None:
    created = desk.mmcli("-m", "any", "--voice-create-call=number=5550001").split()[-1]
    desk.mmcli("-o", created, "--start")
    until(lambda: desk.ask("-o", created)["call"]["properties"]["state"] == "active" or None, what="an answer")
    desk.mmcli("-o", created, "--hangup")
    assert desk.modem.control(cmd="truth")["calls"] == [["5550001", "ended here", ""]]


def test_an_empty_tray_ends_the_registration(desk: Desk) -> None:
    assert desk.modem.control(cmd="card", present=False)["ok"]
    until(lambda: desk.state() != "registered" or None, what="the loss of the network")
