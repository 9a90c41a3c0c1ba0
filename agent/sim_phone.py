"""Emulated phones as a test holds them: to be broken, healed, unplugged, and looked at by a probe through real adb."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import Any, Final, Literal, Self

from agent.benches import Recorder, StationedBench
from agent.capture import Gear, load_tools
from agent.ledger import Ledger
from agent.links import AdbLink, AdbServer, DeviceState, PrivateServer, watch
from agent.rack import Rack, RackSpec
from agent.safety import Guard
from agent.session import Limits, run_probe
from agent.sim_station import RackBench, emulated_station
from agent.station import Station
from agent.store import Store, Unkept
from probes import BadInput, BenchError, Probe, ProbeResult, Resource

Disturbance = Literal["none", "cut", "truncate", "drip", "slow", "hang", "flood", "garbage", "reset"]
"""What a link may do to an answer; ``none`` lets everything through again."""

_PHONES_PER_RACK: Final = 8
_ONLINE_S: Final = 3.0
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Truth:
    """One thing that is really broken in an emulated phone.

    ``part`` is a component code of the catalogue, ``function`` names the board function where the part is the board,
    ``cause`` the class of the root cause. ``severity`` runs from 0 to 1; ``is_fault`` says whether a bench engineer
    calls that a fault. ``condition`` is how the fault comes and goes, ``active`` whether it is there at the moment.
    """

    fault: str
    part: str
    function: str | None
    severity: float
    reason: str
    cause: str
    condition: str
    active: bool
    is_fault: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """One phone of a rack, reached through one adb server."""

    rack: Rack
    index: int
    server: AdbServer
    instruments: dict[str, dict[str, Any]] = field(default_factory=dict)

    def ask(self, command: str, **arguments: object) -> dict[str, Any]:
        return self.rack.ask(command, self.index, **arguments)

    def station(self, *, attended: bool) -> Station:
        bench = RackBench(self.ask, self.instruments)
        return emulated_station(self.rack, self.index, attended=attended, bench=bench)

    @property
    def address(self) -> str:
        return self.rack.addresses[self.index]


def _known(told: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a later emulator may tell beside."""
    return {name: value for name, value in told.items() if name in Truth.__dataclass_fields__}


