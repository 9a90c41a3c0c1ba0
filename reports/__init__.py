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
from reports._i18n import Language, pick_language, translator

__all__ = [
    "Action",
    "Conclusion",
    "Contribution",
    "Diagnosis",
    "Language",
    "NotTested",
    "PhoneIdentity",
    "RepairPlan",
    "Suspect",
    "Unknown",
    "pick_language",
    "translator",
]
