from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hwsim.faults import library
from tests.hwsim.rig import PROFILES, RackProcess

if TYPE_CHECKING:
    from collections.abc import Callable


def run_module(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hwsim", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


def test_the_hello_line_holds_no_truth_and_the_socket_is_private(
    start_rack: Callable[..., RackProcess], tmp_path: Path
) -> None:
    path = tmp_path / "control"
    rack = start_rack("--fault", "battery.worn:0.8", "--control", str(path), "--profile", "xiaomi_12")
    assert set(rack.hello) == {"phones", "control"}
    assert "battery" not in json.dumps(rack.hello["phones"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    truth = rack.control("truth", phone=0)
    assert (truth["fault"], truth["truth"], truth["severity"], truth["profile"]) == (
        "battery.worn",
        "BAT",
        0.8,
        "xiaomi_12",
    )


def test_faults_are_given_one_for_each_phone_or_one_for_all(start_rack: Callable[..., RackProcess]) -> None:
    each = start_rack("--phones", "2", "--fault", "healthy", "--fault", "storage.worn")
    assert [each.control("truth", phone=index)["fault"] for index in range(2)] == ["healthy", "storage.worn"]
    every = start_rack("--phones", "2", "--fault", "touch.off_bus")
    assert [every.control("truth", phone=index)["fault"] for index in range(2)] == ["touch.off_bus"] * 2


@pytest.mark.parametrize(
    "request_line",
    [
        b"not json",
        b"[]",
        b"{}",
        b'{"cmd": "nope"}',
        b'{"cmd": ["truth"]}',
        b'{"cmd": "truth", "phone": 9}',
        b'{"cmd": "truth", "phone": true}',
        b'{"cmd": "truth", "phone": -1}',
        b'{"cmd": "state", "state": "upside-down"}',
        b'{"cmd": "chaos", "kind": "nope"}',
        b'{"cmd": "chaos", "kind": "drip", "piece_bytes": 0}',
        b'{"cmd": "chaos", "kind": "drip", "interval_s": "fast"}',
        b'{"cmd": "break", "fault": "nope"}',
        b'{"cmd": "break", "fault": "battery.worn", "severity": 7}',
        b'{"cmd": "advance", "seconds": -1}',
        b'{"cmd": "advance", "seconds": NaN}',
        b'{"cmd": "tap_allow"}',
        b"\xff\xfe",
    ],
)
def test_a_request_that_makes_no_sense_is_answered_in_words(request_line: bytes, quiet_rack: RackProcess) -> None:
    answer: dict[str, Any] = quiet_rack.control.raw(request_line)
    assert answer["ok"] is False
    assert answer["error"]
    assert quiet_rack.control("truth")["fault"] == "healthy"


@pytest.fixture(scope="module")
def quiet_rack() -> Any:
    rack = RackProcess()
    yield rack
    rack.close()


def test_the_truth_follows_what_is_broken_and_healed(start_rack: Callable[..., RackProcess]) -> None:
    rack = start_rack("--profile", "motorola_11")
    rack.control("break", phone=0, fault="modem.crash_loop", severity=0.9)
    assert rack.control("truth")["function"] == "modem"
    rack.control("heal", phone=0)
    assert rack.control("truth")["truth"] == "NONE"


def test_time_is_advanced_on_request(start_rack: Callable[..., RackProcess]) -> None:
    rack = start_rack()
    before = rack.control("advance", seconds=0)["uptime_s"]
    assert 3600 <= rack.control("advance", seconds=3600)["uptime_s"] - before < 3610


def test_the_rack_ends_with_its_standard_input() -> None:
    assert RackProcess().close() == 0


def test_the_rack_ends_in_order_when_it_is_terminated() -> None:
    rack = RackProcess()
    control = Path(rack.hello["control"])
    assert control.exists()
    assert rack.terminate() == 0
    assert not control.exists()
    rack.close()


def test_the_rack_ends_when_told_to_stop() -> None:
    rack = RackProcess()
    assert rack.control("stop")["ok"]
    assert rack.close() == 0


def test_the_library_is_listed() -> None:
    listed = json.loads(run_module("faults", "--json").stdout)
    assert {fault["id"] for fault in listed} == set(library())
    assert "battery.worn" in run_module("faults").stdout
    assert [profile["name"] for profile in json.loads(run_module("profiles", "--json").stdout)] == list(PROFILES)
    assert "Pixel 8" in run_module("profiles").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("--fault", "nope"),
        ("--profile", "nope"),
        ("--phones", "0"),
        ("--phones", "3", "--fault", "healthy", "--fault", "healthy"),
        ("--profile", "vivo_9", "--fault", "nfc.off_bus"),
    ],
)
def test_a_plan_that_makes_no_sense_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    done = run_module("serve", *arguments)
    assert done.returncode == 64
    assert done.stderr.startswith("hwsim: ")
    assert done.stdout == ""


def test_a_finger_and_a_key_are_set_by_request(quiet_rack: RackProcess) -> None:
    assert quiet_rack.control("input", points=[[100, 200], [110, 220]])["ok"]
    assert quiet_rack.control("input", key="VOLUMEUP")["ok"]
    assert not quiet_rack.control.raw(b'{"cmd":"input","key":"NO_SUCH_KEY"}')["ok"]
