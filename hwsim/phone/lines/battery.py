"""The health HAL's minute line, the level events, and a weak pack's sudden drops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.battery import ocv_mv

if TYPE_CHECKING:
    from hwsim.phone.lines.writer import Writer

_MINUTE_S = 60.0
_COLD, _GOOD = 7, 2
_FREEZING_C = 0.0
_WEAK_RATIO = 2.0
_SAG_PERIOD_S = 1300.0


def write_span(writer: Writer) -> None:
    """Write the health HAL's line every minute of the span (the kernel log has it as well)."""
    battery = writer.phone.battery
    reading_c = battery.reading_c
    health = _COLD if reading_c < _FREEZING_C else _GOOD
    for at_s in writer.ticks(_MINUTE_S):
        level = _level_at(writer, at_s)
        plugged = battery.supply_ma > 0 and at_s > writer.phone.plugged_since_s
        current_ua = round((battery.current_ma if plugged else -battery.load_ma) * 1000)
        voltage_mv = round(ocv_mv(level / 100) - 30 * battery.resistance_ratio + writer.rng.uniform(-4, 4))
        status = 2 if plugged and current_ua > 0 else 4 if plugged else 3
        counted = f"fc={round(battery.learned_full_mah * 1000)} cc={writer.condition.battery_cycles}"
        text = f"battery l={level} v={voltage_mv} t={reading_c:.1f} h={health} st={status} c={current_ua} {counted} chg={'u' if plugged else ''}"
        writer.kernel(at_s, f"healthd: {text}", comm="health-service", pid=611)
        if at_s % 300 < _MINUTE_S:
            writer.log(at_s, "android.hardware.health-service", "W", "healthd", text)
    if battery.resistance_ratio > _WEAK_RATIO:
        for at_s in writer.moments(_SAG_PERIOD_S):
            _sag(writer, at_s)
    if battery.thermistor_open:
        for at_s in writer.moments(400.0):
            text = f"battery temperature {reading_c:.1f} C out of range, charging suspended"
            writer.log(at_s, "android.hardware.health-service", "E", "healthd", text)
            text = f"Temperature{{mValue={reading_c:.1f}, mType=2, mName=battery, mStatus=0}} implausible, ignored"
            writer.log(at_s + 0.1, "system_server", "W", "ThermalManagerService", text, buffer="system")


def write_levels(writer: Writer) -> None:
    """Write the level changes of the span to the events buffer."""
    battery = writer.phone.battery
    for at_s, level in battery.levels:
        if writer.start_s <= at_s < writer.end_s:
            millivolts = round(ocv_mv(level / 100))
            writer.event(at_s, "battery_level", f"[{level},{millivolts},{round(battery.reading_c * 10)}]")


def _level_at(writer: Writer, at_s: float) -> int:
    level = writer.phone.battery.levels[0][1]
    for since_s, value in writer.phone.battery.levels:
        if since_s > at_s:
            break
        level = value
    return level


def _sag(writer: Writer, at_s: float) -> None:
    """A load step pulls the voltage down, and the shown level with it."""
    level = _level_at(writer, at_s)
    after = max(level - writer.rng.randrange(6, 15), 1)
    low_mv = round(ocv_mv(level / 100) - 130 * writer.phone.battery.resistance_ratio)
    writer.log(at_s, "android.hardware.health-service", "W", "healthd", f"battery voltage dropped to {low_mv} mV under load at {level}%")
    writer.event(at_s + 1, "battery_level", f"[{after},{low_mv},{round(writer.phone.battery.reading_c * 10)}]")
    text = f"Battery level jumped from {level} to {after} within 2000 ms"
    writer.log(at_s + 1.1, "system_server", "W", "BatteryService", text, buffer="system")
    writer.kernel(at_s + 0.01, f"power_supply battery: vbat low interrupt, {low_mv} mV", level=4)
