"""What only eyes, ears and fingers find: the housing, marks of liquid, a call by hand. Two looks have to agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Measure, ProbeMeta, Reading, Said, Says
from probes._errors import NotSupported
from probes._limits import LimitSource, OneOf
from probes._records import Evidence
from probes._station import Question, StationBench
from probes._verdict import Capability, Effort, Resource, Stage, Unit
from probes.hardware.agreement import agreed

_SOUND: Final = LimitSource(kind="prior", text="a housing as it was delivered; whether blow or material is not judged")
_WORKS: Final = LimitSource(kind="prior", text="what the manual lists, tried by hand")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One thing to look for: the name of the measurement, the question and the part."""

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
        text="Look at the back cover in slanting light and feel it with a finger: is it cracked or chipped?",
        code="housing.cover_cracked",
        component="BC",
    ),
    _Item(
        name="frame",
        asks="frame_bent",
        label="Frame bent",
        text="Lay the phone face down on the flat plate: does it rock, or is the frame bent or cracked?",
        code="housing.frame_bent",
        component="FRM",
    ),
    _Item(
        name="hinge",
        asks="hinge_loose",
        label="Hinge loose",
        text="If the phone folds: does it fall out of a half-open position by itself? Answer no if it does not fold.",
        code="housing.hinge_loose",
        component="HNG",
    ),
    _Item(
        name="liquid",
        asks="liquid_marks",
        label="Marks of liquid",
        text="Look into tray and port: has the liquid label turned red, or is the seal cut, faded or swollen?",
        code="housing.liquid_marks",
        component="SEAL",
    ),
)


class HousingInspection(HardwareProbe):
    """Cracks, bends, hinge and marks of liquid, with a photo of each that is found."""

    meta = ProbeMeta(
        id="housing.inspection",
        version=1,
        purpose="Housing and marks of liquid",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.LOW,
        duration_s=40.0,
        resources=frozenset({Resource.OPERATOR}),
        wants=frozenset({Capability.OPERATOR}),
        measures=tuple(item.measure for item in _ITEMS),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Have each item looked at until two looks agree; what is found is photographed."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who looks at the phone")
        for item in _ITEMS:
            if not agreed(bench, Question(asks=item.asks, text=item.text)):
                yield Reading(name=item.name, value="no")
                continue
            photo = bench.photograph(Question(asks=item.asks, text="Take a photo of what you see"))
            yield Reading(name=item.name, value="yes", evidence=(Evidence(recording=photo, text=item.label),))


class CallByHand(HardwareProbe):
    """The digits that are dialled and a call to the bench's own number, by hand."""

    meta = ProbeMeta(
        id="call.by_hand",
        version=1,
        purpose="Dialling and call set-up",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.MEDIUM,
        duration_s=40.0,
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
        digits = Question(
            asks="digits_right",
            text="Type 1234567890*# on the dial pad without calling: does the screen show exactly that?",
        )
        connected = Question(
            asks="call_connects", text="Call the bench's own test number: does the other phone ring within 20 seconds?"
        )
        yield Reading(name="digits", value="yes" if agreed(bench, digits) else "no")
        yield Reading(name="connected", value="yes" if agreed(bench, connected) else "no")
