"""Which parts the system enumerates. A part that is not there any more is a second witness beside the logs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._declare import Bench, Excuse, Measure, Probe, ProbeMeta, Reading, Said, Says
from probes._limits import AtLeast, LimitSource
from probes._verdict import Stage, Unit, Verdict
from probes.formats import parse_camera, parse_input, parse_sensorservice
from probes.software._ask import try_ask

_ONE = LimitSource(kind="prior", text="every smartphone of the last ten years has at least one")
_HARDWARE_SENSORS = LimitSource(kind="prior", text="none at all means that nothing reads them, not that all are broken")


class PartInventory(Probe):
    """Counts cameras by facing, touch screens and hardware sensors that the system knows."""

    meta = ProbeMeta(
        id="inventory.parts",
        version=1,
        purpose="Which parts the system still finds",
        stage=Stage.SOFTWARE,
        duration_s=0.3,
        measures=(
            Measure(
                name="rear_cameras",
                label="Rear cameras found",
                unit=Unit.COUNT,
                limit=AtLeast(low=1, source=_ONE),
                says=Says(code="camera.rear_missing", component="RFC"),
            ),
            Measure(
                name="front_cameras",
                label="Front cameras found",
                unit=Unit.COUNT,
                limit=AtLeast(low=1, source=_ONE),
                says=Says(code="camera.front_missing", component="FFC"),
            ),
            Measure(
                name="touch_screens",
                label="Touch screens found",
                unit=Unit.COUNT,
                limit=AtLeast(low=1, source=_ONE),
                says=Says(code="touch.device_missing", component="TCH"),
            ),
            Measure(
                name="hardware_sensors",
                label="Hardware sensors found",
                unit=Unit.COUNT,
                limit=AtLeast(low=1, source=_HARDWARE_SENSORS),
                says=Says(code="sensors.none", component="PCB", function="sensor_hub"),
            ),
        ),
    )

    def run(self, bench: Bench) -> Iterator[Said]:
        """Ask camera, input and sensor service; each may be missing by itself."""
        yield from _cameras(bench)
        yield _touch(bench)
        yield _sensors(bench)


_FACINGS: Final = (("rear_cameras", "back"), ("front_cameras", "front"))


def _cameras(bench: Bench) -> Iterator[Said]:
    answer = try_ask(bench, parse_camera, "dumpsys", "media.camera")
    # a layout without a count (Android 2.3, or a service that never ran) says nothing about what is built in
    known = answer is not None and answer.value.number_of_cameras is not None
    for name, word in _FACINGS:
        if answer is None or not known:
            yield Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
            continue
        count = sum(facing.lower() == word for facing in answer.value.facing)
        words = f"{answer.value.number_of_cameras} cameras: {', '.join(answer.value.facing)}"
        yield Reading(name=name, value=count, evidence=answer.evidence(words))


def _touch(bench: Bench) -> Said:
    answer = try_ask(bench, parse_input, "dumpsys", "input")
    if answer is None or not answer.value.devices:
        return Excuse(name="touch_screens", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    names = [device.name for device in answer.value.devices if device.is_touch]
    seen = ", ".join(names) or f"{len(answer.value.devices)} input devices, no touch screen"
    return Reading(name="touch_screens", value=len(names), evidence=answer.evidence(seen))


def _sensors(bench: Bench) -> Said:
    answer = try_ask(bench, parse_sensorservice, "dumpsys", "sensorservice")
    if answer is None:
        return Excuse(name="hardware_sensors", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    count = sum(not sensor.is_framework for sensor in answer.value.sensors)
    return Reading(name="hardware_sensors", value=count, evidence=answer.evidence(f"{count} hardware sensors"))
