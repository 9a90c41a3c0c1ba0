"""Every fact that is known of real phone output is what the parsers say of it."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from probes import formats
from probes._text import decode

pytestmark = pytest.mark.corpora

Facts = dict[str, object]


def _adb(text: str) -> Facts:
    return {"states": dict(formats.parse_adb_devices(text).states)}


def _battery(text: str) -> Facts:
    battery = formats.parse_battery(text)
    assert battery.voltage_mv is not None
    return {
        "raw_fields": dict(battery.raw_fields),
        "status_name": battery.status_name,
        "health_name": battery.health_name,
        "percent": battery.percent,
        "plugged": list(battery.plugged),
        "voltage_v": battery.voltage_mv / 1000,
        "temperature_c": battery.temperature_c,
    }


def _camera(text: str) -> Facts:
    camera = formats.parse_camera(text)
    return {"facing": list(camera.facing), "number_of_cameras": camera.number_of_cameras}


def _display(text: str) -> Facts:
    main = formats.parse_display(text).main
    assert main is not None
    return {"name": main.name, "unique_id": main.unique_id, "width": main.width_px, "height": main.height_px}


def _fingerprint(text: str) -> Facts:
    users = formats.parse_fingerprint(text).users
    return {
        "prints": [
            {
                "id": user.user_id,
                "count": user.enrolled,
                "accept": user.accept,
                "reject": user.reject,
                "acquire": user.acquire,
                "lockout": user.lockout,
            }
            for user in users
        ]
    }


def _getprop(text: str) -> Facts:
    getprop = formats.parse_getprop(text)
    return {"count_single_line": getprop.single_line_count, "props": dict(getprop.props)}


def _getevent(text: str) -> Facts:
    events = formats.parse_getevent(text)
    assert events.touch is not None
    return {"devices": len(events.nodes), "touch_name": events.touch.name, "touch_node": events.touch.node}


def _meminfo(text: str) -> Facts:
    meminfo = formats.parse_meminfo(text)
    return {
        "MemTotal": meminfo.mem_total_kb,
        "MemFree": meminfo.mem_free_kb,
        "MemAvailable": meminfo.mem_available_kb,
        "SwapTotal": meminfo.swap_total_kb,
        "SwapFree": meminfo.swap_free_kb,
    }


def _modem(text: str) -> Facts:
    history = formats.parse_modem_history(text)
    return {"modem_crash_files": len(history.crashes), "last_crash_count": history.last_crash_count}


def _packages(text: str) -> Facts:
    return {"count": len(formats.parse_packages(text).packages)}


def _power_supply(text: str) -> Facts:
    supplies = formats.parse_power_supply(text).supplies
    return {"supplies": {name: dict(supply.fields) for name, supply in supplies.items()}}


def _sensors(text: str) -> Facts:
    service = formats.parse_sensorservice(text)
    # the expected count goes by lines that begin with the handle, which only the layouts with a type do
    framework = [sensor for sensor in service.sensors if sensor.is_framework and sensor.type_number is not None]
    return {
        "total_hw": service.total_hw,
        "running": service.running,
        "listed": len(service.sensors),
        "framework_virtual_0x5f": len(framework),
        "names": [sensor.name for sensor in service.sensors],
        "types": sorted({sensor.type_raw for sensor in service.sensors if sensor.type_raw is not None}),
    }


def _storage(text: str) -> Facts:
    if "Filesystem" in text:
        rows = formats.parse_df(text).rows
        picked = {
            row.mount: {"size_k": row.size_k, "avail_k": row.available_k, "use_pct": row.use_percent} for row in rows
        }
        return {"mounts": len(rows), "picked": picked}
    health = formats.parse_storage_health(text)
    return {
        "eol_info": health.eol_info,
        "life_time_estimation_a": health.life_time_estimation_a,
        "life_time_estimation_b": health.life_time_estimation_b,
        "life_time_estimation_c": health.life_time_estimation_c,
        "model": health.model,
        "rev": health.rev,
    }


def _telephony(text: str) -> Facts:
    if text.startswith("Result: Parcel"):
        call = formats.parse_service_call(text)
        return {"status": call.status, "length": call.length, "text": call.text}
    slots = formats.parse_telephony(text).slots
    # the expected files hold the beginnings only
    return {
        "service_state_head": [(slot.service_state_raw or "")[:160] for slot in slots],
        "signal_strength_raw": [(slot.signal_strength_raw or "")[:400] for slot in slots],
    }


def _thermal(text: str) -> Facts:
    service = formats.parse_thermalservice(text)
    return {
        "thermal_status": service.thermal_status,
        "hal_ready": service.hal_ready,
        "hal_now": {reading.name: reading.temperature_c for reading in service.now},
    }


def _touch(text: str) -> Facts:
    raw = formats.parse_touch_rawdata(text)
    return {
        "part_number": raw.part_number,
        "cols": raw.cols,
        "rows": raw.rows,
        "max_x": raw.max_x,
        "max_y": raw.max_y,
    }


def _mtp(text: str) -> Facts:
    device = formats.parse_mtp_detect(text)
    keys = ("MaxCapacity", "FreeSpaceInBytes", "StorageDescription")
    return {
        "battery": None if device.battery is None else list(device.battery),
        "device_version": device.fields.get("Device version"),
        "manufacturer": device.fields.get("Manufacturer"),
        "model": device.fields.get("Model"),
        "idVendor": device.vendor_id,
        "idProduct": device.product_id,
        "storage": [storage.fields[key] for storage in device.storages for key in keys if key in storage.fields],
    }


FACTS: Mapping[str, Callable[[str], Facts]] = {
    "adb": _adb,
    "battery": _battery,
    "camera": _camera,
    "display": _display,
    "fingerprint": _fingerprint,
    "getprop": _getprop,
    "input": _getevent,
    "meminfo": _meminfo,
    "modem": _modem,
    "packages": _packages,
    "power_supply": _power_supply,
    "sensors": _sensors,
    "storage": _storage,
    "telephony": _telephony,
    "thermal": _thermal,
    "touch": _touch,
    "usb_mtp": _mtp,
}
# the classifier of kernel logs has tests of its own for these
OTHERS = {"faults"}
# of these dictionaries the expected files hold a selection, of all others everything
SELECTED = {"props", "raw_fields", "picked", "supplies"}


def _expected(shared_dir: Path) -> Iterator[tuple[str, Path, Mapping[str, Any]]]:
    for path in sorted((shared_dir / "corpora").glob("*/*.expected.json")):
        if path.parent.name not in OTHERS:
            facts = json.loads(path.read_text(encoding="utf-8"))
            yield path.parent.name, path.with_name(path.name.removesuffix(".expected.json")), facts


def _normal(value: object) -> object:
    """The expected files were made from raw lines: what ``decode`` makes of line ends is done here too."""
    return value.rstrip("\r") if isinstance(value, str) else value


def _differences(where: str, wanted: object, got: object, *, selected: bool = False) -> Iterator[str | None]:
    """One item per fact compared: None where it agrees."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        if not selected and wanted.keys() != got.keys():
            yield f"{where}: keys {sorted(got.keys() ^ wanted.keys())} differ"
        for key, value in wanted.items():
            yield from _differences(f"{where}.{key}", value, got.get(key, "absent"), selected=selected)
    elif isinstance(wanted, list) and isinstance(got, list):
        yield None if len(wanted) == len(got) else f"{where}: {len(got)} items, not {len(wanted)}"
        for place, (one, other) in enumerate(zip(wanted, got, strict=False)):
            yield from _differences(f"{where}[{place}]", one, other, selected=selected)
    else:
        yield None if _same(wanted, got) else f"{where}: {got!r}, not {wanted!r}"


def _same(wanted: object, got: object) -> bool:
    if isinstance(wanted, float) and isinstance(got, float | int):
        return math.isclose(wanted, got)
    return _normal(wanted) == got and type(wanted) is type(got)


def test_every_expected_fact_is_what_the_parsers_say(shared_dir: Path) -> None:
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for kind, path, expected in _expected(shared_dir):
        said = FACTS[kind](decode(path.read_bytes()))
        for key, value in expected.items():
            if key.startswith("_"):
                continue
            if key not in said:
                wrong.append(f"{path.name}: no mapping for the fact {key}")
                continue
            results = list(_differences(key, value, said[key], selected=key in SELECTED))
            counts[kind] += len(results)
            wrong += [f"{path.name}: {result}" for result in results if result]
    assert not wrong
    assert set(counts) == set(FACTS)
    assert all(counts.values())


def test_every_kind_with_expected_facts_has_a_mapping(shared_dir: Path) -> None:
    kinds = {path.parent.name for path in (shared_dir / "corpora").glob("*/*.expected.json")}
    assert kinds - OTHERS == set(FACTS)
