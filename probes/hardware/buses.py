"""Parts of the main board that fall silent together: what they share has failed, and each of them may be sound."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtMost, LimitSource
from probes._verdict import Effort, Resource, Stage, Unit, Verdict
from probes.formats import parse_camera, parse_features, parse_input, parse_nfc, parse_sensorservice
from probes.software._ask import Answer, try_ask

_SENSOR_TYPES: Final = {"accelerometer": "accelerometer", "compass": "magnetic_field", "light": "light"}
"""Three kinds that sit on three chips: last word of the feature (``android.hardware.sensor.``) and of the type."""

_CHIPS: Final = 2
"""So many chips, at least, must be meant to be there before they can be missing together."""

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
        version=2,
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
        yield _sensors(bench)
        yield _cameras(bench)
        yield _front(bench)


def _sensors(bench: HardwareBench) -> Said:
    """Kinds that the model declares (Android CDD 7.3) and does not list: cheap ones have no compass and no light."""
    sensors = try_ask(bench, parse_sensorservice, "dumpsys", "sensorservice")
    features = try_ask(bench, parse_features, "pm", "list", "features")
    if sensors is None or features is None:
        return _not_told("sensors_missing")
    there = {one.type_name for one in sensors.value.hardware}
    if there == {None}:  # the list of Android 4 names no type
        return _not_told("sensors_missing")
    declared = [word for word in _SENSOR_TYPES if f"android.hardware.sensor.{word}" in features.value]
    if len(declared) < _CHIPS:
        return Excuse(name="sensors_missing", verdict=Verdict.NOT_SUPPORTED, reason="not_declared")
    missing = [word for word in declared if f"android.sensor.{_SENSOR_TYPES[word]}" not in there]
    words = f"{', '.join(missing) or 'none'} of {', '.join(declared)}"
    return Reading(name="sensors_missing", value=len(missing), evidence=sensors.evidence(words))


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
    """Whether NFC is known to be switched on and stays off; None where the phone has none.

    AOSP keeps the switch in the NFC app's own preferences: where the setting says ``null``, NFC may be off by wish.
    """
    answer = try_ask(bench, parse_nfc, "dumpsys", "nfc")
    wanted = try_ask(bench, lambda text: text.strip(), "settings", "get", "global", "nfc_on")
    if answer is None:
        return None
    is_wanted = wanted is not None and wanted.value == "1"
    return Answer(answer.value.state == "off" and is_wanted, answer.reply)


def _not_told(name: str) -> Excuse:
    return Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
