"""What a supply brings into the battery: the same look for the bench's charger and for what the customer brought."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Final

from probes._declare import Excuse, Said
from probes._errors import NotSupported
from probes._records import Evidence
from probes._station import Does, StationBench, Task
from probes._verdict import Verdict
from probes.formats import Battery
from probes.hardware.battery_sampling import Sampler, read_bus, read_service

IDLE_W: Final = 0.7
"""What a phone at rest with its screen dark takes beside the battery [prior: 0.4..1.0 W]."""
_FEELS_LOOKS: Final = 12
_FEELS_EVERY_S: Final = 1.0
_NEGOTIATES_S: Final = 3.0  # BC 1.2 and the charger's input limit are found within some seconds
_TRIES: Final = 2
_METER_S: Final = 2.0
_LEAST_METER_A: Final = 0.3
_BACK: Final = "Put the phone back on the bench's USB port"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """One state of the supply; None where nothing on this bench or phone tells.

    Attributes:
        service: what the battery service says.
        battery_w: power into the battery, positive when charged.
        voltage_v, current_a: of the battery; the current is positive into it.
        meter_w, meter_v, meter_a: at the bench's meter.
        bus_v: at the phone's port, by the phone.
    """

    service: Battery
    voltage_v: float
    current_a: float
    meter_v: float | None
    meter_a: float | None
    bus_v: float | None
    evidence: tuple[Evidence, ...]

    @property
    def battery_w(self) -> float:
        """Power into the battery."""
        return self.voltage_v * self.current_a

    @property
    def transfer_ratio(self) -> float | None:
        """What reaches battery and phone of what leaves the meter; None without a meter that sees a load."""
        if self.meter_v is None or self.meter_a is None or self.meter_a < _LEAST_METER_A:
            return None
        return (self.battery_w + IDLE_W) / (self.meter_v * self.meter_a)

    @property
    def path_ohm(self) -> float | None:
        """Resistance between meter and port; None where one of the two voltages is not told."""
        if self.meter_v is None or self.meter_a is None or self.bus_v is None or self.meter_a < _LEAST_METER_A:
            return None
        return (self.meter_v - self.bus_v) / self.meter_a


def look(bench: StationBench) -> Supply:
    """Read phone and meter side by side.

    Raises:
        NotSupported: the phone tells no current of its battery.
    """
    sampler = Sampler(bench)
    sampler.watch(3, every_s=0.3)
    service, bus = read_service(bench), read_bus(bench)
    meter_v = meter_a = None
    try:
        track = bench.power(duration_s=_METER_S)
        meter_v, meter_a = (float(median(found)) / 1000 for found in (track.voltage_mv, track.current_ma))
    except NotSupported:
        pass  # a bench without a meter says less
    current_a = median(sample.current_a for sample in sampler.samples)
    if service.status_name == "charging" and current_a < 0:
        current_a = -current_a  # a gauge that counts discharge as positive
    voltage_v = median(sample.voltage_v for sample in sampler.samples)
    bus_mv = bus.voltage_mv if bus is not None else None
    return Supply(
        service=service,
        voltage_v=voltage_v,
        current_a=current_a,
        meter_v=meter_v,
        meter_a=meter_a,
        bus_v=bus_mv / 1000 if bus_mv else None,
        evidence=sampler.evidence(f"{1000 * current_a:.0f} mA at {voltage_v:.3f} V, {service.status_name}"),
    )


@contextmanager
def off_the_port(bench: StationBench) -> Iterator[None]:
    """Have the bench's own port plugged in again after a block, whatever fed the phone in it."""
    try:
        yield
    finally:
        bench.do(Task(does=Does.PLUG, what="usb_port", text=_BACK))


def plugged(bench: StationBench, what: str, text: str, *, kind: str = "ac") -> bool:
    """Have a supply plugged in, and tell whether the phone feels one of that kind.

    A person who has overlooked the task is asked once more.
    """
    for _ in range(_TRIES):
        bench.do(Task(does=Does.PLUG, what=what, text=text))
        for _look in range(_FEELS_LOOKS):
            bench.wait(_FEELS_EVERY_S)
            if kind in read_service(bench).plugged:
                bench.wait(_NEGOTIATES_S)
                return True
    return False


def unmeasured(name: str, reason: str) -> Said:
    """Say that something is not measurable on this bench or in this state."""
    return Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason=reason)
