"""The port's contacts: the plug turned over, and the plug moved while the phone charges.

What the phone says of its own supply is believed; where it says that there is none, somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Measure, ProbeMeta, Reading, Said, Says
from probes._errors import NotSupported
from probes._limits import AtMost, LimitSource, OneOf
from probes._records import Evidence
from probes._station import Does, Question, StationBench, Task
from probes._verdict import Capability, Effort, Resource, Stage, Unit
from probes.hardware.agreement import is_fine
from probes.hardware.battery_sampling import read_service
from probes.hardware.charging_supply import unmeasured

_LOOKS: Final = 60
_WATCH_S: Final = 30.0
_FEELS_LOOKS: Final = 6
_FEELS_EVERY_S: Final = 0.5
_TRIES: Final = 2
_TURN: Final = "Pull the phone's plug, turn it over and put it in again"
_TURN_BACK: Final = "Turn the plug back to how it was"
_ASKED: Final = Question(asks="charging_sign", text="Does the phone show that it is being charged?")
_SIDES: Final = LimitSource(
    kind="standard", text="USB Type-C: a plug works either way round, as each way has its CC pin"
)
_FIRM: Final = LimitSource(kind="prior", text="a plug that is moved by hand in a good port never loses its supply")


class PlugTurned(HardwareProbe):
    """Whether the phone charges with the plug either way round."""

    meta = ProbeMeta(
        id="charging.turned",
        version=4,
        purpose="Charging with the plug turned over",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.LOW,
        needs_setting=frozenset({"battery.swollen", "setting.charge_limit"}),
        duration_s=20.0,
        resources=frozenset({Resource.OPERATOR, Resource.USB_CURRENT, Resource.PLUG}),
        wants=frozenset({Capability.OPERATOR}),
        measures=(
            Measure(
                name="both_sides",
                label="Charges with the plug either way round",
                unit=Unit.TEXT,
                limit=OneOf(values=("yes",), source=_SIDES),
                says=Says(code="charge.one_side_only", component="CHG"),
                key=True,
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Only on a phone that charges the usual way round; turned, looked at, turned back and looked at again.

        Who has overlooked the first turn makes it with the second, and the phone is then dead on the other side.
        """
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who turns the plug")
        if not read_service(bench).plugged:
            yield unmeasured("both_sides", "not_charging")
            return
        bench.do(Task(does=Does.TURN_PLUG, text=_TURN))
        shown = _is_fed(bench) or is_fine(bench, _ASKED, fine="yes")
        bench.do(Task(does=Does.TURN_PLUG, text=_TURN_BACK))
        for _ in range(_TRIES):
            if _is_fed(bench) or (shown and is_fine(bench, _ASKED, fine="yes")):
                break
            shown = False
            bench.do(Task(does=Does.TURN_PLUG, text=_TURN_BACK))
        yield Reading(name="both_sides", value="yes" if shown else "no")


def _is_fed(bench: StationBench) -> bool:
    """Whether the phone says so within the seconds that it takes to find its supply.

    Not whether it charges: a busy phone may take more than its supply brings, with the plug either way round.
    """
    for look in range(_FEELS_LOOKS):
        if look:
            bench.wait(_FEELS_EVERY_S)
        if read_service(bench).plugged:
            return True
    return False


class PlugMoved(HardwareProbe):
    """Whether the supply comes and goes while the plug is moved."""

    meta = ProbeMeta(
        id="charging.moved",
        version=2,
        purpose="Charging while the plug is moved",
        stage=Stage.HARDWARE_ASSISTED,
        effort=Effort.LOW,
        needs_setting=frozenset({"battery.swollen"}),
        duration_s=25.0,
        resources=frozenset({Resource.OPERATOR, Resource.USB_CURRENT, Resource.PLUG}),
        wants=frozenset({Capability.OPERATOR}),
        measures=(
            Measure(
                name="looks_without_supply",
                label="Looks without a supply while the plug is moved",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_FIRM),
                says=Says(code="charge.contact_breaks", component="CHG"),
                key=True,
            ),
            Measure(
                name="sits_loose",
                label="Plug sits loose",
                unit=Unit.TEXT,
                limit=OneOf(values=("no",), source=_FIRM),
                says=Says(code="charge.contact_breaks", component="CHG"),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Look several times in a second while somebody moves the plug."""
        if not isinstance(bench, StationBench):
            raise NotSupported("it takes somebody who moves the plug")
        numbers = " ".join(str(number) for number in range(_LOOKS))
        line = f"for look in {numbers}; do dumpsys battery | grep powered; echo .; sleep 0.2; done"
        text = "Move the plug gently in the port, up and down and to the sides, for five seconds"
        reply = bench.listen_while(
            Task(does=Does.WIGGLE_PLUG, text=text), "sh", "-c", line, duration_s=_WATCH_S, cap_bytes=1 << 20
        )
        looks = reply.out.parse(str).split("\n.\n")[:-1]
        told = [look for look in looks if "powered" in look]
        if not told:
            yield unmeasured("looks_without_supply", "not_reported")
        else:
            gone = sum("true" not in look for look in told)
            evidence = (Evidence(recording=reply.id, text=f"{gone} of {len(told)} looks"),)
            yield Reading(name="looks_without_supply", value=gone, evidence=evidence)
        asked = Question(asks="plug_loose", text="Does the plug sit loose, or fall out by itself?")
        yield Reading(name="sits_loose", value="no" if is_fine(bench, asked, fine="no") else "yes")
