"""Software checks: what a phone says of itself, without a tool, before any hardware check. In the order they run."""

from probes._declare import Probe
from probes.software.apps import AbnormalApps
from probes.software.battery import BatteryGauge
from probes.software.boot import BootHistory
from probes.software.identity import PhoneIdentity
from probes.software.integrity import SystemIntegrity
from probes.software.inventory import PartInventory
from probes.software.load import SystemLoad
from probes.software.logs import SystemLogs
from probes.software.network import NetworkState
from probes.software.rights import AppRights
from probes.software.services import SystemServices
from probes.software.settings import SettingsState
from probes.software.storage import FlashStorage
from probes.software.trade_in import TradeInStatus

PROBES: tuple[Probe, ...] = (
    PhoneIdentity(),
    BootHistory(),
    BatteryGauge(),
    FlashStorage(),
    PartInventory(),
    TradeInStatus(),
    SystemIntegrity(),
    SettingsState(),
    AbnormalApps(),
    AppRights(),
    SystemLoad(),
    SystemServices(),
    NetworkState(),
    SystemLogs(),
)

__all__ = ["PROBES"]
