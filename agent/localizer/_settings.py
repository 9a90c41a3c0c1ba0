"""Settings that make a healthy phone seem faulty: remarks, until they explain the complaint or block a check.

A setting is read, not inferred, so it takes no part in the belief over causes. It becomes the conclusion in two cases:
the customer complains of what it does, or a check of the plan could not run because of it and nothing else was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agent.localizer._knowledge import Knowledge
from probes import Finding, ProbeResult, first_look
from reports import Conclusion, SettingFound, Suspect

_READER: Final = "settings.state"
_SURE: Final = frozenset({Conclusion.PART, Conclusion.SOFTWARE})
_NOTHING: Final = frozenset({Conclusion.NOTHING_FOUND, Conclusion.NO_FAULT_FOUND})


def found_settings(
    results: Sequence[ProbeResult], knowledge: Knowledge, complaints: Sequence[str]
) -> tuple[SettingFound, ...]:
    """The unusual settings of a run, those that matter first."""
    found: dict[str, Finding] = {}
    blocked: dict[str, list[str]] = {}
    for result in results:
        for finding in result.findings:
            if finding.code not in knowledge.settings:
                continue
            found.setdefault(finding.code, finding)
            if first_look(result.probe) == result.probe != _READER:
                blocked.setdefault(finding.code, []).append(result.probe)
    settings = (
        SettingFound(
            code=code,
            explains=tuple(one for one in complaints if one in knowledge.settings[code].symptoms),
            blocks=tuple(blocked.get(code, ())),
            evidence=finding.evidence,
        )
        for code, finding in found.items()
    )
    return tuple(sorted(settings, key=lambda one: not one.matters))


def settings_conclude(
    conclusion: Conclusion,
    settings: Sequence[SettingFound],
    first: Sequence[Suspect],
    knowledge: Knowledge,
    complaints: Sequence[str],
) -> bool:
    """Whether a setting is the conclusion, in place of what the belief over causes came to.

    A part or program that is sure and is known to cause the same complaint stays: changing the setting would not help.
    """
    if conclusion is Conclusion.BENCH_TROUBLE:
        return False
    if any(one.explains for one in settings):
        cause = knowledge.causes.get(first[0].cause) if first else None
        said_of = {code for code, causes in knowledge.complaints.items() if first and first[0].cause in causes}
        rival = cause is not None and bool((said_of | set(cause.symptoms)) & set(complaints))
        return not (rival and conclusion in _SURE)
    return conclusion in _NOTHING and any(one.blocks for one in settings)
