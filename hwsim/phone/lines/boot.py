"""The first half minute: what any kernel and any Android print on the way up, deferrals and searches included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.chips import buses

if TYPE_CHECKING:
    from hwsim.phone.lines.writer import Writer

_DRIVERS_TEXT = (
    "regulator-core gpio-keys pinctrl thermal-sys spmi-pmic-arb qcom-rng ipa_v3 coresight gpu-kgsl mdss-dsi "
    "fuse-drv dm-verity usb-gadget dwc3 typec-pd charger-psy haptics-drv backlight-drv fingerprint-drv "
    "audio-codec smart-pa bt-power wlan-pcie rtc-pmic watchdog-drv cpufreq-hw energy-model iommu-smmu dma-heap "
    "crypto-ice rpmb-drv"
)
_DRIVERS = _DRIVERS_TEXT.split()
_SERVICES_TEXT = (
    "logd servicemanager hwservicemanager vold surfaceflinger bootanim netd zygote zygote_secondary audioserver "
    "cameraserver drm gatekeeperd keystore2 mediaserver statsd storaged wificond installd incidentd"
)
_SERVICES = _SERVICES_TEXT.split()
_MILESTONES = (
    (9.2, "boot_progress_start"),
    (10.1, "boot_progress_preload_start"),
    (11.9, "boot_progress_preload_end"),
    (12.2, "boot_progress_system_run"),
    (12.9, "boot_progress_pms_start"),
    (14.6, "boot_progress_pms_ready"),
    (16.0, "boot_progress_ams_ready"),
    (19.8, "boot_progress_enable_screen"),
)


def write_boot(writer: Writer) -> None:
    """Write the kernel's start, init's services and the framework's milestones."""
    _kernel_starts(writer)
    at_s = _drivers_probe(writer, 0.2)
    for name in _SERVICES:
        at_s += writer.rng.uniform(0.02, 0.2)
        writer.kernel(at_s, f"init: starting service '{name}'...", level=5, comm="init", pid=1)
    if writer.condition.amplifier_on_bus:
        amplifier = f"tfa98xx {buses(writer.phone.profile.family)['audio'].number}-0034"
        text = f"{amplifier}: Direct firmware load for tfa98xx.cnt failed with error -2"
        writer.kernel(at_s + 0.4, text, level=4)
        writer.kernel(at_s + 0.5, f"{amplifier}: container found in fallback folder, ready")
    for when_s, name in _MILESTONES:
        writer.event(when_s, name, str(round(when_s * 1000)))
    writer.event(20.3, "sf_stop_bootanim", "20300", process="surfaceflinger")
    _user_space(writer)


def _kernel_starts(writer: Writer) -> None:
    profile = writer.phone.profile
    rows = (
        (6, "Booting Linux on physical CPU 0x0000000000 [0x51df804e]"),
        (5, f"Linux version {profile.kernel} (build-user@build-host) #1 SMP PREEMPT"),
        (5, f"Kernel command line: console=null androidboot.verifiedbootstate={profile.verified_boot} loop.max_part=7"),
    )
    for level, text in rows:
        writer.kernel(0.0, text, level=level, comm="swapper/0", pid=0)


def _drivers_probe(writer: Writer, at_s: float) -> float:
    rng = writer.rng
    for name in _DRIVERS * 5:
        at_s += rng.uniform(0.003, 0.04)
        number = rng.randrange(1, 9)
        text, level = rng.choice(
            (
                (f"{name} soc:{name}@{number}: probe done in {rng.randrange(50, 9000)} us", 6),
                (f"{name}: registered as instance {number}", 6),
                (f"{name} soc:{name}@{number}: supply vdd not found, using dummy regulator", 4),
                (f"{name} soc:{name}@{number}: probe deferred, err -517", 4),
                (f"{name}: property vendor,tuning-table missing, rc -22, default used", 3),
            )
        )
        writer.kernel(at_s, text, level=level, comm="swapper/0", pid=1)
    return at_s


def _user_space(writer: Writer) -> None:
    writer.log(12.3, "system_server", "I", "SystemServer", "Entered the Android system server!", buffer="system")
    reason = writer.phone.boots[-1].reason if writer.phone.boots else "reboot"
    writer.log(12.35, "system_server", "I", "BootReceiver", f"boot reason: {reason}", buffer="system")
    for index, app in enumerate(writer.phone.software.apps):
        at_s = 13.0 + index * 0.07
        writer.log(
            at_s,
            "system_server",
            "I",
            "PackageManager",
            f"scanned {app.package} version {app.version_code}",
            buffer="system",
        )
    for index in range(60):
        at_s = 12.5 + index * 0.11
        writer.log(
            at_s,
            "system_server",
            "I",
            "SystemServiceManager",
            f"Starting service {index} of 60 took {writer.rng.randrange(1, 300)}ms",
            buffer="system",
        )
    writer.log(
        20.4, "system_server", "I", "ActivityManager", "Finished processing BOOT_COMPLETED for u0", buffer="system"
    )
