"""The NFC controller and the sensor hub: two chips with services of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwsim.phone.lines.writer import Writer

_NFC_RETRY_PERIOD_S = 900.0
_SENSOR_RETRY_PERIOD_S = 90.0
_NFC_CHIPS = {
    "nq": ("nq-nci 2-0028", "nfcc"),
    "sn110": ("sn-nci 7-0028", "sn1xx"),
    "st21nfc": ("st21nfc 8-0008", "st54"),
    "pn547": ("pn547 3-0028", "pn547"),
}


def write_boot(writer: Writer) -> None:
    """Bring both chips up."""
    _nfc_boot(writer)
    if writer.condition.sensor_hub_alive:
        writer.kernel(6.4, _hub(writer, "firmware loaded, hub is running"))
        writer.log(12.4, "android.hardware.sensors-service", "I", "sensors-hal", "hub ready, 23 sensors listed")
    else:
        writer.kernel(6.4, _hub(writer, "boot timeout, no ready message, ret = -110"), level=3)
        _hub_complains(writer, 12.4)


def write_span(writer: Writer) -> None:
    """Repeat what the services try again."""
    if not writer.condition.nfc_on_bus:
        for at_s in writer.moments(_NFC_RETRY_PERIOD_S):
            _nfc_complains(writer, at_s)
    elif writer.phone.profile.nfc_driver != "absent":
        for at_s in writer.moments(_NFC_RETRY_PERIOD_S):
            # The first write to a sleeping chip is not acknowledged; the second one is.
            device, chip = _NFC_CHIPS[writer.phone.profile.nfc_driver]
            writer.kernel(at_s, f"{device}: {chip}_dev_write: retry = 0, ret = -107, count = 4", level=3)
            writer.kernel(at_s + 0.01, f"{device}: {chip}_dev_write: retry = 1, ret = 4, count = 4")
    if not writer.condition.sensor_hub_alive:
        for at_s in writer.moments(_SENSOR_RETRY_PERIOD_S):
            writer.kernel(at_s, _hub(writer, "ipi send fail, hub not ready"), level=3)
            _hub_complains(writer, at_s + 0.1)


def _nfc_boot(writer: Writer) -> None:
    driver = writer.phone.profile.nfc_driver
    if driver == "absent":
        writer.kernel(
            3.2, "nq-nci 6-0028: nfcc_hw_check: no reply, this board has no NFC", level=4, comm="swapper/0", pid=1
        )
        return
    device, chip = _NFC_CHIPS[driver]
    if writer.condition.nfc_on_bus:
        writer.kernel(3.2, f"{device}: {chip}_hw_check: chip version 0x51 ok", comm="swapper/0", pid=1)
        return
    for attempt in range(4):
        writer.kernel(
            3.2 + attempt * 0.05,
            f"{device}: {chip}_dev_write: i2c_master_send failed, ret = -107",
            level=3,
            comm="swapper/0",
            pid=1,
        )
    writer.kernel(
        3.5, f"{device}: {chip}_hw_check: NFCC HW not available, probe failed", level=3, comm="swapper/0", pid=1
    )
    _nfc_complains(writer, 14.8)


def _nfc_complains(writer: Writer, at_s: float) -> None:
    device, chip = _NFC_CHIPS.get(writer.phone.profile.nfc_driver, _NFC_CHIPS["nq"])
    for attempt in range(3):
        writer.kernel(at_s + attempt * 0.05, f"{device}: {chip}_dev_write: i2c_master_send failed, ret = -107", level=3)
    hal = "android.hardware.nfc-service"
    writer.log(at_s + 0.2, hal, "E", "NxpTml", "i2c write failed, errno 6: no such device or address")
    writer.log(at_s + 0.3, hal, "E", "NxpHal", "core reset: no response from controller, status 0xff")
    writer.log(at_s + 0.5, "com.android.nfc", "E", "NfcService", "Error enabling NFC: controller initialisation failed")


def _hub(writer: Writer, text: str) -> str:
    prefix = {"qcom": "sensors-ssc soc:qcom,msm-ssc-sensors:", "mtk": "[SCP]", "exynos": "[CHUB]", "gs": "aoc:"}
    prefix |= {"kirin": "[sensorhub]", "sprd": "sprd-sensorhub:"}
    return f"{prefix[writer.phone.profile.family]} {text}"


def _hub_complains(writer: Writer, at_s: float) -> None:
    hal = "android.hardware.sensors-service"
    writer.log(at_s, hal, "E", "sensors-hal", "hub does not answer, sensor list is empty")
    writer.log(at_s + 0.2, "system_server", "E", "SensorService", "Error reading from sensor HAL: no sensors available")
    writer.log(at_s + 0.3, "system_server", "E", "SensorManager", "no default accelerometer, rotation stays locked")
