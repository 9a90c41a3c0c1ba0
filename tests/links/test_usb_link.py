"""What is at a USB socket: every mode a bench meets, told without opening anything that is not ours."""

from __future__ import annotations

import errno
from typing import Any

import pytest
import usb.core

from agent.links import Deadline, RealClock, UsbBus, UsbForbidden, UsbFunction, UsbLink, UsbMode, mode_of, refined
from agent.links.fastboot_link import FASTBOOT_TRIPLE
from agent.links.usb_modes import UsbDescriptor, UsbInterface
from probes import BadInput, LinkBusy, LinkError, LinkTimeout, MissingTool, Unplugged
from tests.links.usb_phones import Plugs, plugs

__all__ = ["plugs"]

SOCKET = "1-1.3"
SEEN = [
    ("google_16", "adb", UsbMode.ADB),
    ("samsung_14", "mtp+adb", UsbMode.ADB),
    ("vivo_9", "rndis+adb", UsbMode.ADB),
    ("google_16", "mtp", UsbMode.MTP),
    ("samsung_14", "ptp", UsbMode.MTP),
    ("xiaomi_12", "rndis", UsbMode.TETHER),
    ("google_16", "fastboot", UsbMode.FASTBOOT),
    ("xiaomi_12", "fastboot", UsbMode.FASTBOOT),
    ("google_16", "recovery", UsbMode.RECOVERY),
    ("google_16", "sideload", UsbMode.RECOVERY),
    ("xiaomi_12", "edl", UsbMode.QUALCOMM_9008),
    ("vivo_9", "preloader", UsbMode.MEDIATEK_PRELOADER),
    ("oppo_13", "brom", UsbMode.MEDIATEK_BROM),
    ("samsung_14", "download", UsbMode.SAMSUNG_DOWNLOAD),
    ("google_16", "charging", UsbMode.NOTHING),
]


class HandClock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic_s(self) -> float:
        return self.now_s

    def monotonic_ns(self) -> int:
        return int(self.now_s * 1e9)


@pytest.mark.parametrize(("profile", "mode", "seen"), SEEN)
def test_every_mode_is_told_without_opening_a_device(profile: str, mode: str, seen: UsbMode, plugs: Plugs) -> None:
    plugs.plug(SOCKET, mode, profile)
    with UsbLink(f"usb:{SOCKET}", plugs.usb) as link:
        sight = link.look()
    assert (sight.mode, sight.path) == (seen, SOCKET)
    assert plugs.backend.opened == []


def test_functions_are_told_beside_the_mode(plugs: Plugs) -> None:
    plugs.plug(SOCKET, "mtp+adb", "samsung_14")
    with UsbLink(SOCKET, plugs.usb) as link:
        sight = link.look()
    assert sight.functions == {UsbFunction.ADB, UsbFunction.FILES}
    assert sight.mode.android_runs
    assert sight.descriptor is not None
    assert sight.descriptor.ids == "04e8:6860"
    assert sight.descriptor.power_ma == 500


def test_only_the_device_at_our_socket_is_opened_even_where_two_are_alike(plugs: Plugs) -> None:
    serials = [plugs.plug(f"1-1.{port}", "adb", seed=port) for port in (1, 2, 3)]
    with UsbLink("1-1.2", plugs.usb) as link:
        strings = link.strings()
    assert strings.serial.raw.decode() == serials[1]
    assert plugs.backend.opened == ["1-1.2"]


def test_an_empty_socket_is_a_finding_and_opening_it_is_an_error(plugs: Plugs) -> None:
    plugs.plug("1-1.1", "adb")
    with UsbLink(SOCKET, plugs.usb) as link:
        assert link.look().mode is UsbMode.NOTHING
        with pytest.raises(Unplugged):
            link.strings()
    assert plugs.backend.opened == []


def test_the_bus_lists_sockets_in_order_with_hubs_marked(plugs: Plugs) -> None:
    for port in (7, 2):
        plugs.plug(f"1-1.{port}", "adb")
    listed = plugs.usb.listed()
    assert [(one.path, one.is_hub) for one in listed] == [("1-1", True), ("1-1.2", False), ("1-1.7", False)]


