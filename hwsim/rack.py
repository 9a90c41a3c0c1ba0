"""A rack of emulated phones in one process."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hwsim.faults import library, parse_fault
from hwsim.phone.phone import Times
from hwsim.phone.profile import profiles
from hwsim.unit import Unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.phone.profile import Profile


class BadRack(ValueError):
    """The rack asked for cannot be built."""


@dataclass
class RackPlan:
    """What to build: one fault per phone, or one for all; profiles go round when none is named."""

    phones: int = 1
    faults: list[str] = field(default_factory=list)
    profile: str | None = None
    seed: int = 1
    base_port: int = 0
    state: str = "online"
    speed: float = 1.0
    boot_s: float = 2.0
    monotonic_s: Callable[[], float] = time.monotonic


class Rack:
    """All phones of a plan; raises BadRack or UnknownFault when the plan makes no sense."""

    def __init__(self, plan: RackPlan) -> None:
        if plan.phones < 1:
            raise BadRack("a rack holds at least one phone")
        if len(plan.faults) not in (0, 1, plan.phones):
            raise BadRack(f"{len(plan.faults)} faults for {plan.phones} phones: name one for all, or one each")
        faults = plan.faults * plan.phones if len(plan.faults) == 1 else plan.faults or ["healthy"] * plan.phones
        times = Times(monotonic_s=plan.monotonic_s, speed=plan.speed)
        self.units: list[Unit] = []
        for index, text in enumerate(faults):
            fault, severity = parse_fault(text)
            profile = choose_profile(plan.profile, index, fault_id=fault.id)
            unit = Unit(
                profile=profile,
                seed=plan.seed * 1000 + index,
                fault=fault,
                severity=severity,
                times=times,
                port=plan.base_port + index if plan.base_port else 0,
                boot_s=plan.boot_s,
            )
            unit.set_state(plan.state)
            self.units.append(unit)

    async def start(self) -> None:
        """Listen on all ports."""
        for unit in self.units:
            await unit.server.start()

    def stop(self) -> None:
        """Drop all links and stop listening."""
        for unit in self.units:
            unit.server.stop()


def choose_profile(name: str | None, index: int, *, fault_id: str) -> Profile:
    """Return the profile named, or the next one in turn that has the part that is to fail."""
    known = profiles()
    if name is not None:
        if name not in known:
            raise BadRack(f"no profile is called {name!r}; `profiles` lists them")
        if not _has_part(known[name], fault_id):
            raise BadRack(f"a phone of profile {name} has no part that {fault_id} could break")
        return known[name]
    able = [profile for profile in known.values() if _has_part(profile, fault_id)]
    return able[index % len(able)]


def _has_part(profile: Profile, fault_id: str) -> bool:
    return fault_id not in library() or not (fault_id.startswith("nfc.") and profile.nfc_driver == "absent")
