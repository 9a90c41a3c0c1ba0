"""Consent and backup answers as records, and the single-use token without which nothing destructive happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field, StrictBool, StrictStr

from agent.journal import Journal
from probes import PermissionMissing, Record

VALID_FOR: Final = timedelta(minutes=15)


class Danger(StrEnum):
    """What may be allowed, each by itself."""

    WIPE = "wipe"
    FLASH = "flash"
    UNLOCK = "unlock"
    LOAD = "load"


class Consent(Record):
    """The customer's yes or no to one dangerous thing on one phone."""

    schema_version: Literal[1] = 1
    serial: Annotated[StrictStr, Field(min_length=1)]
    ticket: Annotated[StrictStr, Field(min_length=1)]
    danger: Danger
    granted: StrictBool
    given_by: Annotated[StrictStr, Field(min_length=1)]
    method: Literal["signature", "phone", "message", "counter"]
    at: AwareDatetime


class BackupAnswer(Record):
    """What the customer answered when asked whether the data are saved."""

    schema_version: Literal[1] = 1
    serial: Annotated[StrictStr, Field(min_length=1)]
    ticket: Annotated[StrictStr, Field(min_length=1)]
    answer: Literal["saved", "not_needed", "not_saved"]
    given_by: Annotated[StrictStr, Field(min_length=1)]
    at: AwareDatetime


class Permission:
    """A token for one dangerous thing on one phone: used once, expires, journalled. Made by ``Permissions.allow``."""

    def __init__(self, consent: Consent, expires_at: datetime, note: Callable[[str], None]) -> None:
        self._consent = consent
        self._expires_at = expires_at
        self._note = note
        self._used = False

    def use(self, *, danger: Danger, serial: str, now: datetime | None = None) -> None:
        """Spend the token right before the act; ``serial`` is re-read from the phone, never from a cache.

        Raises:
            PermissionMissing: another danger, another phone, expired, or used before.
        """
        moment = now or datetime.now(UTC)
        wrong = (
            ("it is for something else", danger is not self._consent.danger),
            ("it is for another phone", serial != self._consent.serial),
            ("it has expired", moment >= self._expires_at),
            ("it was used before", self._used),
        )
        for why, is_so in wrong:
            if is_so:
                raise PermissionMissing(f"no permission to {danger}: {why}", device=serial)
        self._used = True
        self._note(self._consent.model_dump_json())


class Permissions:
    """Hands out tokens for one run. By default it allows nothing."""

    def __init__(self, journal: Journal, run_id: str) -> None:
        self._journal = journal
        self._run_id = run_id

    def allow(self, consent: Consent, backup: BackupAnswer, now: datetime | None = None) -> Permission:
        """Journal consent and backup answer, and give a token for what was allowed.

        Raises:
            PermissionMissing: the consent says no, or the data are not saved, or the records do not belong together.
        """
        self._journal.note(self._run_id, "consent", consent.model_dump_json())
        self._journal.note(self._run_id, "backup_answer", backup.model_dump_json())
        if not consent.granted:
            raise PermissionMissing(f"the customer did not allow to {consent.danger}", device=consent.serial)
        if (consent.serial, consent.ticket) != (backup.serial, backup.ticket):
            raise PermissionMissing("consent and backup answer are not for one phone and ticket", device=consent.serial)
        if backup.answer == "not_saved":
            raise PermissionMissing("the customer's data are not saved", device=consent.serial)
        expires_at = (now or datetime.now(UTC)) + VALID_FOR
        return Permission(consent, expires_at, lambda data: self._journal.note(self._run_id, "permission_used", data))
