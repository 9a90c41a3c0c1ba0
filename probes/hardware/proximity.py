"""Light and nearness: what they say at rest, and whether they follow a hand that covers and uncovers them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from probes._captures import HardwareBench, HardwareProbe, SensorKind, Track
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._errors import NotSupported
from probes._limits import AtLeast, AtMost, LimitSource, Recorded
from probes._records import Evidence
from probes._station import Does, StationBench, Task
from probes._verdict import Capability, Effort, Resource, Stage, Unit, Verdict
from probes.hardware._tracks import evidence_of, excuse, settled

_PART: Final = "SNS-PLS"
_RATE_HZ: Final = 10.0
_LOOK_S: Final = 2.0
_HAND_S: Final = 14.0
_ROUNDS: Final = 4
_AGREE: Final = 2
"""So many rounds that blame the sensor for the same are believed; prompts are overlooked at times."""
_FACE_UP_M_S2: Final = 7.0
_COVERED_SHARE: Final = 0.5
_BOTH: Final = (SensorKind.LIGHT, SensorKind.PROXIMITY)
_COVER: Final = "Cover the top of the screen with your hand, and leave it there."
_UNCOVER: Final = "Take your hand away from the screen."
_BARE: Final = "Lay the phone below the lamp with its screen up, and take away whatever lies over it."
_ANSWERED: Final = 1.5
_OPEN: Final = LimitSource(
    kind="prior", text="nothing lies before a phone with its screen up: a film or grease does it"
)
_HAND: Final = LimitSource(kind="prior", text="a hand on the glass is nearer than any phone's threshold")
_AWAY: Final = LimitSource(kind="prior", text="with the hand gone for good the sensor must tell far, or calls go dark")
_DARK: Final = LimitSource(
    kind="prior", text="a hand lets a hundredth of the light of a workshop through: 10 lx; four times as much is a leak"
)
_ANSWER: Final = LimitSource(
    kind="prior", text="a bench panel outshines the room; no answer to it at all is a dead sensor or a covered window"
)


class LightAndNearness(HardwareProbe):
    """Whether both sensors answer at all, and whether something seems near when nothing is."""

    meta = ProbeMeta(
        id="sensors.light_proximity",
        version=1,
        purpose="Light and proximity sensor at rest",
        stage=Stage.HARDWARE_UNATTENDED,
        duration_s=_LOOK_S + 0.5,
        resources=frozenset({Resource.STILLNESS}),
        wants=frozenset({Capability.SENSORS}),
        measures=(
            Measure(name="light_lux", label="Light at rest", unit=Unit.LUX, key=True),
            Measure(
                name="silent_sensors",
                label="Light and proximity sensors without an answer",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_ANSWER),
                says=Says(code="sensors.light_proximity_silent", component=_PART),
            ),
            Measure(
                name="near_at_rest",
                label="Something near with the screen up",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_OPEN),
                says=Says(code="sensors.proximity_near_at_rest", component=_PART),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Look for two seconds; the accelerometer tells which side is up."""
        kinds = [*_BOTH, SensorKind.ACCELEROMETER]
        tracks = bench.sense(kinds, rate_hz=_RATE_HZ, duration_s=_LOOK_S)
        light, near = _last(tracks, SensorKind.LIGHT), _last(tracks, SensorKind.PROXIMITY)
        if light is None:
            missing = SensorKind.LIGHT not in tracks
            verdict = Verdict.NOT_SUPPORTED if missing else Verdict.INCONCLUSIVE
            yield Excuse(name="light_lux", verdict=verdict, reason="no_such_sensor" if missing else "no_samples")
        else:
            yield Reading(name="light_lux", value=light, evidence=evidence_of(tracks[SensorKind.LIGHT]))
        there = [kind for kind in _BOTH if kind in tracks]
        if there:
            silent = [kind for kind in there if _last(tracks, kind) is None]
            evidence = tuple(mark for kind in there for mark in evidence_of(tracks[kind]))
            yield Reading(name="silent_sensors", value=len(silent), evidence=evidence)
        else:
            yield from excuse(["silent_sensors"], "no_such_sensor", Verdict.NOT_SUPPORTED)
        force = settled(tracks.get(SensorKind.ACCELEROMETER))
        if near is None:
            yield from excuse(["near_at_rest"], "no_samples")
        elif force is None or float(force[:, 2].mean()) < _FACE_UP_M_S2:
            yield from excuse(["near_at_rest"], "not_face_up")
        else:
            yield Reading(
                name="near_at_rest", value=int(near == 0.0), evidence=evidence_of(tracks[SensorKind.PROXIMITY])
            )


