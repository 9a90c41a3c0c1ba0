"""What can go wrong, as one tree. The branch says what the caller should do.

::

    BenchError                    the caller does
    |- SetupError                 stop, tell the operator
    |  |- MissingTool             install it
    |  |- UnknownDevice           check the serial, plug the phone in
    |  |- NotAuthorized           tap "allow" on the phone
    |  '- BadInput                correct the file or the value named
    |- LinkError                  the way to the phone broke: retry on a fresh link, never blame a part
    |  |- Unplugged
    |  |- LinkTimeout             (also a TimeoutError)
    |  |- LinkBusy                somebody else holds the phone
    |  |- ProtocolBroken
    |  '- OutputTooLarge
    |- DeviceError                the phone answered "no"
    |  |- CommandFailed
    |  |- NotSupported            this phone (or this report) does not have it
    |  |- Blocked                 the phone forbids it at the moment: a toggle, a muted or busy microphone
    |  '- NotUnderstood           it answered something no parser knows
    |- PermissionMissing          ask for consent
    '- StoreError                 keep what there is, say where
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar


class BenchError(Exception):
    """Anything the product reports in one line: what, where, and what to do.

    Args:
        what: one sentence for a person, without device text that was not passed through ``show()``.
        device: adb serial or another name of the phone, when one is concerned.
        link: name of the link that was used (``adb``, ``usb``, ``at`` ...).
        step: what was being done.
    """

    code: ClassVar[str] = "E_BENCH"
    cure: ClassVar[str] = "run `phonebench doctor` and try again"

    def __init__(self, what: str, *, device: str = "", link: str = "", step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.device = device
        self.link = link
        self.step = step

    def line(self, translate: Callable[[str], str] = str) -> str:
        """One line that says what, where and what to do; ``translate`` puts the cure into the operator's language."""
        where = ", ".join(part for part in (self.device, self.link, self.step) if part)
        return f"{self.what}{f' ({where})' if where else ''}: {translate(self.cure)} [{self.code}]"


class SetupError(BenchError):
    """The bench is not ready. Example: the state directory cannot be written."""

    code = "E_SETUP"


class MissingTool(SetupError):
    """A program that is needed is not there. Example: no adb binary."""

    code = "E_SETUP_TOOL"
    cure = "install it, or run `phonebench doctor` to see what else lacks"


class UnknownDevice(SetupError):
    """No phone of that name. Example: a serial with a typing error, a phone that is not plugged in."""

    code = "E_SETUP_DEVICE"
    cure = "check the cable and the serial with `phonebench devices`"


class NotAuthorized(SetupError):
    """The phone has not allowed this bench. Example: the RSA dialogue was never answered."""

    code = "E_SETUP_UNAUTHORIZED"
    cure = "unlock the phone, tap 'Allow USB debugging', then try again"


class BadInput(SetupError):
    """A file or value from the user is wrong. Example: a truncated zip, a limits file with a typing error."""

    code = "E_INPUT"
    cure = "correct the input and try again"


class Unfinished(BadInput):
    """A run that is not done was asked for its result. Example: it was killed, or still goes on."""

    code = "E_UNFINISHED"
    cure = "wait until the run is done, or go on with it"


class LinkError(BenchError):
    """The way to the phone failed. It says nothing about the phone's parts."""

    code = "E_LINK"
    cure = "check cable and hub, then try again"


class Unplugged(LinkError):
    """The phone went away in the middle. Example: cable pulled, reboot, hub power lost."""

    code = "E_LINK_UNPLUGGED"
    cure = "plug the phone in again and resume the run"


class LinkTimeout(LinkError, TimeoutError):
    """No end of the answer before the deadline. Example: a command that hangs, a drip of single bytes."""

    code = "E_LINK_TIMEOUT"
    cure = "look at the phone's screen; if it is responsive, try again"


class LinkBusy(LinkError):
    """Another process holds the phone. Example: a second `phonebench diagnose` on the same serial."""

    code = "E_LINK_BUSY"
    cure = "wait for the other run, or stop it"


class ProtocolBroken(LinkError):
    """The other side does not speak the protocol. Example: garbage where a packet header should be."""

    code = "E_LINK_PROTOCOL"
    cure = "unplug and replug the phone; if it stays, restart the adb server of this bench"


class OutputTooLarge(LinkError):
    """An answer went over its cap and was cut. Example: a phone that never stops printing."""

    code = "E_LINK_TOO_LARGE"
    cure = "the phone prints without end; restart it and try again"


class DeviceError(BenchError):
    """The phone answered, and the answer is no."""

    code = "E_DEVICE"
    cure = "see the evidence in the report"


class CommandFailed(DeviceError):
    """A command ended with another exit code than 0. Example: permission denied for a stock shell."""

    code = "E_DEVICE_COMMAND"


class NotSupported(DeviceError):
    """The phone or report does not have what was asked. Example: a service that this Android lacks.

    Args:
        what: one sentence for a person.
        reason: reason code of what could not be measured, e.g. ``operator_absent``, ``needs_android_11``.
    """

    code = "E_DEVICE_NOT_SUPPORTED"

    def __init__(
        self, what: str, *, reason: str = "not_supported", device: str = "", link: str = "", step: str = ""
    ) -> None:
        super().__init__(what, device=device, link=link, step=step)
        self.reason = reason


class Blocked(DeviceError):
    """The phone forbids it at the moment. Example: the privacy toggle of the microphone is on.

    Args:
        what: one sentence for a person.
        reason: reason code of what could not be measured, e.g. ``blocked_privacy``, ``blocked_busy``.
    """

    code = "E_DEVICE_BLOCKED"
    cure = "switch off what blocks it (privacy toggles, other apps), then try again"

    def __init__(self, what: str, *, reason: str, device: str = "", link: str = "", step: str = "") -> None:
        super().__init__(what, device=device, link=link, step=step)
        self.reason = reason


class NotUnderstood(DeviceError, ValueError):
    """The phone said something that no parser knows. Example: a vendor's own dump layout."""

    code = "E_DEVICE_FORMAT"
    cure = "send the dump to the maintainers; nothing is concluded from it"


class PermissionMissing(BenchError):
    """Something dangerous was asked without a valid permission. Example: a factory reset without consent."""

    code = "E_PERMISSION"
    cure = "record the customer's consent and the backup answer first"


class StoreError(BenchError):
    """The journal or its files cannot be used. Example: disk full, corrupt journal, read-only home."""

    code = "E_STORE"
    cure = "free space or set PHONEBENCH_HOME to a writable directory"
