"""Devices as files below one folder: sysfs and the nodes' numbers.

What udev's rules would have found out stands in the ``uevent`` files, as umockdev has it: its library leaves udev's own
database alone.
"""

from __future__ import annotations

import os
import shutil
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from hwsim.usb.bus import BUS_NUMBER
from hwsim.usb.descriptors import SPEEDS_MBIT

if TYPE_CHECKING:
    from hwsim.usb.bus import Place
    from hwsim.usb.descriptors import Interface

_CONTROLLER = "/devices/pci0000:00/0000:00:14.0"
_USB_MAJOR = 189
Properties = dict[str, str]


def minor_of(address: int) -> int:
    """Return the minor number of a node, as Linux counts: 128 addresses for each bus."""
    return (BUS_NUMBER - 1) * 128 + address - 1


class Tree:
    """The files of an emulated bus below ``root``."""

    def __init__(self, root: Path) -> None:
        self._root = root
        for folder in (
            "sys/bus/usb/devices",
            "sys/bus/usb/drivers",
            "sys/class/tty",
            "sys/class/net",
            "dev/bus/usb",
            "dev/.node",
            "ioctl",
        ):
            (root / folder).mkdir(parents=True, exist_ok=True)
        controller = root / f"sys{_CONTROLLER}"
        controller.mkdir(parents=True)
        (root / "sys/bus/pci/devices").mkdir(parents=True)
        _write(controller, {"vendor": "0x8086", "device": "0x0000", "class": "0x0c0330"})
        self._link(controller / "subsystem", root / "sys/bus/pci")
        _uevent(controller, {"DRIVER": "xhci_hcd", "PCI_SLOT_NAME": "0000:00:14.0"})

    def node(self, place: Place) -> Path:
        """Return where the device node lies."""
        return self._root / f"dev/bus/usb/{BUS_NUMBER:03}/{place.address:03}"

    def socket(self, device_node: str) -> Path:
        """Return where the preload library looks for who serves a node such as ``/dev/ttyUSB0``."""
        return self._root / f"ioctl/{device_node.removeprefix('/')}"

    def devpath(self, place: Place) -> str:
        """Return the path of a device below ``/sys``."""
        ports = [str(port) for port in place.ports]
        steps = [f"usb{BUS_NUMBER}", *(f"{BUS_NUMBER}-{'.'.join(ports[:depth])}" for depth in range(1, len(ports) + 1))]
        return "/".join((_CONTROLLER, *steps))

    def add(self, place: Place) -> list[Properties]:
        """Make the files of a device and return the properties of it and its interfaces, as events carry them."""
        device, identity = place.device, place.device.identity
        folder = self._root / f"sys{self.devpath(place)}"
        folder.mkdir(parents=True)
        product = f"{identity.vendor_id:x}/{identity.product_id:x}/{identity.release:x}"
        triple = "/".join(map(str, identity.triple))
        minor, name = minor_of(place.address), f"bus/usb/{BUS_NUMBER:03}/{place.address:03}"
        _write(folder, _device_attributes(place) | {"dev": f"{_USB_MAJOR}:{minor}"})
        (folder / "descriptors").write_bytes(device.device_bytes + device.configuration_bytes)
        self._link(folder / "subsystem", self._root / "sys/bus/usb")
        self._driver(folder, "usb")
        own = {"MAJOR": str(_USB_MAJOR), "MINOR": str(minor), "DEVNAME": f"/dev/{name}", "DEVTYPE": "usb_device"}
        own |= {"DRIVER": "usb", "PRODUCT": product, "TYPE": triple}
        own |= {"BUSNUM": f"{BUS_NUMBER:03}", "DEVNUM": f"{place.address:03}"}
        found = self.device_properties(place)
        _uevent(folder, own | {"DEVNAME": name} | found)
        self._link(self._root / f"sys/bus/usb/devices/{folder.name}", folder)
        number = self._root / f"dev/.node/{name.replace('/', '_')}"
        number.unlink(missing_ok=True)
        number.symlink_to(f"{_USB_MAJOR}:{minor}")
        told = [{"DEVPATH": self.devpath(place), "SUBSYSTEM": "usb", **own, **found}]
        shared = {"PRODUCT": product, "TYPE": triple}
        told += [self._add_interface(place, one, number, shared) for one, number, _addresses in device.interfaces]
        return told

    def device_properties(self, place: Place) -> Properties:
        """Return what udev's rules would find out about a device."""
        identity = place.device.identity
        vendor, model = f"{identity.vendor_id:04x}", f"{identity.product_id:04x}"
        found = {"ID_VENDOR_ID": vendor, "ID_MODEL_ID": model, "ID_REVISION": f"{identity.release:04x}"}
        found |= {"ID_VENDOR": _plain(identity.manufacturer) or vendor, "ID_MODEL": _plain(identity.product) or model}
        found |= {"ID_BUS": "usb", "ID_USB_INTERFACES": _interface_list(place)}
        return found | ({"ID_SERIAL_SHORT": identity.serial} if identity.serial else {})

    def interface_folder(self, place: Place, number: int) -> Path:
        """Return the sysfs folder of an interface."""
        return self._root / f"sys{self.devpath(place)}" / _interface_name(place, number)

    def remove(self, place: Place) -> None:
        """Take the files away again."""
        folder = self._root / f"sys{self.devpath(place)}"
        for _one, number, _addresses in place.device.interfaces:
            (self._root / f"sys/bus/usb/devices/{_interface_name(place, number)}").unlink(missing_ok=True)
        (self._root / f"sys/bus/usb/devices/{folder.name}").unlink(missing_ok=True)
        shutil.rmtree(folder)

    def add_terminal(self, place: Place, number: int, name: str, terminal: str) -> Properties:
        """Make the files of a serial port such as ``ttyUSB0`` on an interface; ``terminal`` is what it leads to."""
        acm = name.startswith("ttyACM")
        major, minor = (166 if acm else 188), int(name[6:])
        folder = self.interface_folder(place, number)
        folder = folder / "tty" / name if acm else folder / name / "tty" / name
        folder.mkdir(parents=True)
        if not acm:
            port, bus = folder.parents[1], self._root / "sys/bus/usb-serial"
            driver = bus / "drivers/option1"
            driver.mkdir(parents=True, exist_ok=True)
            self._link(port / "subsystem", bus)
            self._link(port / "driver", driver)
        self._link(folder / "subsystem", self._root / "sys/class/tty")
        self._link(folder / "device", folder.parents[1])
        (folder / "dev").write_text(f"{major}:{minor}\n")
        own = {"MAJOR": str(major), "MINOR": str(minor), "DEVNAME": f"/dev/{name}"}
        found = self.device_properties(place) | {"ID_MM_CANDIDATE": "1", "ID_USB_INTERFACE_NUM": f"{number:02x}"}
        found |= place.device.interfaces[number][0].rules
        _uevent(folder, own | {"DEVNAME": name} | found)
        self._link(self._root / f"sys/class/tty/{name}", folder)
        (self._root / "dev" / name).unlink(missing_ok=True)
        (self._root / "dev" / name).symlink_to(terminal)
        node = self._root / f"dev/.node/{name}"
        node.unlink(missing_ok=True)
        node.symlink_to(f"{major}:{minor}")
        devpath = f"/{folder.relative_to(self._root / 'sys')}"
        return {"DEVPATH": devpath, "SUBSYSTEM": "tty", **own, **found}

    def remove_terminal(self, name: str) -> None:
        """Take a serial port's node and class entry away; its folder goes with the device."""
        for path in (f"sys/class/tty/{name}", f"dev/{name}", f"dev/.node/{name}"):
            (self._root / path).unlink(missing_ok=True)

    def _add_interface(self, place: Place, one: Interface, number: int, shared: Properties) -> Properties:
        folder = self.interface_folder(place, number)
        folder.mkdir()
        kind, subclass, protocol = one.triple
        _write(
            folder,
            {
                "bInterfaceNumber": f"{number:02x}",
                "bAlternateSetting": " 0",
                "bNumEndpoints": f"{len(one.endpoints):02x}",
                "bInterfaceClass": f"{kind:02x}",
                "bInterfaceSubClass": f"{subclass:02x}",
                "bInterfaceProtocol": f"{protocol:02x}",
            }
            | ({"interface": one.name} if one.name else {}),
        )
        self._link(folder / "subsystem", self._root / "sys/bus/usb")
        self._link(self._root / f"sys/bus/usb/devices/{folder.name}", folder)
        own = {"DEVTYPE": "usb_interface", **shared, "INTERFACE": f"{kind}/{subclass}/{protocol}"}
        if one.driver:
            own["DRIVER"] = one.driver
            self._driver(folder, one.driver)
        _uevent(folder, own)
        return {"DEVPATH": f"{self.devpath(place)}/{folder.name}", "SUBSYSTEM": "usb", **own}

    def _driver(self, folder: Path, name: str) -> None:
        driver = self._root / f"sys/bus/usb/drivers/{name}"
        driver.mkdir(parents=True, exist_ok=True)
        self._link(folder / "driver", driver)

    @staticmethod
    def _link(link: Path, target: Path) -> None:
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(target, link.parent))


