"""What only eyes, ears and fingers find: the housing, marks of liquid, a call by hand. No single look blames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Measure, ProbeMeta, Reading, Said, Says
from probes._errors import NotSupported
from probes._limits import LimitSource, OneOf
from probes._records import Evidence
from probes._station import Checklist, Question, StationBench
from probes._verdict import Capability, Effort, Resource, Stage, Unit
from probes.hardware.agreement import blamed

_SOUND: Final = LimitSource(kind="prior", text="a housing as it was delivered; whether blow or material is not judged")
_WORKS: Final = LimitSource(kind="prior", text="what the manual lists, tried by hand")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One thing to look for: the name of the measurement, what is seen of it and the part."""

    name: str
    asks: str
    label: str
    text: str
    code: str
    component: str

    @property
    def measure(self) -> Measure:
        return Measure(
            name=self.name,
            label=self.label,
            unit=Unit.TEXT,
            limit=OneOf(values=("no",), source=_SOUND),
            says=Says(code=self.code, component=self.component),
            key=True,
        )


_ITEMS: Final = (
    _Item(
        name="cover",
        asks="cover_cracked",
        label="Back cover cracked",
        text="The back cover is cracked or chipped (look in slanting light, feel it with a finger)",
        code="housing.cover_cracked",
        component="BC",
    ),
    _Item(
        name="frame",
        asks="frame_bent",
        label="Frame bent",
        text="Face down on the flat plate it rocks, or the frame is bent or cracked",
        code="housing.frame_bent",
        component="FRM",
    ),
    _Item(
        name="hinge",
        asks="hinge_loose",
        label="Hinge loose",
        text="A phone that folds falls out of a half-open position by itself",
        code="housing.hinge_loose",
        component="HNG",
    ),
    _Item(
        name="liquid",
        asks="liquid_marks",
        label="Marks of liquid",
        text="In tray and port the liquid label has turned red, or the seal is cut, faded or swollen",
        code="housing.liquid_marks",
        component="SEAL",
    ),
)


class HousingInspection(HardwareProbe):
    """Cracks, bends, hinge and marks of liquid, with a photo of each that is found."""

    meta = ProbeMeta(
        id="housing.inspection",
        version=2,
        purpose="Housing and marks of liquid",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.LOW,
        duration_s=20.0,
        # the port is looked into: nothing is measured through it meanwhile
        resources=frozenset({Resource.OPERATOR, Resource.USB_CURRENT}),
        wants=frozenset({Capability.OPERATOR}),
        measures=tuple(item.measure for item in _ITEMS),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Have it looked over once, and again for what was found; what is found twice is photographed."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who looks at the phone")
        look = Checklist(
            text="Look at the phone from all sides. Which of these do you see?",
            items={item.asks: item.text for item in _ITEMS},
        )
        found = blamed(bench, look, fine=())
        for item in _ITEMS:
            if item.asks not in found:
                yield Reading(name=item.name, value="no")
                continue
            photo = bench.photograph(Question(asks=item.asks, text="Take a photo of what you see"))
            yield Reading(name=item.name, value="yes", evidence=(Evidence(recording=photo, text=item.label),))


class CallByHand(HardwareProbe):
    """The digits that are dialled and a call to the bench's own number, by hand."""

    meta = ProbeMeta(
        id="call.by_hand",
        version=2,
        purpose="Dialling and call set-up",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.MEDIUM,
        duration_s=15.0,
        resources=frozenset({Resource.OPERATOR, Resource.RADIO}),
        wants=frozenset({Capability.OPERATOR}),
        measures=(
            Measure(
                name="digits",
                label="Dialled digits are right",
                unit=Unit.TEXT,
                limit=OneOf(values=("yes",), source=_WORKS),
                says=Says(code="call.wrong_digits"),
            ),
            Measure(
                name="connected",
                label="Call is connected",
                unit=Unit.TEXT,
                limit=OneOf(values=("yes",), source=_WORKS),
                says=Says(code="call.not_connected"),
                key=True,
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Have every key of the dial pad typed and the bench's number called."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who dials")
        items = {
            "digits_right": "The screen shows exactly 1234567890*#",
            "call_connects": "The other phone rings within 20 seconds",
        }
        text = "Type 1234567890*# on the dial pad; then call the bench's own test number instead. Which of these is so?"
        wrong = blamed(bench, Checklist(text=text, items=items), fine=items)
        yield Reading(name="digits", value="no" if "digits_right" in wrong else "yes")
        yield Reading(name="connected", value="no" if "call_connects" in wrong else "yes")
