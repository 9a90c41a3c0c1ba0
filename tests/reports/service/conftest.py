"""Facts of a phone that meets everything, to be spoiled one by one."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from agent.orders import first_error
from reports.service import ServiceFacts

PHOTO = "a" * 64
SOLD = date(2025, 3, 10)
NOW = datetime(2025, 3, 20, 12, tzinfo=UTC)
MakeFacts = Callable[..., ServiceFacts]


def proof(**other: Any) -> dict[str, Any]:
    return {
        "kind": "invoice",
        "sold_on": SOLD,
        "names_model": "yes",
        "names_phone": "yes",
        "has_seal": "yes",
        "altered": "no",
    } | other


@pytest.fixture
def make() -> MakeFacts:
    def facts(**other: Any) -> ServiceFacts:
        yes = {"answer": "yes", "photo_sha256": PHOTO}
        names = ("unworn", "licence", "body_number", "anti_counterfeit", "water_seal")
        whole: dict[str, Any] = {
            "today": date(2025, 3, 12),
            "sold": "yes",
            "purchase_date": SOLD,
            "proofs": (proof(),),
            "fault": "confirmed",
            "statute_fault": "yes",
            "human_damage": dict.fromkeys(("misuse", "unauthorised_repair", "disaster", "label_torn"), "no"),
            "looks": dict.fromkeys(names, yes),
        }
        return ServiceFacts.model_validate(whole | other)

    return facts


def line_of(record: type[BaseModel], data: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        record.model_validate_json(json.dumps(data))
    return first_error(caught.value, "file")