@dataclass(frozen=True, slots=True)
class _Round:
    """One covering and uncovering."""

    came_near: bool
    went_far: bool
    open_lux: float | None
    covered_lux: float | None
    evidence: tuple[Evidence, ...]

    @property
    def is_dark(self) -> bool:
        """Whether the light says that a hand was there."""
        if self.open_lux is None or self.covered_lux is None:
            return False
        return self.covered_lux < _COVERED_SHARE * self.open_lux

    @property
    def is_good(self) -> bool:
        """Whether the sensors told of a hand that came and went, as far as they tell anything."""
        return self.came_near and self.went_far and (self.covered_lux is None or self.is_dark)


class CoveredByHand(HardwareProbe):
    """A hand over the sensors and away again: near and far, dark and bright."""

    meta = ProbeMeta(
        id="sensors.covered",
        version=3,
        purpose="Light and proximity sensor under a hand",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.LOW,
        duration_s=35.0,
        resources=frozenset({Resource.OPERATOR}),
        wants=frozenset({Capability.OPERATOR, Capability.SENSORS}),
        measures=(
            Measure(
                name="missed_near",
                label="Hand not noticed",
                unit=Unit.COUNT,
                limit=AtMost(high=_AGREE - 1, source=_HAND),
                says=Says(code="sensors.proximity_blind", component=_PART),
                key=True,
            ),
            Measure(
                name="missed_far",
                label="Hand noticed that is gone",
                unit=Unit.COUNT,
                limit=AtMost(high=_AGREE - 1, source=_AWAY),
                says=Says(code="sensors.proximity_stays_near", component=_PART),
            ),
            Measure(
                name="covered_lux",
                label="Light under the hand",
                unit=Unit.LUX,
                limit=AtMost(high=40.0, source=_DARK),
                says=Says(code="sensors.light_leaks", component=_PART),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """One round where the part works; where not, until two agree on what is wrong with it."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes a hand over the sensors")
        rounds: list[_Round] = []
        while len(rounds) < _ROUNDS:
            found = _round(bench)
            if found is None:
                names = [measure.name for measure in self.meta.measures]
                yield from excuse(names, "no_such_sensor", Verdict.NOT_SUPPORTED)
                return
            rounds.append(found)
            if found.is_good or _AGREE in (_blind(rounds), _stuck(rounds)):
                break
        evidence = tuple(mark for one in rounds for mark in one.evidence)
        yield Reading(name="missed_near", value=_blind(rounds), evidence=evidence)
        if any(one.came_near for one in rounds):
            yield Reading(name="missed_far", value=_stuck(rounds), evidence=evidence)
        else:
            yield from excuse(["missed_far"], "never_near")
        dark = [one.covered_lux for one in rounds if one.covered_lux is not None and (one.came_near or one.is_dark)]
        if dark:
            yield Reading(name="covered_lux", value=min(dark), evidence=evidence)
        else:
            yield from excuse(["covered_lux"], "no_samples")


def _blind(rounds: Sequence[_Round]) -> int:
    """How often a hand was there and not noticed.

    Where the light tells of no hand the prompt was overlooked; a light that never tells of one proves nothing.
    """
    blind_light = len(rounds) == _ROUNDS and not any(one.is_dark for one in rounds)
    return sum(not one.came_near and (one.is_dark or one.covered_lux is None or blind_light) for one in rounds)


def _stuck(rounds: Sequence[_Round]) -> int:
    return sum(one.came_near and not one.went_far for one in rounds)


class PanelLight(HardwareProbe):
    """How the light sensor answers the bench's panel; what a whole one says of it has to be learned per model."""

    meta = ProbeMeta(
        id="sensors.panel_light",
        version=2,
        purpose="Light sensor under the bench's panel",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.LOW,
        duration_s=8.0,
        resources=frozenset({Resource.OPERATOR}),
        wants=frozenset({Capability.LIGHT_PANEL, Capability.SENSORS}),
        measures=(
            Measure(name="panel_lux", label="Light of the panel", unit=Unit.LUX, limit=Recorded(), key=True),
            Measure(
                name="gain_ratio",
                label="Light with the panel over light without",
                unit=Unit.NONE,
                limit=AtLeast(low=_ANSWERED, source=_ANSWER),
                says=Says(code="sensors.light_blind", component=_PART),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Dark, then bright; a hand or a cloth from the check before is asked away before a sensor is called blind."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes a light panel")
        seen = _under_panel(bench)
        if seen is not None and seen.ratio < _ANSWERED:
            bench.do(Task(does=Does.UNCOVER, text=_BARE))
            seen = _under_panel(bench) or seen
        if seen is None:
            yield from excuse([measure.name for measure in self.meta.measures], "no_samples")
            return
        yield Reading(name="panel_lux", value=seen.lit_lux - seen.dark_lux, evidence=seen.evidence)
        yield Reading(name="gain_ratio", value=seen.ratio, evidence=seen.evidence)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the light sensor says with the panel dark and lit."""

    dark_lux: float
    lit_lux: float
    evidence: tuple[Evidence, ...]

    @property
    def ratio(self) -> float:
        return self.lit_lux / max(self.dark_lux, 1.0)


def _under_panel(bench: StationBench) -> _Seen | None:
    """One look at the panel; None where the sensor says nothing."""
    said: list[tuple[float, Track]] = []
    for level in (0.0, 1.0):
        bench.light(level)
        tracks = bench.sense([SensorKind.LIGHT], rate_hz=_RATE_HZ, duration_s=_LOOK_S)
        value = _last(tracks, SensorKind.LIGHT)
        if value is None:
            return None
        said.append((value, tracks[SensorKind.LIGHT]))
    (dark_lux, _), (lit_lux, track) = said
    return _Seen(dark_lux=dark_lux, lit_lux=lit_lux, evidence=tuple(evidence_of(track)))


def _last(tracks: Mapping[SensorKind, Track], kind: SensorKind) -> float | None:
    """The last word of a sensor that speaks when something changes; it holds until the next."""
    track = tracks.get(kind)
    return None if track is None or not len(track.t_ns) else float(track.values[-1, 0])


def _round(bench: StationBench) -> _Round | None:
    """Cover and uncover once; None where the phone has no such sensor."""
    open_lux = _last(bench.sense(_BOTH, rate_hz=_RATE_HZ, duration_s=_LOOK_S), SensorKind.LIGHT)
    cover = Task(does=Does.COVER, what="top", text=_COVER)
    covered = bench.sense_while(cover, _BOTH, rate_hz=_RATE_HZ, duration_s=_HAND_S)
    if SensorKind.PROXIMITY not in covered:
        return None
    came_near = _last(covered, SensorKind.PROXIMITY) == 0.0
    uncover = Task(does=Does.UNCOVER, text=_UNCOVER)
    opened = bench.sense_while(uncover, _BOTH, rate_hz=_RATE_HZ, duration_s=_HAND_S)
    far = _last(opened, SensorKind.PROXIMITY)
    return _Round(
        came_near=came_near,
        went_far=far is not None and far > 0.0,
        open_lux=open_lux,
        covered_lux=_last(covered, SensorKind.LIGHT),
        evidence=tuple(
            mark for tracks in (covered, opened) for track in tracks.values() for mark in evidence_of(track)
        ),
    )
