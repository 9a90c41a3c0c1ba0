"""Storage: partitions with their fill, and the wear that the flash reports of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwsim.phone.condition import Condition
    from hwsim.phone.profile import Profile

_KIB_PER_GB = 1_000_000_000 // 1024
_DATA_SHARE = 0.86  # the rest holds the system, swap and spare blocks
_LOGICAL_PARTITIONS_SINCE = 29  # Android 10


@dataclass(frozen=True)
class Mount:
    """One mounted file system; sizes in KiB as ``df`` counts them."""

    device: str
    point: str
    kind: str
    size_kib: int
    used_kib: int
    options: str = "rw,seclabel,relatime"

    @property
    def free_kib(self) -> int:
        """Space left for users."""
        return self.size_kib - self.used_kib

    @property
    def use_percent(self) -> int:
        """Percentage in use, rounded up as df does."""
        return -(-100 * self.used_kib // self.size_kib) if self.size_kib else 0


@dataclass(frozen=True)
class Storage:
    """The flash of one phone."""

    kind: str
    model: str
    size_gb: int
    life_a: int
    life_b: int
    eol: int
    fsync_ms: float
    data_device: str
    mounts: tuple[Mount, ...]

    @property
    def data(self) -> Mount:
        """The user's partition."""
        return next(mount for mount in self.mounts if mount.point == "/data")


def build_storage(
    profile: Profile, condition: Condition, *, writable: bool = True, freed_ratio: float = 0.0
) -> Storage:
    """Lay out the flash of a phone in the condition given.

    ``writable`` tells how the user's partition is mounted, ``freed_ratio`` how much of it somebody has freed.
    """
    disk = "sda" if profile.storage_kind == "ufs" else "mmcblk0p"
    data_device = f"{disk}{35 if profile.storage_kind == 'ufs' else 52}"
    size_kib = round(profile.storage_gb * _KIB_PER_GB * _DATA_SHARE)
    used_kib = round(size_kib * (condition.storage_fill_ratio - freed_ratio))
    data_node = "/dev/block/dm-35" if profile.sdk >= _LOGICAL_PARTITIONS_SINCE else f"/dev/block/{data_device}"
    kind = "f2fs" if profile.storage_kind == "ufs" else "ext4"
    root = "/dev/block/dm-4" if profile.sdk >= _LOGICAL_PARTITIONS_SINCE else "/dev/root"
    mode = "rw" if writable else "ro"
    half_ram_kib = profile.ram_mb * 512
    mounts = (
        Mount(root, "/", "ext4", 3 * 1024 * 1024, 2_850_000, "ro,seclabel,relatime"),
        Mount("tmpfs", "/dev", "tmpfs", half_ram_kib, 1680, "rw,seclabel,nosuid,relatime,mode=755"),
        Mount("tmpfs", "/mnt", "tmpfs", half_ram_kib, 0, "rw,seclabel,nosuid,nodev,noexec,relatime,mode=755"),
        Mount(f"/dev/block/{disk}24", "/metadata", "ext4", 11_756, 168, "rw,seclabel,nosuid,nodev,noatime"),
        Mount(f"/dev/block/{disk}3", "/mnt/vendor/persist", "ext4", 27_632, 2_212, "rw,seclabel,nosuid,nodev,noatime"),
        Mount("/dev/block/dm-8", "/vendor", "ext4", 1_420_000, 1_395_000, "ro,seclabel,relatime"),
        Mount(data_node, "/data", kind, size_kib, used_kib, f"{mode},lazytime,seclabel,nosuid,nodev,noatime"),
        Mount("/dev/fuse", "/storage/emulated", "fuse", size_kib, used_kib, "rw,lazytime,nosuid,nodev,noexec,noatime"),
    )
    return Storage(
        kind=profile.storage_kind,
        model=profile.storage_model,
        size_gb=profile.storage_gb,
        life_a=condition.storage_life,
        life_b=max(condition.storage_life - 1, 1),
        eol=condition.storage_eol,
        fsync_ms=condition.fsync_ms,
        data_device=data_device,
        mounts=mounts,
    )
