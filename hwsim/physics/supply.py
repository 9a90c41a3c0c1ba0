"""From the wall to the phone's charger: charger, cable and port, and what bad contacts do on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hwsim.physics.arrays import Floats
from hwsim.physics.modes import between, between_log, fault_mode


@dataclass(frozen=True)
class Adapter:
    """A charger: its voltage at no load, the current it allows and its own resistance."""

    volts: float = 5.1
    limit_a: float = 3.0
    ohm: float = 0.02


@dataclass(frozen=True)
class Cable:
    """A cable: the resistance of its loop, both wires and both plugs."""

    loop_ohm: float = 0.08


@dataclass(frozen=True)
class Port:
    """The socket of the phone: contact resistance, breaks of contact, and which sides' CC pin is good."""

    loop_ohm: float = 0.03
    breaks_per_s: float = 0.0
    break_s: float = 0.03
    cc_up_good: bool = True
    cc_down_good: bool = True


@dataclass(frozen=True)
class Supply:
    """Adapter, cable and port in line; a swap for known-good parts is ``dataclasses.replace``."""

    adapter: Adapter = Adapter()
    cable: Cable = Cable()
    port: Port = Port()
    plug_up: bool = True

    @property
    def loop_ohm(self) -> float:
        """The whole resistance between the adapter's source and the phone's bus."""
        return self.adapter.ohm + self.cable.loop_ohm + self.port.loop_ohm

    @property
    def attached(self) -> bool:
        """Whether the phone sees the adapter at all: its CC pin on the plugged side must make contact."""
        return self.port.cc_up_good if self.plug_up else self.port.cc_down_good

    @property
    def contact_ratio(self) -> float:
        """The mean share of the time in which the port makes contact."""
        return 1.0 / (1.0 + self.port.breaks_per_s * self.port.break_s)

    def bus_v(self, current_a: Floats | float) -> Floats:
        """Return the voltage at the phone's bus under a current, while the contact is good."""
        return np.asarray(self.adapter.volts - np.asarray(current_a) * self.loop_ohm, dtype=np.float64)

    def highest_a(self, lowest_bus_v: float) -> float:
        """Return the current that a phone takes which does not let its bus fall below a voltage."""
        if not self.attached:
            return 0.0
        return max(0.0, min(self.adapter.limit_a, (self.adapter.volts - lowest_bus_v) / self.loop_ohm))


SUPPLY = Supply()
PORT = SUPPLY.port
CABLE = SUPPLY.cable
ADAPTER = SUPPLY.adapter


def bus_waveform(
    supply: Supply, *, current_a: float, duration_s: float, rate_hz: float, rng: np.random.Generator
) -> Floats:
    """Return the bus voltage as a bench meter samples it: it falls to nothing while the contact is broken."""
    times_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    port = supply.port
    volts = np.full(len(times_s), float(supply.bus_v(current_a)) if supply.attached else 0.0)
    begins = np.sort(rng.uniform(0.0, duration_s, rng.poisson(port.breaks_per_s * duration_s)))
    ends = np.sort(begins + rng.exponential(port.break_s, len(begins)))
    broken = np.searchsorted(begins, times_s, "right") > np.searchsorted(ends, times_s, "right")
    volts[broken] = 0.0
    return volts + 0.004 * rng.standard_normal(len(times_s))


@fault_mode(
    "port.contact_resistance",
    of=PORT,
    fault_from=0.5,
    because="at 3 A more than 0.5 V is then lost in the port alone, the whole that USB-C allows on VBUS",
)
def contact_resistance(part: Port, severity: float) -> Port:
    """The contacts are corroded or burnt, and the current squeezes through what is left of the plating."""
    return replace(part, loop_ohm=between_log(part.loop_ohm, 1.2, severity))


@fault_mode(
    "port.loose",
    of=PORT,
    fault_from=0.3,
    because="a break of contact every few seconds makes the phone beep and charge half as often",
)
def loose(part: Port, severity: float) -> Port:
    """The tongue of the socket is worn or a solder joint is cracked, and any touch breaks the contact."""
    return replace(part, breaks_per_s=2.0 * severity**2, break_s=between(part.break_s, 0.3, severity))


@fault_mode(
    "port.cc_one_side",
    of=PORT,
    fault_from=0.01,
    because="a plug that works in one direction only is a fault at any severity",
)
def cc_one_side(part: Port, severity: float) -> Port:  # noqa: ARG001  a pin makes contact or it does not
    """One of the two CC pins is bent or corroded: the phone sees no adapter with the plug turned."""
    return replace(part, cc_down_good=False)


@fault_mode(
    "cable.resistive",
    of=CABLE,
    fault_from=0.4,
    because="over 250 milliohm a cable takes more than the 750 mV at 3 A that USB-C allows",
)
def cable_resistive(part: Cable, severity: float) -> Cable:
    """Strands are broken at the plug's strain relief, and few of them carry the current."""
    return replace(part, loop_ohm=between_log(part.loop_ohm, 1.5, severity))


@fault_mode(
    "adapter.weak",
    of=ADAPTER,
    fault_from=0.21,
    because="it then sags under 4.75 V at its rated load, the lower limit of USB",
)
def adapter_weak(part: Adapter, severity: float) -> Adapter:
    """The output capacitor has dried, and the adapter folds back under load."""
    return replace(part, ohm=between(part.ohm, 0.5, severity), limit_a=part.limit_a * between(1.0, 0.2, severity))
