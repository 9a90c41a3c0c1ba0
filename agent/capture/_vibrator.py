"""The vibration motor through the stock shell, whose commands changed with Android's versions.

Commands as in AOSP (VibratorService and VibratorManagerService, shell command classes); not verified on a real phone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from probes import Blocked, NotSupported, Vibrate

if TYPE_CHECKING:
    from agent.links import AdbLink

NAME: Final = "shell vibrator"
_MANAGER_SINCE: Final = 31
_FORCE_SINCE: Final = 29
_LONGEST_UNFORCED_MS: Final = 200
_LONGEST_MS: Final = 10_000
_FULL: Final = 255
_CAP_BYTES: Final = 64 * 1024
_PATIENCE_S: Final = 5.0


def vibrate(link: AdbLink, sdk: int, order: Vibrate) -> None:
    """Run the motor now.

    Raises:
        NotSupported: this phone's shell cannot run it like that.
        Blocked: Android keeps the motor still because of Do Not Disturb.
        LinkError: the way to the phone broke.
    """
    answer = link.shell(command(sdk, order), deadline_s=order.duration_ms / 1000 + _PATIENCE_S, cap_bytes=_CAP_BYTES)
    said = answer.stdout + answer.stderr
    if b"Ignoring" in said:
        raise Blocked("Do Not Disturb keeps the motor still", reason="blocked_silent", link=NAME)
    if answer.exit_code or b"Unknown command" in said or b"Can't find service" in said or b"Exception" in said:
        raise NotSupported("this phone's shell cannot run the motor like that", link=NAME)


def command(sdk: int, order: Vibrate) -> tuple[str, ...]:
    """Return the command for one vibration.

    Raises:
        NotSupported: this version of Android has none for it.
    """
    if not 0 < order.duration_ms <= _LONGEST_MS or not 0 < order.amplitude <= _FULL:
        raise NotSupported(f"{order.duration_ms} ms at {order.amplitude} is no vibration", link=NAME)
    duration = str(order.duration_ms)
    if sdk >= _MANAGER_SINCE:
        return ("cmd", "vibrator_manager", "synced", "-f", "oneshot", "-a", duration, str(order.amplitude))
    if order.amplitude != _FULL:
        raise NotSupported("before Android 12 the shell runs the motor at full amplitude only", link=NAME)
    if sdk >= _FORCE_SINCE:
        return ("cmd", "vibrator", "vibrate", "-f", duration)
    if order.duration_ms > _LONGEST_UNFORCED_MS:
        raise NotSupported("the shell of Android 9 runs the motor for 200 ms at most", link=NAME)
    return ("cmd", "vibrator", "vibrate", duration)
