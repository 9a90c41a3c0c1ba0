"""``settings``: three tables of names and values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render.settings_values import DELETED, TABLES, all_settings

if TYPE_CHECKING:
    from hwsim.shell_commands.process import Process

_USAGE = "Settings provider (settings) commands:\n  help\n  get [--user <USER_ID> | current] NAMESPACE KEY\n"


async def run_settings(process: Process) -> int:
    """Get, put, list or delete."""
    words = [word for word in process.arguments if not word.startswith("--user") and word != "current"]
    action, table = [*words, "", ""][:2]
    if action not in ("get", "put", "list", "delete") or table not in TABLES:
        process.err(_USAGE)
        return 255
    values = all_settings(process.phone)
    if action == "list":
        rows = sorted((key, value) for (where, key), value in values.items() if where == table)
        process.out("".join(f"{key}={value}\n" for key, value in rows))
        return 0
    if len(words) < (4 if action == "put" else 3):
        process.err("Bad arguments")
        return 255
    key = (table, words[2])
    if action == "get":
        process.out(values.get(key, "null") + "\n")
    elif action == "put":
        process.phone.settings[key] = words[3]
        process.phone.refresh()
    else:
        process.out(f"Deleted {int(key in values)} rows\n")
        process.phone.settings[key] = DELETED
        process.phone.refresh()
    return 0
