"""The phone laid down in four ways and turned in the hand: scale and zero of the motion sensors and of the compass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle, repeat
from typing import TYPE_CHECKING, Final

from probes._captures import HardwareBench, HardwareProbe, SensorKind, Track
from probes._declare import Measure, ProbeMeta, Reading, Said, Says
from probes._errors import NotSupported
from probes._limits import AtMost, Between, LimitSource
from probes._station import Does, StationBench, Task, Turn
from probes._verdict import Capability, Effort, Resource, Stage, Unit, Verdict
from probes.hardware._rotation import gravity_path_rad, rotation_ratio, whole_turn_rad
from probes.hardware._tracks import evidence_of, excuse, settled, without_samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_GRAVITY_M_S2: Final = 9.81  # between equator and poles 9.78 to 9.83
_RATE_HZ: Final = 100.0
_STILL_S: Final = 2.0
_TURN_S: Final = 8.0
_LEAST_TURN_RAD: Final = 3.0
_TRIES: Final = 2
_BEGINS_S: Final = 0.6
_HALF_UPRIGHT: Final = 0.3  # of gravity on either axis: 18 to 72 degrees
_APART_UT: Final = 2.0  # some times the noise of a sound compass, a few degrees of the earth's field
_TABLE_DEG: Final = 360.0
_TABLE_DEG_PER_S: Final = 120.0
_TABLE_AT_S: Final = 1.0
_KINDS: Final = (SensorKind.ACCELEROMETER, SensorKind.GYROSCOPE, SensorKind.MAGNETOMETER)
_POSES: Final = {"flat": (2, 1.0), "face_down": (2, -1.0), "upright": (1, 1.0), "landscape": (0, 1.0)}
_TEXTS: Final = {
    "flat": "Lay the phone flat on the table, screen up, and let go of it.",
    "face_down": "Lay the phone flat on the table, screen down, and let go of it.",
    "upright": "Stand the phone upright on its lower edge and lean it against the stop.",
    "landscape": "Stand the phone on its right edge and lean it against the stop.",
    "in_hand": "Hold the phone before you as when reading, half upright.",
}
_PROPPED: Final = "Prop the phone up on the turntable, half upright as when reading, and let go of it."
_TURN_TEXT: Final = "Turn the phone slowly once around its long axis, all the way, and hold it still."
_CTS_POSES: Final = LimitSource(
    kind="standard", text="CTS Verifier, accelerometer measurement: within 1.95 m/s2 of each axis in six positions"
)
_SCALE: Final = LimitSource(
    kind="prior", text="CTS allows 15 % of gravity for offset and scale together; scales of sound parts lie within 3 %"
)
_TURNED: Final = LimitSource(
    kind="prior", text="CTS Verifier allows 10 degrees of 360; gravity as the yardstick, in a hand, adds some percent"
)
_TABLE: Final = LimitSource(
    kind="prior", text="a table knows its angle; data sheets of such gyroscopes allow 3 % over parts, warmth and years"
)
_IRON: Final = LimitSource(kind="standard", text="Android CDD 7.3.2: a hard iron of less than 200 uT")
_SHAPE: Final = LimitSource(
    kind="prior", text="with 30 % between its axes no calibration routine of the system accepts the compass"
)


class Poses(HardwareProbe):
    """Four positions tell scale and zero of all three axes, which one position mixes up."""

    meta = ProbeMeta(
        id="sensors.poses",
        version=1,
        purpose="Accelerometer in four positions",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.MEDIUM,
        duration_s=35.0,
        resources=frozenset({Resource.OPERATOR}),
        wants=frozenset({Capability.OPERATOR, Capability.SENSORS}),
        measures=(
            Measure(
                name="scale_error_ratio",
                label="Scale error of the worst axis",
                unit=Unit.NONE,
                limit=AtMost(high=0.08, source=_SCALE),
                says=Says(code="sensors.accelerometer_scale", component="SNS-IMU"),
                key=True,
            ),
            Measure(
                name="zero_m_s2",
                label="Zero error of the worst axis",
                unit=Unit.METRE_PER_SECOND_2,
                limit=AtMost(high=1.95, source=_CTS_POSES),
                says=Says(code="sensors.accelerometer_zero", component="SNS-IMU"),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Have it laid down, record, and lay it flat again at the end."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who lays the phone down")
        names = [measure.name for measure in self.meta.measures]
        tracks = {pose: _lying(bench, pose) for pose in (*list(_POSES)[1:], "flat")}
        means = {pose: settled(track) for pose, track in tracks.items()}
        if any(track is None for track in tracks.values()):
            yield from without_samples({}, SensorKind.ACCELEROMETER, names)
            return
        if any(values is None for values in means.values()):
            yield from excuse(names, "no_samples")
            return
        import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

        from probes.signals.calibration import six_positions  # noqa: PLC0415  as above

        measured = np.array([np.median(values, axis=0) for values in means.values() if values is not None])
        if not all(_is_in(pose, row) for pose, row in zip(means, measured, strict=True)):
            yield from excuse(names, "wrong_position")
            return
        found = six_positions(measured, np.array([_truth(pose) for pose in means]))
        if not found.valid:
            yield from excuse(names, str(found.reasons[0]))
            return
        evidence = tuple(mark for track in tracks.values() if track is not None for mark in evidence_of(track))
        scale = float(np.abs(np.diag(found.matrix) - 1.0).max())
        yield Reading(name="scale_error_ratio", value=scale, evidence=evidence)
        yield Reading(name="zero_m_s2", value=float(np.abs(found.bias).max()), evidence=evidence)


class TurnedInHand(HardwareProbe):
    """Three turns, the phone held in three ways: gravity and the earth's field are the yardsticks.

    Where the bench has a turntable the phone lies on it, and the table's angle is a better yardstick for the gyroscope.
    """

    meta = ProbeMeta(
        id="sensors.turned",
        version=3,
        purpose="Gyroscope and compass in a turn",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.MEDIUM,
        duration_s=45.0,
        resources=frozenset({Resource.OPERATOR}),
        wants=frozenset({Capability.OPERATOR, Capability.SENSORS, Capability.SENSOR_RATE}),
        measures=(
            Measure(
                name="gyroscope_scale",
                label="Turn told by the gyroscope over the real one",
                unit=Unit.NONE,
                limit=Between(low=0.9, high=1.1, source=_TURNED),
                says=Says(code="sensors.gyroscope_scale", component="SNS-IMU"),
                key=True,
            ),
            Measure(
                name="table_ratio",
                label="Turn told by the gyroscope over that of the turntable",
                unit=Unit.NONE,
                limit=Between(low=0.95, high=1.05, source=_TABLE),
                says=Says(code="sensors.gyroscope_scale", component="SNS-IMU"),
            ),
            Measure(
                name="hard_iron_ut",
                label="Magnet beside the compass",
                unit=Unit.MICROTESLA,
                limit=AtMost(high=200.0, source=_IRON),
                says=Says(code="sensors.magnetometer_magnetised", component="SNS-MAG"),
            ),
            Measure(
                name="axis_ratio",
                label="Longest over shortest axis of the compass",
                unit=Unit.NONE,
                limit=AtMost(high=1.3, source=_SHAPE),
                says=Says(code="sensors.magnetometer_distorted", component="SNS-MAG"),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Have it turned in each way and lay it flat again."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who turns the phone")
        turns = _on_table(bench)
        by_table = turns is not None
        if turns is None:
            turns = _in_hand(bench)
        yield from _gyroscope(turns, by_table=by_table)
        yield from _against_table(turns if by_table else [])
        yield from _compass(turns)


def _lying(bench: StationBench, pose: str) -> Track | None:
    """The accelerometer in a position; asked for twice where gravity says that the first prompt was overlooked."""
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    track = None
    for _ in range(_TRIES):
        bench.do(Task(does=Does.PLACE, what=pose, text=_TEXTS[pose]))
        kind = SensorKind.ACCELEROMETER
        track = bench.sense([kind], rate_hz=_RATE_HZ, duration_s=_STILL_S).get(kind)
        values = settled(track)
        if values is None or _is_in(pose, np.median(values, axis=0)):
            break
    return track


def _is_in(pose: str, force: NDArray[np.float64]) -> bool:
    """Whether gravity leads on the right axis; a scale that is far off still does."""
    axis, sign = _POSES[pose]
    return bool(abs(force).argmax() == axis and force[axis] * sign > 0.0)


def _truth(pose: str) -> list[float]:
    axis, sign = _POSES[pose]
    return [_GRAVITY_M_S2 * sign if place == axis else 0.0 for place in range(3)]


def _in_hand(bench: StationBench) -> list[Mapping[SensorKind, Track]]:
    """Sensors while somebody turns the phone, and lays it flat again."""
    by_hand = Task(does=Does.TURN, text=_TURN_TEXT)
    turns = _three_turns(bench, _TEXTS, ("flat", "upright", "in_hand"), repeat(by_hand))
    bench.do(Task(does=Does.PLACE, what="flat", text=_TEXTS["flat"]))
    return turns


def _on_table(bench: StationBench) -> list[Mapping[SensorKind, Track]] | None:
    """Sensors while the table turns there, back and there again; None where the bench has none that turns by itself.

    The last way to lie is flat, so that the phone need not be laid down after it.
    """
    there_and_back = (
        Turn(at_s=_TABLE_AT_S, angle_deg=angle_deg, rate_deg_per_s=_TABLE_DEG_PER_S)
        for angle_deg in cycle((_TABLE_DEG, 0.0))
    )
    try:
        bench.turn(0.0, rate_deg_per_s=_TABLE_DEG_PER_S)
        texts = {**_TEXTS, "in_hand": _PROPPED}
        return _three_turns(bench, texts, ("upright", "in_hand", "flat"), there_and_back)
    except NotSupported:
        return None


def _three_turns(
    bench: StationBench, texts: Mapping[str, str], poses: Sequence[str], ways: Iterator[Task | Turn]
) -> list[Mapping[SensorKind, Track]]:
    """Sensors in three turns; a turn is made again where the phone did not lie as was asked."""
    turns: list[Mapping[SensorKind, Track]] = []
    for pose in poses:
        for _ in range(_TRIES):
            bench.do(Task(does=Does.PLACE, what=pose, text=texts[pose]))
            turn = bench.sense_while(next(ways), _KINDS, rate_hz=_RATE_HZ, duration_s=_TURN_S)
            if _began_in(pose, turn):
                break
        turns.append(turn)
    return turns


def _began_in(pose: str, turn: Mapping[SensorKind, Track]) -> bool:
    """Whether a turn began in a position, by gravity; True where the phone does not tell."""
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    track = turn.get(SensorKind.ACCELEROMETER)
    if track is None or not len(track.t_ns):
        return True
    force = np.median(track.values[track.t_ns - track.t_ns[0] < _BEGINS_S * 1e9], axis=0)
    if pose in _POSES:
        return _is_in(pose, force)
    return bool(min(force[1], force[2]) > _HALF_UPRIGHT * np.linalg.norm(force))


def _gyroscope(turns: list[Mapping[SensorKind, Track]], *, by_table: bool) -> Iterator[Said]:
    """The gyroscope against gravity, which does not see a table that turns about the vertical."""
    name, kinds = ["gyroscope_scale"], (SensorKind.ACCELEROMETER, SensorKind.GYROSCOPE)
    usable = [turn for turn in turns if all(settled(turn.get(kind)) is not None for kind in kinds)]
    if not usable:
        missing = next((kind for kind in kinds if settled(turns[0].get(kind)) is None), kinds[1])
        yield from without_samples(turns[0], missing, name)
        return
    turned = [turn for turn in usable if gravity_path_rad(turn[kinds[0]]) >= _LEAST_TURN_RAD]
    if not turned:
        yield from excuse(name, "not_turned", Verdict.NOT_SUPPORTED if by_table else Verdict.INCONCLUSIVE)
        return
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    evidence = tuple(mark for turn in turned for kind in kinds for mark in evidence_of(turn[kind]))
    ratio = float(np.median([rotation_ratio(turn[kinds[1]], turn[kinds[0]]) for turn in turned]))
    yield Reading(name=name[0], value=ratio, evidence=evidence)


def _against_table(turns: list[Mapping[SensorKind, Track]]) -> Iterator[Said]:
    """The gyroscope against the table's own angle; a table that stood still moves neither gravity nor gyroscope."""
    name, kind = ["table_ratio"], SensorKind.GYROSCOPE
    if not turns:
        yield from excuse(name, "no_turntable", Verdict.NOT_SUPPORTED)
        return
    tracks = [turn[kind] for turn in turns if settled(turn.get(kind)) is not None]
    if not tracks:
        yield from without_samples(turns[0], kind, name)
        return
    whole = [(track, angle_rad) for track in tracks if (angle_rad := whole_turn_rad(track)) is not None]
    felt_rad = [gravity_path_rad(turn[_KINDS[0]]) for turn in turns if settled(turn.get(_KINDS[0])) is not None]
    if not whole or max([*felt_rad, *(angle_rad for _track, angle_rad in whole)]) < _LEAST_TURN_RAD:
        yield from excuse(name, "not_turned")
        return
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    evidence = tuple(mark for track, _angle in whole for mark in evidence_of(track))
    ratio = float(np.median([angle_rad for _track, angle_rad in whole]) / np.radians(_TABLE_DEG))
    yield Reading(name=name[0], value=ratio, evidence=evidence)


