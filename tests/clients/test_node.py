"""Two clients from npm take our emulated phones for phones: adbkit by way of an adb server, ya-webadb without one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.clients.conftest import Adb, Phones

    Node = Callable[..., Any]


def test_adbkit_sees_a_phone(node: Node, adb: Adb, phones: Phones) -> None:
    assert adb.run("start-server").returncode == 0
    seen = node("adbkit.mjs", adb.port, phones.port(0))
    assert seen["serial"] == phones.addresses[0]
    assert seen["type"] == "device"
    assert seen["model"]
    assert sorted(seen["shell"].split()) == ["err", "out"]
    assert seen["quoted"] == "a  b $(id)\n"
    assert seen["packages"] > 20
    assert seen["size"] == 300_000
    assert "adbkit.bin" in seen["listed"]
    assert seen["same"] is True
    assert seen["missing"] == "ENOENT"
    assert "localabstract:echo" in seen["forwards"]
    assert seen["reverses"] == ["tcp:8123"]
    assert seen["reversed"] == "hello from the host\n"
    assert seen["log"]["pid"] > 0
    assert seen["log"]["tag"]
    assert seen["log"]["text"]
    assert seen["log"]["year"] == 2026


@pytest.mark.parametrize(("index", "ahead_bytes"), [(0, 0), (0, 1 << 20), (0, 4096), (2, 1 << 20)])
def test_ya_webadb_sees_a_phone_with_and_without_delayed_acknowledgement(
    node: Node, phones: Phones, index: int, ahead_bytes: int
) -> None:
    seen = node("yume.mjs", phones.port(index), ahead_bytes)
    assert "shell_v2" in seen["features"]
    assert seen["shell"] == {"stdout": "out\n", "stderr": "err\n", "exitCode": 7}
    assert seen["old"] == "plain\n"
    assert seen["property"].replace(" ", "_") == seen["model"].replace(" ", "_")
    assert seen["stat"] == {"size": 3_000_000, "mtime": 1_700_000_000}
    assert "yume.bin" in seen["listed"]
    assert seen["same"] is True
    assert seen["echoed"] == "over the bridge"
    assert seen["address"] in seen["reverses"]
    assert seen["reversed"] == "hello from the host\n"
    assert seen["refused"] == 1
    assert "not found" in seen["removedTwice"]
    assert "beginning of" in seen["log"]


@pytest.mark.parametrize("forward", [0, 1])
def test_yumes_scrcpy_client_records_the_microphone_over_reverse_and_forward(
    node: Node, phones: Phones, forward: int
) -> None:
    """Raw stereo packets at 48 kHz whose time stamps follow the samples, with a quiet room in them."""
    seen = node("scrcpy.mjs", phones.port(2), forward)
    assert (seen["type"], seen["codec"]) == ("success", "raw")
    assert seen["bytes"] >= 2 * 48_000
    steps = [late - early for early, late in pairwise(seen["stamps"])]
    assert {abs(step - 1024 / 0.048) < 2 for step in steps} == {True}
    assert 0 < seen["loudest"] < 3000
