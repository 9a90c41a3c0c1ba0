"""``dumpsys media.camera``. Layout seen on Pixels of Android 8.1 and 10; later versions keep these lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.lines.camera import Slot, slots
from hwsim.render.switches import holder

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_MAPS_SINCE = 29
_PROVIDERS = {
    "qcom": "legacy/0 (v2.5, remote)",
    "mtk": "internal/0 (v2.6, remote)",
    "exynos": "internal/0 (v3.2, aidl)",
    "gs": "internal/0 (v3.2, aidl)",
    "kirin": "legacy/0 (v2.4, remote)",
    "sprd": "legacy/0 (v2.4, remote)",
}


def show_camera(phone: Phone) -> str:
    """Return the camera service's dump: only cameras that the HAL found are in it."""
    alive = [slot for slot in slots(phone) if slot.on_bus]
    lines = [
        "== Service global info: ==",
        "",
        f"Number of camera devices: {len(alive)}",
        f"Number of normal camera devices: {len(alive)}",
    ]
    if phone.profile.sdk >= _MAPS_SINCE:
        lines += [f'    Device {index} maps to "{slot.number}"' for index, slot in enumerate(alive)]
    lines += [
        "Active Camera Clients:",
        *_clients(phone, alive),
        "Allowed user IDs: 0",
        "",
        "== Camera service events log (most recent at top): ==",
    ]
    lines += _events(phone, alive)
    lines.append("")
    for slot in alive:
        lines += [
            f"== Camera device {slot.number} dynamic info: ==",
            *_state(phone, slot, held=slot is alive[0]),
        ]
    lines.append(f"== Camera Provider HAL {_PROVIDERS[phone.profile.family]} static info: {len(alive)} devices: ==")
    for slot in alive:
        lines += _static(phone, slot)
    lines += ["", "== Vendor tags: ==", "", "== Camera error traces (0): ==", "  No camera traces collected."]
    return "\n".join(lines) + "\n"


def _clients(phone: Phone, alive: list[Slot]) -> list[str]:
    app = holder(phone, "camera")
    if app is None or not alive:
        return ["[]"]
    pid = phone.processes.get(app.package, 14_402)
    score = f"PID: {pid}, Score: 200, State: 4"
    who = f"User Id: 0, Client Package Name: {app.package}, Conflicting Client Devices: {{}}"
    return ["[", f"(Camera ID: {alive[0].number}, Cost: 100, {score}{who})", "]"]


def _state(phone: Phone, slot: Slot, *, held: bool) -> list[str]:
    app = holder(phone, "camera")
    if app is None or not held:
        return [f"  Device {slot.number} is closed, no client instance"]
    lines = [f"  Device {slot.number} is open. Client instance dump:", "    Client priority score: 200 state: 4"]
    return [*lines, f"    Client PID: {phone.processes.get(app.package, 14_402)}", f"    Client package: {app.package}"]


def _events(phone: Phone, alive: list[Slot]) -> list[str]:
    rng = phone.rng("camera events")
    rows = []
    at_s = phone.plugged_since_s
    for slot in alive:
        for _ in range(4):
            at_s -= rng.uniform(600, 9000)
            for offset_s, word in ((6.0, "DISCONNECT"), (0.0, "CONNECT")):
                when = phone.clock.at(at_s + offset_s).strftime("%m-%d %H:%M:%S")
                rows.append(
                    f"  {when} : {word} device {slot.number} client for package "
                    f"com.android.camera2 (PID {rng.randrange(3000, 30000)})"
                )
    if alive and (app := holder(phone, "camera")) is not None:
        when = phone.clock.at(phone.clock.uptime_s - 5_400).strftime("%m-%d %H:%M:%S")
        pid = phone.processes.get(app.package, 14_402)
        rows.insert(0, f"  {when} : CONNECT device {alive[0].number} client for package {app.package} (PID {pid})")
    boot = phone.clock.at(15.6).strftime("%m-%d %H:%M:%S")
    rows += [f"  {boot} : ADD device {slot.number}, reason: (Device added)" for slot in reversed(alive)]
    return rows


def _static(phone: Phone, slot: Slot) -> list[str]:
    wide, high = (4080, 3060) if slot.facing == "Back" else (3264, 2448)
    provider = _PROVIDERS[phone.profile.family].split("/", 1)[0]
    focal_mm = 4.71 if slot.facing == "Back" else 2.9
    nearest_dpt = 10.0 if slot.facing == "Back" else 0.0  # 0: fixed focus
    return [
        f"== Camera HAL device device@3.6/{provider}/{slot.number} (v3.6) static information: ==",
        "  Resource cost: 100",
        "  Conflicting devices: None",
        "  API1 info:",
        f"    Has a flash unit: {str(slot.facing == 'Back' and phone.condition.flash_on_bus).lower()}",
        f"    Facing: {slot.facing}",
        f"    Orientation: {90 if slot.facing == 'Back' else 270}",
        "  API2 camera characteristics:",
        "    Dumping camera metadata array: 5 / 96 entries, 96 / 8696 bytes of extra data.",
        "      Version: 1, Flags: 00000000",
        "      android.lens.facing (80005): byte[1]",
        f"        [{'BACK' if slot.facing == 'Back' else 'FRONT'} ]",
        "      android.lens.info.minimumFocusDistance (90005): float[1]",
        f"        [{nearest_dpt:.8f} ]",
        "      android.lens.info.availableFocalLengths (90002): float[1]",
        f"        [{focal_mm:.8f} ]",
        "      android.sensor.info.pixelArraySize (f0006): int32[2]",
        f"        [{wide} {high} ]",
    ]
