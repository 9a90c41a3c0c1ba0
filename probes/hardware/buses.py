"""Parts of the main board that fall silent together: what they share has failed, and each of them may be sound."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtMost, LimitSource
from probes._verdict import Effort, Resource, Stage, Unit, Verdict
from probes.formats import parse_camera, parse_input, parse_nfc, parse_sensorservice
from probes.software._ask import Answer, try_ask

_SENSOR_TYPES: Final = {1: "accelerometer", 2: "magnetometer", 5: "light"}  # SensorEvent: three chips of any phone
_CAMERAS: Final = 2
_TOGETHER: Final = LimitSource(
    kind="prior", text="two chips on two connectors do not die on the same day: what they share does"
)


def _together(name: str, label: str, code: str, function: str, high: int) -> Measure:
    return Measure(
        name=name,
        label=label,
        unit=Unit.COUNT,
        limit=AtMost(high=high, source=_TOGETHER),
        says=Says(code=code, component="PCB", function=function),
    )


class SharedBuses(HardwareProbe):
    """Counts of the parts that are missing, one for each bus that phones usually share."""

    meta = ProbeMeta(
        id="board.buses",
        version=1,
        purpose="Parts that share a bus",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.NONE,
        duration_s=0.6,
        resources=frozenset({Resource.STILLNESS}),
        measures=(
            _together("sensors_missing", "Sensor chips missing", "board.sensors_together", "sensor_hub", 1),
            _together("cameras_missing", "Camera sides missing", "board.cameras_together", "camera", 1),
            _together("front_missing", "Touch and NFC chips missing", "board.touch_nfc_together", "bus", 1),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Ask each service which of its parts it still finds."""
        sensors = try_ask(bench, parse_sensorservice, "dumpsys", "sensorservice")
        if sensors is None:
            yield _not_told("sensors_missing")
        else:
            there = {one.type_number for one in sensors.value.sensors if not one.is_framework}
            missing = [name for number, name in _SENSOR_TYPES.items() if number not in there]
            yield Reading(
                name="sensors_missing", value=len(missing), evidence=sensors.evidence(", ".join(missing) or "none")
            )
        yield _cameras(bench)
        yield _front(bench)


def _cameras(bench: HardwareBench) -> Said:
    answer = try_ask(bench, parse_camera, "dumpsys", "media.camera")
    if answer is None or answer.value.number_of_cameras is None:
        return _not_told("cameras_missing")
    sides = {word.lower() for word in answer.value.facing} & {"back", "front"}
    return Reading(
        name="cameras_missing",
        value=_CAMERAS - len(sides),
        evidence=answer.evidence(f"{answer.value.number_of_cameras} cameras"),
    )


def _front(bench: HardwareBench) -> Said:
    """Touch controller and NFC controller: on many boards they hang on one bus."""
    answer = try_ask(bench, parse_input, "dumpsys", "input")
    if answer is None or not answer.value.devices:
        return _not_told("front_missing")
    touch = sum(device.is_touch for device in answer.value.devices)
    silent = _nfc_is_silent(bench)
    if silent is None:
        return _not_told("front_missing")
    return Reading(
        name="front_missing",
        value=int(not touch) + int(silent.value),
        evidence=answer.evidence(f"{touch} touch screens"),
    )


def _nfc_is_silent(bench: HardwareBench) -> Answer[bool] | None:
    """Whether NFC is switched on and stays off; None where the phone has none."""
    answer = try_ask(bench, parse_nfc, "dumpsys", "nfc")
    wanted = try_ask(bench, lambda text: text.strip(), "settings", "get", "global", "nfc_on")
    if answer is None:
        return None
    return Answer(answer.value.state == "off" and (wanted is None or wanted.value != "0"), answer.reply)


def _not_told(name: str) -> Excuse:
    return Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
