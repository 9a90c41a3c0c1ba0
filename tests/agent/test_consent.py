"""Nothing dangerous happens without a recorded yes, a recorded backup answer and a token that is spent once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from agent.consent import VALID_FOR, BackupAnswer, Consent, Danger, Permissions
from agent.journal import Journal
from probes import PermissionMissing

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def consent(**changes: Any) -> Consent:
    fields: dict[str, Any] = {
        "serial": "S1",
        "ticket": "T1",
        "danger": Danger.WIPE,
        "granted": True,
        "given_by": "customer",
        "method": "signature",
        "at": NOW,
    }
    return Consent(**(fields | changes))


def backup(**changes: Any) -> BackupAnswer:
    fields: dict[str, Any] = {"serial": "S1", "ticket": "T1", "answer": "saved", "given_by": "customer", "at": NOW}
    return BackupAnswer(**(fields | changes))


@pytest.fixture
def permissions(journal: Journal, begin: Callable[..., str]) -> Permissions:
    return Permissions(journal, begin("test.one"))


def kinds(journal: Journal) -> list[str]:
    return [event.kind for event in journal.events(journal.run("last").id)]


def test_a_permission_is_used_once_and_journalled(permissions: Permissions, journal: Journal) -> None:
    token = permissions.allow(consent(), backup(), now=NOW)
    assert kinds(journal) == ["consent", "backup_answer"]
    token.use(danger=Danger.WIPE, serial="S1", now=NOW)
    assert kinds(journal) == ["consent", "backup_answer", "permission_used"]
    stored = journal.events(journal.run("last").id)[-1].data
    assert json.loads(stored)["ticket"] == "T1"
    with pytest.raises(PermissionMissing, match="used before"):
        token.use(danger=Danger.WIPE, serial="S1", now=NOW)


@pytest.mark.parametrize(
    ("danger", "serial", "after", "why"),
    [
        (Danger.FLASH, "S1", timedelta(), "something else"),
        (Danger.WIPE, "S2", timedelta(), "another phone"),
        (Danger.WIPE, "", timedelta(), "another phone"),
        (Danger.WIPE, "S1", VALID_FOR, "expired"),
        (Danger.WIPE, "S1", timedelta(days=900), "expired"),
    ],
)
def test_a_permission_is_for_one_thing_one_phone_and_a_while(
    permissions: Permissions, journal: Journal, *, danger: Danger, serial: str, after: timedelta, why: str
) -> None:
    token = permissions.allow(consent(), backup(), now=NOW)
    with pytest.raises(PermissionMissing, match=why):
        token.use(danger=danger, serial=serial, now=NOW + after)
    assert "permission_used" not in kinds(journal)
    token.use(danger=Danger.WIPE, serial="S1", now=NOW + VALID_FOR - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("consent_changes", "backup_changes", "why"),
    [
        ({"granted": False}, {}, "did not allow"),
        ({}, {"answer": "not_saved"}, "not saved"),
        ({}, {"serial": "S2"}, "one phone and ticket"),
        ({}, {"ticket": "T2"}, "one phone and ticket"),
    ],
)
def test_no_token_is_given_but_what_was_said_is_journalled(
    permissions: Permissions,
    journal: Journal,
    consent_changes: dict[str, Any],
    backup_changes: dict[str, Any],
    why: str,
) -> None:
    with pytest.raises(PermissionMissing, match=why):
        permissions.allow(consent(**consent_changes), backup(**backup_changes))
    assert kinds(journal) == ["consent", "backup_answer"]


def test_data_that_need_no_saving_are_no_obstacle(permissions: Permissions) -> None:
    permissions.allow(consent(), backup(answer="not_needed")).use(danger=Danger.WIPE, serial="S1")


@pytest.mark.parametrize(
    "changes",
    [{"granted": 1}, {"granted": "yes"}, {"danger": "explode"}, {"serial": ""}, {"at": datetime(2026, 1, 1)}, {"x": 1}],  # noqa: DTZ001
)
def test_a_consent_that_is_not_exact_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        consent(**changes)


def test_a_consent_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        consent().granted = False  # type: ignore[misc]  # that it is refused is under test
