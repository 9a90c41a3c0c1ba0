"""A phone that was pulled out by accident: wait for it to come back, and say where it is now."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

from agent.links import DeviceState, discover
from agent.runs import PhoneAddress
from agent.stop import StopSign
from probes import LinkError

_LOOK_EVERY_S: Final = 0.25


def wait_for(phone: PhoneAddress, wait_s: float, stop: StopSign) -> PhoneAddress | None:
    """Look for the same phone in the same socket until it is usable again, at most ``wait_s``; ``None`` if it is not.

    Raises:
        Stopped: the operator stopped the runs.
    """
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline:
        stop.check()
        try:
            found = discover(phone.server)
        except LinkError:
            return None
        for candidate in found:
            if candidate.key == phone.key and candidate.state is DeviceState.DEVICE:
                return replace(phone, serial=candidate.serial, key=candidate.key, transport_id=candidate.transport_id)
        time.sleep(_LOOK_EVERY_S)
    return None
