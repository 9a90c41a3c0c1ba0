"""Storage: space for the user, wear of the flash, how long a write takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._declare import Bench, Excuse, Measure, Probe, ProbeMeta, Reading, Said, Says
from probes._limits import AtLeast, AtMost, LimitSource, OneOf
from probes._text import show
from probes._verdict import Stage, Unit, Verdict
from probes.formats import (
    Diskstats,
    StorageHealth,
    parse_df,
    parse_diskstats,
    parse_inodes,
    parse_mount_service,
    parse_mounts,
    parse_storage_health,
)
from probes.software._ask import Answer, try_ask

_WEAR_SOURCE = LimitSource(
    kind="prior",
    text="where to draw the line is ours; steps of JEDEC JESD220 (UFS) bDeviceLifeTimeEst and JESD84 (eMMC) "
    "DEVICE_LIFE_TIME_EST: 0x0A is 90..100 % used, 0x0B is over its life",
)
_EOL_SOURCE = LimitSource(
    kind="standard", text="JEDEC bPreEOLInfo / PRE_EOL_INFO: 1 normal, 2 warning (80 % of reserve used), 3 urgent"
)
_SPACE_SOURCE = LimitSource(kind="prior", text="below 3 % free, apps fail when they write; below 8 % systems slow down")
_LATENCY_SOURCE = LimitSource(
    kind="prior", text="dumpsys diskstats writes 512 bytes; healthy flash needs below 50 ms, even when busy"
)
_INODE_SOURCE = LimitSource(kind="prior", text="each file takes an inode: without one, no file can be made")
_WRITE_SOURCE = LimitSource(kind="prior", text="dumpsys diskstats writes 512 bytes and prints what the system refused")
_STATE_SOURCE = LimitSource(
    kind="prior", text="AOSP VolumeInfo: a file system that fails its check at start stays unmountable"
)
_UNMOUNTABLE: Final = "UNMOUNTABLE"
# Where kernels of the large SoC makers show the wear of UFS and eMMC; a stock shell may read some of them.
_UFS_HOSTS: Final = (
    "/dev/sys/block/bootdevice",
    "/sys/devices/platform/soc/1d84000.ufshc",
    "/sys/devices/platform/soc/4804000.ufshc",
    "/sys/devices/platform/14700000.ufs",
    "/sys/devices/platform/13200000.ufs",
    "/sys/devices/platform/11270000.ufshci",
    "/sys/devices/platform/112b0000.ufshci",
)
_WEAR_FILES: Final = (
    "/sys/block/mmcblk0/device/life_time",
    "/sys/block/mmcblk0/device/pre_eol_info",
    *(
        f"{host}/health_descriptor/{name}"
        for host in _UFS_HOSTS
        for name in ("life_time_estimation_a", "life_time_estimation_b", "eol_info")
    ),
)
_LIFE_STEP_PERCENT: Final = 10
_MB_PER_KIB: Final = 1024 / 1_000_000


class FlashStorage(Probe):
    """Free space and inodes of /data, its file system, wear of the flash, latency and success of a small write."""

    meta = ProbeMeta(
        id="storage.flash",
        version=2,
        purpose="Space, wear and speed of the storage",
        stage=Stage.SOFTWARE,
        duration_s=0.5,
        measures=(
            Measure(name="data_free_mb", label="Free space for the user", unit=Unit.MEGABYTE),
            Measure(
                name="data_free_percent",
                label="Free share of the user's space",
                unit=Unit.PERCENT,
                limit=AtLeast(low=3.0, marginal_below=8.0, source=_SPACE_SOURCE),
                says=Says(code="storage.full", component="SW"),
            ),
            Measure(
                name="inodes_free_percent",
                label="Free share of the files that fit",
                unit=Unit.PERCENT,
                limit=AtLeast(low=1.0, marginal_below=5.0, source=_INODE_SOURCE),
                says=Says(code="storage.full", component="SW"),
            ),
            Measure(name="data_file_system", label="File system of the user's space", unit=Unit.TEXT),
            Measure(
                name="internal_unmountable",
                label="Internal volumes that cannot be mounted",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_STATE_SOURCE),
                says=Says(code="storage.volume_unmountable"),
            ),
            Measure(
                name="cards_unmountable",
                label="Memory cards that cannot be mounted",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_STATE_SOURCE),
                says=Says(code="storage.card_unmountable"),
            ),
            Measure(
                name="life_used_percent",
                label="Flash life used",
                unit=Unit.PERCENT,
                limit=AtMost(high=90, marginal_above=80, source=_WEAR_SOURCE),
                says=Says(code="storage.life_used", component="PCB", function="storage"),
            ),
            Measure(
                name="eol_info",
                label="Flash end-of-life state",
                unit=Unit.COUNT,
                limit=AtMost(high=1, source=_EOL_SOURCE),
                says=Says(code="storage.end_of_life", component="PCB", function="storage"),
            ),
            Measure(
                name="write_latency_ms",
                label="Time for a small write",
                unit=Unit.MILLISECOND,
                limit=AtMost(high=250, marginal_above=100, source=_LATENCY_SOURCE),
                says=Says(code="storage.slow_write", component="PCB", function="storage"),
            ),
            Measure(
                name="write_test",
                label="A small write succeeds",
                unit=Unit.TEXT,
                limit=OneOf(values=("ok",), source=_WRITE_SOURCE),
                says=Says(code="storage.write_failed"),
            ),
        ),
    )

    def run(self, bench: Bench) -> Iterator[Said]:
        """Ask for space, file systems, wear and a write; each may be missing by itself."""
        yield from _space(bench)
        yield _inodes(bench)
        yield from _file_systems(bench)
        yield from _wear(bench)
        answer = try_ask(bench, parse_diskstats, "dumpsys", "diskstats")
        yield _latency(answer)
        yield _write_test(answer)


def _space(bench: Bench) -> Iterator[Said]:
    answer = try_ask(bench, parse_df, "df")
    row = next((row for row in answer.value.rows if row.mount == "/data"), None) if answer else None
    if answer is None or row is None or not row.size_k:
        for name in ("data_free_mb", "data_free_percent"):
            yield Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
        return
    seen = answer.evidence(f"{row.mount} {row.size_k} KiB, {row.available_k} KiB free")
    yield Reading(name="data_free_mb", value=round(row.available_k * _MB_PER_KIB), evidence=seen)
    yield Reading(name="data_free_percent", value=round(100 * row.available_k / row.size_k, 1), evidence=seen)


def _inodes(bench: Bench) -> Said:
    answer = try_ask(bench, parse_inodes, "df", "-i", "/data")
    rows = [row for row in answer.value if row.mount == "/data" and row.total] if answer else []
    if answer is None or not rows:
        return Excuse(name="inodes_free_percent", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    row = rows[-1]
    seen = answer.evidence(f"{row.mount} {row.total} inodes, {row.free} free")
    return Reading(name="inodes_free_percent", value=round(100 * row.free / row.total, 1), evidence=seen)


def _file_systems(bench: Bench) -> Iterator[Said]:
    """What /data is, and volumes that the storage service could not mount; cards are told apart by their type."""
    mounts = try_ask(bench, parse_mounts, "mount")
    data = mounts.value.at("/data") if mounts else None
    if mounts is None or data is None:
        yield Excuse(name="data_file_system", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    else:
        words = f"{data.source} {data.fs_type} {'ro' if data.is_read_only else 'rw'}"
        yield Reading(name="data_file_system", value=show(data.fs_type, 40), evidence=mounts.evidence(words))
    service = try_ask(bench, parse_mount_service, "dumpsys", "mount")
    volumes = [volume for volume in service.value.volumes if volume.kind == "volume"] if service else []
    for name, is_card in (("internal_unmountable", False), ("cards_unmountable", True)):
        if service is None or not volumes:
            yield Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
            continue
        bad = [v for v in volumes if v.state == _UNMOUNTABLE and (v.fields.get("type") == "PUBLIC") == is_card]
        words = "; ".join(f"{volume.volume_id} {volume.state}" for volume in bad)
        yield Reading(name=name, value=len(bad), evidence=service.evidence(words) if bad else ())


def _wear(bench: Bench) -> Iterator[Said]:
    # -H names the file before each value: one exchange for all places, and only those that exist answer
    answer = try_ask(bench, parse_storage_health, "grep", "-H", "", *_WEAR_FILES)
    life = _life(answer.value) if answer else None
    eol = answer.value.eol_info if answer else None
    for name, value in (("life_used_percent", life), ("eol_info", eol)):
        if answer is None or value is None:
            yield Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="hidden_from_stock_shell")
        else:
            yield Reading(name=name, value=value, evidence=answer.evidence(_wear_words(answer.value)))


def _wear_words(health: StorageHealth) -> str:
    steps = (("life A", health.life_time_estimation_a), ("life B", health.life_time_estimation_b))
    return ", ".join(f"{name} 0x{step:02x}" for name, step in (*steps, ("end of life", health.eol_info)) if step)


def _life(health: StorageHealth) -> int | None:
    """Life used in per cent: the worse of the memory types, each in steps of ten from 0x01."""
    steps = [step for step in (health.life_time_estimation_a, health.life_time_estimation_b) if step]
    return max(steps) * _LIFE_STEP_PERCENT if steps else None


def _latency(answer: Answer[Diskstats] | None) -> Said:
    latency_ms = answer.value.write_latency_ms if answer else None
    if answer is None or latency_ms is None:
        return Excuse(name="write_latency_ms", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    return Reading(name="write_latency_ms", value=latency_ms, evidence=answer.evidence(f"Latency: {latency_ms}ms"))


def _write_test(answer: Answer[Diskstats] | None) -> Said:
    """What the write of the service came to; an error of ``statfs`` on one partition is none of the write."""
    errors = [line for line in answer.value.errors if line.startswith("Test-Error")] if answer else []
    if answer is None or (answer.value.write_latency_ms is None and not errors):
        return Excuse(name="write_test", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    if errors:
        return Reading(name="write_test", value="refused", evidence=answer.evidence(errors[0]))
    return Reading(name="write_test", value="ok", evidence=answer.evidence())
