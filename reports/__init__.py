"""The diagnosis as published data, and its renderings. This is the one public door of the package."""

from reports._diagnosis import (
    Action,
    Conclusion,
    Contribution,
    Diagnosis,
    NotTested,
    PhoneIdentity,
    RepairPlan,
    SettingFound,
    Suspect,
    Unknown,
)
from reports._i18n import Language, Translate, translator
from reports._outline import Names, measurement_words, outline
from reports._terminal import plain_lines, print_diagnosis
from reports._triage import ServiceMode, Triage, TriageClass, TriageSymptom, TriageText, triage
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
    "ServiceMode",
    "SettingFound",
    "Suspect",
    "Translate",
    "Triage",
    "TriageClass",
    "TriageSymptom",
    "TriageText",
    "Unknown",
    "mark",
    "measurement_words",
    "outline",
    "plain_lines",
    "print_diagnosis",
    "translator",
    "triage",
]
