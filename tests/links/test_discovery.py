"""Each phone that an adb server lists is found, with its state and what to do about it."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.links import DeviceEvent, DeviceState, FoundPhone, discover, parse_devices, watch
from probes import LinkError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.links.conftest import Canned, End

UDEV = "no permissions (missing udev rules? user is in the plugdev group); see [http://developer.android.com/x.html]"
LINES = [
    (
        "0A1B device usb:1-3 product:panther model:Pixel_7 device:panther transport_id:1",
        FoundPhone("0A1B", DeviceState.DEVICE, 1, "usb:1-3", "panther", "Pixel_7", "panther"),
    ),
    (
        "0A1B                   unauthorized usb:1-3 transport_id:2",
        FoundPhone("0A1B", DeviceState.UNAUTHORIZED, 2, "usb:1-3"),
    ),
    ("10.0.0.2:5555          offline transport_id:3", FoundPhone("10.0.0.2:5555", DeviceState.OFFLINE, 3)),
    (f"0A1B   {UDEV} usb:1-3.2 transport_id:4", FoundPhone("0A1B", DeviceState.NO_PERMISSIONS, 4, "usb:1-3.2")),
    (f"(no serial number)     {UDEV} usb:1-3 transport_id:4", FoundPhone("", DeviceState.NO_PERMISSIONS, 4, "usb:1-3")),
    ("my cheap phone  device usb:1-3 transport_id:5", FoundPhone("my cheap phone", DeviceState.DEVICE, 5, "usb:1-3")),
    ("????????????    no permissions", FoundPhone("????????????", DeviceState.NO_PERMISSIONS)),
    ("A\trecovery", FoundPhone("A", DeviceState.RECOVERY)),
    ("A sideload", FoundPhone("A", DeviceState.SIDELOAD)),
    ("A bootloader", FoundPhone("A", DeviceState.BOOTLOADER)),
    ("A authorizing transport_id:6", FoundPhone("A", DeviceState.AUTHORIZING, 6)),
    ("A connecting transport_id:6", FoundPhone("A", DeviceState.CONNECTING, 6)),
    ("A rescue transport_id:6", FoundPhone("A", DeviceState.UNKNOWN, 6)),
    ("A gone transport_id:x", FoundPhone("A", DeviceState.UNKNOWN)),
]


@pytest.mark.parametrize(("line", "phone"), LINES)
def test_each_kind_of_line_is_read(line: str, phone: FoundPhone) -> None:
    assert parse_devices(line + "\n") == (phone,)


def test_what_is_no_phone_is_left_out() -> None:
    assert parse_devices("List of devices attached\n* daemon started successfully\n\nx\n") == ()


def test_every_state_but_device_has_an_advice() -> None:
    assert {state for state in DeviceState if not state.advice} == {DeviceState.DEVICE}


def test_a_real_list_of_phones_is_read_as_labelled(shared_dir: Path) -> None:
    lists = sorted((shared_dir / "corpora" / "adb").glob("*.txt"))
    assert lists
    for path in lists:
        states = json.loads(path.with_name(path.name + ".expected.json").read_text())["states"]
        found = {phone.serial: phone.state.value for phone in parse_devices(path.read_text())}
        assert found == states


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for phone in parse_devices(text):
        assert phone.state in DeviceState


def okay(text: str) -> bytes:
    return b"OKAY" + framed(text)


def framed(text: str) -> bytes:
    raw = text.encode()
    return b"%04x%b" % (len(raw), raw)


def test_discovery_asks_the_server_once(canned: Canned) -> None:
    canned.expect(okay("A device transport_id:1\nB offline transport_id:2\n"))
    assert [phone.serial for phone in discover(canned.server())] == ["A", "B"]
    assert len(canned.kept) == 1


def test_a_watch_tells_what_came_changed_and_left(canned: Canned) -> None:
    lists = [
        "A offline transport_id:1\n",
        "A device transport_id:1\nA device usb:1-2 transport_id:2\n",
        "A device transport_id:1\nA device usb:1-2 transport_id:2\n",
        "A device usb:1-2 transport_id:3\n",
        "",
    ]
    canned.expect(okay(lists[0]) + b"".join(framed(text) for text in lists[1:]))
    events: list[tuple[str, str, str]] = []
    seen = watch(canned.server(), clock=canned.clock)
    with pytest.raises(LinkError):
        events.extend((event.phone.key, event.was.value, event.phone.state.value) for event in seen)
    assert events == [
        ("A", "gone", "offline"),
        ("A", "offline", "device"),
        ("usb:1-2 A", "gone", "device"),
        ("A", "device", "gone"),
        ("usb:1-2 A", "device", "device"),
        ("usb:1-2 A", "device", "gone"),
    ]


def test_a_watch_is_closed_from_another_thread_without_an_error(canned: Canned, ends: type[End]) -> None:
    canned.expect(okay("A device transport_id:1\n"), end=ends.STALL)
    seen = watch(canned.server(), clock=canned.clock)
    events: list[DeviceEvent] = []
    reader = threading.Thread(target=lambda: events.extend(seen))
    reader.start()
    seen.close()
    seen.close()
    reader.join(10)
    assert not reader.is_alive()
