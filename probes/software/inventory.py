"""Which parts the system enumerates. A part that is not there any more is a second witness beside the logs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from probes._declare import MIB, Bench, Excuse, Measure, Probe, ProbeMeta, Reading, Said, Says
from probes._limits import AtLeast, AtMost, LimitSource
from probes._verdict import Stage, Unit, Verdict
from probes.formats import (
    SensorService,
    parse_camera,
    parse_features,
    parse_input,
    parse_package_dump,
    parse_sensorservice,
)
from probes.software._ask import Answer, try_ask

_ONE = LimitSource(kind="prior", text="every smartphone of the last ten years has at least one")
_DECLARED = LimitSource(
    kind="standard", text="Android CDD 7.3: a sensor whose feature a device declares is in its list of sensors"
)
_OPEN = LimitSource(
    kind="prior", text="a phone comes to the bench without its cover, and nothing magnetic lies on its screen"
)
_HARDWARE_SENSORS = LimitSource(kind="prior", text="none at all means that nothing reads them, not that all are broken")


class _Kind(NamedTuple):
    """One kind of sensor: how Android calls it, and the feature by which a model says that it has one."""

    feature: str
    type_name: str
    measure: Measure


def _kind(name: str, label: str, feature: str, type_name: str, says: Says) -> _Kind:
    measure = Measure(name=name, label=label, unit=Unit.COUNT, limit=AtLeast(low=1, source=_DECLARED), says=says)
    return _Kind(f"android.hardware.sensor.{feature}", f"android.sensor.{type_name}", measure)


_KINDS: Final = (
    _kind(
        "accelerometers",
        "Accelerometers listed",
        "accelerometer",
        "accelerometer",
        Says(code="sensors.accelerometer_unlisted", component="SNS-IMU"),
    ),
    _kind(
        "gyroscopes",
        "Gyroscopes listed",
        "gyroscope",
        "gyroscope",
        Says(code="sensors.gyroscope_unlisted", component="SNS-IMU"),
    ),
    _kind(
        "compasses",
        "Compasses listed",
        "compass",
        "magnetic_field",
        Says(code="sensors.compass_unlisted", component="SNS-MAG"),
    ),
    _kind(
        "light_sensors",
        "Light sensors listed",
        "light",
        "light",
        Says(code="sensors.light_unlisted", component="SNS-PLS"),
    ),
    _kind(
        "proximity_sensors",
        "Proximity sensors listed",
        "proximity",
        "proximity",
        Says(code="sensors.proximity_unlisted", component="SNS-PLS"),
    ),
    _kind(
        "barometers",
        "Barometers listed",
        "barometer",
        "pressure",
        Says(code="sensors.barometer_unlisted", component="PCB", function="barometer"),
    ),
)


class PartInventory(Probe):
    """Counts cameras by facing, touch screens and hardware sensors that the system knows.

    A model declares in its system image which kinds of sensor it has; one that it declares and does not list has been
    lost, and one that it does not declare was never there.
    """

    meta = ProbeMeta(
        id="inventory.parts",
        version=2,
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
            *(row.measure for row in _KINDS),
            Measure(
                name="covers_closed",
                label="Hall switches that report a closed cover",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_OPEN),
                says=Says(code="hall.closed_at_rest", component="PCB", function="hall"),
            ),
        ),
    )

    def run(self, bench: Bench) -> Iterator[Said]:
        """Ask camera, input and sensor service; each may be missing by itself."""
        yield from _cameras(bench)
        yield from _inputs(bench)
        yield from _sensors(bench)


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


_LID: Final = 1  # the bit of SW_LID in linux/input-event-codes.h


def _inputs(bench: Bench) -> Iterator[Said]:
    """Touch screens, and what the switches of covers say; a phone without such a switch says nothing."""
    answer = try_ask(bench, parse_input, "dumpsys", "input")
    if answer is None or not answer.value.devices:
        for name in ("touch_screens", "covers_closed"):
            yield Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
        return
    names = [device.name for device in answer.value.devices if device.is_touch]
    seen = ", ".join(names) or f"{len(answer.value.devices)} input devices, no touch screen"
    yield Reading(name="touch_screens", value=len(names), evidence=answer.evidence(seen))
    switches = {device.name: device.switches for device in answer.value.devices if device.switches is not None}
    if not switches:
        yield Excuse(name="covers_closed", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
        return
    closed = [name for name, on in switches.items() if on & _LID]
    words = ", ".join(closed) or f"{len(switches)} devices with switches, none reports a closed cover"
    yield Reading(name="covers_closed", value=len(closed), evidence=answer.evidence(words))


def _sensors(bench: Bench) -> Iterator[Said]:
    answer = try_ask(bench, parse_sensorservice, "dumpsys", "sensorservice")
    if answer is None:
        for name in ("hardware_sensors", *(row.measure.name for row in _KINDS)):
            yield Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
        return
    count = sum(not sensor.is_framework for sensor in answer.value.sensors)
    yield Reading(name="hardware_sensors", value=count, evidence=answer.evidence(f"{count} hardware sensors"))
    declared = _declared(bench)
    for row in _KINDS:
        yield _listed(row, answer, declared)


def _listed(row: _Kind, answer: Answer[SensorService], declared: frozenset[str]) -> Said:
    """How many of a kind are listed, where the model has any; an empty list is the hub's fault and no kind's."""
    name = row.measure.name
    if not declared or row.feature not in declared:
        reason = "not_declared" if declared else "not_reported"
        return Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason=reason)
    if not answer.value.hardware:
        return Excuse(name=name, verdict=Verdict.INCONCLUSIVE, reason="no_sensor_listed")
    count = len(answer.value.of_type(row.type_name))
    words = f"{row.feature} is declared, {count} of {row.type_name} in the list of {len(answer.value.hardware)}"
    return Reading(name=name, value=count, evidence=answer.evidence(words))


def _declared(bench: Bench) -> frozenset[str]:
    """The features that the model declares; empty where nothing tells them. A bug report has the long dump only."""
    if (answer := try_ask(bench, parse_features, "pm", "list", "features")) is not None:
        return answer.value
    dump = try_ask(bench, parse_package_dump, "dumpsys", "package", deadline_s=30, cap_bytes=32 * MIB)
    return dump.value.features if dump is not None else frozenset()
