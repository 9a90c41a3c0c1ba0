"""The phone's socket switched off and on at the hub: it must be gone while there is no power, and back each time.

A hub that switches its ports does what a hand does with the plug, as often as one likes and without moving it: what
fails here fails in the port, its board or the contact, not in the hand. Whether the phone comes back is seen by its
link; a power meter before it, where the bench has one, tells that the socket was really off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._errors import LinkError, NotSupported
from probes._limits import AtMost, LimitSource
from probes._records import Evidence
from probes._station import StationBench
from probes._verdict import Capability, Effort, Resource, Stage, Unit, Verdict
from probes.hardware.battery_sampling import read_service

_TIMES: Final = 2
_BACK_S: Final = 20.0
_LOOKS: Final = 6
_EVERY_S: Final = 0.5
_SETTLING_S: Final = 3.0
_EACH_TIME: Final = LimitSource(
    kind="standard", text="USB 2.0, 7.1.7.3: a device that is attached to a powered port connects, each time"
)
_FED: Final = LimitSource(kind="standard", text="USB Type-C, 4.5: a sink that is attached to a source is fed by it")


@dataclass(slots=True)
class _Rounds:
    """What the rounds came to; ``off_ma`` is the largest current while the socket was off, None without a meter."""

    done: int = 0
    lost: int = 0
    unfed: int = 0
    off_ma: float | None = None
    evidence: list[Evidence] = field(default_factory=list)


class UsbReconnects(HardwareProbe):
    """Whether a phone is there again, and fed, each time that its socket is switched on."""

    meta = ProbeMeta(
        id="usb.reconnects",
        version=1,
        purpose="Socket switched off and on: is the phone back each time",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.LOW,
        needs_setting=frozenset({"battery.swollen"}),
        duration_s=30.0,
        resources=frozenset({Resource.PHONE}),
        wants=frozenset({Capability.HUB}),
        measures=(
            Measure(
                name="not_back",
                label="Times that the phone stayed away after its socket was switched on",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_EACH_TIME),
                says=Says(code="usb.not_back", component="CHG"),
                key=True,
            ),
            Measure(
                name="unfed",
                label="Times that the phone was back and felt no supply",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_FED),
                says=Says(code="usb.unfed", component="CHG"),
            ),
            Measure(name="off_ma", label="Current with the socket switched off", unit=Unit.MILLIAMPERE),
            Measure(name="rounds", label="Times that the socket was switched", unit=Unit.COUNT),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Switch, look, and stop at the first time that nothing comes back."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes a hub that switches the phone's socket")
        seen, why = _Rounds(), ""
        while not why and not seen.lost and seen.done < _TIMES:
            why = _round(bench, seen)
        if seen.lost:  # the other probes still want it: a person may put the plug in
            bench.comes_back(wait_s=_BACK_S)
        values: dict[str, float | None] = {"rounds": seen.done, "off_ma": seen.off_ma}
        if seen.done:
            values |= {"not_back": seen.lost, "unfed": seen.unfed}
        for measure in self.meta.measures:
            value = values.get(measure.name)
            if value is not None:
                yield Reading(name=measure.name, value=value, evidence=tuple(seen.evidence))
            elif measure.name == "off_ma":
                yield Excuse(name=measure.name, verdict=Verdict.NOT_SUPPORTED, reason="no_meter")
            else:
                yield Excuse(name=measure.name, verdict=Verdict.INCONCLUSIVE, reason=why)


def _round(bench: StationBench, seen: _Rounds) -> str:
    """Off and on once; returns why it says nothing, or nothing.

    Raises:
        LinkError: the phone came back and left again by itself.
    """
    bench.supply(on=False)
    if not _leaves(bench):
        bench.supply(on=True)
        return "socket_not_switched"
    seen.off_ma = _off_ma(bench, seen.off_ma)
    bench.supply(on=True)
    seen.done += 1
    if not bench.comes_back(wait_s=_BACK_S, by_hand=False):
        seen.lost += 1
        return ""
    bench.wait(_SETTLING_S)
    service = read_service(bench)
    seen.unfed += not service.plugged
    seen.evidence.append(Evidence(text=f"back, fed by {', '.join(sorted(service.plugged)) or 'nothing'}"))
    return ""


def _leaves(bench: StationBench) -> bool:
    """Whether the phone's link goes away soon; it stays where the hub's port is not the phone's."""
    try:
        for _look in range(_LOOKS):
            bench.shell("echo", "here", deadline_s=3.0)
            bench.wait(_EVERY_S)
    except LinkError:
        return True
    return False


def _off_ma(bench: StationBench, before: float | None) -> float | None:
    """The largest current while the socket is off; None where no meter looks."""
    try:
        track = bench.power(duration_s=0.0)
    except NotSupported:
        return before
    return max(float(abs(track.current_ma).max()), before or 0.0)
