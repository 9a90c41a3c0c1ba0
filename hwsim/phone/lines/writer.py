"""The pen that all sources of log lines share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from hwsim.phone.condition import Condition
    from hwsim.phone.phone import Phone

_UIDS = {
    "system_server": 1000,
    "com.android.phone": 1001,
    "rild": 1001,
    "com.android.bluetooth": 1002,
    "cameraserver": 1047,
    "android.hardware.camera.provider": 1047,
    "android.hardware.sensors-service": 1000,
    "android.hardware.health-service": 1000,
    "android.hardware.nfc-service": 1027,
    "com.android.nfc": 1027,
    "audioserver": 1041,
    "mediaserver": 1013,
    "surfaceflinger": 1000,
    "wificond": 1010,
    "android.hardware.wifi-service": 1010,
    "keystore2": 1017,
    "statsd": 1066,
    "logd": 1036,
    "android.hardware.audio.service": 1041,
    "android.hardware.biometrics.face": 1000,
    "android.hardware.biometrics.fingerprint": 1000,
    "android.hardware.bluetooth-service": 1002,
    "android.hardware.gnss-service": 1021,
    "android.hardware.lights-service": 1000,
    "android.hardware.thermal-service": 1000,
    "android.hardware.vibrator-service": 1000,
}


class Entry(NamedTuple):
    """One line of a ring buffer; ``at_s`` counts from boot, ``level`` is a letter (a digit for the kernel's)."""

    at_s: float
    buffer: str
    uid: int
    pid: int
    tid: int
    level: str
    tag: str
    text: str


class Writer:
    """Collects the lines of one span of time; all chance comes from ``rng``."""

    def __init__(self, phone: Phone, rng: random.Random, *, start_s: float, end_s: float) -> None:
        self.phone = phone
        self.rng = rng
        self.start_s = start_s
        self.end_s = end_s
        self.entries: list[Entry] = []

    @property
    def condition(self) -> Condition:
        """The state of the parts during this span."""
        return self.phone.condition_at(self.start_s)

    def moments(self, period_s: float) -> Iterator[float]:
        """Yield chance moments of the span, ``period_s`` apart on average; none for a period of zero."""
        at_s = self.start_s
        while period_s > 0:
            at_s += self.rng.expovariate(1 / period_s)
            if at_s >= self.end_s:
                return
            yield at_s

    def ticks(self, period_s: float) -> Iterator[float]:
        """Yield the moments of the span at which a regular timer fires."""
        count = int(self.start_s // period_s) + 1
        while count * period_s < self.end_s:
            yield count * period_s
            count += 1

    def log(self, at_s: float, process: str, level: str, tag: str, text: str, *, buffer: str = "main") -> None:
        """Write a line of a user-space process."""
        pid = self.phone.processes.get(process, 1187)
        app = None if process in _UIDS else self.phone.software.find(process)
        uid = app.uid if app else _UIDS.get(process, 0)
        tid = pid if self.rng.random() < 0.4 else pid + self.rng.randrange(1, 60)
        self.entries.append(Entry(at_s, buffer, uid, pid, tid, level, tag, text))

    def event(self, at_s: float, tag: str, text: str, *, process: str = "system_server") -> None:
        """Write a line of the events buffer."""
        self.log(at_s, process, "I", tag, text, buffer="events")

    def kernel(self, at_s: float, text: str, *, level: int = 6, comm: str = "kworker/u16:3", pid: int = 211) -> None:
        """Write a line of the kernel log; ``level`` is the kernel's, 3 for errors and 6 for information."""
        self.entries.append(Entry(at_s, "kernel", 0, pid, pid, str(level), comm, text))
