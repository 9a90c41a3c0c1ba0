"""Radios that their owner has switched on and that do not come up: their chips do not start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._limits import LimitSource, OneOf
from probes._verdict import Effort, Resource, Stage, Unit, Verdict
from probes.formats import parse_bluetooth, parse_nfc
from probes.hardware.radio_dumps import parse_wifi_air
from probes.software._ask import Answer, try_ask
from probes.software._cards import radio_is_off

_WANTED: Final = LimitSource(kind="prior", text="a radio that is switched on and stays off has not started its chip")


def _radio(name: str, label: str, code: str, component: str, function: str = "") -> Measure:
    return Measure(
        name=name,
        label=label,
        unit=Unit.TEXT,
        limit=OneOf(values=("on",), source=_WANTED),
        says=Says(code=code, component=component, function=function),
    )


class RadioPresence(HardwareProbe):
    """Wi-Fi, Bluetooth and NFC: the owner's switch against the state of the service."""

    meta = ProbeMeta(
        id="radio.presence",
        version=2,
        purpose="Wi-Fi, Bluetooth and NFC come up",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.NONE,
        duration_s=0.6,
        resources=frozenset({Resource.RADIO}),
        measures=(
            _radio("wifi", "Wi-Fi", "wifi.will_not_start", "PCB", "wifi"),
            _radio("bluetooth", "Bluetooth", "bluetooth.will_not_start", "PCB", "bluetooth"),
            _radio("nfc", "NFC", "nfc.will_not_start", "NFC"),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Ask for switch and state of each; a radio that the phone lacks is not supported."""
        if radio_is_off(bench):
            for measure in self.meta.measures:
                yield Excuse(name=measure.name, verdict=Verdict.INCONCLUSIVE, reason="radio_switched_off")
            return
        yield _told(bench, "wifi", "wifi_on", _wifi)
        yield _told(bench, "bluetooth", "bluetooth_on", _bluetooth)
        # AOSP keeps this switch in the NFC app's own preferences (NfcServicePrefs), which a shell may not read, so that
        # the setting of that name most likely says `null` on a real phone: only a "1" tells that the owner wants NFC
        yield _told(bench, "nfc", "nfc_on", _nfc, is_public=False)


def _told(
    bench: HardwareBench,
    name: str,
    switch: str,
    state: Callable[[HardwareBench], Answer[bool] | None],
    *,
    is_public: bool = True,
) -> Said:
    """What one radio says; a switch that is not public counts as off until the phone says that it is on."""
    answer = state(bench)
    if answer is None:
        return Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    wanted = try_ask(bench, lambda text: text.strip(), "settings", "get", "global", switch)
    word = wanted.value if wanted is not None else None
    is_off = word == "0" if is_public else word != "1"
    if not answer.value and is_off:
        return Excuse(name=name, verdict=Verdict.INCONCLUSIVE, reason="radio_switched_off")
    return Reading(name=name, value="on" if answer.value else "off", evidence=answer.evidence(f"{switch}: wanted"))


def _wifi(bench: HardwareBench) -> Answer[bool] | None:
    return try_ask(bench, lambda text: parse_wifi_air(text).is_on, "dumpsys", "wifi", cap_bytes=16 << 20)


def _bluetooth(bench: HardwareBench) -> Answer[bool] | None:
    answer = try_ask(bench, parse_bluetooth, "dumpsys", "bluetooth_manager")
    if answer is None or answer.value.enabled is None:
        return None
    return Answer(answer.value.enabled, answer.reply)


def _nfc(bench: HardwareBench) -> Answer[bool] | None:
    return try_ask(bench, lambda text: parse_nfc(text).state == "on", "dumpsys", "nfc")
