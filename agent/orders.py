"""Orders on this bench: one sealed file each, changed in one step or not at all, and masked wherever it is shown."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, StrictStr, ValidationError

from agent.home import Home
from probes import BadInput, Record, StoreError, show
from reports import (
    Approval,
    HandOver,
    IdentityMatch,
    IdKind,
    IntakeInspection,
    IntakePhoto,
    Mask,
    PhoneId,
    QcAnswers,
    QcRecord,
    RepairDone,
    RepairOffer,
    SymptomReport,
    WorkOrder,
    masked,
)
from reports.service import (
    Decision,
    PackingList,
    Parcel,
    ParcelDecision,
    ReturnOrder,
    ServiceDecisions,
    ServiceFacts,
    Signature,
    Statement,
    StatementCheck,
)

_KEY_BYTES: Final = 32
_STRUCK: Final = "***"
_PLAIN: Final = {
    "extra_forbidden": "there is no such field",
    "missing": "this is missing",
    "too_short": "at least one belongs here",
    "list_type": "a list belongs here",
    "tuple_type": "a list belongs here",
}
"""What the most frequent mistakes are called, in place of the words of the library that finds them."""
_MAX_BYTES: Final = 1 << 20
R = TypeVar("R", bound=Record)


PUBLISHED: Final[Mapping[str, type[BaseModel]]] = {
    "approval": Approval,
    "hand_over": HandOver,
    "intake_inspection": IntakeInspection,
    "packing_list": PackingList,
    "parcel": Parcel,
    "parcel_decision": ParcelDecision,
    "qc_answers": QcAnswers,
    "qc_record": QcRecord,
    "repair_done": RepairDone,
    "repair_offer": RepairOffer,
    "return_order": ReturnOrder,
    "service_decisions": ServiceDecisions,
    "service_facts": ServiceFacts,
    "statement": Statement,
    "statement_check": StatementCheck,
    "work_order": WorkOrder,
}
"""Records of the service side by the names that `phonebench schema` takes."""


class Event(Record):
    """One step of an order: what, when, and by whom where somebody did it.

    Attributes:
        what: code of the step; orders of older versions hold a sentence there.
        about: the run, the number of the control, or the hash of the photo that the step was about.
    """

    at: AwareDatetime
    what: StrictStr
    by: StrictStr = ""
    about: StrictStr = ""


class OrderRun(Record):
    """A run that was made for an order, and what it was there for."""

    run: StrictStr
    use: Literal["intake", "control", "other_phone"]


class SignedDecision(Record):
    """A person's decision on one rule; it may differ from what was computed, which is kept beside it."""

    rule_id: StrictStr
    computed: Decision
    decided: Decision
    signature: Signature
    note: StrictStr = ""


class OrderCase(Record):
    """Everything that belongs to one order.

    Attributes:
        contact_kept: whether name and number of the customer were kept on purpose.
        photos: of the intake, by their hashes.
        identity: whether the phone of the intake run is the phone of the order.
        intake_run: id of the run before the repair.
        runs: every run that was made for the order, oldest first; orders of older versions name none.
        cancelled: why it was closed without a hand-over, empty where it was not.
    """

    schema_version: Literal[1] = 1
    order: WorkOrder
    contact_kept: bool = False
    photos: tuple[IntakePhoto, ...] = ()
    inspection: IntakeInspection | None = None
    identity: IdentityMatch = IdentityMatch.UNREAD
    intake_run: StrictStr = ""
    runs: tuple[OrderRun, ...] = ()
    offer: RepairOffer | None = None
    approval: Approval | None = None
    repair: RepairDone | None = None
    qc: tuple[QcRecord, ...] = ()
    decisions: tuple[SignedDecision, ...] = ()
    handover: HandOver | None = None
    cancelled: StrictStr = ""
    history: tuple[Event, ...] = ()

    @property
    def ids(self) -> tuple[PhoneId, ...]:
        """Numbers of the phone: after a change of its board those of the new one."""
        new = self.repair.new_ids if self.repair else ()
        return tuple(one for one in self.order.ids if one.kind not in {other.kind for other in new}) + new

    @property
    def number(self) -> PhoneId:
        """The number that the phone is told by: its IMEI before others."""
        return min(self.ids, key=lambda one: list(IdKind).index(one.kind))

    @property
    def is_open(self) -> bool:
        """Whether the phone is still here."""
        return self.handover is None and not self.cancelled

    @property
    def all_runs(self) -> tuple[OrderRun, ...]:
        """The runs of the order, those of older versions included."""
        intake = (OrderRun(run=self.intake_run, use="intake"),) if self.intake_run else ()
        controls = (OrderRun(run=record.run_after, use="control") for record in self.qc)
        known = {one.run: one for one in (*intake, *controls, *self.runs)}
        return tuple(known[run] for run in sorted(known))  # a run's name begins with its time

    def with_run(self, run_id: str, use: Literal["intake", "control", "other_phone"]) -> tuple[OrderRun, ...]:
        """The runs of the order with one more."""
        return (*(one for one in self.runs if one.run != run_id), OrderRun(run=run_id, use=use))

    def changed(self, what: str, *, by: str = "", about: str = "", **update: Any) -> OrderCase:
        """The case after one step, checked as a whole; ``what`` is the code of the step."""
        step = Event(at=datetime.now(UTC), what=what, by=by, about=about)
        return OrderCase.model_validate({**dict(self), **update, "history": (*self.history, step)})


