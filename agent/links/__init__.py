"""The ways to talk to a phone. Everything that other rooms may use is here."""

from agent.links.adb_link import AdbLink, RebootTarget
from agent.links.deadline import Clock, Deadline, RealClock
from agent.links.discovery import DeviceEvent, DeviceState, DeviceWatch, FoundPhone, discover, parse_devices, watch
from agent.links.lease import Holder, Lease
from agent.links.link import Exchange, Link, Trace
from agent.links.private_server import PrivateServer
from agent.links.server import AdbServer, bench_server, bundled_adb
from agent.links.shell_v2 import ShellOutputTooLarge, ShellReply, ShellStream, command_line
from agent.links.sync import DirEntry, FileStat, Listing, Sink, Source

__all__ = [
    "AdbLink",
    "AdbServer",
    "Clock",
    "Deadline",
    "DeviceEvent",
    "DeviceState",
    "DeviceWatch",
    "DirEntry",
    "Exchange",
    "FileStat",
    "FoundPhone",
    "Holder",
    "Lease",
    "Link",
    "Listing",
    "PrivateServer",
    "RealClock",
    "RebootTarget",
    "ShellOutputTooLarge",
    "ShellReply",
    "ShellStream",
    "Sink",
    "Source",
    "Trace",
    "bench_server",
    "bundled_adb",
    "command_line",
    "discover",
    "parse_devices",
    "watch",
]
