"""Names of causes, findings and checks in two languages: from knowledge files, log signatures and probes."""

from __future__ import annotations

from functools import cache

from agent.localizer import load_knowledge
from probes import first_look, symptoms
from reports import Language, translator


def names(code: str, language: Language) -> str:
    """Name a cause, a finding or a setting; an unknown code is shown as it is.

    ``CODE:cure`` is what to change of a setting, ``probe:ID`` a check, ``measure:ID:NAME`` what it measures.
    """
    if code.startswith(("probe:", "measure:")):
        _, _, bare = code.partition(":")
        translate, text = translator(language), _texts().get(first_look(code))
        if text and first_look(code) != code:
            return translate("{check}, another look").format(check=translate(text))
        return translate(text) if text else bare
    knowledge = load_knowledge()
    code, _, wanted = code.partition(":")
    setting = knowledge.settings.get(code)
    if setting is not None and wanted == "cure":
        return setting.cure_zh if language is Language.ZH else setting.cure_en
    known = knowledge.causes.get(code) or knowledge.effects.get(code) or setting
    if known is None and code.startswith("complaint."):
        said = symptoms().get(code.removeprefix("complaint."))
        translate = translator(language)
        return translate("the customer says: {what}").format(what=said.name(language)) if said else code
    if known is None:
        return code
    return known.zh if language is Language.ZH else known.en


@cache
def _texts() -> dict[str, str]:
    """English names of the checks of this version and of what they measure."""
    from agent.plan import known_probes  # all probes, and only pages and packs name them

    metas = [probe.meta for probe in known_probes()]
    return {f"probe:{meta.id}": meta.purpose for meta in metas} | {
        f"measure:{meta.id}:{measure.name}": measure.label for meta in metas for measure in meta.measures
    }