def test_a_flapping_plug_is_counted_even_between_two_looks(plugs: Plugs) -> None:
    clock = HandClock()
    plugs.plug(SOCKET, "adb")
    doings = iter(["", "fastboot", "fastboot", ""])  # the third: out and in again before the next look

    def pause(seconds: float) -> None:
        clock.now_s += seconds
        mode = next(doings, None)
        if mode:
            plugs.plug(SOCKET, mode)
        elif mode is not None:
            plugs.unplug(SOCKET)

    with UsbLink(SOCKET, plugs.usb, clock=clock, pause=pause) as link:
        traffic = link.watch(for_s=1.0)
    assert (traffic.enumerations, traffic.departures) == (2, 3)
    nothing, boot = UsbMode.NOTHING, UsbMode.FASTBOOT
    assert traffic.modes == (UsbMode.ADB, nothing, boot, nothing, boot, nothing)


def test_a_quiet_socket_has_no_traffic(plugs: Plugs) -> None:
    clock = HandClock()
    plugs.plug(SOCKET, "adb")

    def pause(seconds: float) -> None:
        clock.now_s += seconds

    with UsbLink(SOCKET, plugs.usb, clock=clock, pause=pause) as link:
        traffic = link.watch(for_s=0.5)
        assert (traffic.enumerations, traffic.departures, traffic.modes) == (0, 0, (UsbMode.ADB,))
        for wrong in (0.0, -1.0, float("nan"), 1e9):
            with pytest.raises(BadInput):
                link.watch(for_s=wrong)


def test_a_closed_link_does_nothing(plugs: Plugs) -> None:
    link = UsbLink(SOCKET, plugs.usb)
    for _before_and_after in range(2):
        with pytest.raises(LinkError):
            link.look()
        link.open()
        link.close()


def test_an_interface_that_is_not_there_is_not_claimed(plugs: Plugs) -> None:
    plugs.plug(SOCKET, "adb")
    with (
        UsbLink(SOCKET, plugs.usb) as link,
        pytest.raises(LinkError, match="ff/42/03"),
        link.pipe(FASTBOOT_TRIPLE, deadline_s=1.0),
    ):
        pass
    assert plugs.backend.opened == []


@pytest.mark.parametrize(
    ("number", "ours"),
    [(errno.EACCES, UsbForbidden), (errno.EBUSY, LinkBusy), (errno.ENODEV, Unplugged), (errno.EIO, LinkError)],
)
def test_errors_of_the_library_become_ours(
    number: int, ours: type[Exception], monkeypatch: pytest.MonkeyPatch, plugs: Plugs
) -> None:
    plugs.plug(SOCKET, "adb")

    def refuse(_device: Any) -> Any:
        raise usb.core.USBError("said by the library", -1, number)

    monkeypatch.setattr(plugs.backend, "open_device", refuse)
    with UsbLink(SOCKET, plugs.usb) as link, pytest.raises(ours):
        link.strings()


def test_silence_on_a_pipe_ends_at_the_deadline(plugs: Plugs) -> None:
    plugs.plug(SOCKET, "fastboot")
    with (
        UsbLink(SOCKET, plugs.usb) as link,
        link.pipe(FASTBOOT_TRIPLE, deadline_s=1.0) as pipe,
        pytest.raises(LinkTimeout),
    ):
        pipe.receive(Deadline.after(RealClock(), 0.05))


def test_a_machine_without_libusb_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.links.usb_bus._find_library", lambda: _raise(MissingTool("no libusb on this machine")))
    with pytest.raises(MissingTool):
        UsbBus().listed()


def _raise(error: Exception) -> None:
    raise error


def test_the_adb_server_tells_recovery_from_sideload() -> None:
    assert refined(UsbMode.RECOVERY, "sideload") is UsbMode.SIDELOAD
    assert refined(UsbMode.ADB, "recovery") is UsbMode.RECOVERY
    assert refined(UsbMode.ADB, "device") is UsbMode.ADB
    assert refined(UsbMode.FASTBOOT, "sideload") is UsbMode.FASTBOOT
    assert mode_of(None) is UsbMode.NOTHING


def test_a_serial_line_alone_is_a_modem_or_a_tool_and_no_interface_is_charging_only() -> None:
    acm = UsbDescriptor("1-1", 5, 0x04E8, 0x6860, 0, 500, (UsbInterface(0, (2, 2, 1)), UsbInterface(1, (10, 0, 0))))
    assert mode_of(acm) is UsbMode.SERIAL
    assert mode_of(UsbDescriptor("1-1", 5, 0x04E8, 0x6860, 0, 500, ())) is UsbMode.CHARGING_ONLY
    assert mode_of(UsbDescriptor("1-1", 5, 0x1234, 0x5678, 0, 500, (UsbInterface(0, (3, 1, 1)),))) is UsbMode.OTHER
