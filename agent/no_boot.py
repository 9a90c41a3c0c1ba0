"""The facts of a phone that does not boot: how it shows on USB, what it draws, what its boot loader says.

Facts only: what follows from them is for the knowledge of causes.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from pydantic import BaseModel, ConfigDict

from agent.links import (
    Clock,
    FastbootLink,
    FastbootUsb,
    RealClock,
    UsbBus,
    UsbLink,
    UsbMode,
    UsbSight,
    UsbTraffic,
    refined,
)
from fixtures import PowerMeter, PowerReading
from probes import BenchError, DeviceText

SCHEMA: Final = 1
_WATCH_S: Final = 10.0
_POLL_S: Final = 0.02
_METER_EVERY_S: Final = 0.5
_CHARGES_MA: Final = 20.0  # prior: above the noise and leakage of a meter without a phone
_VARIABLES_MAX: Final = 400


class NoBootFacts(BaseModel):
    """What was seen of a phone at one socket. Each field that could not be had is None or empty; ``lacking`` says why.

    ``mode`` is the last one seen; ``charging_only`` also stands for a phone that does not enumerate but draws current.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    schema_version: int = SCHEMA
    socket: str
    mode: UsbMode
    ids: str = ""
    strings: dict[str, str] = {}
    modes_seen: tuple[UsbMode, ...] = ()
    watched_s: float = 0.0
    enumerations: int | None = None
    departures: int | None = None
    voltage_mv: float | None = None
    current_mean_ma: float | None = None
    current_most_ma: float | None = None
    meter: str = ""
    meter_calibrated: str = ""
    fastboot: dict[str, str] = {}
    lacking: dict[str, str] = {}


@dataclass
class _Gathered:
    """What is there so far."""

    lacking: dict[str, str] = field(default_factory=dict)
    readings: list[PowerReading] = field(default_factory=list)

    def attempt(self, what: str, action: Callable[[], None]) -> None:
        """Do a thing that may fail; what fails is noted under its name, and the rest goes on."""
        try:
            action()
        except BenchError as error:
            self.lacking[what] = error.code


def gather(
    path: str,
    *,
    bus: UsbBus | None = None,
    meter: PowerMeter | None = None,
    adb_state: str = "",
    watch_s: float = _WATCH_S,
    clock: Clock | None = None,
    pause: Callable[[float], object] | None = None,
) -> NoBootFacts:
    """Look at one socket for a while, and ask what answers there.

    Args:
        path: USB socket, such as ``1-1.4``.
        bus: where devices are found.
        meter: opened meter between socket and phone; None where the bench has none.
        adb_state: what the adb server says of the phone there; empty where it sees none.
        watch_s: how long the socket is watched for comings and goings.
        clock: where time comes from.
        pause: waits between two looks.

    Raises:
        SetupError: no libusb.
    """
    used, got, now = bus or UsbBus(), _Gathered(), clock or RealClock()
    metered = _Metered(meter, got, now)
    link = UsbLink(path, used, clock=now)
    link.open()
    wait = pause or link.wait

    def look_at_meter(seconds: float) -> None:
        wait(seconds)
        metered.look()

    metered.look()
    traffic, sight, strings, variables = _look(UsbLink(path, used, clock=now, pause=look_at_meter), watch_s, got, used)
    link.close()
    current = [reading.current_ma for reading in got.readings]
    mode = refined(sight.mode, adb_state)
    if mode is UsbMode.NOTHING and current and statistics.fmean(current) > _CHARGES_MA:
        mode = UsbMode.CHARGING_ONLY
    if meter is None:
        got.lacking["current"] = "no_meter"
    return NoBootFacts(
        socket=sight.path,
        mode=mode,
        ids=sight.descriptor.ids if sight.descriptor else "",
        strings=strings,
        modes_seen=traffic.modes if traffic else (),
        watched_s=traffic.watched_s if traffic else 0.0,
        enumerations=traffic.enumerations if traffic else None,
        departures=traffic.departures if traffic else None,
        voltage_mv=statistics.fmean(reading.voltage_mv for reading in got.readings) if current else None,
        current_mean_ma=statistics.fmean(current) if current else None,
        current_most_ma=max(current, default=None),
        meter=meter.name if meter else "",
        meter_calibrated=str(meter.calibration.on or "") if meter else "",
        fastboot=variables,
        lacking=got.lacking,
    )


def _look(
    link: UsbLink, watch_s: float, got: _Gathered, bus: UsbBus
) -> tuple[UsbTraffic | None, UsbSight, dict[str, str], dict[str, str]]:
    traffic, strings, variables = list[UsbTraffic](), dict[str, str](), dict[str, str]()
    with link:
        got.attempt("traffic", lambda: traffic.append(link.watch(for_s=watch_s)))
        sight = link.look()
        if sight.descriptor is not None:
            got.attempt("strings", lambda: strings.update(_strings(link)))
    if sight.mode is UsbMode.FASTBOOT:
        got.attempt("fastboot", lambda: variables.update(_variables(sight.path, bus)))
    return (traffic[0] if traffic else None), sight, strings, variables


def _strings(link: UsbLink) -> dict[str, str]:
    told = link.strings()
    named = {"manufacturer": told.manufacturer, "product": told.product, "serial": told.serial}
    return {name: value.show() for name, value in named.items() if value.raw}


def _variables(path: str, bus: UsbBus) -> dict[str, str]:
    with FastbootLink(f"usb:{path}", FastbootUsb(path, bus)) as link:
        values = link.variables().values
    return {DeviceText(name.encode()).show(): value.show() for name, value in list(values.items())[:_VARIABLES_MAX]}


class _Metered:
    """Reads the meter every so often while the socket is watched; one failure ends the reading."""

    def __init__(self, meter: PowerMeter | None, got: _Gathered, clock: Clock) -> None:
        self._meter = meter
        self._got = got
        self._clock = clock
        self._next_s = clock.monotonic_s()

    def look(self) -> None:
        """Read if it is time."""
        meter = self._meter
        if meter is None or self._clock.monotonic_s() < self._next_s:
            return
        self._next_s = self._clock.monotonic_s() + _METER_EVERY_S
        self._got.attempt("current", lambda: self._got.readings.append(meter.read()))
        if "current" in self._got.lacking:
            self._meter = None
