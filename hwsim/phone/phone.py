"""One emulated phone: everything that its renders and its shell look at."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from hwsim.companion.quirks import WELL_BEHAVED, Quirks
from hwsim.faults.entry import Effect
from hwsim.phone.apps import build_software, draw_processes
from hwsim.phone.battery import Battery
from hwsim.phone.boots import Boot, draw_boots
from hwsim.phone.clock import Clock
from hwsim.phone.exertion import Exertion
from hwsim.phone.files import FileSystem
from hwsim.phone.health import Health
from hwsim.phone.identity import draw_identity
from hwsim.phone.misdeeds import IDLE_MA, extra_load_ma
from hwsim.phone.software_state import data_writable, settle
from hwsim.phone.storage import Storage, build_storage

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable

    from hwsim.adbd.machine import SocketServer
    from hwsim.faults.ailment import Ailment
    from hwsim.phone.condition import Condition
    from hwsim.phone.logbook import LogBook
    from hwsim.phone.profile import Profile
    from hwsim.physics.parts import Parts

_EPOCH_S = 1_778_000_000  # 2026-05-05: every phone of a seed lives on the same day, whenever it is run
_DAY_S = 86_400
_USB_PORT_MA = 500.0
_STATES_KEPT = 8
BOOT_TAKES_S = 24.0


@dataclass
class Times:
    """How time runs: the host's monotonic clock and the simulated seconds per real one."""

    monotonic_s: Callable[[], float]
    speed: float = 1.0


