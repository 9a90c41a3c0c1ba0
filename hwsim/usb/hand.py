"""What the control socket can do to a phone's place on the bus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.usb.modes import NoSuchMode

if TYPE_CHECKING:
    from hwsim.usb.port import UsbPort

_TIMES_MAX = 1000
_PAUSE_MAX_S = 60.0


async def operate(port: UsbPort, request: dict[str, object]) -> dict[str, object]:
    """Do what the request says and tell what is seen: ``mode`` changes it, ``flap`` is a number of times.

    ``out_s`` and ``in_s`` are how long the device is away and back each time; a flapping ends by itself.

    Raises:
        ValueError: the request makes no sense; the text says why.
    """
    mode, times = request.get("mode"), request.get("flap")
    if mode is not None:
        if not isinstance(mode, str):
            raise NoSuchMode(f"mode is a name, not {mode!r}")
        await port.set_mode(mode)
    if times is not None:
        if type(times) is not int or not 1 <= times <= _TIMES_MAX:
            raise ValueError(f"flap is a number of times from 1 to {_TIMES_MAX}, not {times!r}")
        port.flap(times=times, out_s=_pause(request, "out_s", 0.1), in_s=_pause(request, "in_s", 0.3))
    return {"path": port.path, "mode": port.mode_now, "powered": port.powered, "flapping": port.flapping}


def _pause(request: dict[str, object], name: str, default_s: float) -> float:
    value = request.get(name, default_s)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _PAUSE_MAX_S:
        raise ValueError(f"{name} is a number of seconds up to {_PAUSE_MAX_S:g}, not {value!r}")
    return value
