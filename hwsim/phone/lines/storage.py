"""Flash: silent when well; retries, unreadable sectors and slow writes when its cells are used up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwsim.phone.lines.writer import Writer

_HOSTS = {
    "qcom": "ufshcd-qcom 4804000.ufshc",
    "mtk": "ufshcd-mtk 11270000.ufshci",
    "exynos": "exynos-ufs 13100000.ufs",
    "gs": "exynos-ufs 14700000.ufs",
    "kirin": "ufshcd-kirin ff3c0000.ufs",
    "sprd": "ufshcd-sprd 22000000.ufs",
}
_TIGHT_RATIO = 0.97
_FULL_PERIOD_S = 150.0
_SLOW_FSYNC_MS = 80.0


def write_boot(writer: Writer) -> None:
    """Find the flash and mount what is on it."""
    storage = writer.phone.storage
    if storage.kind == "ufs":
        host = _HOSTS[writer.phone.profile.family]
        writer.kernel(
            1.42, f"{host}: ufshcd_print_pwr_info:[RX, TX]: gear=[4, 4], lane[2, 2], rate = 2", comm="swapper/0", pid=1
        )
        writer.kernel(
            1.61,
            f"scsi 0:0:0:0: Direct-Access     VENDOR   {storage.model:16} 0104 PQ: 0 ANSI: 6",
            comm="swapper/0",
            pid=1,
        )
    else:
        writer.kernel(1.42, "mmc0: new HS400 Enhanced strobe MMC card at address 0001", comm="swapper/0", pid=1)
        writer.kernel(1.45, f"mmcblk0: mmc0:0001 {storage.model} {storage.size_gb}.0 GiB", comm="swapper/0", pid=1)
    writer.kernel(1.71, "mmc1: error -110 whilst initialising SD card, slot is empty", level=4)
    data = storage.data
    writer.kernel(
        5.3,
        f"{'F2FS-fs' if data.kind == 'f2fs' else 'EXT4-fs'} ({data.device.rsplit('/', 1)[-1]}): mounted, checkpoint ok",
        pid=1,
        comm="init",
    )


def write_span(writer: Writer) -> None:
    """Report errors of the flash, and what programs make of them."""
    for at_s in writer.moments(writer.condition.storage_error_period_s):
        (_ufs_error if writer.phone.storage.kind == "ufs" else _emmc_error)(writer, at_s)
        _database_error(writer, at_s + 0.2)
    for at_s in writer.moments(writer.condition.storage_link_error_period_s):
        _link_error(writer, at_s)
    if writer.condition.fsync_ms > _SLOW_FSYNC_MS:
        for at_s in writer.moments(120.0):
            _slow_write(writer, at_s)
    if writer.condition.storage_fill_ratio - writer.phone.software.freed_ratio > _TIGHT_RATIO:
        for at_s in writer.moments(_FULL_PERIOD_S):
            _no_space(writer, at_s)


def _ufs_error(writer: Writer, at_s: float) -> None:
    rng = writer.rng
    host, sector = _HOSTS[writer.phone.profile.family], rng.randrange(10_000_000, 200_000_000)
    tag = rng.randrange(32)
    data = writer.phone.storage.data.device.rsplit("/", 1)[-1]
    direction = rng.choice(("0x0:(READ)", "0x0:(READ)", "0x1:(WRITE)"))
    writer.kernel(at_s, f"{host}: ufshcd_abort: Device abort task at tag {tag}", level=3)
    writer.kernel(
        at_s + 0.03, f"sd 0:0:0:0: [sda] tag#{tag} Sense Key : 0x3 [current], unrecovered medium error", level=6
    )
    writer.kernel(
        at_s + 0.04,
        f"blk_update_request: I/O error, dev sda, sector {sector} op {direction} flags 0x80700 phys_seg 4 prio class 0",
        level=3,
    )
    writer.kernel(
        at_s + 0.05, f"F2FS-fs ({data}): inconsistent node block, nid:{rng.randrange(9000)}, I/O error -5", level=3
    )


def _link_error(writer: Writer, at_s: float) -> None:
    """The lanes to the flash lose symbols: the link falls back and is trained again; the flash itself is well."""
    if writer.phone.storage.kind != "ufs":
        writer.kernel(at_s, "mmc0: data crc error -84, sampling point is tuned again", level=3)
        writer.kernel(at_s + 0.2, "mmc0: re-execution of tuning failed, bus width and clock reduced", level=4)
        return
    host = _HOSTS[writer.phone.profile.family]
    code = writer.rng.choice((0x80000001, 0x80000002, 0x80000010))
    writer.kernel(at_s, f"{host}: uic error: phy adapter layer 0x{code:08x}, line reset seen on lane 0", level=3)
    writer.kernel(at_s + 0.01, f"{host}: uic error: data link layer 0x80000004, nac received", level=3)
    writer.kernel(at_s + 0.4, f"{host}: ufshcd_host_reset_and_restore: link lost, started anew in gear 1", level=4)


def _emmc_error(writer: Writer, at_s: float) -> None:
    rng = writer.rng
    sector = rng.randrange(10_000_000, 100_000_000)
    data = writer.phone.storage.data.device.rsplit("/", 1)[-1]
    writer.kernel(at_s, "mmcblk0: error -110 sending status command, retrying", level=3)
    writer.kernel(at_s + 0.1, "mmc0: cache flush error -110", level=3)
    writer.kernel(at_s + 0.12, f"print_req_error: I/O error, dev mmcblk0, sector {sector}", level=3)
    inode = rng.randrange(9000, 900_000)
    writer.kernel(
        at_s + 0.14,
        (
            f"EXT4-fs error (device {data}): ext4_find_entry:1463: inode "
            f"#{inode}: comm Binder:1420_4: reading directory lblock 0"
        ),
        level=2,
    )


def _database_error(writer: Writer, at_s: float) -> None:
    app = writer.rng.choice(("com.google.android.gms", "com.android.providers.media", "system_server"))
    writer.log(
        at_s, app, "E", "SQLiteLog", "(778) os_unix.c:43482: (5) pread(/data/user/0/databases/main.db) - I/O error"
    )
    writer.log(
        at_s + 0.01,
        app,
        "E",
        "SQLiteDatabase",
        "android.database.sqlite.SQLiteDiskIOException: disk I/O error (code 778 SQLITE_IOERR)",
    )
    writer.log(at_s + 0.03, "vold", "E", "vold", "Failed to read from /data: I/O error")


def _slow_write(writer: Writer, at_s: float) -> None:
    took_ms = round(writer.condition.fsync_ms * writer.rng.uniform(0.6, 2.5))
    writer.log(at_s, "system_server", "W", "SharedPreferencesImpl", f"fsync of settings_global.xml took {took_ms} ms")
    writer.log(at_s + 0.02, "storaged", "W", "storaged", f"benchmark: fsync latency {took_ms} ms, slow I/O")
    writer.log(
        at_s + 0.4,
        "system_server",
        "W",
        "ActivityManager",
        f"Slow operation: {took_ms}ms so far, now at startProcess: done",
        buffer="system",
    )


def _no_space(writer: Writer, at_s: float) -> None:
    storage = writer.phone.storage
    app = writer.rng.choice(("com.whatsapp", "com.android.providers.downloads", "com.android.camera2"))
    writer.log(at_s, app, "E", "SQLiteLog", "(13) statement aborts at 31: database or disk is full")
    writer.log(
        at_s + 0.1, app, "W", "System.err", "java.io.IOException: write failed: ENOSPC (No space left on device)"
    )
    text = f"Low storage: {storage.data.free_kib // 1024} MB free of {storage.data.size_kib // 1024} MB"
    writer.log(at_s + 0.3, "system_server", "W", "DeviceStorageMonitorService", text, buffer="system")
