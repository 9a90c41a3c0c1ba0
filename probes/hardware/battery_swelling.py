"""Whether the battery is swollen, asked before anything else: a swollen pack is neither loaded nor charged.

At reception, so that every plan with a person at the bench begins with it. Each place is looked at by itself. One yes
has both looked at again, and one more yes is enough: a slip of the tongue does not end the work on a phone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Measure, ProbeMeta, Reading, Said, Says
from probes._errors import Blocked, NotSupported
from probes._limits import LimitSource, OneOf
from probes._station import Question, StationBench
from probes._verdict import Capability, Effort, Resource, Stage, Unit

_SAFETY: Final = LimitSource(
    kind="standard", text="after-sales rule: work on a phone with a swollen battery stops before any test"
)
_LOOKS: Final = (
    "Lay the phone on its back and on its screen: does it rock, or is the back cover lifted anywhere?",
    "Look along the edges of the screen: is it lifted, or is there a gap to the frame?",
)


class BatterySwelling(HardwareProbe):
    """Asks whoever is at the bench; without anybody it is not supported."""

    meta = ProbeMeta(
        id="battery.swelling",
        version=3,
        purpose="Swollen battery, by eye and hand",
        stage=Stage.IDENTITY,
        effort=Effort.NONE,
        needs=frozenset(),
        duration_s=10.0,
        resources=frozenset({Resource.OPERATOR}),
        wants=frozenset({Capability.OPERATOR}),
        measures=(
            Measure(
                name="swollen",
                label="Battery swollen",
                unit=Unit.TEXT,
                limit=OneOf(values=("no",), source=_SAFETY),
                says=Says(code="battery.swollen", component="BAT"),
                key=True,
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Ask place by place; what was seen is looked for once more, and stands where nobody answers any more."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who looks at the phone")
        first = list[bool]()
        try:
            for text in _LOOKS:
                first.append(_seen(bench, text))
            seen = all(first) or (any(first) and any(_seen(bench, text) for text in _LOOKS))
        except Blocked:
            if not any(first):
                raise
            seen = True
        yield Reading(name="swollen", value="yes" if seen else "no")


def _seen(bench: StationBench, text: str) -> bool:
    return bench.ask(Question(asks="swollen", text=text)) == "yes"
