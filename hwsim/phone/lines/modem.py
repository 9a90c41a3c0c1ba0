"""The modem: quiet when well; restarting when its radio front end fails, and telling of a card that comes and goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.cellular import contact_of, radio_on

if TYPE_CHECKING:
    from hwsim.phone.lines.writer import Writer

_BOOT_S = 8.3
_RESTART_TAKES_S = 4.2


_STORIES: dict[str, list[tuple[float, int, str]]] = {
    "qcom": [
        (0.0, 3, "Q6V5 PIL: Fatal error on the modem."),
        (
            0.0,
            3,
            (
                "modem subsystem failure reason: rfc_cmn_init.c:{line}:rfm_init_lte_tx "
                "failed, front end PA not responding."
            ),
        ),
        (
            0.01,
            6,
            ("subsys-restart: subsystem_restart_dev(): Restart sequence requested for modem, restart_level = RELATED."),
        ),
        (0.4, 6, "subsys-pil-tz 6080000.qcom,mss: Port 00000000 halt timeout"),
        (0.9, 6, "subsys-restart: subsystem_shutdown(): [kworker/u16:3]: Shutting down modem"),
        (_RESTART_TAKES_S, 6, "subsys-pil-tz 6080000.qcom,mss: modem: Brought out of reset"),
    ],
    "mtk": [
        (0.0, 3, "[ccci1/fsm]MD exception HS1, type: fatal error"),
        (0.02, 3, "[ccci1/aee]md1 EE: [CORE] el1_rf_init.c line {line}: RF calibration check failed"),
        (0.3, 4, "[ccci1/fsm]md1 state 4 -> 8, MD reset ioctl called by muxreport"),
        (_RESTART_TAKES_S, 6, "[ccci1/fsm]MD boot ready, handshake done"),
    ],
    "exynos": [
        (0.0, 3, "cpif: cp_crash: modem state CRASH_EXIT, reason 21"),
        (0.01, 3, "cpif: CP_CRASH info: rf_fe_drv.c:{line} PA self test failed"),
        (0.5, 4, "cbd: E crash dump of modem, restart requested"),
        (_RESTART_TAKES_S, 6, "cpif: cp_boot_done: modem boot complete"),
    ],
    "gs": [
        (0.0, 3, "cpif: s5100_force_crash_exit: CP crash, reason 21"),
        (0.01, 3, "cpif: CP_CRASH info: rf_fe_drv.c:{line} PA self test failed"),
        (0.5, 4, "cbd: E firmware download handshake fails, retry"),
        (_RESTART_TAKES_S, 6, "cpif: s5100_poweron_pcie: modem boot complete"),
    ],
    "kirin": [
        (0.0, 3, "rdr: modem exception notify, modid 0x82000010, reason 0x1d, core CP"),
        (0.02, 3, "[ccore_reset]modem exception in rf_hal_init.c line {line}: PA self check failed"),
        (0.4, 4, "[ccore_reset]modem reset begin, reason 0x82000010"),
        (_RESTART_TAKES_S, 6, "[ccore_reset]modem reset end, C core is up"),
    ],
    "sprd": [
        (0.0, 3, "sipc: modem cmd Modem Assert: RF_INIT Task PHY CP assert in file rf_drv_init.c line {line}"),
        (0.02, 3, "modem_ctrl: modem assert info exp=PA self check failed info=[], [dfs=5]"),
        (0.5, 4, "modem_ctrl: modem reset, reload modem image"),
        (_RESTART_TAKES_S, 6, "modem_ctrl: modem alive"),
    ],
}


def write_boot(writer: Writer) -> None:
    """Load the modem's firmware."""
    family = writer.phone.profile.family
    text = {
        "qcom": "subsys-pil-tz 6080000.qcom,mss: modem: Brought out of reset",
        "mtk": "[ccci1/fsm]MD boot ready, handshake done",
        "exynos": "cpif: cp_boot_done: modem boot complete",
        "gs": "cpif: s5100_poweron_pcie: modem boot complete",
        "kirin": "[ccore_reset]modem load done, C core is up",
        "sprd": "modem_ctrl: modem alive",
    }[family]
    writer.kernel(_BOOT_S, text)
    if family == "qcom":
        # The firmware loader looks in three folders; the first two refusals mean nothing.
        for folder in ("/vendor/firmware_mnt/image/modem.b00", "/vendor/firmware/modem.b00"):
            writer.kernel(
                _BOOT_S - 0.4,
                f"subsys-pil-tz 6080000.qcom,mss: Direct firmware load for {folder} failed with error -2",
                level=4,
            )


