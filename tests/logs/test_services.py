"""What services say of a part they cannot reach names it, on phones that keep their kernel's log to themselves."""

from __future__ import annotations

from functools import lru_cache

import pytest

from hwsim.phone.logbook import BUFFERS
from hwsim.render.log import log_line
from probes.logs import LogSource, load_signatures, scan
from tests.hwsim_board.emulated import phone_with

OWN = {one.code for one in load_signatures() if one.id.endswith("hal") or one.id.startswith("charge.health")}
KINDS = ("samsung_14", "sony_13", "xiaomi_12", "vivo_9")
TOLD = [
    ("amplifier.off_bus", {"audio.amp_no_answer"}),
    ("haptics.driver_dead", {"vibrator.no_answer"}),
    ("fingerprint.off_bus", {"fingerprint.no_answer"}),
    ("display.backlight_driver", {"display.backlight_no_answer"}),
    ("bluetooth.chip_dead", {"bluetooth.no_answer"}),
    ("wifi.chip_dead", {"wifi.driver_missing"}),
    ("gnss.dead", {"gnss.no_answer"}),
    ("charger_ic.dead", {"charge.ic_no_answer"}),
    ("board.power_bus_dead", {"charge.ic_no_answer", "battery.gauge_no_answer", "display.backlight_no_answer"}),
    ("flex.main_loose", {"audio.amp_no_answer", "vibrator.no_answer", "fingerprint.no_answer"}),
    ("port.no_charge", {"charge.trickle"}),
    ("port.water_detected", {"usb.moisture"}),
]


@lru_cache
def said(fault: str, kind: str) -> frozenset[str]:
    """The codes that a shell which may not read the kernel's log comes to; weak ones left out."""
    phone = phone_with(fault, kind)
    entries = sorted(
        (entry for name in BUFFERS if name != "kernel" for entry in phone.logbook.entries(name)),
        key=lambda entry: entry.at_s,
    )
    report = scan([LogSource("logcat", [log_line(phone, entry).encode() for entry in entries])])
    return frozenset(one.code for one in report.findings if one.strength.rank > 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("fault", "codes"), TOLD)
def test_a_service_that_cannot_reach_its_part_names_it(fault: str, codes: set[str], kind: str) -> None:
    assert codes <= said(fault, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_the_services_of_a_whole_phone_name_nothing(kind: str) -> None:
    assert not OWN & said("healthy", kind)
