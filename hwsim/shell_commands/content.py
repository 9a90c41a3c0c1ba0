"""``content query``: rows of the providers that a shell user may ask, and the refusals of the others.

Rows follow AOSP's ``content`` tool (``Row: N name=value, ...``); which versions let the shell user read the SIM table
is unverified.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hwsim.phone.cellular import subscription
from hwsim.render.settings_values import TABLES, all_settings
from hwsim.render.telephony import in_service
from hwsim.shell_commands.reply import caller

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone
    from hwsim.shell_commands.process import Process

_SIM_REFUSED_SINCE = 30
_WHERE = re.compile(r"\s*(\w+)\s*=\s*'?([^']*)'?\s*")
_EMPTY = ("call_log/calls", "sms", "sms/inbox", "com.android.contacts/contacts", "media/external/images/media")


class _Refused(Exception):
    """The provider said no; the text is its exception."""


class _Question(NamedTuple):
    address: str
    projection: list[str]
    where: tuple[str, str] | None


async def run_content(process: Process) -> int:
    """Answer ``query``; writing goes to the settings alone, through ``settings``."""
    question = _read(process.arguments)
    if question is None:
        process.err("[ERROR] Unsupported operation: " + (process.arguments[0] if process.arguments else "null"))
        return 1
    provider = question.address.split("/", 1)[0]
    try:
        rows = _rows(process.phone, question.address)
    except _Refused as refusal:
        process.err(f"Error while accessing provider:{provider}\n{refusal}")
        return 1
    kept = [row for row in rows if question.where is None or row.get(question.where[0]) == question.where[1]]
    for number, row in enumerate(kept):
        names = question.projection or list(row)
        process.out(f"Row: {number} " + ", ".join(f"{name}={row.get(name, 'NULL')}" for name in names) + "\n")
    if not kept:
        process.out("No result found.\n")
    return 0


def _read(words: list[str]) -> _Question | None:
    if words[:1] != ["query"] or "--uri" not in words[:-1]:
        return None
    options = dict(zip(words[1::2], words[2::2], strict=False))
    address = options.get("--uri", "")
    if not address.startswith("content://"):
        return None
    where = _WHERE.fullmatch(options.get("--where", "").replace('"', ""))
    projection = [name for name in options.get("--projection", "").split(":") if name]
    return _Question(
        address.removeprefix("content://").rstrip("/"), projection, (where[1], where[2]) if where else None
    )


def _rows(phone: Phone, address: str) -> list[dict[str, str]]:
    provider, _, path = address.partition("/")
    if provider == "settings" and path in TABLES:
        found = sorted((name, value) for (table, name), value in all_settings(phone).items() if table == path)
        return [{"_id": str(20 + at), "name": name, "value": value} for at, (name, value) in enumerate(found)]
    if address == "telephony/siminfo":
        return _sim_rows(phone)
    if provider == "telephony":
        raise _Refused("java.lang.SecurityException: No permission to access APN settings")
    if address in _EMPTY:
        return []
    raise _Refused(f"java.lang.IllegalStateException: Could not find provider: {provider}")


def _sim_rows(phone: Phone) -> list[dict[str, str]]:
    if phone.profile.sdk >= _SIM_REFUSED_SINCE:
        reader = "reading com.android.providers.telephony.TelephonyProvider uri content://telephony/siminfo"
        permission = "android.permission.READ_PRIVILEGED_PHONE_STATE"
        raise _Refused(
            f"java.lang.SecurityException: Permission Denial: {reader} {caller(phone)} requires {permission}, "
            "or grantUriPermission()"
        )
    if not in_service(phone):
        return []
    numeric, name = phone.profile.imsi_operator
    row = {"_id": "1", "icc_id": subscription(phone).iccid, "sim_id": "0", "display_name": name}
    return [{**row, "carrier_name": name, "number": "NULL", "mcc": numeric[:3], "mnc": str(int(numeric[3:]))}]