class OrderBook:
    """The orders of this bench. Each is a file that only its user can read; no name in it comes from outside."""

    def __init__(self, home: Home) -> None:
        """Open the book; its folder is made where it lacks.

        Raises:
            StoreError: it cannot be written.
        """
        self._folder = home.root / "orders"
        self._closed = self._folder / "closed"
        try:
            self._closed.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._key = _key(self._folder / "mask.key")
        except OSError as error:
            raise StoreError(f"cannot write to {self._folder}: {error.strerror}", step="open orders") from error

    def take(self, order: WorkOrder, *, keep_contact: bool = False) -> OrderCase:
        """Take a new order in.

        Raises:
            BadInput: the ticket is here already, or another open order is for the same phone.
        """
        with self._locked():
            if self._find(order.ticket) is not None:
                raise BadInput(
                    f"order {order.ticket} is here already: see `phonebench order show {order.ticket}`",
                    step="take order",
                )
            ours = {(one.kind, one.compact) for one in order.ids}
            for other in _all(self._folder):
                if ours & {(one.kind, one.compact) for one in other.ids}:
                    here = f"the phone of order {order.ticket} is here under order {other.order.ticket}"
                    raise BadInput(f"{here}: hand that one over first, or work on it", step="take order")
            kept = order if keep_contact else _without_contact(order, self._key)
            case = OrderCase(order=kept, contact_kept=keep_contact and order.contact is not None).changed("taken")
            self._write(case)
        return case

    def case(self, ticket: str) -> OrderCase:
        """One order by its ticket.

        Raises:
            BadInput: there is none.
            StoreError: its file is damaged.
        """
        path = self._find(ticket)
        if path is None:
            raise BadInput(f"there is no order {show(ticket, 60)!r}: see `phonebench order list`", step="find order")
        return _read(path)

    def cases(self) -> tuple[OrderCase, ...]:
        """All orders, newest first."""
        found = (*_all(self._folder), *_all(self._closed))
        return tuple(sorted(found, key=lambda case: case.order.received_at, reverse=True))

    @contextmanager
    def changing(self, ticket: str) -> Iterator[list[OrderCase]]:
        """Change one order: the block gets the case in a list and puts the new one there; an error keeps the old.

        Raises:
            BadInput: there is no such order.
        """
        with self._locked():
            held = [self.case(ticket)]
            before = held[0]
            yield held
            if held[0] is not before:
                self._write(held[0])

    def mask(self, *cases: OrderCase) -> Mask:
        """What hides the numbers and people of these orders in everything that is shown."""
        people = {text.casefold() for case in cases for text in _people(case.order)}
        secrets = (text for case in cases for text in _secrets(case))
        return Mask(secrets, self._key, stands_for=lambda said: _STRUCK if said.casefold() in people else masked(said))

    def public(self, case: OrderCase) -> dict[str, Any]:
        """One order as it may leave the store: numbers masked, each with its keyed hash."""
        mask = self.mask(case)
        data: dict[str, Any] = mask.data(case.model_dump(mode="json", exclude={"order": {"contact"}}))
        data["phone"] = [
            {"kind": str(one.kind), "masked": mask.text(one.compact), "keyed_hash": mask.hashed(one.compact)}
            for one in case.ids
        ]
        return data

    def _find(self, ticket: str) -> Path | None:
        paths = (folder / _file_name(ticket) for folder in (self._folder, self._closed))
        return next((path for path in paths if path.exists()), None)

    def _write(self, case: OrderCase) -> None:
        name = _file_name(case.order.ticket)
        folder = self._folder if case.is_open else self._closed
        try:
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".part-", delete=False) as file:
                file.write(case.model_dump_json(indent=1).encode())
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(folder / name)
            if not case.is_open:
                (self._folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"cannot keep the order in {self._folder}: {error.strerror}", step="keep order") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            file = (self._folder / ".lock").open("w")
        except OSError as error:
            raise StoreError(f"cannot write to {self._folder}: {error.strerror}", step="lock orders") from error
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)  # freed with the file
            yield


