"""Voltage and current of the battery, sampled side by side: from the kernel where a stock shell may read it.

Otherwise the current is BatteryManager's and the voltage that of the battery service, one after the other. On real
phones the service may hold a voltage for longer than a gauge does (not verified on a real phone); a step that shows in
the current alone then comes out as a resistance near zero, which no limit calls a fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from probes._captures import HardwareBench
from probes._declare import Excuse, ProbeMeta, Said, Samples
from probes._errors import NotSupported
from probes._records import Evidence
from probes._verdict import Unit, Verdict
from probes.formats import Battery, PowerSupply, parse_battery, parse_power_supply
from probes.software._ask import ask, try_ask

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SUPPLIES: Final = "/sys/class/power_supply"
_CURRENT_NOW: Final = 2  # BATTERY_PROPERTY_CURRENT_NOW, microampere
CHARGING: Final = 2
"""BatteryManager's status of a battery that is charged now."""
FULL: Final = 5
"""BatteryManager's status of a battery that needs no more."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at the battery: bench clock (ns), V, A as the phone signs it, the recording, the phone's uptime (s)."""

    t_ns: int
    voltage_v: float
    current_a: float
    recording: str
    uptime_s: float | None = None


@dataclass(slots=True)
class Sampler:
    """Samples one phone's battery; ``samples`` keeps all of them.

    Args:
        bench: the phone.
        has_phone_clock: whether each sample carries the phone's own time, for observations of hours.
    """

    bench: HardwareBench
    has_phone_clock: bool = False
    samples: list[Sample] = field(default_factory=list)
    _uses_kernel: bool | None = None

    def take(self) -> Sample:
        """Look once.

        Raises:
            NotSupported: this phone tells no current, or no voltage.
            LinkError: the way to the phone broke.
        """
        sample = self._from_kernel() if self._uses_kernel is not False else None
        self._uses_kernel = sample is not None
        if sample is None:
            sample = self._from_services()
        if self.has_phone_clock:
            sample = replace(sample, uptime_s=phone_uptime_s(self.bench))
        self.samples.append(sample)
        return sample

    def watch(self, count: int, *, every_s: float) -> list[Sample]:
        """Look so many times, with pauses of the phone's own time between."""
        found: list[Sample] = []
        for _ in range(count):
            found.append(self.take())
            self.bench.wait(every_s)
        return found

    def evidence(self, text: str) -> tuple[Evidence, ...]:
        """A pointer to the last recording."""
        return (Evidence(recording=self.samples[-1].recording, text=text),) if self.samples else ()

    def arrays(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Times (s, from the first sample, by the phone's clock where that was asked), volts and amperes."""
        import numpy as np  # noqa: PLC0415  no arrays for those who only list the probes

        own = [sample.uptime_s for sample in self.samples if sample.uptime_s is not None]
        times_s = own if len(own) == len(self.samples) else [sample.t_ns / 1e9 for sample in self.samples]
        volts = np.array([sample.voltage_v for sample in self.samples], dtype=np.float64)
        amperes = np.array([sample.current_a for sample in self.samples], dtype=np.float64)
        return np.array(times_s, dtype=np.float64) - times_s[0], volts, amperes

    def kept(self) -> Samples:
        """All samples, for the record."""
        import numpy as np  # noqa: PLC0415  as above

        _times_s, volts, amperes = self.arrays()
        return Samples(
            source=f"{_SUPPLIES}/battery/uevent" if self._uses_kernel else "dumpsys battery, BatteryManager",
            t_ns=np.array([sample.t_ns for sample in self.samples], dtype=np.int64),
            channels={"voltage_mv": volts * 1000.0, "current_ma": amperes * 1000.0},
            units={"voltage_mv": Unit.MILLIVOLT, "current_ma": Unit.MILLIAMPERE},
        )

    def _from_kernel(self) -> Sample | None:
        answer = try_ask(self.bench, parse_power_supply, "cat", f"{_SUPPLIES}/battery/uevent")
        supply = answer.value.battery if answer is not None else None
        if answer is None or supply is None or supply.voltage_mv is None or supply.current_raw_ma is None:
            return None
        return Sample(answer.reply.at_ns, supply.voltage_mv / 1000, supply.current_raw_ma / 1000, answer.reply.id)

    def _from_services(self) -> Sample:
        current_ua = self.bench.battery_property(_CURRENT_NOW)
        answer = ask(self.bench, parse_battery, "dumpsys", "battery")
        if current_ua is None or answer.value.voltage_mv is None:
            raise NotSupported("this phone tells no current of its battery, or no voltage")
        return Sample(answer.reply.at_ns, answer.value.voltage_mv / 1000, current_ua / 1e6, answer.reply.id)


def phone_uptime_s(bench: HardwareBench) -> float | None:
    """The phone's uptime, None where a stock shell may not read it."""
    word = bench.shell("cat", "/proc/uptime").out.parse(str).partition(" ")[0]
    return float(word) if word.replace(".", "", 1).isdecimal() else None


def read_service(bench: HardwareBench) -> Battery:
    """What the battery service says now; raises as ``probes.software._ask.ask``."""
    return ask(bench, parse_battery, "dumpsys", "battery").value


def read_bus(bench: HardwareBench) -> PowerSupply | None:
    """The supply at the port as the kernel sees it, None where a stock shell may not look."""
    answer = try_ask(bench, parse_power_supply, "cat", f"{_SUPPLIES}/usb/uevent")
    return next(iter(answer.value.supplies.values()), None) if answer is not None else None


def excuse_all(
    meta: ProbeMeta, reason: str, *, verdict: Verdict = Verdict.INCONCLUSIVE, but: frozenset[str] = frozenset()
) -> Iterator[Said]:
    """Say of every measurement, but those named, why it has no value."""
    for measure in meta.measures:
        if measure.name not in but:
            yield Excuse(name=measure.name, verdict=verdict, reason=reason)
