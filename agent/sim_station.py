"""The station of an emulated phone: its operator and its instruments, behind the same doors as real ones.

The operator is asked over the rack's control socket and answers as people do, late and sometimes wrong; instruments
speak their own protocol to our own drivers. What is broken in the phone is told by neither.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from agent.station import Nobody, Pause, Station
from probes import Checklist, Does, NotSupported, Question, SetupError, Task

if TYPE_CHECKING:
    from agent.rack import Rack
    from fixtures import Fixture, Kind, Operator, Place

_SPIN_S: Final = 4.0
_LIST: Final = "instruments"
_KINDS: Final = {
    "power_meter": "um25c",
    "hub": "hub",
    "light_panel": "light_panel",
    "camera": "camera",
    "turntable": "turntable",
    "sound": "sound_card",
}
"""What the emulator calls the instrument of a kind."""


class EmulatedOperator:
    """The person at an emulated bench.

    Args:
        ask: sends a request to the rack for this phone.
    """

    lack = ""

    def __init__(self, ask: Callable[..., dict[str, Any]]) -> None:
        self._control = ask

    @property
    def operator(self) -> Operator:
        """Nobody stands in for an instrument: there are emulated ones."""
        return Nobody().operator

    def do(self, task: Task, pause: Pause) -> None:
        """Have it done, and let the time pass that it takes.

        Raises:
            NotSupported: nobody at this bench can do that.
        """
        if task.does is Does.TURN:
            self._deed(task.does, "start")
            pause(_SPIN_S)
            self._deed(task.does, "stop")
            return
        pause(float(self._deed(task.does, task.what)["took_s"]))

    def ask(self, question: Question, pause: Pause) -> str:
        """Answer as somebody who looks, with the first option for yes and the second for no, when the look is over.

        Raises:
            NotSupported: nobody at this bench can tell.
        """
        said = self._deed("look", question.asks)
        pause(float(said["took_s"]))
        return question.options[0 if said["answer"] == "yes" else 1]

    def tick(self, checklist: Checklist, pause: Pause) -> frozenset[str]:
        """Look for one thing after the other, and tell at the end; raises as ``ask``."""
        said = self._deed("look", ",".join(checklist.items))
        pause(float(said["took_s"]))
        answer = str(said["answer"])
        if len(checklist.items) == 1:  # then it is a plain question
            return frozenset(checklist.items) if answer == "yes" else frozenset()
        return frozenset(checklist.items).intersection(answer.split(","))

    def photograph(self, question: Question, pause: Pause) -> bytes:
        """A picture of the screen: all that an emulated photographer can frame."""
        pause(float(self._deed("take_photo", question.asks)["took_s"]))
        with tempfile.TemporaryDirectory(prefix="phonebench-photo-") as folder:
            path = Path(folder) / "photo.png"
            self._control("panel", path=str(path))
            return path.read_bytes()

    def _deed(self, does: str, what: str) -> dict[str, Any]:
        try:
            return self._control("operator", do=str(does), what=what)
        except SetupError as error:
            raise NotSupported(f"nobody at this bench can {does} {what}".strip(), link="operator") from error


@dataclass(frozen=True, slots=True)
class _RackPlace:
    """An instrument that is put beside the phone when it is first asked for."""

    kind: Kind
    attach: Callable[[str], dict[str, Any]]

    def make(self, operator: Operator) -> Fixture:
        """Put it there, and return our driver for it."""
        del operator  # no person stands in for it
        from fixtures import DRIVERS, Place  # noqa: PLC0415  instruments bring arrays: only where one is asked for
        from fixtures import Calibration as Uncalibrated  # noqa: PLC0415  as above

        told = self.attach(_KINDS[str(self.kind)])
        port = f"socket://127.0.0.1:{told.get('tcp', 0)}"
        card: dict[str, Any] = {
            name: told[name] for name in ("channels", "environment", "microphone_full_scale_dbspl") if name in told
        }
        choices: dict[str, tuple[str, dict[str, Any]]] = {
            "power_meter": ("um", {"port": port}),
            "hub": ("cambrionix", {"port": port}),
            "light_panel": ("line", {"port": port}),
            "camera": ("still", {"url": told.get("url", "").replace("stream.mjpg", "still.jpg")}),  # sees each dot
            "turntable": ("marlin", {"port": port}),
            "sound": ("sound_card", card),
        }
        driver, options = choices[str(self.kind)]
        kind = DRIVERS[driver].kind  # type: ignore[attr-defined]  # all of DRIVERS are classes that have one
        place: Place = Place(f"emulated {self.kind}", driver, kind, "", Uncalibrated(), options)
        return place.make(Nobody().operator)


@dataclass(frozen=True, slots=True)
class RackBench:
    """The instruments of one emulated phone, in place of a bench file; those that stand there are kept in ``told``."""

    ask: Callable[..., dict[str, Any]]
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    test_number: str = "5550001"

    def of_kind(self, kind: Kind, *, serves: str = "") -> _RackPlace | None:
        """An instrument of each kind that hwsim emulates beside this phone."""
        del serves  # each phone has its own
        return _RackPlace(kind, self._attached) if _KINDS.get(str(kind)) in self._kinds() else None

    def _kinds(self) -> list[str]:
        """What can stand there: a sound card needs a sound server on this computer, and a phone in real time."""
        if _LIST not in self.told:
            self.told[_LIST] = self.ask("instruments")
        kinds: list[str] = self.told[_LIST]["kinds"]
        return kinds

    def _attached(self, kind: str) -> dict[str, Any]:
        if kind not in self.told:
            self.told[kind] = self.ask("instrument", kind=kind)
        return self.told[kind]


def emulated_station(rack: Rack, index: int, *, attended: bool = True, bench: RackBench | None = None) -> Station:
    """The station of one phone of a rack; without ``attended`` there are neither hands nor instruments."""

    def ask(command: str, **arguments: object) -> dict[str, Any]:
        return rack.ask(command, index, **arguments)

    if not attended:
        return Station()
    modem = f"socket://127.0.0.1:{ask('modem')['tcp']}"
    return Station(EmulatedOperator(ask), bench=bench or RackBench(ask), port=index + 1, modem=modem)
