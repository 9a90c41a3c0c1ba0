"""How a phone hears the access points of the bench: one close by, and one that a good phone only just hears."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says, Sign
from probes._limits import AtLeast, AtMost, LimitSource
from probes._verdict import Effort, Resource, Stage, Strength, Unit, Verdict
from probes.hardware.radio_dumps import parse_wifi_air
from probes.software._ask import ask, try_ask

_SCAN_S: Final = 3.0
_NEAR_DBM: Final = -54
_FAINT_DBM: Final = -80
_NEAR: Final = LimitSource(
    kind="prior",
    text="an access point of 20 dBm at 3 m (56 dB of free space at 5.2 GHz) into an antenna of -10 dBi is heard at "
    "-46 dBm, less 8 dB for the way the phone lies. To be learned from a golden phone on the same fixture",
)
_FAINT: Final = LimitSource(
    kind="prior",
    text="a good receiver decodes beacons down to about -90 dBm; near a bench some station is always fainter than "
    "-80 dBm, or one behind an attenuator is put there",
)


def ask_for_scan(bench: HardwareBench) -> None:
    """Have the phone scan anew where its shell can (Android 11 on); otherwise the last scan of its own has to do."""
    bench.shell("cmd", "wifi", "start-scan")


class WifiLevel(HardwareProbe):
    """The strongest and the faintest station of a scan."""

    meta = ProbeMeta(
        id="wifi.level",
        version=1,
        purpose="Level of Wi-Fi",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.NONE,
        duration_s=_SCAN_S + 0.5,
        resources=frozenset({Resource.RADIO}),
        measures=(
            Measure(
                name="strongest_dbm",
                label="Level of the strongest Wi-Fi station",
                unit=Unit.DECIBEL_MILLIWATT,
                limit=AtLeast(low=_NEAR_DBM, source=_NEAR),
                says=Says(code="wifi.level_low", component="ANT"),
                key=True,
            ),
            Measure(
                name="faintest_dbm",
                label="Level of the faintest Wi-Fi station",
                unit=Unit.DECIBEL_MILLIWATT,
                limit=AtMost(high=_FAINT_DBM, source=_FAINT),
                says=Says(code="wifi.deaf", component="PCB", function="wifi"),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Scan and look; the faintest station says something only where the strongest one is loud enough."""
        before = try_ask(bench, parse_wifi_air, "dumpsys", "wifi")
        if before is not None and not before.value.is_on:
            yield from self._excused("radio_switched_off")
            return
        ask_for_scan(bench)
        bench.wait(_SCAN_S)
        heard = ask(bench, parse_wifi_air, "dumpsys", "wifi", cap_bytes=16 << 20)
        levels = heard.value.levels_dbm
        evidence = heard.evidence(f"{len(levels)} stations")
        if not levels:
            yield from self._excused("no_station_heard")
            yield Sign(
                code="wifi.nothing_heard", strength=Strength.MODERATE, components=("ANT", "PCB"), evidence=evidence
            )
            return
        yield Reading(name="strongest_dbm", value=levels[0], evidence=evidence)
        if levels[0] >= _NEAR_DBM:
            yield Reading(name="faintest_dbm", value=levels[-1], evidence=evidence)
        else:
            yield Excuse(name="faintest_dbm", verdict=Verdict.INCONCLUSIVE, reason="level_too_low")

    def _excused(self, reason: str) -> Iterator[Said]:
        for measure in self.meta.measures:
            yield Excuse(name=measure.name, verdict=Verdict.INCONCLUSIVE, reason=reason)
