"""A place on the rack gets another phone without a restart, and nothing of the last one stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hwsim.rig import AdbBench, RackProcess


@pytest.fixture(scope="module")
def rack() -> Iterator[RackProcess]:
    process = RackProcess("--boot-s", "0.2")
    yield process
    process.close()


def test_the_same_seed_is_the_same_phone_and_another_is_another(rack: RackProcess) -> None:
    serials = [rack.control("renew", profile="samsung_14", seed=seed)["serial"] for seed in (1, 2, 1)]
    assert serials[0] == serials[2] != serials[1]
    assert rack.control("truth")["profile"] == "samsung_14"


def test_a_new_phone_is_healthy_unless_a_fault_is_named(rack: RackProcess) -> None:
    rack.control("renew", fault="touch.off_bus", severity=1.0)
    assert rack.control("truth")["fault"] == "touch.off_bus"
    rack.control("renew")
    assert rack.control("truth")["fault"] == "healthy"


def test_what_was_wrong_with_the_link_is_gone(rack: RackProcess, adb_bench: AdbBench) -> None:
    rack.control("chaos", kind="hang")
    rack.control("unplug")
    port = rack.control("renew")["port"]
    assert port == rack.port()
    adb_bench.connect(rack.address())
    assert adb_bench.run("-s", rack.address(), "shell", "echo well").out == "well\n"
    adb_bench.run("disconnect", rack.address())


def test_a_fault_that_was_there_from_the_start_is_in_the_log(rack: RackProcess, adb_bench: AdbBench) -> None:
    def crashes() -> int:
        adb_bench.connect(rack.address())
        log = adb_bench.run("-s", rack.address(), "logcat", "-d", "-b", "crash").out
        adb_bench.run("disconnect", rack.address())
        return log.count("FATAL EXCEPTION")

    rack.control("renew")
    healthy = crashes()
    rack.control("break", fault="app.crash_loop")
    assert crashes() == healthy
    rack.control("renew", fault="app.crash_loop")
    assert crashes() > healthy + 5


@pytest.mark.parametrize(
    "line",
    [
        b'{"cmd": "renew", "fault": "nope"}',
        b'{"cmd": "renew", "fault": "battery.worn", "severity": 7}',
        b'{"cmd": "renew", "profile": "nope"}',
        b'{"cmd": "renew", "profile": "vivo_9", "fault": "nfc.off_bus"}',
        b'{"cmd": "renew", "seed": "x"}',
        b'{"cmd": "renew", "profile": ["google_16"]}',
        b'{"cmd": "break", "fault": "nope"}',
    ],
)
def test_a_phone_that_cannot_be_is_refused_and_the_old_one_stays(rack: RackProcess, line: bytes) -> None:
    before = rack.control("renew", seed=4)["serial"]
    answer = rack.control.raw(line)
    assert answer["ok"] is False
    assert answer["error"]
    assert rack.control("renew", seed=4)["serial"] == before


def test_a_part_that_a_phone_lacks_cannot_break(rack: RackProcess) -> None:
    rack.control("renew", profile="vivo_9")
    assert rack.control.raw(b'{"cmd": "break", "fault": "nfc.off_bus"}')["ok"] is False
    assert rack.control("truth")["fault"] == "healthy"
