"""Cameras: what kernel drivers, the camera HAL and the camera service print at boot and when an app opens one.

A slot may hold any of several makes, and the driver tries them all. A wrong make of a healthy slot does not answer
either, so the lines of failure alone say nothing: the slot is dead when no candidate ever succeeds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwsim.phone.lines.writer import Writer
    from hwsim.phone.phone import Phone

_OPEN_PERIOD_S = 1500.0
_FIRST_PROBE_S = 11.8


@dataclass(frozen=True)
class Slot:
    """One place for a camera module; ``fitted`` is the make that sits in it."""

    number: int
    facing: str
    candidates: list[str]
    fitted: str
    on_bus: bool


def slots(phone: Phone) -> list[Slot]:
    """Return the camera slots: 0 looks back, 1 to the front."""
    rng = phone.rng("cameras")
    profile, condition = phone.profile, phone.condition
    return [
        Slot(0, "Back", profile.camera_rear, rng.choice(profile.camera_rear), condition.camera_rear_on_bus),
        Slot(1, "Front", profile.camera_front, rng.choice(profile.camera_front), condition.camera_front_on_bus),
    ]


def write_boot(writer: Writer) -> None:
    """Probe every slot in the kernel, then bring up provider and service."""
    at_s = _FIRST_PROBE_S
    for slot in slots(writer.phone):
        at_s = _probe_slot(writer, at_s, slot)
    alive = [slot for slot in slots(writer.phone) if slot.on_bus]
    at_s = 15.2
    for slot in slots(writer.phone):
        if not slot.on_bus:
            _hal_misses(writer, at_s, slot)
    text = f"Camera provider ready: {len(alive)} device(s) reported by HAL"
    writer.log(at_s + 0.3, "android.hardware.camera.provider", "I", _hal_tag(writer), text)
    for slot in alive:
        text = f"onDeviceStatusChanged: Status changed for cameraId={slot.number}, newStatus=1"
        writer.log(at_s + 0.4, "cameraserver", "I", "CameraService", text)
    writer.log(
        at_s + 0.5, "cameraserver", "I", "CameraProviderManager", f"getCameraCount: {len(alive)} camera(s) usable"
    )


def write_span(writer: Writer) -> None:
    """Apps open cameras now and then."""
    for at_s in writer.moments(_OPEN_PERIOD_S):
        slot = slots(writer.phone)[writer.rng.random() < 0.25]
        if slot.on_bus:
            _opened(writer, at_s, slot)
        else:
            _refused(writer, at_s, slot)
    for slot in slots(writer.phone):
        if not slot.on_bus:
            # The camera app and the lock screen's shortcut keep asking for a camera that is gone.
            for at_s in writer.moments(_OPEN_PERIOD_S / 2):
                _refused(writer, at_s, slot)


def _opened(writer: Writer, at_s: float, slot: Slot) -> None:
    app = "com.android.camera2"
    pid = writer.phone.processes.get(app, 9120)
    text = (
        f'CameraService::connect call (PID {pid} "{app}", camera ID '
        f"{slot.number}) for HAL version default and Camera API version 2"
    )
    writer.log(at_s, "cameraserver", "I", "CameraService", text)
    writer.log(
        at_s + 0.21,
        "cameraserver",
        "I",
        "Camera3-Device",
        f"CameraDevice {slot.number}: configureStreams done, 3 streams",
    )
    text = (
        f"Camera {slot.number}: frame {writer.rng.randrange(9, 60)} metadata late by {writer.rng.randrange(2, 30)} ms"
    )
    writer.log(at_s + 2.1, "android.hardware.camera.provider", "W", _hal_tag(writer), text)
    text = f"disconnect: Disconnected client for camera {slot.number} for PID {pid}"
    writer.log(at_s + 14.0, "cameraserver", "I", "CameraService", text)


def _refused(writer: Writer, at_s: float, slot: Slot) -> None:
    app = "com.android.camera2"
    _probe_slot(writer, at_s, slot)
    _hal_misses(writer, at_s + 0.05, slot)
    text = (
        f"CameraService::connect X (PID {writer.phone.processes.get(app, 9120)}) "
        f'rejected (no camera device with ID "{slot.number}")'
    )
    writer.log(at_s + 0.2, "cameraserver", "E", "CameraService", text)
    text = (
        f"openCamera {slot.number}: CAMERA_DISCONNECTED (2): connectDevice:2112: "
        f'No camera device with ID "{slot.number}" is available'
    )
    writer.log(at_s + 0.21, app, "E", "CameraManagerGlobal", text)
    writer.log(
        at_s + 0.24, app, "E", "CAM_CameraActivity", f"Camera open failure: DEVICE_ERROR, facing {slot.facing.lower()}"
    )


def _hal_tag(writer: Writer) -> str:
    tags = {"qcom": "CamX", "mtk": "MtkCam", "exynos": "ExynosCamera", "gs": "GCH_HalEntry"}
    return {**tags, "kirin": "HwCamHal", "sprd": "sns_drv_u"}[writer.phone.profile.family]


def _hal_misses(writer: Writer, at_s: float, slot: Slot) -> None:
    """The HAL process finds nobody in a slot, whatever the make."""
    provider, tag = "android.hardware.camera.provider", _hal_tag(writer)
    for make in slot.candidates:
        text = {
            "qcom": (
                "[ERROR][SENSOR ] camxsensornode.cpp:1417 ProbeSensor() "
                f"slot {slot.number}: probe failed for {make}, result 5"
            ),
            "mtk": (
                f"[searchSensor] idx({slot.number}) {make}: feature control CHECK_SENSOR_ID failed, no sensor answers"
            ),
            "exynos": f"[CAM_ID({slot.number})][{make}] sensor init failed: i2c no response, ret(-6)",
            "gs": f"camera slot {slot.number}: sensor {make} did not probe, lwis returned -6",
            "kirin": f"sensor index {slot.number}: {make} match id fail, ret = -1",
            "sprd": f"sensor_drv_identify, slot {slot.number}: {make} identify failed, sensor id 0x0",
        }[writer.phone.profile.family]
        writer.log(at_s, provider, "E", tag, text)
    text = f"no sensor found for {slot.facing.lower()} slot {slot.number}, camera will not be listed"
    writer.log(at_s + 0.03, provider, "E", tag, text)


def _probe_slot(writer: Writer, at_s: float, slot: Slot) -> float:
    for make in slot.candidates:
        answers = slot.on_bus and make == slot.fitted
        attempts = 1 if answers else 3
        for _ in range(attempts):
            for level, text in _probe_lines(writer, slot, make, answers=answers):
                writer.kernel(at_s, text, level=level, comm="camera@provider", pid=842)
                at_s += 0.004
            at_s += 0.06
        if answers:
            break
    return at_s


def _probe_lines(writer: Writer, slot: Slot, make: str, *, answers: bool) -> list[tuple[int, str]]:
    address = 0x10 + 0x0A * slot.number
    sensor_id = 0x5000 + sum(make.encode()) * 7 % 0xFFF
    driver = writer.phone.profile.camera_driver
    drivers = {"cam_qcom": _qcom, "imgsensor_mtk": _mtk, "exynos_is": _exynos, "lwis": _lwis}
    return {**drivers, "hwcam": _hwcam, "sprd_cam": _sprd}[driver](
        slot.number, make, address, sensor_id, answers=answers
    )


def _qcom(number: int, make: str, address: int, sensor_id: int, *, answers: bool) -> list[tuple[int, str]]:
    where = f"{make} slot:{number},slave_addr:0x{address * 2:x},sensor_id:0x{sensor_id:x}"
    if answers:
        return [(6, f"CAM_INFO: CAM-SENSOR: cam_sensor_driver_cmd: 958 Probe success,{where}, is always on: 0")]
    return [
        (3, f"CAM_ERR: CAM-CCI: cam_cci_irq: 219 Base:(____ptrval____), cci: {number}, M0_Q1 NACK ERROR: 0x10000000"),
        (3, "CAM_ERR: CAM-CCI: cam_cci_read: 1320 rd_done wait timeout, rc -22"),
        (3, "CAM_ERR: CAM-CCI: cam_cci_read_bytes: 1420 failed rc -22"),
        (
            4,
            (
                "CAM_WARN: CAM-SENSOR: cam_sensor_match_id: 849 read id: "
                f"0x0 expected id 0x{sensor_id:x}: match id failed rc -19"
            ),
        ),
        (3, f"CAM_ERR: CAM-SENSOR: cam_sensor_driver_cmd: 941 probe failed for {where}"),
    ]


def _mtk(number: int, make: str, address: int, sensor_id: int, *, answers: bool) -> list[tuple[int, str]]:
    if answers:
        return [
            (6, f"[imgsensor] i2c write id: 0x{address * 2:x}, sensor id: 0x{sensor_id:x}"),
            (6, f"[imgsensor_set_driver] sensor_idx {number} found, drv name {make}, probe succeeded"),
        ]
    return [
        (3, f"mtk-i2c 1100{7 + number}000.i2c{number + 2}: addr: 0x{address:x}, transfer ACK error"),
        (3, f"[imgsensor] {make} read sensor id fail, write id: 0x{address * 2:x}, id: 0x0, match id failed rc -19"),
        (3, f"[imgsensor_check_is_alive] sensor_idx {number} {make} probe failed"),
    ]


def _exynos(number: int, make: str, address: int, sensor_id: int, *, answers: bool) -> list[tuple[int, str]]:
    if answers:
        return [(6, f"[@][SEN:{number}][MOD:{make.upper()}] sensor id 0x{sensor_id:x} verified, probe done")]
    return [
        (3, f"exynos5-hsi2c 10d{5 + number}0000.hsi2c: No ACK from slave 0x{address:x}"),
        (3, f"[@][SEN:{number}] is_sensor_read16: i2c transfer fail addr(0x0), ret(-6)"),
        (3, f"[@][SEN:{number}][MOD:{make.upper()}] sensor_cis_check_rev: match id failed rc -19, probe failed"),
    ]


def _lwis(number: int, make: str, address: int, sensor_id: int, *, answers: bool) -> list[tuple[int, str]]:
    if answers:
        return [(6, f"lwis lwis-i2c-sensor-{make}: device id 0x{sensor_id:x}, slot {number} probe done")]
    return [
        (3, f"i2c_exynos5 109{4 + number}0000.hsi2c: no acknowledge from address 0x{address:x}"),
        (3, f"lwis lwis-i2c-sensor-{make}: I2C read failed, slave 0x{address:x}, ret -6"),
        (3, f"lwis lwis-i2c-sensor-{make}: slot {number} match id failed rc -19, probe failed"),
    ]


def _hwcam(number: int, make: str, address: int, sensor_id: int, *, answers: bool) -> list[tuple[int, str]]:
    power = f"[CAMERA]INFO: enter {make}_power_up. index = {number} name = {make.upper()}"
    if answers:
        return [
            (6, power),
            (6, f"[CAMERA]INFO: {make}_match_id. index = {number}, id 0x{sensor_id:x}, match id success"),
        ]
    return [
        (6, power),
        (3, f"i2c_designware fdf0{8 + number}000.i2c: slave address 0x{address:x} not acknowledged (7bit mode)"),
        (3, f"[CAMERA]ERROR: {make}_match_id. index = {number}, read id 0x0 expect 0x{sensor_id:x}, match id fail"),
    ]


def _sprd(number: int, make: str, address: int, sensor_id: int, *, answers: bool) -> list[tuple[int, str]]:
    if answers:
        return [(6, f"sprd_sensor: sensor{number} {make} i2c 0x{address * 2:x} id 0x{sensor_id:x}, power on ok")]
    return [
        (3, f"sprd-i2c 22{4 + number}00000.i2c: no ack from slave 0x{address:x}, err -6"),
        (3, f"sprd_sensor: sensor{number} {make} read reg fail, i2c 0x{address * 2:x}, ret -6"),
    ]
