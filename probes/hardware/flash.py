"""The flash: how much light it adds to what the rear camera sees, and whether somebody sees it flicker.

The rear camera's automatic exposure says how bright its view is. The room's light is known from the light sensor, so
that the flash's share of the view is known in lux. On some phones the torch goes out when their camera app opens: a
flash of which nothing is seen is said with less weight, and the person at the bench is asked. Not verified on a real
phone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe, SensorKind
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says, Sign
from probes._errors import NotSupported
from probes._limits import AtLeast, LimitSource, OneOf
from probes._records import Evidence
from probes._station import Checklist, Question, StationBench
from probes._verdict import Capability, Effort, Resource, Stage, Strength, Unit, Verdict
from probes.hardware._gamma import ONE_PICTURE
from probes.hardware.agreement import is_fine, is_still
from probes.hardware.camera_field import View, view_of
from probes.hardware.camera_photo import Facing, Shot, shoot
from probes.hardware.camera_sensor import no_photo, refuse_black

_PART: Final = "FLS"
_LUX: Final = LimitSource(
    kind="prior",
    text="torches give 40 to 90 lx at 1 m; the bench's wall at 0.5 m sees four times that; half of it is a worn flash",
)
_STEADY: Final = LimitSource(kind="prior", text="a torch is steady to the eye; contacts that open make it go out")
_LIGHT_RATE_HZ: Final = 10.0
_LIGHT_S: Final = 1.0
_LEAST_ROOM_LUX: Final = 20.0
_MOST_ROOM_LUX: Final = 2000.0
_SEEN_RATIO: Final = 0.05
_LIT_S: Final = 0.6
_LIT: Final = "flash_lit"
_FLICKERS: Final = "flash_flickers"
_WATCHED: Final = Checklist(
    text="The flash should be lit now. Watch it for ten seconds, not straight into it. Which of these is so?",
    items={_LIT: "It is lit", _FLICKERS: "It flickers or goes out"},
)


class FlashLight(HardwareProbe):
    """Two photos of one wall: without the torch, and with it."""

    meta = ProbeMeta(
        id="flash.light",
        version=2,
        purpose="Light of the flash",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.LOW,
        duration_s=7.0,
        resources=frozenset({Resource.CAMERA, Resource.SCREEN}),
        wants=frozenset({Capability.PHOTO, Capability.TORCH, Capability.SENSORS}),
        needs_setting=frozenset({"setting.camera_privacy"}),
        measures=(
            Measure(name="room_lux", label="Light of the room", unit=Unit.LUX),
            Measure(
                name="flash_lux",
                label="Light that the flash adds",
                unit=Unit.LUX,
                limit=AtLeast(low=160.0, source=_LUX),
                says=Says(code="flash.dim", component=_PART),
                key=True,
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Compare the rear camera's view with and without the torch."""
        room_lux = _room_lux(bench)
        if room_lux is None or not _LEAST_ROOM_LUX <= room_lux <= _MOST_ROOM_LUX:
            yield from self._excused("no_room_light")
            return
        dark = shoot(bench, Facing.REAR)  # before anything is said: a phone that takes no photo cannot be measured
        yield Reading(name="room_lux", value=room_lux)
        bench.torch(lit=True)
        bench.wait(_LIT_S)
        lit = shoot(bench, Facing.REAR)
        bench.torch(lit=False)
        if dark is None or lit is None:
            yield no_photo(Facing.REAR)
            yield Excuse(name="flash_lux", verdict=Verdict.INCONCLUSIVE, reason="no_photo")
            return
        refuse_black(dark)
        yield from _judged(room_lux, dark, lit)

    def _excused(self, reason: str) -> Iterator[Said]:
        for measure in self.meta.measures:
            yield Excuse(name=measure.name, verdict=Verdict.INCONCLUSIVE, reason=reason)


class FlashSeen(HardwareProbe):
    """Somebody looks at the torch for some seconds."""

    meta = ProbeMeta(
        id="flash.seen",
        version=4,
        purpose="Flash as a person sees it",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.LOW,
        duration_s=20.0,
        # a lit torch takes what would count as the charger's
        resources=frozenset({Resource.CAMERA, Resource.OPERATOR, Resource.USB_CURRENT}),
        wants=frozenset({Capability.TORCH, Capability.OPERATOR}),
        measures=(
            Measure(
                name="lights",
                label="Flash lights up",
                unit=Unit.TEXT,
                limit=OneOf(values=("yes",), source=_STEADY),
                says=Says(code="flash.dark", component=_PART),
                key=True,
            ),
            Measure(
                name="flickers",
                label="Flash flickers",
                unit=Unit.TEXT,
                limit=OneOf(values=("no",), source=_STEADY),
                says=Says(code="flash.flickers", component=_PART),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Light the torch and have it watched."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who looks at the flash")
        bench.torch(lit=True)
        bench.wait(_LIT_S)
        seen = bench.tick(_WATCHED)
        lights = _LIT in seen or self._lit_again(bench)
        yield Reading(name="lights", value="yes" if lights else "no")
        if not lights:
            yield Excuse(name="flickers", verdict=Verdict.INCONCLUSIVE, reason="not_lit")
        else:
            again = Question(
                asks=_FLICKERS,
                text="Watch the lit flash for ten seconds, not straight into it. Does it flicker or go out?",
            )
            if _FLICKERS in seen:
                steady = not is_still(bench, again, fine="no")
            else:  # who saw no light could not see it flicker
                steady = _LIT in seen or is_fine(bench, again, fine="no")
            yield Reading(name="flickers", value="no" if steady else "yes")
        bench.torch(lit=False)

    @staticmethod
    def _lit_again(bench: StationBench) -> bool:
        """Switch it once more: a program on the phone that ended has put it out, and says nothing of the LED."""
        bench.torch(lit=False)
        bench.torch(lit=True)
        bench.wait(_LIT_S)
        return is_fine(bench, Question(asks=_LIT, text="The flash should be lit now. Is it lit?"), fine="yes")


def _room_lux(bench: HardwareBench) -> float | None:
    """Light at the phone's light sensor; None where it says nothing."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    track = bench.sense([SensorKind.LIGHT], rate_hz=_LIGHT_RATE_HZ, duration_s=_LIGHT_S).get(SensorKind.LIGHT)
    return None if track is None or not len(track.t_ns) else float(np.median(track.values[:, 0]))


def _judged(room_lux: float, dark: Shot, lit: Shot) -> Iterator[Said]:
    """The flash's light, where both views are one plain wall and their exposure is known."""
    before, after = dark.luminance, lit.luminance
    evidence = (Evidence(text=f"exposure {dark.exposure_s} s, ISO {dark.iso}; lit {lit.exposure_s} s, ISO {lit.iso}"),)
    with ONE_PICTURE:
        is_plain = view_of(dark.light) is View.PLAIN
    if not before or not after or not is_plain:
        reason = "not_plain" if before and after else "no_exposure"
        yield Excuse(name="flash_lux", verdict=Verdict.INCONCLUSIVE, reason=reason)
        return
    share = after / before - 1.0
    if share < _SEEN_RATIO:  # burnt, or put out by the camera app
        yield Sign(code="flash.dim", strength=Strength.MODERATE, components=(_PART,), evidence=evidence)
        yield Excuse(name="flash_lux", verdict=Verdict.INCONCLUSIVE, reason="flash_not_seen")
        return
    yield Reading(name="flash_lux", value=room_lux * share, evidence=evidence)
