"""Families of faults as drivers and services tell them, in invented lines: the sick phone and its healthy twin."""

from __future__ import annotations

import pytest

from probes.logs import Klass, LogSource, Strength, scan

QCOM = "CAM_ERR: CAM-SENSOR: cam_sensor_driver_cmd: 900 Probe failed, slot:{slot} slave_addr:0x34 sensor_id:0x{n}55"
QCOM_OK = "CAM_INFO: CAM-SENSOR: cam_sensor_driver_cmd: 900 Probe success,slot:{slot},slave_addr:0x34,sensor_id:0x355"
MTK = "[imgsensor_check_is_alive] sensor_idx {slot} acme{n}_mipi_raw probe failed"
MTK_OK = "[imgsensor_set_driver] sensor_idx {slot} found, drv name acme_mipi_raw, probe succeeded"
EXYNOS = "[@][SEN:{slot}][MOD:ACME{n}] sensor_cis_check_rev: match id failed rc -19, probe failed"
EXYNOS_OK = "[@][SEN:{slot}][MOD:ACME] sensor id 0x1234 verified, probe done"


def kernel(*lines: str, start_s: float = 12.0, step_s: float = 0.1) -> LogSource:
    stamped = [f"[{start_s + number * step_s:12.6f}] {line}" for number, line in enumerate(lines)]
    return LogSource("kernel", ["\n".join(stamped).encode()])


def logcat(*lines: str, name: str = "main") -> LogSource:
    stamped = [
        f"01-02 03:{number // 60:02d}:{number % 60:02d}.000  800  900 {line}" for number, line in enumerate(lines)
    ]
    return LogSource(name, ["\n".join(stamped).encode()])


def named(*sources: LogSource) -> set[tuple[str, str]]:
    """Codes and parts of the strong component findings."""
    return {
        (one.code, one.part)
        for one in scan(sources).findings
        if one.strength is Strength.STRONG and one.klass is Klass.COMPONENT
    }


@pytest.mark.parametrize(("slot", "part"), [(0, "RFC"), (1, "FFC")])
@pytest.mark.parametrize(("failed", "found"), [(QCOM, QCOM_OK), (MTK, MTK_OK), (EXYNOS, EXYNOS_OK)])
def test_a_camera_slot_where_no_candidate_answers_is_named(failed: str, found: str, slot: int, part: str) -> None:
    candidates = [failed.format(slot=slot, n=number) for number in (1, 2)]
    other = [failed.format(slot=1 - slot, n=3), found.format(slot=1 - slot)]
    assert named(kernel(*candidates, *other)) == {("camera.not_found", part)}
    assert named(kernel(*candidates, found.format(slot=slot), *other)) == set()


def test_a_slot_that_answered_at_boot_and_fails_an_hour_later_is_named() -> None:
    early = kernel(QCOM_OK.format(slot=0)).chunks
    late = kernel(QCOM.format(slot=0, n=1), QCOM.format(slot=0, n=1), start_s=3600).chunks
    assert named(LogSource("kernel", [*early, b"\n", *late])) == {("camera.not_found", "RFC")}


def test_slots_that_a_variant_may_lack_are_not_named_strongly() -> None:
    assert named(kernel(*[QCOM.format(slot=3, n=number) for number in range(4)])) == set()


def test_the_camera_service_alone_is_moderate_and_strong_with_the_driver() -> None:
    service = logcat('E CameraManagerGlobal: openCamera 0: No camera device with ID "0" is available')
    assert named(service) == set()
    sick = kernel(*[QCOM.format(slot=0, n=number) for number in (1, 2)])
    assert ("camera.open_failed", "RFC") in named(service, sick)


