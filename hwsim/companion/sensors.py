"""Sensor streams: samples rendered ahead in blocks, stamped by the phone's clock and handed out when they are due."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from hwsim.companion.scene import Scene
from hwsim.physics import noise
from hwsim.physics.arrays import Floats, Stamps
from hwsim.physics.imu import Triad
from hwsim.physics.sampling import UNPRIVILEGED_CLAMP_HZ, Sampling, deliver
from hwsim.physics.vibration import felt

BATCH_RECORDS = 64
BLOCK_S = 16.0
"""A block's length; noise slower than its inverse is the random walk's alone, which goes on from block to block."""
LOWEST_HZ = 1.0
ACCURACY_HIGH = 3
_NS = 1_000_000_000


class SensorKind(NamedTuple):
    """One kind of sensor; ``type`` is Android's number, and an on-change sensor tells new values only."""

    type: int
    name: str
    axes: int
    max_hz: float
    unit_range: float
    resolution: float
    on_change: bool = False


KINDS = {
    kind.type: kind
    for kind in (
        SensorKind(1, "Accelerometer", 3, 400.0, 78.4532, 9.80665 / 4096),
        SensorKind(2, "Magnetometer", 3, 100.0, 2000.0, 0.15),
        SensorKind(4, "Gyroscope", 3, 400.0, 17.4533, 17.4533 / 16384),
        SensorKind(5, "Ambient light", 1, 10.0, 65535.0, 1.0, on_change=True),
        SensorKind(6, "Pressure", 1, 25.0, 1260.0, 0.0026),
        SensorKind(8, "Proximity", 1, 10.0, 5.0, 5.0, on_change=True),
    )
}


@dataclass(frozen=True)
class Block:
    """Records that are ready to be sent: stamps, and the bytes of all of them."""

    t_ns: Stamps
    wire: bytes
    record_bytes: int


