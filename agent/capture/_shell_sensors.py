"""Sensors through the stock shell: the last events that ``dumpsys sensorservice`` remembers, polled.

Each sensor's ring holds 10 to 50 events, rounded to 0.01, and grows only while some app listens. That is enough to see
that a part lives and what gravity, light or nearness it reports; it is never enough for noise or rates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from agent.capture._device_time import DeviceTime
from agent.companion import Meanwhile, SensorRows
from probes import NotSupported, NotUnderstood, SensorKind, decode
from probes.formats import parse_sensorservice

if TYPE_CHECKING:
    from agent.links import AdbLink

NAME: Final = "shell"
_TYPES: Final = {
    1: SensorKind.ACCELEROMETER,
    2: SensorKind.MAGNETOMETER,
    4: SensorKind.GYROSCOPE,
    5: SensorKind.LIGHT,
    6: SensorKind.BAROMETER,
    8: SensorKind.PROXIMITY,
}
_ONE_AXIS: Final = frozenset({SensorKind.LIGHT, SensorKind.BAROMETER, SensorKind.PROXIMITY})
_RING: Final = re.compile(r"(?P<name>[^:|\n]{1,200}): last \d{1,6} events?")
_NUMBER: Final = r"(-?\d{1,12}(?:\.\d{1,9})?)"
_EVENT: Final = re.compile(
    rf"\s{{0,12}}\d{{1,4}} \(ts=(\d{{1,10}})\.(\d{{9}}), [^)]{{0,60}}\) {_NUMBER}, {_NUMBER}, {_NUMBER}"
)
_EVERY_S: Final = 1.0
_FRESH_S: Final = 6.0  # older events are of an app that has stopped listening
_DEADLINE_S: Final = 10.0
_CAP_BYTES: Final = 1 << 20
_MOST_LINES: Final = 20_000
_NS: Final = 1_000_000_000

Event = tuple[int, tuple[float, float, float]]


class ShellSensors:
    """Polls the rings of one phone."""

    name = NAME

    def __init__(self, link: AdbLink, time: DeviceTime) -> None:
        self._link = link
        self._time = time

    def sensors(
        self,
        kinds: Sequence[SensorKind],
        *,
        rate_hz: float,
        duration_s: float,
        meanwhile: Meanwhile,
        after_s: float | None = None,
    ) -> dict[SensorKind, SensorRows]:
        """Return what the rings held within the time; the rate is whatever apps have asked for.

        Raises:
            NotSupported: nobody listens to any of these sensors at the moment, so the phone tells nothing.
            LinkError: the way to the phone broke.
        """
        del rate_hz
        begun_s = self._time.now_s()
        seen: dict[SensorKind, dict[int, tuple[float, float, float]]] = {}
        self._poll(seen)
        meanwhile(lambda at_s: self._time.wait_until(begun_s + at_s))
        if after_s is not None:
            duration_s = min(duration_s, self._time.now_s() - begun_s + after_s)
        at_s = _EVERY_S
        while at_s < duration_s + _EVERY_S:
            self._time.wait_until(begun_s + min(at_s, duration_s))
            self._poll(seen)
            at_s += _EVERY_S
        oldest_ns = round((begun_s - _FRESH_S) * _NS)
        rows = {kind: _rows(kind, seen.get(kind, {}), oldest_ns) for kind in kinds}
        found = {kind: row for kind, row in rows.items() if len(row.t_ns)}
        if not found:
            raise NotSupported(
                "no app of the phone listens to these sensors, so its shell tells nothing of them: "
                "cannot be measured on this phone without the companion",
                link=NAME,
            )
        return found

    def _poll(self, seen: dict[SensorKind, dict[int, tuple[float, float, float]]]) -> None:
        answer = self._link.shell(("dumpsys", "sensorservice"), deadline_s=_DEADLINE_S, cap_bytes=_CAP_BYTES)
        for kind, (t_ns, values) in read_rings(decode(answer.stdout)):
            seen.setdefault(kind, {})[t_ns] = values


def read_rings(text: str) -> Iterator[tuple[SensorKind, Event]]:
    """Yield the events of the rings; a sensor whose type is not of ours is left out.

    Raises:
        NotSupported: the dump is of no sensor service.
    """
    try:
        listed = parse_sensorservice(text)
    except NotUnderstood as error:
        raise NotSupported("this phone's sensor service tells no events", link=NAME) from error
    kinds = {
        sensor.name: _TYPES[sensor.type_number] for sensor in reversed(listed.hardware) if sensor.type_number in _TYPES
    }
    kind: SensorKind | None = None
    for line in text.splitlines()[:_MOST_LINES]:
        if ring := _RING.match(line):
            kind = kinds.get(ring["name"].strip())
        elif kind is not None and (found := _EVENT.match(line)):
            values = (float(found[3]), float(found[4]), float(found[5]))
            yield kind, (int(found[1]) * _NS + int(found[2]), values)


def _rows(kind: SensorKind, events: dict[int, tuple[float, float, float]], oldest_ns: int) -> SensorRows:
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    axes = 1 if kind in _ONE_AXIS else 3
    stamps = sorted(t_ns for t_ns in events if t_ns >= oldest_ns)
    values = np.array([events[t_ns][:axes] for t_ns in stamps], dtype=np.float64).reshape(len(stamps), axes)
    return SensorRows(np.array(stamps, dtype=np.int64), values, is_whole=False)
