"""UsbLink, FastbootLink and AtLink on libusb and pyserial themselves, on the emulated bus that any program can see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.clients.usb_bus import Bench

pytestmark = pytest.mark.slow
GOOGLE, SAMSUNG, XIAOMI, VIVO = range(4)
LOOK = """
import json
from agent.links import UsbBus, mode_of
print(json.dumps({one.path: mode_of(one) for one in UsbBus().listed() if not one.is_hub}))
"""
WATCH = """
import json
from agent.links import UsbLink
with UsbLink("1-1.1") as link:
    print(link.strings().serial.raw.decode(), flush=True)
    traffic = link.watch(for_s=3.0)
    print(json.dumps([traffic.enumerations, traffic.departures, traffic.modes]))
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


def test_a_bad_plug_is_seen_to_come_and_go(bench: Bench) -> None:
    bench.control("usb", phone=GOOGLE, mode="adb", flap=20, out_s=0.3, in_s=0.4)
    said = bench.python(WATCH).splitlines()
    came, went, modes = json.loads(said[-1])
    assert said[0] == bench.serial(GOOGLE)
    assert came >= 2
    assert abs(came - went) <= 1
    assert set(modes) == {"adb", "nothing"}


def test_a_boot_loader_is_asked_over_bulk_pipes(bench: Bench) -> None:
    bench.control("usb", phone=GOOGLE, mode="fastboot")
    assert bench.python(FASTBOOT).strip() == bench.serial(GOOGLE)


def test_the_modem_is_found_by_its_usb_interface(bench: Bench) -> None:
    bench.control("usb", phone=SAMSUNG, mode="modem")
    assert bench.python(MODEM).split()[:3] == ["1-1.2", "0", "SAMSUNG"]