def _file_name(ticket: str) -> str:
    """A ticket is data, never a path."""
    return f"{hashlib.sha256(ticket.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.json"


def _all(folder: Path) -> Iterator[OrderCase]:
    for path in sorted(folder.glob("*.json")):
        yield _read(path)


def _read(path: Path) -> OrderCase:
    try:
        return OrderCase.model_validate_json(path.read_bytes())
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}", step="read order") from error
    except ValidationError as error:
        raise StoreError(f"the order in {path} is damaged: put the file back from a copy", step="read order") from error


def _key(path: Path) -> bytes:
    """The key of the hashes of this bench, made once, whole or not at all."""
    if not path.exists():
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".part-") as file, suppress(FileExistsError):
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
            os.link(file.name, path)  # fails where another process was first: its key is ours, too
    return path.read_bytes()


def _without_contact(order: WorkOrder, key: bytes) -> WorkOrder:
    """The order without name and numbers of the customer, in its free texts, too."""
    if order.contact is None:
        return order
    # nothing is left of a name: its last letters may be the whole of it
    mask = Mask(_people(order), key, stands_for=lambda _said: _STRUCK)
    said = order.model_dump(mode="json", include={"symptoms"})
    symptoms = tuple(SymptomReport.model_validate_json(json.dumps(one)) for one in mask.data(said)["symptoms"])
    return order.without_contact().model_copy(update={"symptoms": symptoms})


def _secrets(case: OrderCase) -> Iterator[str]:
    for one in (*case.order.ids, *case.ids):
        yield from (one.raw, one.compact)
    yield from _people(case.order)
    if case.repair is not None and case.repair.erasure is not None:
        yield case.repair.erasure.serial


def _people(order: WorkOrder) -> Iterator[str]:
    if order.contact is not None:
        yield from (order.contact.name, order.contact.phone, order.contact.mail)


def first_error(error: ValidationError, source: str) -> str:
    """One line for a record that does not hold: where and what, without the value that stands there."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    said = _PLAIN.get(first["type"]) or first["msg"].removeprefix("Value error, ")
    return show(f"{source}{f', {place}' if place else ''}: {said}", 300)


def read_record(record: type[R], path: Path) -> R:
    """Read one record from a JSON file of the user.

    Raises:
        BadInput: it cannot be read, or is no such record; the line holds none of its values.
    """
    return parse_record(record, read_file(path, cap_bytes=_MAX_BYTES), path.name)


def parse_record(record: type[R], raw: bytes, source: str) -> R:
    """A record out of its JSON; ``source`` names where that came from.

    Raises:
        BadInput: it is no such record; the line holds none of its values.
    """
    try:
        return record.model_validate_json(raw)
    except ValidationError as error:
        raise BadInput(first_error(error, source), step="read file") from error


def read_file(path: Path, *, cap_bytes: int) -> bytes:
    """The first bytes of a file of the user, no more than the cap.

    Raises:
        BadInput: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(cap_bytes)
    except OSError as error:
        raise BadInput(f"cannot read {show(str(path), 120)}: {error.strerror}", step="read file") from error
