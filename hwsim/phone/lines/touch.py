"""The touch controller: found once at boot, or asked in vain at every wake-up of the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hwsim.phone.lines.writer import Writer

_PROBE_S = 2.61
_WAKE_PERIOD_S = 240.0
_RETRIES_AT_BOOT = 12
_RETRIES_AT_WAKE = 3


class Driver(NamedTuple):
    """How one driver speaks: found, not acknowledged, given up; ``bus`` is the controller in the kernel's words."""

    found: str
    refused: tuple[str, ...]
    given_up: str


_DRIVERS = {
    "focaltech": Driver(
        "[FTS_TS/I]fts_get_ic_information: get ic information, chip id = 0x8756(cid type=0x0)",
        ("i2c_geni 4a84000.i2c: i2c error :-107", "[FTS_TS/E]fts_read: i2c_transfer(read) fail,ret:-107"),
        "fts_ts: probe of 0-0038 failed with error -107",
    ),
    "novatek": Driver(
        "[NVT-ts] nvt_ts_check_chip_ver_trim: This is NVT touch IC, chip id 36525",
        ("i2c_geni 4a80000.i2c: i2c error :-107", "[NVT-ts] CTP_I2C_READ 171: error, ret=-107"),
        "NVT-ts: probe of 0-0062 failed with error -107",
    ),
    "ilitek": Driver(
        "[ILITEK] ili_tddi_init: firmware 0x70012, protocol 5.6.0, panel found",
        (
            "mtk-i2c 11007000.i2c0: addr: 0x41, transfer ACK error",
            "[ILITEK][ERR] ili_i2c_read: i2c read error, ret = -121",
        ),
        "ilitek_ts: probe of 0-0041 failed with error -121",
    ),
    "himax": Driver(
        "[HXTP] himax_mcu_ic_id: IC name = HX83112, firmware version 0x21",
        ("mtk-i2c 11016000.i2c5: addr: 0x48, transfer ACK error", "[HXTP][ERROR] i2c_read_block retry over 3"),
        "himax_tp: probe of 5-0048 failed with error -121",
    ),
    "stm": Driver(
        "[sec_input] stm_ts_read_chip_id: chip id 46 54, fts8 found",
        (
            "exynos5-hsi2c 10d30000.hsi2c: No ACK from slave 0x49",
            "[sec_input] stm_ts_i2c_read: I2C read over retry limit, ret -6",
        ),
        "stm_ts: probe of 3-0049 failed with error -6",
    ),
    "synaptics": Driver(
        "[info ] syna_dev_detect: product S3908, build id 4193526, application mode",
        (
            "spi_geni 10950000.spi: transfer refused",
            "[error] syna_spi_read: fail to read 4 bytes, retval -5, over retry limit",
        ),
        "synaptics_tcm: probe of spi0.0 failed with error -5",
    ),
    "sec_ts": Driver(
        "[sec_input] sec_ts_read_chip_id: device id AC 37 71, application mode",
        (
            "i2c_geni 990000.i2c: i2c error :-107",
            "[sec_input] sec_ts_i2c_read: I2C read over retry limit, ret -107",
        ),
        "sec_ts: probe of 4-0048 failed with error -107",
    ),
    "goodix": Driver(
        "[GTP-INF][goodix_ts_probe] chip 9916R, firmware 01.01.00.05, ready",
        (
            "mtk-spi 11010000.spi0: transfer refused by slave",
            "[GTP-ERR][goodix_spi_read] spi transfer error, ret -5, retry over",
        ),
        "goodix_ts: probe of spi0.0 failed with error -5",
    ),
    "chipone": Driver(
        "[CTS]I: cts_detect_hw: ICNL9911C, firmware version 0x0104",
        (
            "sprd-spi 201a0000.spi: transfer refused by slave",
            "[CTS]E: cts_read_sram: spi read failed, ret -5, retries exceeded",
        ),
        "chipone-tddi: probe of spi0.0 failed with error -5",
    ),
    "ts_kit": Driver(
        "[I/TS_KIT] chip s3718 detected, project id YAL0500A00",
        (
            "i2c_designware fdf0b000.i2c: slave address 0x70 not acknowledged (7bit mode)",
            "[E/TS_KIT] i2c read error, ret = -121, over retry",
        ),
        "[E/TS_KIT] no touch ic detected, probe of huawei_touch failed with error -121",
    ),
}


