"""Factory returns: which unit or part may go back, and the packing list by model, then colour, in bundles of five."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Annotated, Final, Literal

from pydantic import Field, StrictBool, StrictInt, StrictStr

from probes import BadInput, Record
from reports.service._decision import Answer, Condition, Decision, Eligibility, decide
from reports.service._policy import Policy, policy, read_data

_NAME_PART: Final = re.compile(r"[^/\\:*?\"<>|\x00-\x1f\x7f]{1,60}")
_HANDSET: Final = "handset"
Text = Annotated[StrictStr, Field(min_length=1, max_length=120)]


class ReturnItem(Record):
    """One unit or part that somebody wants to send to the factory.

    Attributes:
        code: component code, or HANDSET, PACKAGE, MANUAL.
        exchange_met: of a handset: whether it met the conditions of an exchange.
        lacks_parts: of a handset: whether it could not be repaired for want of parts.
        bare: of a main board: whether it carries neither screen nor receiver, speaker or microphone.
        in_exchange_period: of a battery or an accessory: whether it was swapped within its exchange period.
        label_on: whether the fault label is on the item, and ``label_outside`` of the bag for a display.
    """

    ticket: Text
    code: Annotated[StrictStr, Field(pattern=r"^[A-Z][A-Z0-9-]{1,9}$")]
    model: Text
    colour: Text
    human_damage: Answer = Answer.UNKNOWN
    fault_confirmed: Answer = Answer.UNKNOWN
    exchange_met: Answer = Answer.UNKNOWN
    lacks_parts: Answer = Answer.UNKNOWN
    bare: Answer = Answer.UNKNOWN
    in_exchange_period: Answer = Answer.UNKNOWN
    label_on: Answer = Answer.UNKNOWN
    label_outside: Answer = Answer.UNKNOWN


class ReturnOrder(Record):
    """What is to be packed: the clerk's list, before anything was checked."""

    centre: Text
    sent_on: date
    consignment: Text
    items: tuple[ReturnItem, ...]


class Refused(Record):
    """An item that does not go, with what was decided of it."""

    item: ReturnItem
    decision: Eligibility


class PackingLine(Record):
    """One line of the list: items of one code, model and colour."""

    model: StrictStr
    colour: StrictStr
    code: StrictStr
    tickets: tuple[StrictStr, ...]
    count: Annotated[StrictInt, Field(ge=1)]


class Bundle(Record):
    """Handsets of one model that are tied together; ``partial`` where there are less than a whole bundle."""

    model: StrictStr
    tickets: tuple[StrictStr, ...]
    partial: StrictBool


class PackingList(Record):
    """What goes into the box. One signed original lies in it; the file goes by mail under ``file_name``."""

    schema_version: Literal[1] = 1
    file_name: StrictStr
    centre: StrictStr
    sent_on: date
    consignment: StrictStr
    lines: tuple[PackingLine, ...]
    bundles: tuple[Bundle, ...]
    refused: tuple[Refused, ...]
    assumptions: tuple[StrictStr, ...]
    signed_original: Literal["in_the_box"] = "in_the_box"


@cache
def _table() -> tuple[Mapping[str, str], Mapping[str, str]]:
    data = read_data("factory")
    codes, always = data["codes"], data["always"]
    if not isinstance(codes, dict) or not isinstance(always, dict):
        raise TypeError("factory.toml has no tables")
    return codes, always


def may_return(item: ReturnItem) -> Eligibility:
    """Whether the factory takes an item back.

    Raises:
        BadInput: nobody knows its code.
    """
    codes, always = _table()
    kind = codes.get(item.code)
    if kind is None:
        raise BadInput(f"item {item.ticket}: {item.code} is no component code: see `phonebench rules list`")
    assumed = ["electronic_parts_of_the_factory"] if kind == "electronic" else []
    if kind in always:
        conditions: tuple[Condition, ...] = (Condition(always[kind], holds=False),)
    else:
        conditions = tuple(_conditions(item, kind))
    inputs = item.model_dump(mode="json", exclude={"ticket", "model", "colour"}) | {"kind": kind}
    return decide("factory.return", conditions, source="plan, factory return 1", inputs=inputs, assumptions=assumed)


def _conditions(item: ReturnItem, kind: str) -> Iterable[Condition]:
    undamaged = None if item.human_damage.holds is None else not item.human_damage.holds
    yield Condition("no_human_damage", undamaged, ("human_damage",))
    yield Condition("label_on", item.label_on.holds)
    if kind == _HANDSET:
        either = (item.exchange_met.holds, item.lacks_parts.holds)
        holds = True if True in either else (None if None in either else False)
        yield Condition("exchange_or_no_parts", holds, ("exchange_met", "lacks_parts"))
        return
    yield Condition("fault_confirmed", item.fault_confirmed.holds)
    if kind == "board":
        yield Condition("bare", item.bare.holds)
    if kind == "display":
        yield Condition("label_outside", item.label_outside.holds)
    if kind == "swapped":
        yield Condition("in_exchange_period", item.in_exchange_period.holds)


def pack(order: ReturnOrder, chosen: Policy | None = None) -> PackingList:
    """Make the packing list: refuse what may not go, group by model, then colour, tie handsets in bundles.

    Raises:
        BadInput: an unknown code, a ticket and code twice, or a name that no file can have.
    """
    numbers = chosen or policy()
    decided = [(item, may_return(item)) for item in order.items]
    keys = [(item.ticket, item.code) for item in order.items]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise BadInput(f"ticket {twice[0]} has {twice[1]} twice on the list")
    going = [item for item, decision in decided if decision.decision is Decision.ELIGIBLE]
    return PackingList(
        file_name=file_name(order, numbers),
        centre=order.centre,
        sent_on=order.sent_on,
        consignment=order.consignment,
        lines=tuple(_lines(going)),
        bundles=tuple(_bundles(going, numbers.bundle_units)),
        refused=tuple(
            Refused(item=item, decision=decision)
            for item, decision in decided
            if decision.decision is not Decision.ELIGIBLE
        ),
        assumptions=("file_name_is_joined_by_plus", "last_bundle_may_be_smaller", "electronic_parts_of_the_factory"),
    )


def file_name(order: ReturnOrder, numbers: Policy) -> str:
    """Name of the file without suffix: centre, day, consignment number, joined as the policy says.

    Raises:
        BadInput: centre or consignment number cannot stand in a file name.
    """
    for part in (order.centre, order.consignment):
        if not _NAME_PART.fullmatch(part) or part.startswith("."):
            raise BadInput("centre and consignment number must be 1 to 60 characters that may stand in a file name")
    return numbers.file_name_join.join((order.centre, f"{order.sent_on:%Y%m%d}", order.consignment))


def _lines(items: Iterable[ReturnItem]) -> Iterable[PackingLine]:
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for item in items:
        groups[item.model, item.colour, item.code].append(item.ticket)
    for (model, colour, code), tickets in sorted(groups.items()):
        yield PackingLine(model=model, colour=colour, code=code, tickets=tuple(sorted(tickets)), count=len(tickets))


def _bundles(items: Iterable[ReturnItem], size: int) -> Iterable[Bundle]:
    codes, _ = _table()
    models: dict[str, list[str]] = defaultdict(list)
    for item in sorted(items, key=lambda one: (one.model, one.colour, one.ticket)):
        if codes[item.code] == _HANDSET:
            models[item.model].append(item.ticket)
    for model, tickets in sorted(models.items()):
        for first in range(0, len(tickets), size):
            tied = tuple(tickets[first : first + size])
            yield Bundle(model=model, tickets=tied, partial=len(tied) < size)