@pytest.mark.parametrize(
    "line",
    [
        "[FTS_TS/E]fts_read: i2c_transfer(read) fail,ret:-107",
        "[NVT-ts] CTP_SPI_READ 10: error, ret=-5",
        "synaptics_dsx_i2c 4-0020: synaptics_rmi4_i2c_read: I2C read over retry limit",
        "<<-GTP-ERROR->> I2C Read: 0x814E, 6 bytes failed, errcode: -107! Process reset.",
        "[HXTP][ERROR] himax_bus_read: i2c_read_block retry over 5",
        "ilitek_ts spi2.0: ili_spi_write error",
        "[sec_input] acme_ts: sec_ts_i2c_read: I2C read error, ret=-6",
    ],
)
def test_touch_errors_count_long_after_boot_only(line: str) -> None:
    assert named(kernel(*[line] * 20, start_s=0.5, step_s=0.01)) == set()
    assert named(kernel(*[line] * 20, start_s=100, step_s=1)) == {("touch.bus_nack", "TCH")}


def test_one_modem_crash_is_not_a_fault_and_a_row_of_them_is() -> None:
    crash = ("Fatal error on the modem.", "modem subsystem failure reason: mcpm.c:100:Assert x failed.")
    assert named(kernel(*crash, start_s=500)) == set()
    assert named(kernel(*crash * 4, start_s=500, step_s=30)) == {("modem.crash", "PCB")}


@pytest.mark.parametrize(
    "line",
    [
        "blk_update_request: I/O error, dev sda, sector {n}",
        "I/O error, dev mmcblk0, sector {n} op 0x0:(READ) flags 0x0",
        "sd 0:0:0:0: [sda] tag#{n} Add. Sense: Unrecovered read error",
        "JBD2: Error -5 detected when updating journal superblock for sda{n}-8.",
    ],
)
def test_io_errors_of_the_inner_flash_name_the_board_and_of_a_card_do_not(line: str) -> None:
    assert ("storage.io_error", "PCB") in named(kernel(line.format(n=1), line.format(n=2)))
    card = line.replace("mmcblk0", "mmcblk1")
    if card != line:
        assert named(kernel(card.format(n=1), card.format(n=2))) == set()


def test_a_file_system_error_needs_a_transfer_error_beside_it() -> None:
    broken = "EXT4-fs error (device dm-4): ext4_lookup:1500: inode #2: comm sh: deleted inode referenced"
    assert named(kernel(broken, broken)) == set()
    assert ("storage.fs_corrupt", "PCB") in named(
        kernel(broken, "mmcblk0: recovery failed!", "mmcblk0: recovery failed!")
    )


TEMPERATURES = {"-40.0": True, "-273.0": True, "125.0": True, "31.0": False, "-5.0": False, "61.0": False}


@pytest.mark.parametrize(("temperature", "sick"), TEMPERATURES.items())
def test_a_temperature_that_no_running_phone_has_names_the_battery(temperature: str, sick: bool) -> None:
    line = f"healthd: battery l=50 v=3900 t={temperature} h=2 st=3 c=-300 chg="
    wanted = {("battery.thermistor_implausible", "BAT")} if sick else set()
    assert named(kernel(line, line)) == wanted
    assert named(logcat(f"W {line}", f"W {line}")) == wanted


def test_a_silent_sensor_hub_without_sensors_names_the_board() -> None:
    hub = kernel(*["sensorhub acme: boot timeout, no ready message"] * 3)
    assert named(hub) == set()
    empty = logcat("E SensorService: No Sensors on the device", name="system")
    assert named(hub, empty) == {("sensors.hub_silent", "PCB")}


def test_nfc_that_misses_writes_is_named_only_when_its_service_fails_too() -> None:
    writes = kernel(*["sn-nci 1-0028: sn100_dev_write: i2c_master_send failed, ret = -6"] * 6, start_s=100, step_s=60)
    assert named(writes) == set()
    assert ("nfc.service_failed", "NFC") in named(writes, logcat("W NfcService: Error enabling NFC"))


