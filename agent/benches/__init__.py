"""What stands for the phone while probes run: a live phone, a bug report, a stored run. One protocol, one recorder."""

from agent.benches._live import LOG_COMMANDS, LiveBench
from agent.benches._live_hardware import EquippedBench
from agent.benches._recorder import Recorder
from agent.benches._replay import ReplayBench, StoredRecordings
from agent.benches._report import ReportBench
from agent.benches._stationed import StationedBench

__all__ = [
    "LOG_COMMANDS",
    "EquippedBench",
    "LiveBench",
    "Recorder",
    "ReplayBench",
    "ReportBench",
    "StationedBench",
    "StoredRecordings",
]