class SimPhone:
    """One emulated phone, plugged in. Same profile and seed, same phone: same identity, same day, same readings.

    ``profile`` and ``seed`` say which phone it is, ``serial`` is adb's name of it, and ``link`` is the way to it, open
    while the phone is plugged in.
    """

    def __init__(self, place: _Place, folder: Path, *, profile: str = "", seed: int = 1) -> None:
        self.profile = profile
        self.seed = seed
        self.serial = place.address
        self.link = AdbLink(place.server, self.serial)
        self._place = place
        self._folder = folder
        self._looked_at = False
        self._story: list[str] = []
        self._gear: Gear | None = None
        self._make()
        self._reconnect()

    def run(
        self, probe: Probe, *, limits: Limits | None = None, station: bool = False, keep: bool = True
    ) -> ProbeResult:
        """Run a probe on the phone as the bench does: same link, same recording, same verdicts.

        Whatever the probe or the link does, there is a result; a phone that is unplugged gives ``error``, blame link.

        Args:
            probe: what to run.
            limits: by probe and measurement, in place of the declared ones.
            station: whether there is an operator at the bench, with instruments and the port of the phone's modem.
            keep: whether what is recorded stays on disk while the test runs.
        """
        recorder = Recorder(Store(self._folder) if keep else Unkept())
        if self._gear is None:
            self._gear = Gear(self.link, load_tools())
        ledger = Ledger(self._folder, self.serial)
        guard = Guard(self.link, probe.meta.risk, charges=Resource.USB_CURRENT in probe.meta.resources)
        with self._place.station(attended=station) as around:
            bench = StationedBench(self.link, recorder, self._gear, ledger, guard, station=around)
            result = run_probe(probe, bench, recorder, limits or {})
        self._looked_at = True
        return result

    def break_(self, fault: str, *, severity: float | None = None, now: bool = False) -> None:
        """Give the phone a fault, in place of those that it may have.

        Args:
            fault: name in the fault library, such as ``battery.worn``. ``speaker.rub:0.4@hot`` is one of severity 0.4
                that is there while the phone is hot (or ``@cold``, ``@intermittent``, ``@after_a_while``); up to three
                are joined by ``+``.
            severity: 0 to 1, where ``fault`` names none; None for a clear case.
            now: the fault begins this moment, and what the phone has logged stays. Otherwise the phone has had it
                since before it was switched on: it is built anew with it, without the files that a test has put there.

        Raises:
            SetupError: no fault has this name, none is so severe or comes and goes like that, or this kind of phone has
                no such part.
        """
        self._looked_at = False
        self._story.append(f"{fault}{'' if severity is None else f':{severity:g}'}{' from now on' if now else ''}")
        wanted: dict[str, object] = {"fault": fault} | ({} if severity is None else {"severity": severity})
        if now:
            self._place.ask("break", **wanted)
        else:
            self._make(**wanted)

    def heal(self) -> None:
        """End all faults now; what the phone has logged stays."""
        self._looked_at = False
        self._story.append("healed")
        self._place.ask("heal")

    def advance(self, seconds: float) -> None:
        """Let the phone's time go on by that much at once; no test has to wait.

        Raises:
            SetupError: time cannot go there.
        """
        self._story.append(f"{seconds:g} s later")
        self._place.ask("advance", seconds=seconds)

    def warm(self, ambient_c: float) -> None:
        """Put the phone where it is as warm as this (degrees Celsius); its body follows as its time goes on.

        Raises:
            SetupError: no bench is as cold or as hot.
        """
        self._story.append(f"at {ambient_c:g} C")
        self._place.ask("warm", ambient_c=ambient_c)

    def surround(self, **scene: object) -> None:
        """Change what is around the phone, such as ``charger_noise=0.8`` (touches a second) or ``lux=300``.

        Raises:
            SetupError: no bench is like that.
        """
        self._story.append(f"on a bench with {scene}")
        self._place.ask("scene", **scene)

    def misbehave(self, quirks: Mapping[str, object]) -> None:
        """Let the companion on the phone misbehave from its next start on, and the microphone from now on.

        Args:
            quirks: such as ``{"mic_muted": True}``, ``{"gap_every_s": 0.5}``, ``{"aborted": True}``; none ends them.

        Raises:
            SetupError: no companion does that.
        """
        self._story.append(f"companion with {dict(quirks)}")
        self._place.ask("companion", quirks=dict(quirks))

    def torch_is_lit(self) -> bool:
        """Whether the flash is lit now, as somebody at the bench would see."""
        return bool(self._place.ask("companion", quirks={})["torch_lit"])

    def modem(self) -> str:
        """Serve the phone's modem and say where, as a port for pyserial: ``socket://127.0.0.1:PORT``."""
        return f"socket://127.0.0.1:{self._place.ask('modem')['tcp']}"

    def unplug(self) -> None:
        """Pull the cable: neither data nor supply. As with a phone on USB, the server no longer lists it."""
        self._story.append("unplugged")
        self._place.ask("unplug")
        self._forget()

    def replug(self) -> None:
        """Put the cable back, end a disturbance of the link, and open the link anew."""
        self._story.append("replugged")
        self._place.ask("chaos", kind="none")
        self._place.ask("replug")
        self._reconnect()

    def disturb(self, kind: Disturbance, *, after_bytes: int = 0) -> None:
        """Let the link spoil the answers of the phone from now on; ``replug`` ends it and mends the link.

        Args:
            kind: ``cut`` drops the link, ``reset`` resets it, ``truncate`` ends the answer, ``garbage`` sends what is
                no adb, once each; ``flood`` never ends, ``hang`` never answers, ``drip`` and ``slow`` take their time.
            after_bytes: let through before a cut, reset, truncation, flood or garbage.

        Raises:
            SetupError: no link does that.
        """
        self._story.append(f"{kind} after {after_bytes} bytes")
        self._place.ask("chaos", kind=kind, after_bytes=after_bytes)

    @property
    def truth(self) -> Truth:
        """What is really broken, the first of it where it is several things; raises as ``truths``."""
        return self.truths[0]

    @property
    def truths(self) -> tuple[Truth, ...]:
        """All that is really broken; told only after a probe has looked at the phone as it is now.

        Raises:
            BadInput: nothing has looked yet.
        """
        if not self._looked_at:
            raise BadInput("the truth is told after a probe has looked", device=self.serial, step="truth")
        told = self._place.rack.ask("truth", self._place.index)
        return tuple(Truth(part=one.pop("truth"), **_known(one)) for one in told["faults"])

    def story(self) -> str:
        """Which phone this is and what was done to it, in one line."""
        return f"profile={self.profile!r}, seed={self.seed}: {', '.join(self._story) or 'healthy'}"

    def put_away(self) -> None:
        """Let go of the phone."""
        self._let_go()
        self.link.close()
        self._forget()

    def _let_go(self) -> None:
        """End what runs on the phone for us."""
        gear, self._gear = self._gear, None
        if gear is not None:
            gear.close()

    def _make(self, **fault: object) -> None:
        self._let_go()
        self._place.ask("renew", profile=self.profile, seed=self.seed, **fault)

    def _reconnect(self) -> None:
        self._let_go()
        for _try in range(_TRIES):
            self._forget()
            self._place.server.connect(self._place.address)
            if self._is_online():
                break
        self.link.open()

    def _is_online(self) -> bool:
        """Wait for a moment, as the server may still tie up what is left of a link that broke."""
        with watch(self._place.server) as seen:
            no_longer = Timer(_ONLINE_S, seen.close)
            no_longer.start()
            try:
                online = (one.phone.serial == self.serial and one.phone.state is DeviceState.DEVICE for one in seen)
                return any(online)
            finally:
                no_longer.cancel()

    def _forget(self) -> None:
        with suppress(BenchError):  # the server does not know it, or no longer
            self._place.server.disconnect(self.serial)


