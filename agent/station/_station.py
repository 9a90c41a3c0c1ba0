"""The instruments of one phone's place: opened when first asked for, made safe when the run ends or the agent dies."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeVar, cast

from agent.station._hands import Hands, Nobody, Turns
from probes import Capability, NotSupported
from reports import mark

if TYPE_CHECKING:
    from types import TracebackType

    from agent.links.at_link import AtLink
    from fixtures import Camera, Fixture, Hub, Kind, LightPanel, Operator, PowerMeter, SoundBooth, Turntable

_KINDS: Final = {
    Capability.POWER_METER: ("power_meter", mark("a power meter in the bench file")),
    Capability.HUB: ("hub", mark("a switchable hub in the bench file")),
    Capability.LIGHT_PANEL: ("light_panel", mark("a light panel in the bench file")),
    Capability.BENCH_CAMERA: ("camera", mark("a bench camera in the bench file")),
    Capability.TURNTABLE: ("turntable", mark("a turntable in the bench file")),
    Capability.SOUND_BOOTH: ("sound", mark("reference loudspeaker and microphone in the bench file")),
}
_NO_PORT: Final = mark("a USB socket whose port on the hub is known: hub_ports of the bench file")
_Opened = TypeVar("_Opened")


class Place(Protocol):
    """Where an instrument stands."""

    def make(self, operator: Operator) -> Fixture:
        """The instrument, not opened yet."""


class Bench(Protocol):
    """Which instruments there are: a ``fixtures.BenchFile``, or what an emulated bench has."""

    @property
    def test_number(self) -> str:
        """The one number that phones of this bench may call; empty for none."""

    def of_kind(self, kind: Kind, *, serves: str = "") -> Place | None:
        """The first instrument of a kind that serves a phone's USB socket."""


class Station:
    """What one phone's place on the bench has. ``with`` lets go of everything that was opened, safe.

    Args:
        hands: who does and answers what is asked for.
        bench: the bench file; None for a bench without instruments.
        socket: USB socket of the phone, so that an instrument of another phone is not taken.
        port: number of the phone's port on its hub; 0 where nobody knows it.
        modem: port of the phone's modem, as ``serial.serial_for_url`` takes it; empty where the bench has none.
    """

    def __init__(
        self,
        hands: Hands | None = None,
        *,
        bench: Bench | None = None,
        socket: str = "",
        port: int = 0,
        modem: str = "",
    ) -> None:
        self.hands: Hands = hands or Nobody()
        self.turns = Turns()
        self.port = port
        self._bench, self._socket, self._modem_url = bench, socket, modem
        self._stack = ExitStack()
        self._opening = threading.RLock()
        self._opened: dict[object, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        with self._opening:
            self._stack.close()
            self._opened.clear()

    @property
    def test_number(self) -> str:
        """The one number that phones of this bench may call; empty for none."""
        return self._bench.test_number if self._bench is not None else ""

    @property
    def has_anything(self) -> bool:
        """Whether there is more at the bench than the phone."""
        return not self.hands.lack or self._bench is not None or bool(self._modem_url)

    def lack(self, capability: Capability) -> str | None:
        """What is missing for a capability, empty where it is there, None where it is none of a station."""
        if capability is Capability.OPERATOR:
            return self.hands.lack
        if capability is Capability.MODEM:
            return "" if self._modem_url else mark("the AT port of its modem")
        if capability not in _KINDS:
            return None
        if not self._place(capability):
            return _KINDS[capability][1]
        return _NO_PORT if capability is Capability.HUB and not self.port else ""

    def backend(self, capability: Capability) -> str:
        """Who or what serves a capability of the station, for a person to read; empty where nobody does."""
        if self.lack(capability) != "":
            return ""
        return {Capability.OPERATOR: "operator", Capability.MODEM: "AT port"}.get(capability, "bench")

    def power_meter(self) -> PowerMeter:
        """The meter between supply and phone; this and its like raise NotSupported and what a driver raises."""
        return cast("PowerMeter", self._fixture(Capability.POWER_METER))

    def camera(self) -> Camera:
        """The camera that looks at the phone."""
        return cast("Camera", self._fixture(Capability.BENCH_CAMERA))

    def light_panel(self) -> LightPanel:
        """The light over the phone."""
        return cast("LightPanel", self._fixture(Capability.LIGHT_PANEL))

    def turntable(self) -> Turntable:
        """The table under the phone."""
        return cast("Turntable", self._fixture(Capability.TURNTABLE))

    def booth(self) -> SoundBooth:
        """The reference loudspeaker and microphone."""
        return cast("SoundBooth", self._fixture(Capability.SOUND_BOOTH))

    def hub(self) -> Hub:
        """The hub before the phone."""
        return cast("Hub", self._fixture(Capability.HUB))

    def modem(self) -> AtLink:
        """The open AT port.

        Raises:
            NotSupported: there is none.
            LinkError: it cannot be opened.
        """
        if not self._modem_url:
            raise NotSupported("the modem cannot be asked without the AT port of its modem", link="at")

        def make() -> AtLink:
            from agent.links.at_link import AtLink  # noqa: PLC0415  serial ports: only where a modem is asked

            return self._stack.enter_context(AtLink(self._modem_url))

        return self._once(Capability.MODEM, make)

    def make_safe(self) -> None:
        """Switch off what any opened instrument puts out."""
        with self._opening:
            for one in tuple(self._opened.values()):
                if hasattr(one, "make_safe"):
                    one.make_safe()

    def _place(self, capability: Capability) -> Place | None:
        if self._bench is None:
            return None
        from fixtures import Kind  # noqa: PLC0415  instruments bring arrays: only where a bench has them

        return self._bench.of_kind(Kind(_KINDS[capability][0]), serves=self._socket)

    def _fixture(self, capability: Capability) -> Fixture:
        place, lack = self._place(capability), self.lack(capability)
        if place is None or lack:
            raise NotSupported(f"cannot be measured without {lack}", link="bench")

        def make() -> Fixture:
            from fixtures import DeadMan  # noqa: PLC0415  as above

            fixture = place.make(self.hands.operator)
            self._stack.enter_context(fixture)
            if fixture.safe_steps():  # a meter or a camera puts out nothing that could stay on
                self._stack.enter_context(DeadMan([fixture]))
            return fixture

        return self._once(capability, make)

    def _once(self, what: object, make: Callable[[], _Opened]) -> _Opened:
        with self._opening:
            if what not in self._opened:
                self._opened[what] = make()
            return cast("_Opened", self._opened[what])


EMPTY: Final = Station()
"""A phone on a cable, and nobody there."""
