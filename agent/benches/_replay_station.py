"""The station of a stored run: what hands, instruments and modem had answered."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agent.benches import _captured as captured
from agent.benches import _station_records as records
from probes import (
    MIB,
    BoothTake,
    Checklist,
    ModemReply,
    Photo,
    PowerTrack,
    Question,
    Reply,
    SensorKind,
    SoundOrder,
    Sweep,
    Take,
    Task,
    Track,
    Turn,
    Vibrate,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


class ReplayStation:
    """The part of ``ReplayBench`` that stands for the station; see ``probes.StationBench``."""

    def do(self, task: Task) -> None:
        """Refuse as it was refused then."""
        self._head(records.task_source(task))

    def ask(self, question: Question) -> str:
        """The stored answer."""
        return str(self._head(f"ask {question.asks}")["answer"])

    def tick(self, checklist: Checklist) -> frozenset[str]:
        """What was ticked."""
        return frozenset(self._head(records.tick_source(checklist))["ticked"])

    def photograph(self, question: Question) -> str:
        """Name of the stored picture."""
        source = f"photo {question.asks}"
        self._refused(source)
        return self._reply(source).id

    def listen_while(self, task: Task, *argv: str, duration_s: float, cap_bytes: int = MIB) -> Reply:  # noqa: ARG002
        """What the command had printed meanwhile."""
        source = records.listen_source(task, argv)
        self._refused(source)
        return self._reply(source)

    def sense_while(
        self, task: Task | Turn, kinds: Sequence[SensorKind], *, rate_hz: float, duration_s: float
    ) -> Mapping[SensorKind, Track]:
        """What the sensors had said meanwhile."""
        head = self._head(records.sense_source(task, kinds, rate_hz, duration_s))
        return captured.read_tracks(head, self._arrays)

    def power(self, *, duration_s: float, every_s: float = 0.5, during: Sequence[Vibrate] = ()) -> PowerTrack:
        """What the meter had shown."""
        return records.read_power(self._head(records.power_source(duration_s, every_s, during)), self._arrays)

    def picture(self) -> Photo:
        """What the bench camera had seen."""
        return records.read_photo(self._head(records.PICTURE), self._arrays)

    def booth(self, order: SoundOrder, *, plays: Sweep | None = None) -> tuple[Take, BoothTake]:
        """What the reference microphone had heard, and the phone."""
        source = records.booth_source(order, plays)
        heard = records.read_booth(self._head(source), self._arrays)
        return captured.read_take(self._head(records.phone_source(source)), self._arrays), heard

    def light(self, level_ratio: float) -> None:
        """Refuse as it was refused then."""
        self._head(f"light {level_ratio:g}")

    def turn(self, angle_deg: float, *, rate_deg_per_s: float = 45.0) -> None:
        """Refuse as it was refused then."""
        self._head(f"turn {angle_deg:g} deg at {rate_deg_per_s:g} deg/s")

    def supply(self, *, on: bool) -> None:
        """Refuse as it was refused then."""
        self._head(f"supply {'on' if on else 'off'}")

    def modem(self, command: str, *, deadline_s: float = 5.0) -> ModemReply:  # noqa: ARG002  protocol
        """What the modem had answered."""
        source = f"modem {command}"
        head = self._head(source)
        return ModemReply(id=source, lines=tuple(head["lines"]), error=str(head["error"]))

    @abstractmethod
    def _head(self, source: str) -> Mapping[str, Any]:
        """The head that was kept under this name; raises what was refused then."""

    @abstractmethod
    def _arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """The arrays that were kept under this name."""

    @abstractmethod
    def _reply(self, source: str) -> Reply:
        """The reply that was kept under this name."""

    @abstractmethod
    def _refused(self, source: str) -> None:
        """Raise what was refused then, if it was."""
