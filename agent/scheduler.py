"""Which probe may start when: stages never out of order, easy before hard, side by side where resources go together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from probes import Probe, ProbeMeta, Resource

_SHARED: Final = frozenset({Resource.STILLNESS, Resource.LINK})
_DISTURBING: Final = frozenset({Resource.SPEAKER, Resource.VIBRATION})
_DISTURBED_BY: Final[Mapping[Resource, frozenset[Resource]]] = {
    Resource.STILLNESS: frozenset({Resource.VIBRATION, Resource.SPEAKER, Resource.OPERATOR, Resource.PLUG}),
    Resource.MICROPHONE: frozenset({Resource.SPEAKER, Resource.VIBRATION, Resource.OPERATOR}),
    Resource.CAMERA: frozenset({Resource.VIBRATION}),
    Resource.LINK: frozenset({Resource.PLUG}),
}


@dataclass(frozen=True, slots=True)
class Slot:
    """When one probe ran: nanoseconds of the bench's monotonic clock, and the probe whose end let it start."""

    probe: str
    start_ns: int
    end_ns: int
    after: str = ""


def goes_together(one: ProbeMeta, other: ProbeMeta) -> bool:
    """Whether two probes can run on one phone at once.

    >>> from probes import Stage
    >>> still, loud = (ProbeMeta(id="a.b", version=1, purpose="", stage=Stage.SOFTWARE, duration_s=1, measures=(),
    ...                          resources=frozenset({what})) for what in (Resource.STILLNESS, Resource.SPEAKER))
    >>> goes_together(still, still), goes_together(still, loud), goes_together(loud, loud)
    (True, False, False)
    """
    if Resource.PHONE in one.resources | other.resources or (one.resources & other.resources) - _SHARED:
        return False
    return not (_disturbed(one) & other.resources or _disturbed(other) & one.resources)


def _disturbed(meta: ProbeMeta) -> frozenset[Resource]:
    """What others must not do meanwhile; what a probe does itself is its own affair."""
    return frozenset[Resource]().union(*(_DISTURBED_BY.get(one, frozenset()) for one in meta.resources))


def _step(meta: ProbeMeta) -> tuple[int, int]:
    return meta.stage.order, meta.effort.order


def _turn(meta: ProbeMeta) -> tuple[int, float]:
    """Whose turn it is among equals. What a person does keeps the plan's order, which goes from part to part."""
    if Resource.OPERATOR in meta.resources:
        return 2, 0.0
    return (1, meta.duration_s) if meta.resources & _DISTURBING else (0, -meta.duration_s)


class Agenda:
    """The probes of a plan that have not begun, by their place in it.

    Among equals of stage and effort, what lets others be goes first, the longest before the rest; then what disturbs
    them, the shortest first: the last and longest of these runs beside whatever is harder. With ``in_order`` equals go
    in the plan's order, as where one probe runs at a time.
    """

    def __init__(self, plan: Sequence[Probe], places: Iterable[int], *, in_order: bool = False) -> None:
        self._metas = [probe.meta for probe in plan]
        self._left = sorted(places, key=lambda place: (*_step(self._metas[place]), place))
        if not in_order:
            self._left.sort(key=lambda place: (*_step(self._metas[place]), *_turn(self._metas[place]), place))

    def __len__(self) -> int:
        return len(self._left)

    def left(self) -> tuple[int, ...]:
        """Places of the probes that have not begun, in the plan's order."""
        return tuple(sorted(self._left))

    def lead(self, place: int) -> None:
        """Let a probe begin before the others that are left."""
        self._left.remove(place)
        self._left.insert(0, place)

    def drop(self, place: int) -> None:
        """Leave a probe out."""
        self._left.remove(place)

    def take(self, running: Collection[int]) -> int | None:
        """Return the place of a probe that may start beside those that run; None where they have to end first.

        Nothing harder starts while something easier of the same stage has not begun.
        """
        if not self._left:
            return None
        first = self._metas[self._left[0]]
        if any(self._metas[place].stage is not first.stage for place in running):
            return None
        for place in self._left:
            meta = self._metas[place]
            if (meta.stage, meta.effort) != (first.stage, first.effort):
                return None
            if all(goes_together(meta, self._metas[other]) for other in running):
                self._left.remove(place)
                return place
        return None


def critical_path(slots: Collection[Slot]) -> tuple[Slot, ...]:
    """The chain of probes that each waited for the one before, up to the last that ended: nothing else was as slow.

    >>> [slot.probe for slot in critical_path([Slot("a", 0, 5), Slot("b", 0, 3), Slot("c", 5, 9, "a")])]
    ['a', 'c']
    """
    by_probe = {slot.probe: slot for slot in slots}
    path: list[Slot] = []
    at = max(slots, key=lambda slot: slot.end_ns, default=None)
    while at is not None and at not in path:
        path.append(at)
        at = by_probe.get(at.after)
    return tuple(reversed(path))
