"""Names of causes and findings in two languages, from the knowledge files and the log signatures."""

from __future__ import annotations

from agent.localizer import load_knowledge
from reports import Language


def names(code: str, language: Language) -> str:
    """Name a cause or a finding; a code that no file names is shown as it is."""
    knowledge = load_knowledge()
    known = knowledge.causes.get(code) or knowledge.effects.get(code)
    if known is None:
        return code
    return known.zh if language is Language.ZH else known.en