class HostCall(Protocol):
    """A connection from inside the phone to the adb host."""

    async def opened(self) -> bool:
        """Wait for the host's answer; tell whether it accepted."""

    async def read(self) -> bytes | bytearray | memoryview:
        """Return the next bytes; empty when the host has closed."""

    async def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send bytes."""

    def close(self) -> None:
        """End the connection."""


@dataclass
class Phone:
    """The state of one phone; two phones of the same profile, seed and ailments are equal.

    ``condition``, ``wear`` (fault modes of the physics with their severity) and ``modem_condition`` are what the
    ailments that are there at the moment make of it. ``quirks`` is how the companion misbehaves,
    ``owner_accepts_installs`` what the owner says to an installation over adb (None: what owners of this kind of phone
    say). ``sockets`` is what listens inside the phone by its adb name, ``programs`` what runs beside the shell that
    started it, and ``on_change`` hears of every change of the three. ``ambient_c`` is the temperature around it.
    """

    profile: Profile
    seed: int
    times: Times
    ailments: tuple[Ailment, ...] = ()
    settings: dict[tuple[str, str], str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    call_host: Callable[[str], HostCall | None] = field(default=lambda _socket: None, compare=False)
    reboot_requested: Callable[[str], None] = field(default=lambda _target: None, compare=False)
    power_lost: Callable[[str], None] = field(default=lambda _reason: None, compare=False)
    power_key_held: Callable[[], None] = field(default=lambda: None, compare=False)
    wear: dict[str, float] = field(default_factory=dict)
    quirks: Quirks = WELL_BEHAVED
    owner_accepts_installs: bool | None = None
    torch_lit: bool = False
    sockets: dict[str, SocketServer] = field(default_factory=dict, compare=False)
    programs: set[Future[int]] = field(default_factory=set, compare=False)
    on_change: list[Callable[[], None]] = field(default_factory=list, compare=False)

    def __post_init__(self) -> None:
        self._logbook: LogBook | None = None
        self._parts: dict[tuple[tuple[str, float], ...], Parts] = {}
        self._take(Effect())
        self.ambient_c = self.rng("room").uniform(21.0, 26.0)
        rng = self.rng("phone")
        self.identity = draw_identity(self.profile, rng)
        self.software = build_software(self.profile, rng, seed=self.seed)
        self.clock = Clock(
            monotonic_s=self.times.monotonic_s,
            speed=self.times.speed,
            epoch_s=_EPOCH_S + (self.seed % 20) * _DAY_S + rng.randrange(7 * 3600, 18 * 3600),
            uptime_s=rng.uniform(2.5, 7.0) * 3600,
            utc_offset_h=self.profile.utc_offset_h,
        )
        self.boot_count = 0
        self.health = Health(self, self.ailments)
        self._take(self.health.effect)
        self.settings.update(self.health.settings)
        self._begin_boot(soc_ratio=rng.uniform(0.62, 0.92), supply_ma=0.0)
        self.refresh()
        self.battery.connect(_USB_PORT_MA)
        self.plugged_since_s = self.clock.uptime_s
        self.boots: list[Boot] = draw_boots(self)
        self.files = FileSystem(self)

    def rng(self, purpose: str) -> random.Random:
        """Return a generator that belongs to this phone and this purpose alone."""
        return random.Random(f"{self.seed}/{self.profile.name}/{purpose}")

    @property
    def storage(self) -> Storage:
        """The flash in its present condition."""
        return build_storage(
            self.profile, self.condition, writable=data_writable(self), freed_ratio=self.software.freed_ratio
        )

    @property
    def logbook(self) -> LogBook:
        """The ring buffers; built when somebody first looks."""
        if self._logbook is None:
            from hwsim.phone.logbook import LogBook  # noqa: PLC0415 - log tables are large and often not needed

            self._logbook = LogBook(self)
        return self._logbook

    @property
    def boot_id(self) -> str:
        """The kernel's random id of this boot."""
        return str(uuid.UUID(int=self.rng(f"boot/{self.boot_count}").getrandbits(128), version=4))

    @property
    def parts(self) -> Parts:
        """Everything that physics renders, in its present health; the same object until something changes."""
        return self._worn(self.wear)

    def parts_in(self, after_s: float) -> Parts:
        """The parts as they will be in so many seconds, for what is begun now and lasts: faults come and go in it."""
        return self._worn(self.health.wear_in(after_s))

    def _worn(self, wear: dict[str, float]) -> Parts:
        seen = tuple(wear.items())
        if seen not in self._parts:
            from hwsim.physics.parts import worn  # noqa: PLC0415 - an idle phone needs no arrays
            from hwsim.physics.population import draw_parts  # noqa: PLC0415 - as above

            if len(self._parts) >= _STATES_KEPT:
                self._parts.clear()
            self._parts[seen] = worn(draw_parts(self.seed), wear)
        return self._parts[seen]

    def refresh(self) -> None:
        """Bring physics and faults up to the present."""
        if not self.health.walk(self.clock.uptime_s):
            self.battery.run_until(self.clock.uptime_s)
        settle(self)

    def condition_at(self, uptime_s: float) -> Condition:
        """Return the condition at a time of this boot, for what is written of the past."""
        return self.health.condition_at(uptime_s)

    def connect_supply(self, *, plugged: bool) -> None:
        """Plug the bench's cable in, or pull it."""
        self.refresh()
        if plugged and self.battery.supply_ma <= 0:
            self.plugged_since_s = self.clock.uptime_s
        self.battery.connect(_USB_PORT_MA if plugged else 0.0)

    def warm(self, ambient_c: float) -> None:
        """Put the phone where it is as warm as this."""
        self.refresh()
        self.ambient_c = self.battery.ambient_c = ambient_c

    def fall_ill(self, ailments: tuple[Ailment, ...]) -> None:
        """Have these faults in place of those it may have, from now on; what has been logged stays as it was."""
        self.refresh()
        self.logbook.freeze()
        for name, value in self.health.settings.items():
            if self.settings.get(name) == value:
                del self.settings[name]
        self.ailments = ailments
        self.health = Health(self, ailments, since_s=self.clock.uptime_s)
        self.settings.update(self.health.settings)
        self.come_down_with(self.health.effect)
        self.refresh()

    def change_condition(self, condition: Condition) -> None:
        """Break or mend parts from now on, whatever the ailments say; what has been logged stays as it was."""
        self.refresh()
        self.logbook.freeze()
        self.health.override(condition, self.clock.uptime_s)
        self.condition = condition
        self._apply_to_battery()

    def come_down_with(self, effect: Effect, *, at_s: float | None = None) -> None:
        """Be changed by faults that come or go, at a time of this boot (None: now)."""
        if self._logbook is not None:
            self._logbook.freeze(at_s)
        self._take(effect)
        self._apply_to_battery()
        for tell in self.on_change:
            tell()

    def _take(self, effect: Effect) -> None:
        self.condition, self.wear, self.modem_condition = effect.condition, dict(effect.wear), effect.modem

    def restart(self, reason: str) -> None:
        """Boot again; ``reason`` is what the boot loader will tell."""
        self.refresh()
        before = self.battery
        self.sockets.clear()
        self.torch_lit = False
        self.clock.restart(boot_takes_s=BOOT_TAKES_S)
        self.boot_count += 1
        self._logbook = None
        self._take(self.health.restart())
        self._begin_boot(soc_ratio=before.soc_ratio, supply_ma=before.supply_ma)
        self.battery.plug_like(before)
        self.plugged_since_s = 0.0
        self.boots.append(Boot(at=self.clock.at(0), reason=reason))

    def _begin_boot(self, *, soc_ratio: float, supply_ma: float) -> None:
        self.processes = draw_processes(self.software, self.rng(f"processes/{self.boot_count}"))
        self.exertion = Exertion()
        rng = self.rng("battery")
        self.battery = Battery(
            design_mah=self.profile.capacity_mah,
            full_mah=self.profile.capacity_mah * self.condition.battery_full_ratio,
            resistance_ratio=self.condition.battery_resistance_ratio,
            soc_ratio=soc_ratio,
            supply_ma=supply_ma,
            gauge_gain_ratio=1 + rng.uniform(-0.006, 0.006),
            ambient_c=self.ambient_c,
            wobble_ratio=0.3,
        )
        self._apply_to_battery()

    def _apply_to_battery(self) -> None:
        condition, battery = self.condition, self.battery
        battery.take(condition)
        battery.load_ma = IDLE_MA + extra_load_ma(self)
