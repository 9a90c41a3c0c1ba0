"""Which probe next: the localizer's planner, asked between the probes of a run.

Every plan with hardware stages runs its most informative test first, among the easiest of its lowest stage; only a plan
that says so (``stop = "band"``) leaves out what would tell nothing any more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Final

from agent import localizer  # its names are loaded when used: they bring numpy
from probes import SOFTWARE, ProbeMeta, ProbeResult, Stage, first_look
from reports import Choice

# Which test is best is seen long before the last digit of the belief.
_ROUGH: Final = 1e-3
# Links weaker than this demand no test: "rarely" does not, "sometimes" does.
_TELLING: Final = 0.2
# A part that is no likelier sound than this accounts for what the customer says of it. What is left in doubt is still
# tested where a test tells enough for its time.
_LEFT: Final = 0.05
_AS_PLANNED: Final = frozenset({Stage.IDENTITY, Stage.SOFTWARE, Stage.SECOND_LOOK})
"""Stages that run whole whatever is believed: cheap, unattended, and what the service standard or the plan asks for."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How a plan lets itself be guided.

    Attributes:
        stop_at_band: leave out what is left when every cause is all but certain either way, or nothing informs.
        mandatory: patterns of probes that run in their stage whatever is believed.
        minimum_s: probes that nobody has to lend a hand for and that take no longer run whatever is believed, too.
        least_bits_per_s: what a second of the bench is worth: a test that tells less is left out, where any is.
        strict_easy_first: inside a stage nothing harder before something easier that informs.
    """

    stop_at_band: bool = False
    mandatory: tuple[str, ...] = ()
    minimum_s: float = 0.0
    least_bits_per_s: float = 0.0
    strict_easy_first: bool = True

    def demand(self, meta: ProbeMeta) -> bool:
        """Whether a probe belongs to the minimum of its stage."""
        short = meta.stage is Stage.HARDWARE_UNATTENDED and meta.duration_s <= self.minimum_s
        return short or any(fnmatchcase(meta.id, pattern) for pattern in self.mandatory)


@dataclass(frozen=True, slots=True)
class Advice:
    """What the session does next: the probe to begin with, those to leave out, and whether it runs alone."""

    first: str = ""
    drop: tuple[str, ...] = ()
    alone: bool = False


@dataclass(slots=True)
class Guide:
    """Advice for one run. ``choices`` says afterwards what was chosen, and why."""

    knowledge: localizer.Knowledge
    rules: Rules = field(default_factory=Rules)
    complaints: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    choices: list[Choice] = field(default_factory=list)

    def advise(self, left: Sequence[ProbeMeta], results: Sequence[ProbeResult]) -> Advice:
        """Say what to run next, of what is left of the plan, in the plan's order."""
        if not left or min(left, key=lambda meta: meta.stage.order).stage in _AS_PLANNED:
            return Advice()
        stage, last = left[0].stage, results[-1].stage if results else None
        if self.rules.stop_at_band and (self.rules.demand(left[0]) or _promised(left[0])):  # whatever is believed
            self._note(stage, left[0].id, 0.0, "mandatory", rose="" if last in {None, stage} else "nothing_left")
            return Advice(left[0].id, alone=True)
        facts = _facts(self.complaints)
        belief, _ = localizer.believed(facts, results, self.knowledge, contexts=self.contexts, tolerance=_ROUGH)
        weighed = [meta for meta in left if not _promised(meta)]
        within = weighed if self.rules.stop_at_band else [meta for meta in left if meta.stage is stage]
        concerns = self._concerns(belief)
        step = localizer.next_step(
            belief,
            self.knowledge,
            within,
            mandatory=self._mandatory(left),
            complaint=self._complained(left, concerns) if self.rules.stop_at_band else (),
            concerns=concerns,
            least_worth=self.rules.least_bits_per_s if self.rules.stop_at_band else 0.0,
            last=last,
            strict_easy_first=self.rules.strict_easy_first,
        )
        chosen = next((meta for meta in left if meta.id == step.probe), None)
        self._note(step.stage or stage, step.probe, step.bits, step.why, rose=step.rose)
        if not self.rules.stop_at_band:
            return Advice(first=step.probe if chosen is not None and _easiest(chosen, left) else "")
        kept = left[:0] if chosen is None else [meta for meta in left if meta.stage.order >= chosen.stage.order]
        dropped = tuple(meta.id for meta in weighed if meta not in kept)
        return Advice(step.probe, dropped, alone=True)

    def _concerns(self, belief: localizer.Belief) -> frozenset[str]:
        """Causes of what the customer says, as long as none of their parts is certainly broken: found is found."""
        sound: dict[tuple[str, str | None], float] = {}
        for p, (name, cause) in zip(belief.marginals, belief.causes.items(), strict=True):
            place = _place(name, cause)
            sound[place] = sound.get(place, 1.0) * (1.0 - float(p))
        causes = self.knowledge.causes
        fitting = (localizer.complained(self.knowledge, (code,), least=_TELLING) for code in self.complaints)
        return frozenset(
            name
            for names in fitting
            if all(sound.get(_place(one, causes[one]), 1.0) > _LEFT for one in names)
            for name in names
        )

    def _note(self, stage: Stage, probe: str, bits: float, why: str, *, rose: str) -> None:
        if rose:
            self.choices.append(Choice(stage=stage, why=f"rose_{rose}"))
        self.choices.append(Choice(stage=stage, probe=probe, bits=bits, why=why))

    def _mandatory(self, left: Sequence[ProbeMeta]) -> frozenset[str]:
        return frozenset(meta.id for meta in left if self.rules.demand(meta))

    def _complained(self, left: Sequence[ProbeMeta], causes: frozenset[str]) -> frozenset[str]:
        """Probes that test what the customer complains of."""
        seen_by = {
            probe
            for effect in self.knowledge.effects.values()
            if any(name in causes and localizer.p_fail(link) >= _TELLING for name, link in effect.caused_by.items())
            for probe in effect.readers
        }
        return frozenset(meta.id for meta in left if meta.id in seen_by)


def _promised(meta: ProbeMeta) -> bool:
    """Whether it is a further look that the plan itself asks for: no effect has it as a reader, so none weighs it."""
    return first_look(meta.id) != meta.id


def _place(name: str, cause: localizer.Cause) -> tuple[str, str | None]:
    """What is broken by a cause: a part, a function of the board, or one thing of the software."""
    return cause.component, name if cause.component == SOFTWARE else cause.function


def _easiest(chosen: ProbeMeta, left: Collection[ProbeMeta]) -> bool:
    """Whether nothing easier of its stage is left: easy before hard holds in every plan."""
    return chosen.effort.order == min(meta.effort.order for meta in left if meta.stage is chosen.stage)


def _facts(complaints: tuple[str, ...]) -> localizer.RunFacts:
    now = datetime.now(UTC)
    return localizer.RunFacts(
        run_id="", created_at=now, source="adb", subject="", agent_version="", limits="", complaints=complaints
    )