class SimRack:
    """The emulated phones of a test session and the adb server that sees them; phones come as they are asked for.

    Args:
        folder: for the server's keys and what the probes record; the session removes it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._server: AdbServer | None = None
        self._free: defaultdict[float, list[_Place]] = defaultdict(list)
        self._lent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stack.close()

    def take(self, speed: float = 1.0) -> tuple[_Place, Path]:
        """Lend a place that nobody has, with a folder for what is recorded there.

        Args:
            speed: how many seconds of the phone pass in one of ours.

        Raises:
            SetupError: server or phones cannot be started.
        """
        if self._server is None:
            self._server = self._stack.enter_context(PrivateServer(self._folder / "adb"))
        free = self._free[speed]
        if not free:
            rack = self._stack.enter_context(Rack(RackSpec(phones=_PHONES_PER_RACK, speed=speed)))
            free += [_Place(rack, index, self._server) for index in reversed(range(_PHONES_PER_RACK))]
        self._lent += 1
        return free.pop(), self._folder / f"recordings-{self._lent}"

    def give_back(self, place: _Place, speed: float = 1.0) -> None:
        """Take a place back; the next one who gets it finds another phone there."""
        self._free[speed].append(place)


class SimPhones:
    """The emulated phones of one test; all are put away when the block ends."""

    def __init__(self, rack: SimRack) -> None:
        self._rack = rack
        self._stack = ExitStack()
        self._phones: list[SimPhone] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stack.close()

    def __call__(self, *, profile: str = "", seed: int = 1, speed: float = 1.0) -> SimPhone:
        """A healthy phone, plugged in.

        Args:
            profile: kind of phone, such as ``samsung_14``; empty for the first of the list.
            seed: which phone of that kind.
            speed: how many seconds of the phone pass in one of ours; captures come as much earlier.

        Raises:
            SetupError: there is no such kind, or the phones cannot be started.
        """
        place, folder = self._rack.take(speed)
        self._stack.callback(self._rack.give_back, place, speed)
        phone = SimPhone(place, folder, profile=profile, seed=seed)
        self._stack.callback(phone.put_away)
        self._phones.append(phone)
        return phone

    def story(self) -> list[str]:
        """Which phones the test has had and what was done to them, a line each."""
        return [phone.story() for phone in self._phones]