def _apart(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The samples that lie apart from the one before: a phone that rests says nothing new, however long it does."""
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    kept = [values[0]]
    for row in values[1:]:
        if float(np.abs(row - kept[-1]).max()) > _APART_UT:
            kept.append(row)
    return np.array(kept)


def _compass(turns: list[Mapping[SensorKind, Track]]) -> Iterator[Said]:
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    from probes.signals.ellipsoid import ellipsoid  # noqa: PLC0415  as above

    names = ["hard_iron_ut", "axis_ratio"]
    tracks = [turn[SensorKind.MAGNETOMETER] for turn in turns if SensorKind.MAGNETOMETER in turn]
    rows = [_apart(values) for track in tracks if (values := settled(track)) is not None]
    if not rows:
        yield from without_samples(turns[0], SensorKind.MAGNETOMETER, names)
        return
    found = ellipsoid(np.concatenate(rows).T)
    if not found.valid:
        yield from excuse(names, str(found.reasons[0]))
        return
    evidence = tuple(mark for track in tracks for mark in evidence_of(track))
    axes = np.linalg.eigvalsh(found.matrix)
    yield Reading(name="hard_iron_ut", value=float(np.linalg.norm(found.centre)), evidence=evidence)
    yield Reading(name="axis_ratio", value=float(axes[-1] / axes[0]), evidence=evidence)
