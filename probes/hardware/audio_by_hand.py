"""Sound that takes a hand or an ear: the headset, the ring of a call, and both ways of speech in a call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._errors import NotSupported
from probes._limits import LimitSource, OneOf
from probes._station import Checklist, Does, Question, StationBench, Task
from probes._verdict import Capability, Effort, Resource, Stage, Unit, Verdict
from probes.hardware.agreement import blamed, is_fine

_HEARD: Final = LimitSource(kind="prior", text="what a known-good phone does, heard by whoever stands at the bench")
_NO_EAR: Final = "it takes somebody who listens"


def _heard(name: str, label: str, says: Says, *, key: bool = True) -> Measure:
    return Measure(
        name=name, label=label, unit=Unit.TEXT, limit=OneOf(values=("yes",), source=_HEARD), says=says, key=key
    )


def _word(*, heard: bool) -> str:
    return "yes" if heard else "no"


class Headset(HardwareProbe):
    """The phone's own headset and, where it does not play, a known-good one: the other of the two is then at fault.

    A plug that was not pushed in is no dead headset: before the own one is blamed it is plugged in once more.
    """

    meta = ProbeMeta(
        id="audio.headset",
        version=3,
        purpose="Wired headset",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.MEDIUM,
        duration_s=25.0,
        resources=frozenset({Resource.OPERATOR, Resource.SPEAKER, Resource.PLUG}),
        wants=frozenset({Capability.OPERATOR}),
        measures=(
            _heard("own_plays", "Own headset plays", Says(code="audio.headset_dead", component="ACC-HST")),
            _heard(
                "known_good_plays",
                "Known-good headset plays",
                Says(code="audio.headset_path", component="PCB", function="audio"),
                key=False,
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Try the owner's headset, then the bench's."""
        if not isinstance(bench, StationBench):
            raise NotSupported(_NO_EAR)
        asked = Question(
            asks="headset_plays", text="Play any sound: is it heard on both sides of the headset, and not by the phone?"
        )
        customers = Task(does=Does.HEADSET, what="own", text="Plug in the customer's headset")
        if self._plays(bench, customers, asked):
            yield Reading(name="own_plays", value="yes")
            yield Excuse(name="known_good_plays", verdict=Verdict.SKIPPED, reason="own_headset_plays")
            return
        benchs = Task(does=Does.HEADSET, what="known_good", text="Plug in the bench's known-good headset")
        good = self._plays(bench, benchs, asked)
        yield Reading(name="known_good_plays", value=_word(heard=good))
        if good:
            yield Reading(name="own_plays", value=_word(heard=self._plays(bench, customers, asked)))
        else:  # the phone plays on none, so that nothing is known of the customer's
            yield Excuse(name="own_plays", verdict=Verdict.INCONCLUSIVE, reason="no_headset_plays")

    @staticmethod
    def _plays(bench: StationBench, task: Task, asked: Question) -> bool:
        bench.do(task)
        try:
            return is_fine(bench, asked, fine="yes")
        finally:
            bench.do(Task(does=Does.HEADSET, what="none", text="Unplug the headset"))


class Ring(HardwareProbe):
    """The ring of a call, after all settings that silence it were looked for."""

    meta = ProbeMeta(
        id="audio.ring",
        version=2,
        purpose="Ring of a call",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.MEDIUM,
        duration_s=20.0,
        needs_setting=frozenset(
            {"setting.silent_mode", "setting.dnd", "setting.ring_volume_zero", "setting.bluetooth_route"}
        ),
        resources=frozenset({Resource.OPERATOR, Resource.SPEAKER, Resource.RADIO}),
        wants=frozenset({Capability.OPERATOR}),
        measures=(_heard("rings", "Phone rings", Says(code="audio.no_ring", component="SPK")),),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Have the phone called."""
        if not isinstance(bench, StationBench):
            raise NotSupported(_NO_EAR)
        asked = Question(asks="rings", text="Call this phone from the bench's other phone: does it ring aloud?")
        yield Reading(name="rings", value=_word(heard=is_fine(bench, asked, fine="yes")))


class CallBothWays(HardwareProbe):
    """Speech in a call, there and back; each way has parts of its own."""

    meta = ProbeMeta(
        id="audio.call",
        version=2,
        purpose="Speech in a call, both ways",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.MEDIUM,
        duration_s=30.0,
        needs_setting=frozenset({"setting.mic_privacy", "setting.call_volume_low", "setting.bluetooth_route"}),
        resources=frozenset({Resource.OPERATOR, Resource.SPEAKER, Resource.MICROPHONE, Resource.RADIO}),
        wants=frozenset({Capability.OPERATOR}),
        measures=(
            _heard("far_end_hears", "Far end hears", Says(code="audio.far_end_hears_nothing", component="MIC1")),
            _heard("near_end_hears", "Near end hears", Says(code="audio.near_end_hears_nothing", component="RCV")),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Have the bench's number called and spoken into both phones."""
        if not isinstance(bench, StationBench):
            raise NotSupported(_NO_EAR)
        items = {
            "far_end_hears": "The other phone says what you said into this one",
            "near_end_hears": "What you said into the other one is understood in the earpiece of this one",
        }
        text = "Call the bench's own test number, speak into both phones at full call volume. Which of these is so?"
        wrong = blamed(bench, Checklist(text=text, items=items), fine=items)
        for name in items:
            yield Reading(name=name, value=_word(heard=name not in wrong))
