"""Gammu and python-gammu, clients that are not ours, take the emulated modem for a phone."""

from __future__ import annotations

import importlib
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hwsim_modem.rig import DEADLINE_S, ModemProcess, missing, need

pytestmark = pytest.mark.slow
PIN = "4321"


class Gammu:
    """The program with a configuration of its own."""

    def __init__(self, folder: Path, tty: Path) -> None:
        self._program = need("gammu")
        self._home = folder
        self._rc = folder / "gammurc"
        self._rc.write_text(f"[gammu]\ndevice={tty}\nconnection=at115200\nuse_locking=no\n", encoding="utf-8")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self._program, "-c", str(self._rc), *arguments],
            env={"PATH": os.environ["PATH"], "HOME": str(self._home), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str) -> str:
        return finish(self.start(*arguments))


def finish(started: subprocess.Popen[str]) -> str:
    said, _ = started.communicate(timeout=DEADLINE_S)
    assert started.returncode == 0, said
    return said


@pytest.fixture
def gammu_on(serve: Callable[..., ModemProcess], tmp_path: Path) -> Callable[..., tuple[Gammu, ModemProcess]]:
    """A modem and the gammu that talks to it."""

    def start(*arguments: str) -> tuple[Gammu, ModemProcess]:
        folder = tmp_path / f"bench{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        gammu = Gammu(folder, folder / "tty")
        return gammu, serve("--pty-link", str(folder / "tty"), "--seed", "5", *arguments)

    return start


def test_gammu_identifies_makers_and_sees_their_networks(
    gammu_on: Callable[..., tuple[Gammu, ModemProcess]],
) -> None:
    benches = [gammu_on("--vendor", vendor) for vendor in ("generic", "quectel", "huawei", "mtk", "samsung", "classic")]
    # Each run is four seconds of gammu's own waiting: they wait side by side.
    runs = [gammu.start("identify") for gammu, _ in benches]
    for run, (_, modem) in zip(runs, benches, strict=True):
        assert modem.control(cmd="truth")["imei"] in finish(run)
    runs = [gammu.start("networkinfo") for gammu, _ in benches]
    for run in runs:
        said = finish(run)
        assert "Network state        : home network" in said
        assert "001 01" in said
        assert "LAC 1A2B" in said.upper()


def test_gammu_asks_for_the_pin_and_gives_it(gammu_on: Callable[..., tuple[Gammu, ModemProcess]]) -> None:
    gammu, _ = gammu_on("--sim-pin", PIN)
    assert "Waiting for PIN" in gammu.run("getsecuritystatus")
    gammu.run("entersecuritycode", "PIN", PIN)
    assert "Nothing to enter" in gammu.run("getsecuritystatus")


def test_gammu_monitors_and_reads_and_sends_messages(gammu_on: Callable[..., tuple[Gammu, ModemProcess]]) -> None:
    (watcher, _), (reader, read), (sender, sent) = gammu_on(), gammu_on(), gammu_on()
    assert read.control(cmd="sms", **{"from": "+999123"}, text="Grüße € vom Netz")["ok"]
    long_text = "a text that is too long for one message, and so goes out in parts; " * 4
    runs = [
        watcher.start("monitor", "1"),
        reader.start("getallsms"),
        sender.start("sendsms", "TEXT", "+99955", "-len", "400", "-text", long_text),
    ]
    monitored, listed, sending = (finish(run) for run in runs)
    assert "Battery level        : 83 percent" in monitored
    assert "Signal strength      : -" in monitored
    assert "Grüße € vom Netz" in listed
    assert '"+999123"' in listed
    assert sending.count("OK, message reference") == 2
    assert "".join(text for _, text in sent.control(cmd="truth")["sent"]) == long_text


@pytest.fixture
def machine(serve: Callable[..., ModemProcess], tmp_path: Path) -> Iterator[tuple[Any, ModemProcess]]:
    """Python-gammu's state machine, connected."""
    try:
        gammu = importlib.import_module("gammu")
    except ImportError:
        missing("python-gammu")
    modem = serve("--pty-link", str(tmp_path / "tty"), "--sim-pin", PIN)
    state = gammu.StateMachine()
    state.SetConfig(0, {"Device": str(tmp_path / "tty"), "Connection": "at115200", "UseGlobalDebugFile": False})
    state.Init()
    yield state, modem
    state.Terminate()


def test_python_gammu_unlocks_identifies_and_carries_messages(machine: tuple[Any, ModemProcess]) -> None:
    state, modem = machine
    assert state.GetSecurityStatus() == "PIN"
    state.EnterSecurityCode("PIN", PIN)
    assert state.GetSecurityStatus() is None
    assert state.GetManufacturer() == "Hwsim"
    assert state.GetIMEI() == modem.control(cmd="truth")["imei"]
    assert 0 < state.GetSignalQuality()["SignalPercent"] <= 100
    assert state.GetBatteryCharge()["BatteryPercent"] == 83
    until_home(state, modem)
    state.SendSMS({"Text": "hello", "SMSC": {"Location": 1}, "Number": "+99955"})
    assert modem.control(cmd="truth")["sent"] == [["+99955", "hello"]]
    assert modem.control(cmd="sms", **{"from": "+999123"}, text="back")["ok"]
    (message,) = state.GetNextSMS(0, Start=True)
    assert (message["Text"], message["Number"]) == ("back", "+999123")


def until_home(state: Any, modem: ModemProcess) -> None:
    """Ask gammu only when the modem is registered: gammu takes the notice of a change for the answer it waits for."""
    deadline_s = time.monotonic() + 20
    while not modem.control(cmd="truth")["registered"]:
        assert time.monotonic() < deadline_s, "no network"
        time.sleep(0.05)
    assert state.GetNetworkInfo()["State"] == "HomeNetwork"
