"""What the radios hear on the bench: the list of the last Wi-Fi scan, and how well satellites were heard.

Layouts follow AOSP (scan results with the levels of each chain since 12, the location service's GNSS KPIs since 8);
unverified. Levels come from the physics of the antennas: the bench's own access point, the neighbours', the sky.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_CHAINS_SINCE = 31
_WINDOW_S, _STEP_S, _STEPS = 240.0, 12.0, 20
_WIFI_HZ = 20e6
_NEEDED_DB = 4.0  # what the slowest rate needs over the noise
_SKY_DEG = (72.0, 64.0, 55.0, 47.0, 38.0, 31.0, 24.0, 17.0, 9.0)
_BEST = 4
_FLAGS = "[WPA2-PSK-CCMP-128][RSN-PSK-CCMP-128][ESS]"


class _Station(NamedTuple):
    """An access point: its level at a good antenna against the bench's own."""

    bssid: str
    mhz: int
    name: str
    beside_db: float


_STATIONS = (
    _Station("02:00:5e:10:00:01", 5180, "bench", 0.0),
    _Station("02:00:5e:10:00:02", 2437, "bench", -4.0),
    _Station("02:00:5e:20:00:07", 2412, "workshop-guest", -17.0),
    _Station("02:00:5e:30:00:1a", 5500, "neighbour", -28.0),
    _Station("02:00:5e:10:00:03", 2462, "bench-faint", -35.0),  # behind an attenuator, to try how deaf a receiver is
)


def wifi_scan(phone: Phone) -> list[tuple[str, int, int, str]]:
    """Return BSSID, MHz, level (dBm) and name of each station that the last scan heard."""
    from hwsim.physics import noise, radio  # noqa: PLC0415 - an idle phone needs no arrays

    antenna, place = phone.parts.wifi_antenna, radio.BENCH_PLACE
    window, step = _moment(phone)
    floor_dbm = radio.THERMAL_DBM_HZ + float(radio.decibels(_WIFI_HZ)) + antenna.noise_figure_db + _NEEDED_DB
    found = []
    for station in _STATIONS:
        rng = noise.generator(phone.seed, "scan", station.bssid, window)
        at_best_dbm = place.wifi_dbm + station.beside_db
        # the contact of a loose clip is the same for all stations of a moment
        breaks = noise.generator(phone.seed, "clip", window)
        lost_db = antenna.losses_db(_STEPS, step_s=_STEP_S, rng=breaks)[step]
        fades_db = radio.fading_db(place, _STEPS, step_s=_STEP_S, rng=rng)[step]
        level_dbm = round(float(at_best_dbm - lost_db + fades_db))
        if level_dbm >= floor_dbm:
            found.append((station.bssid, station.mhz, level_dbm, station.name))
    return found


def scan_lines(phone: Phone) -> list[str]:
    """Return the table of the last scan as the Wi-Fi service and its shell print it."""
    chains = phone.profile.sdk >= _CHAINS_SINCE
    head = "RSSI           Age(sec)     SSID                                 Flags" if chains else ""
    head = head or "RSSI    Age(sec)   SSID                                 Flags"
    lines = [f"    BSSID              Frequency      {head}" if chains else f"    BSSID              Frequency  {head}"]
    age_s = phone.clock.uptime_s % _STEP_S + 1.2
    for bssid, mhz, level_dbm, name in wifi_scan(phone):
        level = f"{level_dbm}(0:{level_dbm - 1}/1:{level_dbm - 2})" if chains else f"{level_dbm}"
        wide = 18 if chains else 5
        lines.append(f"  {bssid:>17}  {mhz:9}  {level:>{wide}}   {age_s:7.3f}    {name:<32}  {_FLAGS}")
    return lines


def satellite_levels(phone: Phone) -> list[float]:
    """Return carrier over noise density (dB-Hz) of the satellites that are heard, strongest first."""
    import numpy as np  # noqa: PLC0415 - as above

    from hwsim.physics import noise, radio  # noqa: PLC0415 - as above

    antenna = phone.parts.satellite_antenna
    window, step = _moment(phone)
    lost_db = antenna.losses_db(_STEPS, step_s=_STEP_S, rng=noise.generator(phone.seed, "sky clip", window))[step]
    rng = noise.generator(phone.seed, "sky", window)
    heard = radio.satellites_dbhz(antenna, np.array(_SKY_DEG), rng=rng) - (lost_db - antenna.loss_db)
    return sorted((float(level) for level in heard if level >= radio.TRACKED_DBHZ), reverse=True)


def satellite_kpis(phone: Phone, *, used: bool) -> list[str]:
    """Return the location service's figures of its satellite receiver; none where it was not used."""
    levels = satellite_levels(phone)[:_BEST] if used else []
    reports = int(phone.clock.uptime_s / 60.0) if len(levels) == _BEST else 0
    begun, ended = (phone.clock.at(at_s).strftime("%Y-%m-%d %H:%M:%S") for at_s in (16.0, phone.clock.uptime_s))
    lines = ["GNSS_KPI_START", f"  KPI logging start time: {begun}", f"  KPI logging end time: {ended}"]
    lines += [f"  Number of location reports: {reports}"]
    if reports:
        lines.append("  Percentage location failure: 0.0")
    lines.append(f"  Number of CN0 reports: {int(phone.clock.uptime_s / 30.0) if levels else 0}")
    if levels:
        mean = sum(levels) / len(levels)
        spread = (sum((level - mean) ** 2 for level in levels) / len(levels)) ** 0.5
        lines.append(f"  Top 4 Avg CN0 mean (dB-Hz): {mean:.6f}")
        lines.append(f"  Top 4 Avg CN0 standard deviation (dB-Hz): {spread:.6f}")
    return [*lines, "GNSS_KPI_END"]


def _moment(phone: Phone) -> tuple[str, int]:
    """Return the window of time that shares one draw, and the step in it."""
    window, within_s = divmod(phone.clock.uptime_s, _WINDOW_S)
    return f"{phone.boot_count}/{int(window)}", min(int(within_s / _STEP_S), _STEPS - 1)