class SensorStream:
    """One registered listener. ``scene`` is asked for each time: a part that breaks shows in the next batch."""

    def __init__(
        self,
        kind: SensorKind,
        scene: Callable[[], Scene],
        *,
        requested_hz: float,
        clamped: bool,
        start_ns: int,
        rng: np.random.Generator,
    ) -> None:
        self.kind = kind
        self.lost = 0
        self._scene = scene
        self._requested_hz = max(requested_hz, LOWEST_HZ)
        self._clamped = clamped
        self._rng = rng
        self._seen = scene()
        self._walk = np.zeros(kind.axes)
        self._last_value: float | None = None
        self._last_ns = start_ns
        self._begun_s = start_ns / _NS
        self._block_start_ns = self._block_end_ns = start_ns
        self._period_ns = 1.0 * _NS
        self._block = Block(np.zeros(0, dtype=np.int64), b"", 1)
        self._next = 0

    @property
    def delivered_hz(self) -> float:
        """The rate that the samples really have."""
        return self._sampling().rate_hz(self._requested_hz)

    def batches(self, now_ns: int) -> Iterator[tuple[int, bytes]]:
        """Yield (stamp of the first record, records) for everything that is due by now."""
        scene = self._scene()
        if scene is not self._seen:
            self._break_off(self._changed_ns(scene, now_ns))
            self._seen = scene
        while True:
            due = int(np.searchsorted(self._block.t_ns, now_ns, "right"))
            size = self._block.record_bytes
            for first in range(self._next, due, BATCH_RECORDS):
                last = min(first + BATCH_RECORDS, due)
                yield int(self._block.t_ns[first]), self._block.wire[first * size : last * size]
            self._next = due
            if self._block_end_ns > now_ns:
                return
            self._render()

    def skip_to(self, now_ns: int) -> None:
        """Forget everything before ``now_ns``, without rendering it."""
        if self._block_end_ns <= now_ns:
            self._block_start_ns = self._block_end_ns = self._last_ns = now_ns
            self._block, self._next = Block(np.zeros(0, dtype=np.int64), b"", 1), 0
        else:
            self._next = int(np.searchsorted(self._block.t_ns, now_ns, "right"))

    def _changed_ns(self, scene: Scene, now_ns: int) -> int:
        """Return from when on the scene is another; what has been told before that stays told."""
        if scene.motion == self._seen.motion or math.isinf(scene.motion.since_s):
            return now_ns
        told_ns = int(self._block.t_ns[self._next - 1]) if self._next else self._last_ns
        return min(max(round(scene.motion.since_s * _NS), told_ns), now_ns)

    def _break_off(self, now_ns: int) -> None:
        """Throw away what was rendered for the future: the part is no longer what it was.

        The chip's own clock goes on: the next sample comes a period after the last one, as if nothing had been.
        """
        due = int(np.searchsorted(self._block.t_ns, now_ns, "right"))
        self._block = replace(self._block, t_ns=self._block.t_ns[:due])
        self._last_ns = min(self._last_ns, now_ns)
        if self.kind.on_change:  # how many samples went by without a word shows in no stamp
            self._block_end_ns = min(self._block_end_ns, now_ns + 1)
            return
        periods = round((int(self._block.t_ns[-1]) - self._block_start_ns) / self._period_ns) if due else 0
        self._block_end_ns = min(self._block_end_ns, self._block_start_ns + round(periods * self._period_ns))

    def _sampling(self) -> Sampling:
        clamp_hz = UNPRIVILEGED_CLAMP_HZ if self._clamped else None
        return replace(self._scene().parts.sensor_bus, max_rate_hz=self.kind.max_hz, clamp_hz=clamp_hz)

    def _render(self) -> None:
        sampling = self._sampling()
        rate_hz = sampling.rate_hz(self._requested_hz)
        count = max(round(BLOCK_S * rate_hz), 1)
        times_s = np.arange(1, count + 1) / rate_hz
        start_ns = self._block_end_ns
        values = self._read(times_s + start_ns / _NS, rate_hz).reshape(count, -1)
        recording = deliver(values, times_s, sampling=sampling, rng=self._rng, start_ns=start_ns)
        self.lost += recording.lost
        # An interrupt that is served late is stamped late, but never before the one that came first.
        order = np.arange(len(recording.t_ns))
        stamps = np.maximum(np.maximum.accumulate(recording.t_ns - order), self._last_ns + 1) + order
        rows = recording.values
        if self.kind.on_change and len(rows):
            before = np.concatenate(([np.nan if self._last_value is None else self._last_value], rows[:-1, 0]))
            changed = rows[:, 0] != before
            stamps, rows = stamps[changed], rows[changed]
        self._keep(stamps, rows)
        self._block_start_ns, self._block_end_ns = start_ns, start_ns + round(count / rate_hz * _NS)
        self._period_ns = _NS / rate_hz

    def _keep(self, stamps: Stamps, rows: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
        layout = np.dtype(
            [("t", ">i8"), ("accuracy", "u1"), ("n", "u1"), ("zero", ">u2"), ("v", ">f4", (rows.shape[1],))]
        )
        records = np.zeros(len(rows), dtype=layout)
        records["t"], records["accuracy"], records["n"], records["v"] = stamps, ACCURACY_HIGH, rows.shape[1], rows
        if len(rows):
            self._last_ns, self._last_value = int(stamps[-1]), float(rows[-1, 0])
        self._block, self._next = Block(stamps, records.tobytes(), layout.itemsize), 0

    def _read(self, times_s: Floats, rate_hz: float) -> Floats:
        scene = self._scene()
        parts = scene.parts
        if self.kind.type == 1:
            force = scene.motion.specific_force(times_s)
            for buzz in scene.buzzes_within(float(times_s[0]), float(times_s[-1])):
                force += felt(parts.motor, buzz, times_s, rng=self._rng)
            return self._read_triad(parts.accelerometer, force, rate_hz)
        if self.kind.type == 2:
            return self._read_triad(parts.magnetometer, scene.motion.magnetic_field(times_s), rate_hz)
        if self.kind.type == 4:
            return self._read_triad(parts.gyroscope, scene.motion.angular_rate(times_s), rate_hz)
        if self.kind.type == 5:
            return parts.light.read(np.full(len(times_s), scene.lux), times_s, rng=self._rng, depth=0.1)
        if self.kind.type == 6:
            return parts.barometer.read(
                np.full(len(times_s), scene.pressure_hpa),
                rate_hz=rate_hz,
                rng=self._rng,
                since_s=max(float(times_s[0]) - self._begun_s, 0.0),
            )
        was_near = self._last_value == 0.0
        return parts.proximity.read(np.full(len(times_s), scene.distance_cm), rng=self._rng, was_near=was_near)

    def _read_triad(self, part: Triad, truth: Floats, rate_hz: float) -> Floats:
        for axis in range(3):
            walked = noise.random_walk(self._rng, len(truth), part.random_walk, rate_hz) + self._walk[axis]
            truth[:, axis] += walked
            self._walk[axis] = walked[-1]
        return replace(part, random_walk=0.0).read(truth, rate_hz=rate_hz, rng=self._rng)