def write_boot(writer: Writer) -> None:
    """Probe the controller; a live one becomes an input device."""
    driver = _DRIVERS[writer.phone.profile.touch_driver]
    if writer.condition.touch_on_bus:
        # The first word after power-up often meets a controller that is still in reset.
        writer.kernel(_PROBE_S, driver.refused[1], level=3, comm="swapper/0", pid=1)
        writer.kernel(_PROBE_S + 0.09, driver.found, comm="swapper/0", pid=1)
        name = writer.phone.profile.touch_name
        writer.kernel(_PROBE_S + 0.1, f"input: {name} as /devices/virtual/input/input2", comm="swapper/0", pid=1)
        text = f"New device: id=3, fd=291, path='/dev/input/event2', name='{name}', classes=TOUCH | TOUCH_MT"
        writer.log(13.1, "system_server", "I", "EventHub", text)
        writer.log(
            13.2,
            "system_server",
            "I",
            "InputReader",
            f"Device added: id=3, eventHubId=3, name='{name}', sources=TOUCHSCREEN",
        )
        writer.log(9.4, "vendor.touch-service", "I", "TouchHal", f"sysfs node of {name} ready")
        return
    for attempt in range(_RETRIES_AT_BOOT):
        _refuse(writer, _PROBE_S + 0.1 * attempt)
    writer.kernel(_PROBE_S + 1.3, driver.given_up, level=3, comm="swapper/0", pid=1)
    _hal_complains(writer, 9.4)


def write_span(writer: Writer) -> None:
    """Ask again whenever the screen wakes."""
    if writer.condition.touch_on_bus:
        for at_s in writer.moments(writer.condition.touch_crc_period_s):
            _corrupted(writer, at_s)
        return
    for at_s in writer.moments(_WAKE_PERIOD_S):
        for attempt in range(_RETRIES_AT_WAKE):
            _refuse(writer, at_s + 0.1 * attempt)
        writer.kernel(at_s + 0.4, _DRIVERS[writer.phone.profile.touch_driver].given_up, level=3)
        _hal_complains(writer, at_s + 0.5)


def _refuse(writer: Writer, at_s: float) -> None:
    for text in _DRIVERS[writer.phone.profile.touch_driver].refused:
        writer.kernel(at_s, text, level=3)


def _corrupted(writer: Writer, at_s: float) -> None:
    """A packet arrives with turned bits; after some of them the driver starts its controller anew."""
    name = writer.phone.profile.touch_name
    for number in range(writer.rng.randrange(1, 4)):
        got, wanted = writer.rng.sample(range(256), 2)
        text = f"{name}: point packet crc error, 0x{got:02x} expected 0x{wanted:02x}, frame dropped"
        writer.kernel(at_s + 0.016 * number, text, level=3)
    writer.kernel(at_s + 0.3, f"{name}: too many bad frames, controller reset", level=4)
    writer.log(
        at_s + 0.4, "vendor.touch-service", "W", "TouchHal", f"{name}: frames with bad checksum, panel restarted"
    )


def _hal_complains(writer: Writer, at_s: float) -> None:
    name = writer.phone.profile.touch_name
    service = "vendor.touch-service"
    writer.log(at_s, service, "E", "TouchHal", f"resume failed: {name} does not answer on its bus, ret = -107")
    writer.log(at_s + 0.1, service, "E", "TouchHal", "self test: read chip id failed, touch controller not present")
    writer.log(at_s + 0.2, "system_server", "W", "InputManager", "no touchscreen device available for display 0")