def _device_attributes(place: Place) -> Properties:
    device, identity = place.device, place.device.identity
    kind, subclass, protocol = identity.triple
    power_ma = struct.unpack_from("B", device.configuration_bytes, 8)[0] * 2
    version = f"{identity.usb_version >> 8:2x}.{identity.usb_version & 0xFF:02x}"
    told = {
        "busnum": str(BUS_NUMBER),
        "devnum": str(place.address),
        "devpath": ".".join(map(str, place.ports)) or "0",
        "speed": f"{SPEEDS_MBIT[device.speed]:g}",
        "idVendor": f"{identity.vendor_id:04x}",
        "idProduct": f"{identity.product_id:04x}",
        "bcdDevice": f"{identity.release:04x}",
        "version": version,
        "bDeviceClass": f"{kind:02x}",
        "bDeviceSubClass": f"{subclass:02x}",
        "bDeviceProtocol": f"{protocol:02x}",
        "bMaxPacketSize0": "64",
        "bNumConfigurations": "1",
        "bConfigurationValue": str(device.configuration),
        "bNumInterfaces": f"{len(device.interfaces):2}",
        "bMaxPower": f"{power_ma}mA",
        "maxchild": str(device.downstream_ports),
        "rx_lanes": "1",
        "tx_lanes": "1",
        "bmAttributes": f"{device.configuration_bytes[7]:02x}",
        "configuration": identity.configuration_name,
        "authorized": "1",
        "removable": "removable",
    }
    texts = {"manufacturer": identity.manufacturer, "product": identity.product, "serial": identity.serial}
    return told | {key: text for key, text in texts.items() if text}


def _interface_name(place: Place, number: int) -> str:
    stem = place.path if place.ports else f"{BUS_NUMBER}-0"
    return f"{stem}:1.{number}"


def _interface_list(place: Place) -> str:
    return ":" + "".join(f"{a:02x}{b:02x}{c:02x}:" for a, b, c in (one.triple for one, _, _ in place.device.interfaces))


def _plain(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "#+-.:=@_" else "_" for letter in text.strip())


def _write(folder: Path, attributes: Properties) -> None:
    for name, value in attributes.items():
        (folder / name).write_text(f"{value}\n")


def _uevent(folder: Path, properties: Properties) -> None:
    (folder / "uevent").write_text("".join(f"{key}={value}\n" for key, value in properties.items()))
