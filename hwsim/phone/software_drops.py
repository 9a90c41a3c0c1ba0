"""What apps and the system's own processes that fail leave in the drop box."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hwsim.phone.lines.rogues import timeout_text
from hwsim.phone.lines.system import DEATHS, phone_crash_text, watchdog_subject
from hwsim.phone.misdeeds import last_at

if TYPE_CHECKING:
    from datetime import datetime

    from hwsim.phone.phone import Phone


class Kind(NamedTuple):
    """One kind of entry: how often and until when, its tag and its text."""

    period_s: float
    until: datetime | None
    tag: str
    text: str


def kinds(phone: Phone) -> list[Kind]:
    """Return the entries that failing software leaves, by kind."""
    condition = phone.condition
    rows = (
        ("anr", condition.app_anr_period_s, "data_app_anr", _hang(phone)),
        ("bluetooth", condition.bluetooth_crash_period_s, "SYSTEM_TOMBSTONE", _tombstone(phone, "bluetooth")),
        ("media", condition.media_crash_period_s, "SYSTEM_TOMBSTONE", _tombstone(phone, "media")),
        ("telephony", condition.phone_process_crash_period_s, "system_app_crash", _phone_crash(phone)),
    )
    found = [Kind(period_s, last_at(phone, name), tag, text) for name, period_s, tag, text in rows if period_s]
    build = f"Build: {phone.profile.fingerprint}\n"
    text = f"Process: system_server\n{build}Subject: {watchdog_subject()}\n\n----- pid 1420 at watchdog -----\n"
    found.append(Kind(condition.watchdog_period_s, phone.clock.now, "system_server_watchdog", text))
    return [kind for kind in found if kind.until is not None]


def _hang(phone: Phone) -> str:
    app, build = phone.software.roles["anr"], f"Build: {phone.profile.fingerprint}\n"
    head = f"Process: {app.package}\nFlags: 0x38a8be44\nPackage: {app.package} v{app.version_code}\nForeground: Yes\n"
    return f"{head}{build}Subject: {timeout_text(app.package, 0)}\n"


def _tombstone(phone: Phone, name: str) -> str:
    death, pid = DEATHS[name], phone.processes.get(DEATHS[name].process, 1187)
    head = f"Build: {phone.profile.fingerprint}\n\npid: {pid}, tid: {pid}, name: {death.process[-15:]}"
    text = "signal 6 (SIGABRT), code -1 (SI_QUEUE), fault addr --------"
    return f"{head}  >>> {death.program} <<<\n{text}\nAbort message: '{death.abort}'\n"


def _phone_crash(phone: Phone) -> str:
    package = f"Package: com.android.phone v{phone.profile.sdk}"
    head = f"Process: com.android.phone\nFlags: 0x2048bc0d\n{package}\nForeground: No\n"
    body = "\n".join(phone_crash_text())
    return f"{head}Build: {phone.profile.fingerprint}\n\n{body}\n"
