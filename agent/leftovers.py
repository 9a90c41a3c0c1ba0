"""Files that a killed run has left on a phone: taken away before the next one begins, as settings are put back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from probes import decode, show

if TYPE_CHECKING:
    from agent.links import AdbLink

_OURS: Final = "/data/local/tmp/phonebench-*"
"""What probes write on a phone begins like this, and nothing else does."""
_DEADLINE_S: Final = 10.0
_CAP_BYTES: Final = 64 * 1024


def remove_leftovers(link: AdbLink) -> tuple[str, ...]:
    """Remove the files of ours that are there, whichever bench has left them; return what is gone now.

    Raises:
        LinkError: the way to the phone broke.
    """
    before = _listed(link)
    if not before:
        return ()
    link.shell(("sh", "-c", f"rm -f {_OURS}"), deadline_s=_DEADLINE_S, cap_bytes=_CAP_BYTES)
    left = set(_listed(link))
    return tuple(show(name, 120) for name in before if name not in left)


def _listed(link: AdbLink) -> list[str]:
    answer = link.shell(("sh", "-c", f"ls -d {_OURS}"), deadline_s=_DEADLINE_S, cap_bytes=_CAP_BYTES)
    head = _OURS.removesuffix("*")
    return [name for line in decode(answer.stdout).splitlines() if (name := line.strip()) != _OURS and head in name]