@pytest.mark.parametrize(
    ("line", "finding"),
    [
        ("melfas mms_ts 3-0048: mms_i2c_read: i2c read failed -107", ("touch.bus_nack", "TCH")),
        ("acme_ts 3-0038: i2c_read failed, ret = -107", ("touch.bus_nack", "TCH")),
        ("[FTS] fts 4-0049: pollForEvent: ERROR 8000000B", ("touch.bus_nack", "TCH")),
        ("[DISP][ESD] esd check fail, will do esd recovery", ("display.panel_dead", "DSP")),
        ("panel_drv: panel_ub_con_det: abnormal, ub_con disconnected", ("display.panel_dead", "DSP")),
        ("wcd934x_codec: wcd934x_slim_write failed, error -110", ("audio.amp_no_answer", "PCB")),
        ("scsc_wlan: mxman: fw panic, code 0x1000", ("wifi.crash", "PCB")),
        ("modem_intf: PSCP Modem Assert in task", ("modem.crash", "PCB")),
        ("ext-mdm soc:acme,mdm0: MDM2AP_STATUS did not go high", ("modem.crash", "PCB")),
        ("sc8551_chg 2-0066: i2c read fail: can't read reg 0x0d", ("charge.ic_no_answer", "PCB")),
        ("sec-battery battery: temp: -273 abnormal, stop charging", ("battery.thermistor_implausible", "BAT")),
        ("lsm6dsm 1-006a: read_data failed -107 err", ("sensors.imu_no_answer", "SNS-IMU")),
        ("et516: etspi: spi_sync failed err -110", ("fingerprint.no_answer", "BIO")),
        ("exynos-ufs 13100000.ufs: DME_GET error -110", ("storage.link_errors", "PCB")),
        ("cs40l26 11-0043: i2c write failed -107", ("vibrator.no_answer", "VIB")),
    ],
)
def test_further_makes_are_named_when_their_errors_go_on_and_not_at_boot(line: str, finding: tuple[str, str]) -> None:
    assert named(kernel(*[line] * 30, start_s=0.5, step_s=0.01)) == set()
    found = named(kernel(*[line] * 30, start_s=100, step_s=12))
    assert finding in found
    assert {part for _, part in found} == {finding[1]}


@pytest.mark.parametrize(
    "line",
    [
        "[FTS_TS/I]fts_read: i2c speed ok",
        "touch: spi transfer error count = 0",
        "ufs_exynos: hibern8 enter done, err = 0",
        "dhd_bus_download_firmware: firmware download ok",
        "msm_pcie_enable: PCIe RC1 link initialized",
        "cnss2: Runtime suspend, PCIe link down",
        "sec-battery battery: Vnow(4100mV),Inow(-300mA),Tbat(285),err(0)",
        "bq25970-standalone: ADC read ret=0",
        "nanohub: spi transfer ok, err 0",
        "[SSP]: ssp_comm: timeout_cnt 0, com_fail_cnt 0",
        "gf_spi: gf_probe: error_code 0",
        "swrm_irq: bus clash count 0",
        "mhi 0306_00.01.00: Received EE event: MISSION MODE",
        "lsm6dso: self test passed, fail = 0",
        "gsensor: get_xyz fail_count = 0",
        "i2c_geni 990000.i2c: i2c error :-107",
        "nfc: i2c read 3 bytes, ret = 3",
    ],
)
def test_lines_of_well_phones_that_speak_of_errors_name_no_part_however_often(line: str) -> None:
    assert named(kernel(*[line] * 60, start_s=90, step_s=11)) == set()


def test_a_link_that_comes_up_at_the_next_try_is_not_named() -> None:
    failed, up = "ufshcd 1d84000.ufshc: link startup failed -5", "sd 0:0:0:0: [sda] 30277632 4096-byte logical blocks"
    assert named(kernel(failed)) == {("storage.link_dead", "PCB")}
    assert named(kernel(failed, up)) == set()


def test_a_magnetometer_that_is_not_fitted_beside_one_that_is_is_not_named() -> None:
    other = ("akm09911_i2c_check_device: Can not read WIA.", "akm09911: probe of 1-000c failed with error -5")
    assert named(kernel(*other)) == {("sensors.mag_no_answer", "SNS-MAG")}
    assert named(kernel(*other, "mmc5603 1-0030: probe success")) == set()


def test_a_silent_sdio_chip_is_named_by_its_bus_and_its_driver() -> None:
    bus, driver = (
        "mmc1: Controller never released inhibit bit(s).",
        "wl1835_sdio: probe of mmc1:0001:2 failed with error -5",
    )
    assert named(kernel(driver)) == set()
    assert named(kernel(bus, driver)) == {("wifi.no_answer", "PCB")}
