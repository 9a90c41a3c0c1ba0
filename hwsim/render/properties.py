"""System properties. Layouts: ``getprop`` prints ``[key]: [value]``, seen on Android 4.4 to 16 phones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone import cellular
from hwsim.phone.lines.system import old_fingerprint
from hwsim.render.switches import old_network_only

if TYPE_CHECKING:
    from hwsim.phone.boots import Boot
    from hwsim.phone.phone import Phone

_BOOT_COMPLETED_S = 32.0  # adb is back at about 24: a host that does not wait meets a system half up
_HISTORY_LENGTH = 4
_PRODUCT_PARTITIONS_SINCE = 29
_ORGANIZATION_SINCE = 30
_VERIFIED_COLOURS = {"green": "1", "yellow": "1", "orange": "0"}


def properties(phone: Phone) -> dict[str, str]:
    """Return all properties of the phone, those set by hand last."""
    found = {**_build(phone), **_boot(phone), **_hardware(phone), **_radio(phone), **_running(phone)}
    found.update(_integrity(phone, found))
    found.update(phone.properties)
    return found


def show_properties(phone: Phone) -> str:
    """Return what ``getprop`` prints without arguments."""
    return "".join(f"[{key}]: [{value}]\n" for key, value in sorted(properties(phone).items()))


def _build(phone: Phone) -> dict[str, str]:
    p = phone.profile
    found = {
        "ro.build.id": p.build_id,
        "ro.build.display.id": p.display_id or p.build_id,
        "ro.build.version.incremental": p.incremental,
        "ro.build.version.sdk": str(p.sdk),
        "ro.build.version.release": p.release,
        "ro.build.version.security_patch": p.patch,
        "ro.build.version.codename": "REL",
        "ro.build.type": "user",
        "ro.build.tags": "release-keys",
        "ro.build.fingerprint": p.fingerprint,
        "ro.build.product": p.device,
        "ro.build.characteristics": "default",
        "ro.build.description": f"{p.product}-user {p.release} {p.build_id} {p.incremental} release-keys",
        "ro.debuggable": "0",
        "ro.secure": "1",
        "ro.adb.secure": "1",
    }
    return {**found, **_product(phone), **p.properties}


def _product(phone: Phone) -> dict[str, str]:
    p = phone.profile
    found = {
        "ro.product.model": p.model,
        "ro.product.brand": p.brand,
        "ro.product.name": p.product,
        "ro.product.device": p.device,
        "ro.product.board": p.board,
        "ro.product.manufacturer": p.manufacturer,
        "ro.product.locale": p.locale,
        "ro.product.cpu.abi": "arm64-v8a",
        "ro.product.cpu.abilist": "arm64-v8a,armeabi-v7a,armeabi",
        "ro.product.first_api_level": str(min(p.sdk, 33)),
        "ro.board.platform": p.platform,
        "ro.hardware": {"qcom": "qcom", "mtk": p.platform}.get(p.family, p.board),
        "ro.vendor.build.fingerprint": p.fingerprint,
        "ro.vendor.build.security_patch": p.patch,
        "ro.treble.enabled": "true",
    }
    if p.sdk >= _PRODUCT_PARTITIONS_SINCE:
        for partition in ("system", "vendor", "odm", "product"):
            for key in ("model", "brand", "name", "device", "manufacturer"):
                found[f"ro.product.{partition}.{key}"] = found[f"ro.product.{key}"]
        found["ro.soc.manufacturer"] = p.soc_maker
        found["ro.soc.model"] = p.platform.upper()
    return found


def boot_completed(phone: Phone) -> bool:
    """Tell whether the system has said that it is up: some seconds after adb comes back from a restart."""
    return phone.clock.uptime_s >= _BOOT_COMPLETED_S


def _boot(phone: Phone) -> dict[str, str]:
    p, boots = phone.profile, phone.boots
    reason = boots[-1].reason
    history = [f"{boot.reason},{_stamp(phone, boot)}" for boot in boots[::-1][:_HISTORY_LENGTH]]
    return {
        "ro.serialno": phone.identity.serial,
        "ro.boot.serialno": phone.identity.serial,
        "ro.boot.bootreason": reason,
        "ro.bootmode": "normal",
        "ro.bootloader": p.bootloader,
        "ro.boot.bootloader": p.bootloader,
        "ro.boot.hardware": {"qcom": "qcom", "mtk": p.platform}.get(p.family, p.board),
        "ro.boot.verifiedbootstate": p.verified_boot,
        "ro.boot.flash.locked": _VERIFIED_COLOURS[p.verified_boot],
        "ro.boot.vbmeta.device_state": "locked" if p.verified_boot == "green" else "unlocked",
        "ro.boot.veritymode": "enforcing",
        "ro.boot.slot_suffix": "" if p.family in ("exynos", "kirin") else "_a",
        "sys.boot.reason": reason,
        "sys.boot.reason.last": boots[-2].reason if len(boots) > 1 else reason,
        "persist.sys.boot.reason": "",
        "persist.sys.boot.reason.history": "\n".join(history),
        "sys.boot_completed": str(int(boot_completed(phone))),
        "dev.bootcomplete": str(int(boot_completed(phone))),
        "service.bootanim.exit": str(int(boot_completed(phone))),
        "ro.boottime.init": str(phone.rng(f"boottime/{phone.boot_count}").randrange(700_000_000, 2_400_000_000)),
        "ro.runtime.firstboot": str(round(phone.clock.at(9).timestamp() * 1000)),
    }


def _stamp(phone: Phone, boot: Boot) -> int:
    """Return the second at which a start was noted: before any network, so that a clock that was lost is at 1970."""
    if phone.condition.rtc_lost:
        return phone.rng(f"boot stamp/{boot.at.timestamp():.0f}").randrange(7, 21)
    return round(boot.at.timestamp())


def _hardware(phone: Phone) -> dict[str, str]:
    p = phone.profile
    return {
        "ro.sf.lcd_density": str(p.screen[2]),
        "ro.opengles.version": "196610",
        "ro.crypto.state": "encrypted",
        "ro.crypto.type": "file",
        "ro.boot.bootdevice": "14700000.ufs" if p.storage_kind == "ufs" else "11230000.mmc",
        "ro.zygote": "zygote64_32",
        "dalvik.vm.heapsize": "512m",
        "persist.sys.timezone": "Etc/GMT" if not p.utc_offset_h else f"Etc/GMT{-p.utc_offset_h:+d}",
        "persist.sys.locale": p.locale,
        "persist.sys.usb.config": "adb",
        "sys.usb.config": "adb",
        "sys.usb.state": "adb",
        "init.svc.adbd": "running",
        "init.svc.zygote": "running",
        "init.svc.surfaceflinger": "running",
        "init.svc.vendor.camera-provider": "running",
        "init.svc.vendor.sensors-hal": "running" if phone.condition.sensor_hub_alive else "restarting",
    }


def _radio(phone: Phone) -> dict[str, str]:
    p = phone.profile
    in_service, card = cellular.registered(phone), cellular.card_state(phone)
    loaded, modem_up = card == "LOADED", card != "NOT_READY"
    mcc_mnc, operator = p.imsi_operator
    found = {
        "gsm.version.baseband": p.baseband,
        "gsm.version.ril-impl": {
            "qcom": "Qualcomm RIL 1.0",
            "mtk": "mtk gsm ril 2.1",
            "exynos": "Samsung S.LSI Vendor RIL V2.3",
            "gs": "Samsung S.LSI Vendor RIL V2.3 Build 2025-05-12",
            "kirin": "android infineon balong-ril 1.0",
            "sprd": "UNISOC RIL v1.0",
        }[p.family],
        "gsm.sim.state": f"{card},{cellular.second_card_state(phone)}",
        "gsm.sim.operator.numeric": f"{mcc_mnc}," if loaded else ",",
        "gsm.sim.operator.alpha": f"{operator}," if loaded else ",",
        "gsm.operator.numeric": f"{mcc_mnc}," if in_service else ",",
        "gsm.operator.alpha": f"{operator}," if in_service else ",",
        "gsm.operator.isroaming": "false,false",
        "gsm.network.type": f"{_network(phone)},Unknown" if in_service else "Unknown,Unknown",
        "gsm.current.phone-type": "1,1",
        "persist.radio.multisim.config": "dsds",
        "ro.telephony.default_network": "33,33",
        "init.svc.vendor.ril-daemon": "running",
    }
    if p.family == "qcom":
        found["vendor.peripheral.modem.state"] = "ONLINE" if modem_up else "OFFLINE"
    if p.family == "mtk":
        found["vendor.mtk.md1.status"] = "ready" if modem_up else "reset"
    return found


def _network(phone: Phone) -> str:
    return "EDGE" if old_network_only(phone) else "LTE"


def _integrity(phone: Phone, told: dict[str, str]) -> dict[str, str]:
    """Return what an unlocked boot loader, an update that stopped half-way or a company as the owner changes."""
    condition = phone.condition
    found: dict[str, str] = {}
    if condition.rooted:
        found |= {"ro.boot.verifiedbootstate": "orange", "ro.boot.flash.locked": "0", "ro.boot.veritymode": "logging"}
        found |= {"ro.boot.vbmeta.device_state": "unlocked", "ro.boot.warranty_bit": "1", "ro.build.tags": "test-keys"}
    if condition.update_half_done:
        found["ro.vendor.build.fingerprint"] = old_fingerprint(phone.profile)
        year, month, day = told["ro.vendor.build.security_patch"].split("-")
        before = f"{year}-{int(month) - 1:02d}" if int(month) > 1 else f"{int(year) - 1}-12"
        found["ro.vendor.build.security_patch"] = f"{before}-{day}"
    if condition.owned_by_company and phone.profile.sdk >= _ORGANIZATION_SINCE:
        found["ro.organization_owned"] = "true"
    return found


def _running(phone: Phone) -> dict[str, str]:
    period_s = phone.condition.system_server_crash_period_s
    crashes = int(phone.clock.uptime_s // period_s) if period_s else 0
    return {
        "sys.system_server.start_count": str(1 + crashes),
        "ro.boottime.zygote": "5123004871",
        "log.tag.stats_log": "I",
        "persist.log.tag.snet_event_log": "I",
    }
