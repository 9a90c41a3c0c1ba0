"""UsbLink, FastbootLink and AtLink on libusb and pyserial themselves, on the emulated bus that any program can see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.clients.usb_bus import Bench, program, until

pytestmark = pytest.mark.slow
GOOGLE, SAMSUNG, XIAOMI, VIVO = range(4)
LOOK = """
import json
from agent.links import UsbBus, mode_of
print(json.dumps({one.path: mode_of(one) for one in UsbBus().listed() if not one.is_hub}))
"""
PACKAGED = LOOK.replace("UsbBus()", "UsbBus(libusb_package.get_libusb1_backend())").replace(
    "json\n", "json, libusb_package\n", 1
)
HUB = """
from agent.links import UsbBus
from fixtures.hub import UhubctlHub
with UhubctlHub("hub", "1-1") as hub:
    hub.switch(4, on=False)
    print(hub.is_on(4), UsbBus().at("1-1.4"))
    hub.switch(4, on=True)
    print(hub.is_on(4))
"""
WATCH = """
import json
from agent.links import UsbLink
with UsbLink("1-1.1") as link:
    traffic = link.watch(for_s=3.0)
    print(json.dumps([traffic.enumerations, traffic.departures, traffic.modes]))
"""
STRINGS = """
from agent.links import UsbLink
with UsbLink("1-1.1") as link:
    print(link.strings().serial.raw.decode())
"""
FASTBOOT = """
from agent.links import FastbootLink, FastbootUsb
with FastbootLink("phone", FastbootUsb("usb:1-1.1")) as link:
    print(link.variables().values["serialno"].raw.decode())
"""
MODEM = """
from agent.links import AtLink, find_at_port
port = find_at_port("1-1.2")
with AtLink(port.node) as link:
    print(port.path, port.interface, link.ask("AT+CGMI", deadline_s=5).lines[0].decode())
"""


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with ExitStack() as stack:
        yield Bench(stack, "--phones", "4", "--seed", "5", "--boot-s", "0.5")


def asked(bench: Bench, script: str) -> Any:
    return json.loads(bench.python(script).splitlines()[-1])


def test_each_socket_shows_the_mode_of_its_phone(bench: Bench) -> None:
    for phone, mode in ((GOOGLE, "mtp"), (SAMSUNG, "download"), (XIAOMI, "edl"), (VIVO, "preloader")):
        bench.control("usb", phone=phone, mode=mode)
    assert asked(bench, LOOK) == {
        "1-1.1": "mtp",
        "1-1.2": "samsung_download",
        "1-1.3": "qualcomm_9008",
        "1-1.4": "mediatek_preloader",
    }


def test_the_libusb_that_comes_with_us_sees_the_same(bench: Bench) -> None:
    assert asked(bench, PACKAGED) == asked(bench, LOOK)


def test_uhubctl_takes_a_phone_off_the_bus_and_brings_it_back(bench: Bench) -> None:
    program("uhubctl", "uhubctl")
    bench.control("usb", phone=VIVO, mode="adb")
    assert bench.python(HUB).split() == ["False", "None", "True"]


def test_a_bad_plug_is_seen_to_come_and_go(bench: Bench) -> None:
    bench.control("usb", phone=GOOGLE, mode="adb", flap=12, out_s=0.25, in_s=0.3)
    came, went, modes = asked(bench, WATCH)
    assert came >= 2
    assert abs(came - went) <= 1
    assert set(modes) == {"adb", "nothing"}
    until(lambda: not bench.control("usb", phone=GOOGLE)["flapping"], what="the end of the flapping")
    assert bench.python(STRINGS).strip() == bench.serial(GOOGLE)


def test_a_boot_loader_is_asked_over_bulk_pipes(bench: Bench) -> None:
    bench.control("usb", phone=GOOGLE, mode="fastboot")
    assert bench.python(FASTBOOT).strip() == bench.serial(GOOGLE)


def test_the_modem_is_found_by_its_usb_interface(bench: Bench) -> None:
    bench.control("usb", phone=SAMSUNG, mode="modem")
    assert bench.python(MODEM).split()[:3] == ["1-1.2", "0", "samsung"]
