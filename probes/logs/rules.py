"""What the counts of a signature are worth.

The rules come from the logs of healthy phones: drivers probe parts that are not fitted, buses are not ready at
boot, sleeping chips miss their first write. A line alone proves nothing; its repetition, its time and its company do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from probes.logs.catalogue import Rule, Signature
from probes.logs.records import Strength
from probes.logs.tally import Tally

NEAR_S = 10.0


@dataclass(frozen=True)
class Case:
    """All that one signature saw for one unit: a tally for each source."""

    signature: Signature
    unit: str
    tallies: Mapping[str, Tally]
    source_spans_s: Mapping[str, float]


@dataclass(frozen=True)
class Judgement:
    """The strength of a case and the rules that decided it."""

    strength: Strength
    why: tuple[str, ...]


def judge(case: Case, markers: Mapping[str, Sequence[Case]], company: AbstractSet[str]) -> Judgement:
    """Apply the rule of a case's signature.

    Args:
        case: what was counted.
        markers: by signature id, the lines of success that were seen.
        company: codes and signature ids of other findings that are not benign.
    """
    signature, rule = case.signature, case.signature.rule
    met, why = _met(case)
    cleared = _cleared(case, markers)
    if cleared:
        weaker = min(rule.cleared_to, signature.strength, key=lambda strength: strength.rank)
        return Judgement(weaker, (cleared,))
    if not met:
        return Judgement(_weaker(rule, signature), (why,))
    own = {signature.id, signature.code}
    if rule.agree_with and not (set(rule.agree_with) - own) & company:
        return Judgement(_weaker(rule, signature), (f"nothing else speaks for it ({', '.join(rule.agree_with)})",))
    return Judgement(signature.strength, (why,))


def _weaker(rule: Rule, signature: Signature) -> Strength:
    return min(rule.otherwise, signature.strength, key=lambda strength: strength.rank)


def _met(case: Case) -> tuple[bool, str]:
    """Whether one source alone meets the counts; two sources may hold the same lines twice."""
    best = ""
    for name in sorted(case.tallies):
        lack = _lack(case.tallies[name], case.signature.rule, case.source_spans_s.get(name, 0.0))
        if not lack:
            tally = case.tallies[name]
            return True, f"{tally.count} lines in {max(1, tally.window_count)} windows of 10 s in {name}"
        best = best or lack
    return False, best


def _lack(tally: Tally, rule: Rule, source_span_s: float) -> str:
    if tally.eligible < rule.min_count:
        late = f" later than {rule.after_boot_s:g} s after boot" if rule.after_boot_s else ""
        return f"{tally.eligible} of {rule.min_count} lines{late}"
    if tally.window_count < rule.min_windows:
        return f"lines in {tally.window_count} of {rule.min_windows} windows of 10 s"
    if tally.span_s < rule.min_span_s:
        return f"lines over {tally.span_s:.0f} s, {rule.min_span_s:g} s needed"
    rate = tally.eligible / source_span_s * 3600 if source_span_s > 0 else 0.0
    if rule.min_rate_per_h and rate < rule.min_rate_per_h:
        return f"{rate:.1f} lines per hour, {rule.min_rate_per_h:g} needed"
    return ""


def _cleared(case: Case, markers: Mapping[str, Sequence[Case]]) -> str:
    """Which success clears the case, as a sentence, or an empty string."""
    rule = case.signature.rule
    for marker_id in rule.cleared_by:
        for marker in markers.get(marker_id, ()):
            if marker.unit and case.unit and marker.unit != case.unit:
                continue
            slack_s = NEAR_S if rule.cleared_when == "near" else 0.0
            if rule.cleared_when == "any" or _came_later(marker, case, slack_s=slack_s):
                return f"cleared by {marker_id}"
    return ""


def _came_later(marker: Case, case: Case, *, slack_s: float) -> bool:
    """Whether, in every source of the case that knows both, the success stands behind the last failure.

    ``slack_s`` lets a success count that came so much earlier, where both lines have a clock.
    """
    shared = [(marker.tallies[name], tally) for name, tally in case.tallies.items() if name in marker.tallies]
    return bool(shared) and all(_behind(success, failure, slack_s) for success, failure in shared)


def _behind(success: Tally, failure: Tally, slack_s: float) -> bool:
    if success.last_line_no > failure.last_line_no:
        return True
    if not slack_s or success.last is None or failure.last is None:
        return False
    gap_s = (failure.last.seconds or 0.0) - (success.last.seconds or 0.0)
    return gap_s <= slack_s
