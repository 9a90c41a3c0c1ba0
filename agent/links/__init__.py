"""The ways to talk to a phone. Everything that other rooms may use is here."""

from agent.links.adb_link import AdbLink, RebootTarget
from agent.links.at_errors import AtRefused, CmeError, CmsError
from agent.links.at_lines import AtReply
from agent.links.at_link import AtLink
from agent.links.at_ports import AtPort, find_at_port, serial_ports
from agent.links.deadline import Clock, Deadline, RealClock
from agent.links.discovery import DeviceEvent, DeviceState, DeviceWatch, FoundPhone, discover, parse_devices, watch
from agent.links.fastboot_link import (
    FastbootLink,
    FastbootRefused,
    FastbootTcp,
    FastbootTransport,
    FastbootUsb,
    FastbootVariables,
)
from agent.links.lease import Holder, Lease
from agent.links.link import Exchange, Link, Trace
from agent.links.private_server import PrivateServer
from agent.links.server import AdbServer, bench_server, bundled_adb
from agent.links.shell_v2 import ShellOutputTooLarge, ShellReply, ShellStream, command_line
from agent.links.sync import DirEntry, FileStat, Listing, Sink, Source
from agent.links.usb_bus import UsbBus, UsbForbidden
from agent.links.usb_link import UsbLink, UsbSight, UsbStrings, UsbTraffic
from agent.links.usb_modes import UsbDescriptor, UsbFunction, UsbMode, mode_of, refined

__all__ = [
    "AdbLink",
    "AdbServer",
    "AtLink",
    "AtPort",
    "AtRefused",
    "AtReply",
    "Clock",
    "CmeError",
    "CmsError",
    "Deadline",
    "DeviceEvent",
    "DeviceState",
    "DeviceWatch",
    "DirEntry",
    "Exchange",
    "FastbootLink",
    "FastbootRefused",
    "FastbootTcp",
    "FastbootTransport",
    "FastbootUsb",
    "FastbootVariables",
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
    "UsbBus",
    "UsbDescriptor",
    "UsbForbidden",
    "UsbFunction",
    "UsbLink",
    "UsbMode",
    "UsbSight",
    "UsbStrings",
    "UsbTraffic",
    "bench_server",
    "bundled_adb",
    "command_line",
    "discover",
    "find_at_port",
    "mode_of",
    "parse_devices",
    "refined",
    "serial_ports",
    "watch",
]
