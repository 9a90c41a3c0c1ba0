"""Service rules: warranty, exchange, factory returns, statements, coverage. The one public door of the package."""

from reports.service._calendar import Holidays, add_months, holidays
from reports.service._coverage import Coverage, Covered, belongs, coverage_of, functions, symptom_words
from reports.service._decision import Answer, Decision, Eligibility, Signature
from reports.service._factory import PackingList, ReturnItem, ReturnOrder, may_return, pack
from reports.service._facts import (
    CallTimeSource,
    FaultState,
    HumanDamage,
    Looks,
    ManufactureSource,
    Proof,
    ProofKind,
    Seen,
    ServiceFacts,
)
from reports.service._logistics import (
    Parcel,
    ParcelDecision,
    ParcelStep,
    Statement,
    StatementCheck,
    check_statement,
    receive,
)
from reports.service._outcome import CustomerNotice, ServiceDecisions, ServiceType, evaluate_rules
from reports.service._policy import PartClass, Policy, policy, service_words

__all__ = [
    "Answer",
    "CallTimeSource",
    "Coverage",
    "Covered",
    "CustomerNotice",
    "Decision",
    "Eligibility",
    "FaultState",
    "Holidays",
    "HumanDamage",
    "Looks",
    "ManufactureSource",
    "PackingList",
    "Parcel",
    "ParcelDecision",
    "ParcelStep",
    "PartClass",
    "Policy",
    "Proof",
    "ProofKind",
    "ReturnItem",
    "ReturnOrder",
    "Seen",
    "ServiceDecisions",
    "ServiceFacts",
    "ServiceType",
    "Signature",
    "Statement",
    "StatementCheck",
    "add_months",
    "belongs",
    "check_statement",
    "coverage_of",
    "evaluate_rules",
    "functions",
    "holidays",
    "may_return",
    "pack",
    "policy",
    "receive",
    "service_words",
    "symptom_words",
]
