"""Touches that nobody makes while no charger is at the phone: what a charger's noise makes ends with its plug.

On a bench where the data go with the plug nobody can listen meanwhile, so the phone listens by itself: a small script
waits until no supply is felt, keeps the events of the next seconds in a file, and the file is read when the phone is
back. Not verified on a real phone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import MIB, Measure, ProbeMeta, Reading, Reply, Said, Says
from probes._errors import LinkError, NotSupported
from probes._limits import AtMost, LimitSource
from probes._records import Evidence
from probes._station import Does, StationBench, Task
from probes._verdict import Capability, Effort, Resource, Risk, Stage, Unit
from probes.hardware._input_events import touch_reports
from probes.hardware._tracks import excuse

_FILE: Final = "/data/local/tmp/phonebench-touch.txt"
_WAKE_KEY: Final = "224"
_WATCH_S: Final = 20.0
_ENDS_S: Final = 1.5
_LOOKS: Final = 120
_STAYS_LIT_MS: Final = "120000"
_BACK_S: Final = 60.0
_TRIES: Final = 2
_IN_DOUBT: Final = 1
_DONE: Final = "done"
_NOBODY: Final = LimitSource(
    kind="prior", text="nobody touches a phone that lies on the bench; one touch may be a sleeve or a hand in passing"
)
_OUT: Final = "Pull the plug out of the phone, lay the phone on the table and do not touch its screen"
_IN: Final = "When half a minute has passed, put the plug of the bench's USB port in again"


class UnpluggedGhostTouches(HardwareProbe):
    """Ghost touches on the battery alone: only these are the touch layer's for certain."""

    meta = ProbeMeta(
        id="touch.ghosts_unplugged",
        version=2,
        purpose="Touches that nobody makes, without a charger",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.LOW,
        risk=Risk.CHANGES_SETTING,
        duration_s=35.0,
        resources=frozenset({Resource.OPERATOR, Resource.SCREEN, Resource.USB_CURRENT, Resource.PHONE}),
        wants=frozenset({Capability.OPERATOR, Capability.INPUT_EVENTS, Capability.SETTINGS}),
        measures=(
            Measure(
                name="ghost_touches",
                label="Touches without a finger, without a charger",
                unit=Unit.COUNT,
                limit=AtMost(high=1, source=_NOBODY),
                says=Says(code="touch.ghosts_unplugged", component="TCH"),
                key=True,
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Let the phone listen while its plug is out; once more where the plug was not pulled, or one touch was heard.

        A fault that opens apps by itself touches once in ten seconds: one touch is a hand in passing or just that.
        """
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who pulls the plug")
        with bench.setting("system", "screen_off_timeout", _STAYS_LIT_MS):
            told: list[Reply] = []
            for _try in range(_TRIES):
                heard = _heard(bench)
                told += [heard] if _is_done(heard) else []
                if told and _touches(told) != _IN_DOUBT:
                    break
        if not told:
            yield from excuse(["ghost_touches"], "not_unplugged")
            return
        count = _touches(told)
        text = f"{count} touches in {len(told) * _WATCH_S:g} s without a charger"
        yield Reading(name="ghost_touches", value=count, evidence=(Evidence(recording=told[-1].id, text=text),))


def _heard(bench: StationBench) -> Reply:
    """What the phone has kept of the time without a charger."""
    bench.shell("input", "keyevent", _WAKE_KEY)
    bench.shell("rm", "-f", _FILE)
    bench.shell("sh", "-c", f"({_script()}) >/dev/null 2>&1 &")
    try:
        bench.do(Task(does=Does.UNPLUG, text=_OUT))
        bench.wait(_WATCH_S + _ENDS_S)
        lost = None
    except LinkError as error:  # the data went with the plug: nothing is known until it is back
        lost = error
    bench.do(Task(does=Does.PLUG, what="usb_port", text=_IN))
    if lost is not None and not bench.comes_back(wait_s=_BACK_S):
        raise lost
    heard = bench.shell("cat", _FILE, cap_bytes=4 * MIB)
    bench.shell("rm", "-f", _FILE)
    return heard


def _script() -> str:
    looks = " ".join(str(number) for number in range(_LOOKS))
    fed = "dumpsys battery | grep powered | grep true >/dev/null"
    keep = f"timeout {_WATCH_S:g} getevent -lt > {_FILE}; echo {_DONE} >> {_FILE}; exit 0"
    return f"for look in {looks}; do if {fed}; then sleep 0.5; else {keep}; fi; done"


def _touches(told: list[Reply]) -> int:
    """How many touches the phone has kept; it may count its contacts anew each time."""
    return sum(len({report.contact for report in heard.out.parse(touch_reports)}) for heard in told)


def _is_done(heard: Reply) -> bool:
    return heard.out.parse(str).rstrip().endswith(_DONE)