def write_span(writer: Writer) -> None:
    """Crash and restart, and let the telephony stack notice."""
    for at_s in writer.moments(writer.condition.modem_crash_period_s):
        line = writer.rng.randrange(600, 640)
        for offset_s, level, text in _STORIES[writer.phone.profile.family]:
            writer.kernel(at_s + offset_s, text.replace("{line}", str(line)), level=level)
        _telephony(writer, at_s)
    _card_comes_and_goes(writer)


def _card_comes_and_goes(writer: Writer) -> None:
    """Tell of each time at which the springs of the reader let the card go, in the words of AOSP's telephony."""
    contact, phone = contact_of(writer.phone), writer.phone
    if not contact.present or not radio_on(phone):
        return
    booted_s = phone.clock.elapsed_s - phone.clock.uptime_s
    for open_s in contact.openings(booted_s + writer.start_s, booted_s + writer.end_s):
        at_s = open_s - booted_s
        for after_s, state, tells in (
            (0.1, "CARDSTATE_ABSENT", "removed"),
            (contact.open_s, "CARDSTATE_PRESENT", "added"),
        ):
            lines = (
                ("RILJ", "[UNSL]< UNSOL_RESPONSE_SIM_STATUS_CHANGED [PHONE0]"),
                ("RILJ", f"[{writer.rng.randrange(1000, 9999)}]< GET_SIM_STATUS IccCardState {{{state}}} [PHONE0]"),
                ("UiccSlot", f"update: notify card {tells}"),
            )
            for number, (tag, text) in enumerate(lines):
                writer.log(at_s + after_s + 0.02 * number, "com.android.phone", "D", tag, text, buffer="radio")


def _telephony(writer: Writer, at_s: float) -> None:
    phone = "com.android.phone"
    number = writer.rng.randrange(1000, 9999)
    writer.log(at_s + 0.1, "rild", "E", "RILC", "modem connection lost: subsystem restart in progress", buffer="radio")
    state = "[UNSL]< UNSOL_RESPONSE_RADIO_STATE_CHANGED radioState=UNAVAILABLE [PHONE0]"
    writer.log(at_s + 0.12, phone, "D", "RILJ", state, buffer="radio")
    error = f"[{number}]< GET_SIM_STATUS error 1: RADIO_NOT_AVAILABLE [PHONE0]"
    writer.log(at_s + 0.3, phone, "D", "RILJ", error, buffer="radio")
    error = f"[{number + 1}]< OPERATOR error 1: RADIO_NOT_AVAILABLE [PHONE0]"
    writer.log(at_s + 0.4, phone, "D", "RILJ", error, buffer="radio")
    text = "[0] Poll ServiceState done: mVoiceRegState=3(POWER_OFF) mDataRegState=3(POWER_OFF), radio not available"
    writer.log(at_s + 0.6, phone, "D", "SST", text, buffer="radio")
    writer.log(at_s + 0.2, "rild", "E", "RILD", "modem subsystem restarted, radio not available, all requests dropped")
    writer.log(
        at_s + 0.7,
        "system_server",
        "W",
        "TelephonyRegistry",
        "notifyServiceState: radio off by modem restart, slot 0",
        buffer="system",
    )
    back = "[UNSL]< UNSOL_RESPONSE_RADIO_STATE_CHANGED radioState=ON [PHONE0]"
    writer.log(at_s + _RESTART_TAKES_S + 0.3, phone, "D", "RILJ", back, buffer="radio")
