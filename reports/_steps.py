"""Why a run that chose its own way went where it went: what it rose to, what it ran there, and why it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from probes import Stage
from reports._i18n import Translate
from reports._mark import mark
from reports._reasoning import Choice

_STAGES: Final[dict[str, str]] = {
    Stage.HARDWARE_UNATTENDED: mark("checks that run by themselves"),
    Stage.HARDWARE_ASSISTED: mark("checks with a person"),
    Stage.SECOND_LOOK: mark("a second look at what comes and goes"),
}
_ROSE: Final = {
    "rose_nothing_left": mark("{stage}, as all checks before them are done"),
    "rose_nothing_informs": mark("{stage}, as nothing easier tells enough any more"),
}
_WHY: Final = {
    "mandatory": mark("demanded by the plan: {probes}"),
    "complaint": mark("asked for by the complaint: {probes}"),
    "most_informative": mark("most informative: {probes}"),
}
_ENDED: Final = {
    "settled": mark("ended, as every cause is all but certain either way"),
    "nothing_informs": mark("ended, as nothing that is left tells enough for its time"),
}
_LISTED: Final = 6


def steps(choices: Iterable[Choice], tr: Translate) -> Iterator[str]:
    """A line for each stage that was risen to, with what ran there and why, and one for the end."""
    stages: dict[str, list[Choice]] = {}
    ended = ""
    for choice in choices:
        if choice.probe or choice.why in _ROSE:
            stages.setdefault(choice.stage, []).append(choice)
        else:
            ended = _ENDED.get(choice.why, "")
    for stage, here in stages.items():
        yield tr("; ").join(_stage(stage, here, tr))
    if ended:
        yield tr(ended)


def _stage(stage: str, here: list[Choice], tr: Translate) -> Iterator[str]:
    name = tr(_STAGES.get(stage, stage))
    rose = next((_ROSE[choice.why] for choice in here if choice.why in _ROSE), "")
    yield tr(rose).format(stage=name) if rose else name
    for why, words in _WHY.items():
        ran = [choice for choice in here if choice.why == why]
        if ran:
            yield tr(words).format(probes=_names(ran, tr))


def _names(ran: list[Choice], tr: Translate) -> str:
    """The checks by name, with the information that was expected of those chosen for it; many are counted."""
    if len(ran) > _LISTED:
        return tr("{count} checks").format(count=len(ran))
    chosen = (f"{one.probe} ({one.bits:.2g} bit)" if one.why == "most_informative" else one.probe for one in ran)
    return tr(", ").join(chosen)
