"""What the shell of a system service answers, and how it refuses.

Layouts: ``Permission Denial`` and the two heads of an exception (before and since Android 11) follow AOSP; unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

SHELL_UID = 2000
FAILED = 255
_NAMED_ACTION_SINCE = 30
_FIRST_PID = 11_000


class Reply(NamedTuple):
    """Both outputs, whole, and the exit code."""

    out: str = ""
    err: str = ""
    code: int = 0


def caller(phone: Phone) -> str:
    """Return how a service names the shell user who called: ``from pid=..., uid=2000``."""
    pid = _FIRST_PID + phone.rng(f"pid/{int(phone.clock.uptime_s)}").randrange(9000)
    return f"from pid={pid}, uid={SHELL_UID}"


def denial(phone: Phone, action: str, permission: str) -> Reply:
    """Return the refusal of an action that needs a permission which the shell user does not hold."""
    reason = f"Permission Denial: {action} {caller(phone)} requires {permission}"
    return thrown(phone, action.split(" ", 1)[0], f"java.lang.SecurityException: {reason}")


def thrown(phone: Phone, action: str, exception: str) -> Reply:
    """Return an exception that reached the service's shell; ``exception`` is its class and message."""
    named = f" '{action}'" if phone.profile.sdk >= _NAMED_ACTION_SINCE else ""
    trace = "\tat android.os.Parcel.createException(Parcel.java:2071)\n\tat android.os.Binder.execTransact(Binder.java)"
    return Reply(err=f"\nException occurred while executing{named}:\n{exception}\n{trace}\n", code=FAILED)


def unknown(action: str) -> Reply:
    """Return the answer to a word that a service's shell does not know."""
    return Reply(err=f"Unknown command: {action}\n", code=FAILED)
