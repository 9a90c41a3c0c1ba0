"""A rack of emulated phones in one process."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hwsim.adbd.chaos import Mischief
from hwsim.faults import Ailment, parse_faults
from hwsim.phone.phone import Times
from hwsim.phone.profile import profiles
from hwsim.unit import Unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hwsim.phone.profile import Profile
    from hwsim.sound_card import SoundServer
    from hwsim.usb.wiring import UsbWiring

_UNPLUGS_PER_MIN_MAX = 600
_OUT_S = (0.2, 3.0)


class BadRack(ValueError):
    """The rack asked for cannot be built."""


@dataclass
class RackPlan:
    """What to build: one fault per phone, or one for all; profiles go round when none is named.

    ``chaos`` names disturbances, one of which meets ``chaos_ratio`` of all answers; ``unplugs_per_min`` is how often
    each cable is pulled out for a moment, on average. Both come from the seed, and ``tell`` hears of each. ``modems``
    is a folder for the terminals of the phones' modems, ``modem0`` and so on; without it no modem is served.
    ``fastboot`` serves the boot loaders: a phone that is sent there stays there until a host sends it back.
    ``sound`` is an empty folder for the sound server whose cards are the phones' benches.
    ``usb`` is a folder for an emulated bus, on which all phones are in ``usb_mode``; they answer on TCP as well.
    """

    phones: int = 1
    faults: list[str] = field(default_factory=list)
    profile: str | None = None
    seed: int = 1
    base_port: int = 0
    state: str = "online"
    speed: float = 1.0
    boot_s: float = 2.0
    chaos: tuple[str, ...] = ()
    chaos_ratio: float = 0.1
    unplugs_per_min: float = 0.0
    modems: Path | None = None
    fastboot: bool = False
    sound: Path | None = None
    usb: Path | None = None
    usb_mode: str = "adb"
    tell: Callable[[dict[str, object]], None] = field(default=lambda _event: None)
    monotonic_s: Callable[[], float] = time.monotonic


class Rack:
    """All phones of a plan; raises BadRack or UnknownFault when the plan makes no sense."""

    def __init__(self, plan: RackPlan) -> None:
        if not 0 <= plan.chaos_ratio <= 1 or not 0 <= plan.unplugs_per_min <= _UNPLUGS_PER_MIN_MAX:
            raise BadRack(f"chaos ratio is 0 to 1, unplug rate 0 to {_UNPLUGS_PER_MIN_MAX} a minute")
        if plan.phones < 1:
            raise BadRack("a rack holds at least one phone")
        if len(plan.faults) not in (0, 1, plan.phones):
            raise BadRack(f"{len(plan.faults)} faults for {plan.phones} phones: name one for all, or one each")
        faults = plan.faults * plan.phones if len(plan.faults) == 1 else plan.faults or ["healthy"] * plan.phones
        times = Times(monotonic_s=plan.monotonic_s, speed=plan.speed)
        self._plan = plan
        self._pullers: list[asyncio.Task[None]] = []
        self.units: list[Unit] = []
        for index, text in enumerate(faults):
            ailments = parse_faults(text)
            profile = choose_profile(plan.profile, index, ailments=ailments)
            unit = Unit(
                profile=profile,
                seed=plan.seed * 1000 + index,
                ailments=ailments,
                times=times,
                port=plan.base_port + index if plan.base_port else 0,
                boot_s=plan.boot_s,
            )
            unit.set_state(plan.state)
            if plan.chaos:
                unit.server.mischief = Mischief(
                    plan.chaos, ratio=plan.chaos_ratio, seed=f"{plan.seed}/{index}/chaos", tell=self._teller(index)
                )
            self.units.append(unit)
        self.sound = _cards(self.units, plan.sound) if plan.sound is not None else None
        self.usb = _wire(self.units, plan.usb, plan.usb_mode) if plan.usb is not None else None

    async def start(self) -> None:
        """Listen on all ports."""
        for index, unit in enumerate(self.units):
            await unit.server.start()
            if self._plan.fastboot:
                unit.open_fastboot()
            if self._plan.modems is not None:
                await unit.open_modem(self._plan.modems / f"modem{index}")
        if self.usb is not None:
            await self.usb.start()
        if self.sound is not None:
            await self.sound.start()
        if self._plan.unplugs_per_min:
            self._pullers = [asyncio.ensure_future(self._pull(index)) for index in range(len(self.units))]

    def stop(self) -> None:
        """Drop all links and stop listening."""
        for puller in self._pullers:
            puller.cancel()
        if self.usb is not None:
            self.usb.stop()
        if self.sound is not None:
            self.sound.stop()
        for unit in self.units:
            unit.server.close()
            unit.close_modem()
            if unit.fastboot is not None:
                unit.fastboot.close()

    async def _pull(self, index: int) -> None:
        chance = random.Random(f"{self._plan.seed}/{index}/cable")
        unit, tell = self.units[index], self._teller(index)
        while True:
            await asyncio.sleep(chance.expovariate(self._plan.unplugs_per_min / 60))
            out_s = round(chance.uniform(*_OUT_S), 3)
            tell({"event": "unplug", "seconds": out_s})
            unit.unplug()
            await asyncio.sleep(out_s)
            await unit.plug()

    def _teller(self, index: int) -> Callable[[dict[str, object]], None]:
        return lambda event: self._plan.tell({"phone": index, "seed": self._plan.seed, **event})


def _wire(units: list[Unit], folder: Path, mode: str) -> UsbWiring:
    from hwsim.usb.live.preload import NoLiveBus  # noqa: PLC0415 - most racks have no bus
    from hwsim.usb.modes import NoSuchMode  # noqa: PLC0415 - most racks have no bus
    from hwsim.usb.wiring import UsbWiring  # noqa: PLC0415 - most racks have no bus

    try:
        return UsbWiring(units, folder, mode=mode)
    except (NoLiveBus, NoSuchMode) as error:
        raise BadRack(str(error)) from None


def choose_profile(name: str | None, index: int, *, ailments: tuple[Ailment, ...]) -> Profile:
    """Return the profile named, or the next one in turn that can have all of the faults."""
    known = profiles()
    if name is not None:
        if name not in known:
            raise BadRack(f"no profile is called {name!r}; `profiles` lists them")
        for one in ailments:
            if not one.fault.fits(known[name]):
                raise BadRack(f"a phone of profile {name} has no part that {one.fault.id} could break")
        return known[name]
    able = [profile for profile in known.values() if all(one.fault.fits(profile) for one in ailments)]
    if not able:
        raise BadRack(f"no kind of phone can have {' and '.join(one.fault.id for one in ailments)}")
    return able[index % len(able)]


def _cards(units: list[Unit], folder: Path) -> SoundServer:
    from hwsim.sound_card import NoSound, SoundServer  # noqa: PLC0415 - most racks make no sound

    try:
        return SoundServer(folder, units)
    except NoSound as error:
        raise BadRack(str(error)) from None
