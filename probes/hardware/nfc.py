"""Both coils in the back of a phone: a tag held before it, and a charging pad under it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._errors import NotSupported
from probes._limits import LimitSource, OneOf
from probes._station import Does, Question, StationBench, Task
from probes._verdict import Capability, Effort, Resource, Stage, Unit, Verdict
from probes.formats import parse_battery, parse_nfc
from probes.hardware.agreement import is_fine, is_still
from probes.software._ask import ask, try_ask

_FAR_CM: Final = 3.5
_NEAR_CM: Final = 0.5
_PAD_S: Final = 6.0
_REACH: Final = LimitSource(
    kind="prior",
    text="phones read a card-sized tag at 3.5 cm and nearer; one whose coil lost 8 dB has to be touched by it "
    "(the field falls with the third power of the distance). To be learned from a golden phone with the same tag",
)
_PAD: Final = LimitSource(kind="prior", text="the pad charges a golden phone")


class TagReach(HardwareProbe):
    """From how far a known-good tag is read."""

    meta = ProbeMeta(
        id="nfc.tag",
        version=2,
        purpose="NFC tag at a distance",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.LOW,
        duration_s=25.0,
        resources=frozenset({Resource.OPERATOR}),
        wants=frozenset({Capability.OPERATOR}),
        measures=(
            Measure(
                name="read_far",
                label="Tag read at 3.5 cm",
                unit=Unit.TEXT,
                limit=OneOf(values=("yes",), source=_REACH),
                says=Says(code="nfc.reach_short", component="NFC"),
                key=True,
            ),
            Measure(
                name="read_near",
                label="Tag read at 0.5 cm",
                unit=Unit.TEXT,
                limit=OneOf(values=("yes",), source=_REACH),
                says=Says(code="nfc.tag_not_read", component="NFC"),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Hold the tag far, and near only where far was not enough; a person who says no is asked once more."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who holds the tag")
        state = ask(bench, parse_nfc, "dumpsys", "nfc").value.state
        if state != "on":
            for measure in self.meta.measures:
                yield Excuse(name=measure.name, verdict=Verdict.INCONCLUSIVE, reason="radio_switched_off")
            return
        far = _reads(bench, _FAR_CM)
        near = far or _reads(bench, _NEAR_CM)
        if near:
            yield Reading(name="read_far", value="yes" if far else "no")
        else:
            yield Excuse(name="read_far", verdict=Verdict.INCONCLUSIVE, reason="tag_not_read")
        yield Reading(name="read_near", value="yes" if near else "no")


def _reads(bench: StationBench, distance_cm: float) -> bool:
    values = {"distance": distance_cm}
    bench.do(
        Task(
            does=Does.HOLD_TAG,
            what=f"{distance_cm:g}",
            text="Hold the bench's NFC tag {distance} cm behind the middle of the phone's back, screen unlocked",
            values=values,
        )
    )
    asked = Question(asks="tag_read", text="Does the phone show or sound that it has read the tag?")
    return is_fine(bench, asked, fine="yes")


class WirelessCoil(HardwareProbe):
    """Whether a known-good pad is felt."""

    meta = ProbeMeta(
        id="nfc.wireless_coil",
        version=2,
        purpose="Wireless charging coil",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.LOW,
        duration_s=30.0,
        resources=frozenset({Resource.OPERATOR, Resource.USB_CURRENT, Resource.PLUG}),
        wants=frozenset({Capability.OPERATOR}),
        measures=(
            Measure(
                name="pad",
                label="Charges on the known-good pad",
                unit=Unit.TEXT,
                limit=OneOf(values=("yes",), source=_PAD),
                says=Says(code="charge.pad_not_felt", component="NFC"),
                key=True,
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Lay the phone on the pad, look what it says of its supply, and plug it in again."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who lays the phone on the pad")
        has_coil = Question(asks="has_wireless_coil", text="Does this model charge wirelessly, by its manual?")
        if bench.ask(has_coil) == "no":
            yield Excuse(name="pad", verdict=Verdict.NOT_SUPPORTED, reason="no_such_part")
            return
        bench.do(
            Task(
                does=Does.PLUG,
                what="qi_pad",
                text="Lay the phone on the known-good charging pad; its data cable must give no supply",
            )
        )
        try:
            bench.wait(_PAD_S)
            answer = try_ask(bench, parse_battery, "dumpsys", "battery")
        finally:
            bench.do(Task(does=Does.PLUG, what="usb_port", text="Plug the phone into the bench's USB port again"))
        felt = answer is not None and "wireless" in answer.value.plugged
        if answer is None:
            yield Excuse(name="pad", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
        elif not felt and not is_still(bench, has_coil, fine="no"):  # who said that there is a coil has mistaken
            yield Excuse(name="pad", verdict=Verdict.NOT_SUPPORTED, reason="no_such_part")
        else:
            yield Reading(name="pad", value="yes" if felt else "no")
