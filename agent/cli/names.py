"""Names of causes and findings in two languages, from the knowledge files and the log signatures."""

from __future__ import annotations

from agent.localizer import load_knowledge
from probes import symptoms
from reports import Language, translator


def names(code: str, language: Language) -> str:
    """Name a cause, a finding or a setting (``CODE:cure``: what to change); an unknown code is shown as it is."""
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
