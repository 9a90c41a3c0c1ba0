"""A phone that has left the link in the middle of a probe: wait until it is there again and its Android is up."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING, Final

from probes import LinkError, SetupError, decode

if TYPE_CHECKING:
    from agent.links import AdbLink

SOURCE: Final = "comes back"
"""Name of the recording that says whether a phone came back: answers before it and after it are kept apart."""
_LOOK_EVERY_S: Final = 0.5
_ANSWER_S: Final = 5.0
_CAP_BYTES: Final = 4096


def is_back(link: AdbLink, *, wait_s: float) -> bool:
    """Wait at most so long (by the bench's clock, as the phone has none now) and open the link again."""
    end_s, pause = monotonic() + wait_s, threading.Event()
    while True:
        try:
            if link.broken is not None:
                link.open_again(deadline_s=_ANSWER_S)
            answer = link.shell(("getprop", "sys.boot_completed"), deadline_s=_ANSWER_S, cap_bytes=_CAP_BYTES)
            if decode(answer.stdout).strip() == "1":
                return True
        except (LinkError, SetupError):
            pass  # not there, or not ready yet
        if monotonic() >= end_s:
            return False
        pause.wait(_LOOK_EVERY_S)
