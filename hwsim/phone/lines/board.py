"""The board itself: memory that flips bits, the power chip, heat that does not leave, a clock that was lost, keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.physics.memory import Flip, draw_flips

if TYPE_CHECKING:
    from hwsim.phone.lines.writer import Writer

_RESTING_SHARE_K_PER_W = 9.0
_HOT_PERIOD_S = 420.0
_TRIP_C = 95.0
_CLOCK_TIME_SINCE = 34
_PMIC = {
    "qcom": (
        "qpnp-regulator 1d10000.spmi",
        "qcom,qpnp-power-on spmi: PMIC@SID0: Power-off reason: Triggered from FAULT (Over Current)",
    ),
    "mtk": ("mtk-pmic-wrap 10026000.pwrap", "[PMIC] top_rst_status=0x4, last power off by oc protection"),
    "exynos": ("s2mps27-regulator", "s2mps27: pwronsrc 0x02, offsrc 0x40 (under voltage lock out)"),
    "gs": ("s2mpg14-regulator", "s2mpg14: offsrc 0x40, power off by lock out of buck"),
}
_PMIC_ANY = ("pmic-regulator", "pmic: power down event 0x20, over current protection of a buck")


def write_boot(writer: Writer) -> None:
    """Say what the power chip and the clock remember of the time before."""
    condition = writer.condition
    if condition.pmic_fault_period_s:
        writer.kernel(0.9, _pmic(writer)[1], level=4, comm="swapper/0", pid=1)
    if condition.rtc_lost:
        writer.kernel(1.1, "rtc rtc0: low voltage flag set, time is not valid", level=4, comm="swapper/0", pid=1)
        text = "rtc rtc0: hctosys: unable to read the hardware clock"
        writer.kernel(1.2, text, level=3, comm="swapper/0", pid=1)
        tag = "SystemClockTime" if writer.phone.profile.sdk >= _CLOCK_TIME_SINCE else "AlarmManagerService"
        text = f"Current time only {11_000 + writer.rng.randrange(4000)}, advancing to build time 1609459200000"
        writer.log(12.6, "system_server", "I", tag, text, buffer="system")
    else:
        writer.kernel(1.2, "rtc rtc0: setting system clock from hardware clock", comm="swapper/0", pid=1)
    if condition.hall_stuck:
        writer.kernel(2.2, "hall_sensor: initial state 0 (near), switch event sent", comm="swapper/0", pid=1)


def write_span(writer: Writer) -> None:
    """Write what happens in this span."""
    _memory(writer)
    condition = writer.condition
    for at_s in writer.moments(condition.pmic_fault_period_s):
        _supply_trips(writer, at_s)
    if condition.paste_k_per_w > _RESTING_SHARE_K_PER_W:
        for at_s in writer.moments(_HOT_PERIOD_S):
            _overheats(writer, at_s)
    for at_s in writer.moments(condition.power_key_held_period_s):
        _held(writer, at_s)
    if condition.hall_stuck:
        for at_s in writer.moments(600.0):
            text = "Going to sleep due to lid_switch (uid 1000)..."
            writer.log(at_s, "system_server", "I", "PowerManagerService", text, buffer="system")


def _memory(writer: Writer) -> None:
    """Fell whoever owns a flipped bit; nothing but the chance links the programs."""
    if not writer.condition.ram_flips_per_h:
        return
    names = list(writer.phone.processes)
    sizes = {name: 100.0 / (place + 3) for place, name in enumerate(names)}
    span_s = writer.end_s - writer.start_s
    for flip in draw_flips(writer.condition.ram_flips_per_h, span_s, sizes, writer.rng):
        at_s = writer.start_s + flip.at_s
        if flip.victim == "kernel":
            _oops(writer, at_s, flip)
        else:
            _segfault(writer, at_s, flip)


def _segfault(writer: Writer, at_s: float, flip: Flip) -> None:
    pid = writer.phone.processes[flip.victim]
    tid, name = pid + writer.rng.randrange(1, 40), flip.victim.rsplit("/", 1)[-1][:15]
    fault = f"fault addr 0x{flip.fault_address:x}"
    text = f"Fatal signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), {fault} in tid {tid} ({name}), pid {pid} ({name})"
    writer.log(at_s, flip.victim, "F", "libc", text)
    rows = [
        "*** *** *** *** *** *** *** *** *** *** *** *** *** *** *** ***",
        f"Build fingerprint: '{writer.phone.profile.fingerprint}'",
        "ABI: 'arm64'",
        f"pid: {pid}, tid: {tid}, name: {name}  >>> {flip.victim} <<<",
        f"signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), {fault}",
        "backtrace:",
    ]
    library = writer.rng.choice(("libart.so", "libhwui.so", "libc.so", "libbinder.so", "libskia.so", "libsqlite.so"))
    rows.append(f"      #00 pc {writer.rng.randrange(2**20):016x}  /system/lib64/{library}")
    for number, row in enumerate(rows):
        writer.log(at_s + 0.3 + number * 0.001, "crash_dump64", "F", "DEBUG", row, buffer="crash")


def _oops(writer: Writer, at_s: float, flip: Flip) -> None:
    address, page = flip.fault_address | 0xFFFF << 48, flip.good_address >> 12 & 0xFFFFF
    writer.kernel(at_s, f"Unable to handle kernel paging request at virtual address {address:016x}", level=1)
    text = f"BUG: Bad page state in process kswapd0:{writer.rng.randrange(90, 140)}  pfn:{page:05x}"
    writer.kernel(at_s + 0.01, text, level=1, comm="kswapd0", pid=118)
    text = "page dumped because: PAGE_FLAGS_CHECK_AT_FREE flag(s) set"
    writer.kernel(at_s + 0.02, text, level=1, comm="kswapd0", pid=118)


def _pmic(writer: Writer) -> tuple[str, str]:
    return _PMIC.get(writer.phone.profile.family, _PMIC_ANY)


def _supply_trips(writer: Writer, at_s: float) -> None:
    device, _reason = _pmic(writer)
    number, low_mv = writer.rng.randrange(1, 12), writer.rng.randrange(610, 760)
    writer.kernel(at_s, f"{device}: ldo{number} over current, output switched off", level=3)
    writer.kernel(at_s + 0.01, f"{device}: buck2 output {low_mv} mV, below 800 mV, out of regulation", level=3)
    writer.kernel(at_s + 0.3, f"{device}: ldo{number} enable failed, status 0x0, ret -110", level=3)


def _overheats(writer: Writer, at_s: float) -> None:
    """Load steps reach the trip point within seconds, and clocks go down."""
    degrees = _TRIP_C + writer.rng.uniform(0.0, 12.0)
    zone = writer.rng.randrange(4)
    writer.kernel(at_s, f"thermal thermal_zone{zone}: cpu-1-{zone}: trip 1 reached, {degrees:.1f} C", level=4)
    writer.kernel(at_s + 0.05, "cpufreq: policy4: maximum limited to 1094400 kHz by thermal", level=4)
    text = f"Temperature{{mValue={degrees:.1f}, mType=0, mName=CPU{zone}, mStatus=4}} severe, throttling"
    writer.log(at_s + 0.1, "system_server", "W", "ThermalManagerService", text, buffer="system")


def _held(writer: Writer, at_s: float) -> None:
    """The contact stays closed: Android sees a long press, and the power chip counts down to its reset."""
    writer.log(at_s, "system_server", "I", "WindowManager", "powerPress: long press handled, show global actions")
    text = "Waking up from Asleep (uid=1000, reason=WAKE_REASON_POWER_BUTTON)"
    writer.log(at_s + 0.1, "system_server", "I", "PowerManagerService", text, buffer="system")
    text = "Going to sleep due to power_button (uid 1000)..."
    writer.log(at_s + 4.0, "system_server", "I", "PowerManagerService", text, buffer="system")
    held_s = writer.rng.randrange(6, 14)
    writer.kernel(at_s + held_s, f"power key: still pressed after {held_s} s, no release seen by debounce", level=4)
