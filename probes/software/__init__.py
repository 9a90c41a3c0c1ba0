"""Software checks: what a phone says of itself, without a tool, before any hardware check. In the order they run."""

from probes._declare import Probe
from probes.software.apps import AbnormalApps
from probes.software.battery import BatteryGauge
from probes.software.boot import BootHistory
from probes.software.identity import PhoneIdentity
from probes.software.inventory import PartInventory
from probes.software.logs import SystemLogs
from probes.software.storage import FlashStorage

PROBES: tuple[Probe, ...] = (
    PhoneIdentity(),
    BootHistory(),
    BatteryGauge(),
    FlashStorage(),
    PartInventory(),
    AbnormalApps(),
    SystemLogs(),
)

__all__ = ["PROBES"]
