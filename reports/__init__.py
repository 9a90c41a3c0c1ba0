"""The diagnosis as published data, and its renderings. This is the one public door of the package."""

from reports._diagnosis import (
    Action,
    Conclusion,
    Contribution,
    Diagnosis,
    NotTested,
    PhoneIdentity,
    RepairPlan,
    Suspect,
    Unknown,
)
from reports._i18n import Language, Translate, translator
from reports._outline import Names, measurement_words, outline
from reports._terminal import plain_lines, print_diagnosis
from reports._words import BLAMES, CONCLUSIONS, MARKS, REASONS, VERDICTS, mark

__all__ = [
    "BLAMES",
    "CONCLUSIONS",
    "MARKS",
    "REASONS",
    "VERDICTS",
    "Action",
    "Conclusion",
    "Contribution",
    "Diagnosis",
    "Language",
    "Names",
    "NotTested",
    "PhoneIdentity",
    "RepairPlan",
    "Suspect",
    "Translate",
    "Unknown",
    "mark",
    "measurement_words",
    "outline",
    "plain_lines",
    "print_diagnosis",
    "translator",
]
