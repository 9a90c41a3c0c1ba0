"""The health HAL's minute line, the level events, and a weak pack's sudden drops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.battery import ocv_mv, thermistor_reading_c

if TYPE_CHECKING:
    from hwsim.phone.battery import Sample
    from hwsim.phone.lines.writer import Writer

_MINUTE_S = 60.0
_LOGCAT_EVERY_S = 300.0
_COLD, _GOOD = 7, 2
_FREEZING_C = 0.0
_WEAK_RATIO = 2.0
_SAG_PERIOD_S = 1300.0


def write_sample(writer: Writer, sample: Sample, before: Sample) -> None:
    """Write the health HAL's line of one minute, and an event when the level has moved since the one before."""
    battery = writer.phone.battery
    plugged = sample.at_s > writer.phone.plugged_since_s
    health = _COLD if sample.reading_c < _FREEZING_C else _GOOD
    status = 2 if sample.current_ma > 0 else 4 if plugged else 3
    counted = f"fc={round(battery.learned_full_mah * 1000)} cc={writer.condition.battery_cycles}"
    text = (
        f"battery l={sample.level} v={round(sample.voltage_mv)} t={sample.reading_c:.1f} h={health} st={status} "
        f"c={round(sample.current_ma * 1000)} {counted} chg={'u' if plugged else ''}"
    )
    writer.kernel(sample.at_s, f"healthd: {text}", comm="health-service", pid=611)
    if sample.at_s % _LOGCAT_EVERY_S < _MINUTE_S:
        writer.log(sample.at_s, "android.hardware.health-service", "W", "healthd", text)
    if sample.level != before.level:
        values = f"[{sample.level},{round(sample.voltage_mv)},{round(sample.reading_c * 10)}]"
        writer.event(sample.at_s, "battery_level", values)


def write_span(writer: Writer) -> None:
    """Write what a weak pack or a lost thermistor makes the phone say."""
    battery = writer.phone.battery
    if battery.resistance_ratio > _WEAK_RATIO:
        for at_s in writer.moments(_SAG_PERIOD_S):
            _sag(writer, at_s)
    if battery.thermistor_open:
        reading_c = thermistor_reading_c(battery.ambient_c, is_open=True)
        for at_s in writer.moments(400.0):
            text = f"battery temperature {reading_c:.1f} C out of range, charging suspended"
            writer.log(at_s, "android.hardware.health-service", "E", "healthd", text)
            text = f"Temperature{{mValue={reading_c:.1f}, mType=2, mName=battery, mStatus=0}} implausible, ignored"
            writer.log(at_s + 0.1, "system_server", "W", "ThermalManagerService", text, buffer="system")


def _sag(writer: Writer, at_s: float) -> None:
    """A load step pulls the voltage down, and the shown level with it."""
    level = writer.rng.randrange(18, 55)
    after = max(level - writer.rng.randrange(6, 15), 1)
    low_mv = round(ocv_mv(level / 100) - 130 * writer.phone.battery.resistance_ratio)
    writer.log(
        at_s,
        "android.hardware.health-service",
        "W",
        "healthd",
        f"battery voltage dropped to {low_mv} mV under load at {level}%",
    )
    writer.event(at_s + 1, "battery_level", f"[{after},{low_mv},{round(writer.phone.battery.ambient_c * 10) + 25}]")
    text = f"Battery level jumped from {level} to {after} within 2000 ms"
    writer.log(at_s + 1.1, "system_server", "W", "BatteryService", text, buffer="system")
    writer.kernel(at_s + 0.01, f"power_supply battery: vbat low interrupt, {low_mv} mV", level=4)
