"""The phone's socket switched off and on at the hub: it must be gone while there is no power, and back each time.

A hub that switches its ports does what a hand does with the plug, as often as one likes and without moving it: what
fails here fails in the port, its board or the contact, not in the hand. Whether the phone comes back is seen by its
link; a power meter before it, where the bench has one, tells that the socket was really off.

A phone that stays away is no finding yet: hub, cable and adb lie between. It is one where a hand at the plug brings the
phone back in the same socket, and it stays away each time. A phone that has started anew meanwhile could not live on
its battery; that is the finding then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._errors import LinkError, LinkTimeout, NotSupported
from probes._limits import AtMost, LimitSource
from probes._records import Evidence
from probes._station import StationBench
from probes._verdict import Capability, Effort, Resource, Stage, Unit, Verdict
from probes.hardware._going_off import MEASURES, Before, before, has_restarted, stayed_on, why_off
from probes.hardware.battery_sampling import excuse_all, read_service

_TIMES: Final = 2
_BACK_S: Final = 45.0
_LOOKS: Final = 6
_EVERY_S: Final = 0.5
_SETTLING_S: Final = 3.0
_OF_BATTERY: Final = frozenset(measure.name for measure in MEASURES)
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
    of_battery: list[Said] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)


class UsbReconnects(HardwareProbe):
    """Whether a phone is there again, and fed, each time that its socket is switched on."""

    meta = ProbeMeta(
        id="usb.reconnects",
        version=2,
        purpose="Socket switched off and on: is the phone back each time",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.HIGH,  # the last of its stage: a phone that stays away takes no other test with it
        needs_setting=frozenset({"battery.swollen"}),
        duration_s=10.0,
        resources=frozenset({Resource.PHONE}),
        wants=frozenset({Capability.HUB}),
        measures=(
            Measure(
                name="not_back",
                label="Times that the phone stayed away after its socket was switched on",
                unit=Unit.COUNT,
                limit=AtMost(high=_TIMES - 1, marginal_above=0, source=_EACH_TIME),
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
            *MEASURES,
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Switch, look, and stop at the first time that tells no more."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes a hub that switches the phone's socket")
        then = before(bench, read_service(bench))
        seen, why = _Rounds(), ""
        while not why and seen.done < _TIMES:
            why = _round(bench, then, seen)
        evidence = tuple(seen.evidence)
        yield Reading(name="rounds", value=seen.done, evidence=evidence)
        if seen.off_ma is None:
            yield Excuse(name="off_ma", verdict=Verdict.NOT_SUPPORTED, reason="no_meter")
        else:
            yield Reading(name="off_ma", value=seen.off_ma, evidence=evidence)
        if why:
            yield from seen.of_battery
            told = {"rounds", "off_ma"} | (_OF_BATTERY if seen.of_battery else set())
            yield from excuse_all(self.meta, why, but=frozenset(told))
            return
        yield Reading(name="not_back", value=seen.lost, evidence=evidence)
        yield Reading(name="unfed", value=seen.unfed, evidence=evidence)
        yield from stayed_on()


def _round(bench: StationBench, then: Before, seen: _Rounds) -> str:
    """Off and on once; returns why the rounds end here, or nothing.

    Raises:
        LinkError: the phone came back and left again by itself.
    """
    bench.supply(on=False)
    if not _leaves(bench):
        bench.supply(on=True)
        return "socket_not_switched"
    seen.off_ma = _ma(bench, seen.off_ma)
    bench.supply(on=True)
    seen.done += 1
    lost = not bench.comes_back(wait_s=_BACK_S, by_hand=False)
    if lost and not bench.comes_back(wait_s=_BACK_S):  # in the end somebody puts the plug in
        return "stayed_away"
    if has_restarted(bench, then):
        seen.of_battery = why_off(bench, then)
        return "went_off"
    bench.wait(_SETTLING_S)
    service = read_service(bench)
    seen.lost += lost
    seen.unfed += not service.plugged
    how = "back by hand" if lost else "back"
    seen.evidence.append(Evidence(text=f"{how}, fed by {', '.join(sorted(service.plugged)) or 'nothing'}"))
    return ""


def _leaves(bench: StationBench) -> bool:
    """Whether the phone's link goes away soon; it stays where the hub's port is not the phone's."""
    for _look in range(_LOOKS):
        try:
            bench.shell("echo", "here", deadline_s=3.0)
            bench.wait(_EVERY_S)
        except LinkTimeout:  # an answer that is late is no phone that has left
            continue
        except LinkError:
            return True
    return False


def _ma(bench: StationBench, before_ma: float | None) -> float | None:
    """The largest current while the socket is off; None where no meter looks."""
    try:
        track = bench.power(duration_s=0.0)
    except NotSupported:
        return before_ma
    return max(float(abs(track.current_ma).max()), before_ma or 0.0)
