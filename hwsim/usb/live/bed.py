"""The live front: shows a bus to unmodified programs that are started with the environment that it names."""

from __future__ import annotations

import asyncio
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from hwsim.usb.live.channel import Channel, PlainFile
from hwsim.usb.live.doorbell import Doorbell
from hwsim.usb.live.preload import NoLiveBus, compile_shim, environment, find_library
from hwsim.usb.live.terminals import Terminals
from hwsim.usb.live.tree import Tree
from hwsim.usb.live.uevents import Events
from hwsim.usb.live.usbfs import Node, UsbFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hwsim.usb.bus import Bus, Place
    from hwsim.usb.live.channel import File
    from hwsim.usb.live.tree import Properties

_ROOT_MAX_BYTES = 70  # the socket of a node must fit into the 108 bytes of a unix address
_BACKLOG = 100
_OWN_FILES = ("sys", "dev", "ioctl")


class Bed:
    """Serves a bus below the folder ``root``, which must be new or hold an earlier bed.

    Raises:
        NoLiveBus: umockdev's library is missing, or the folder cannot be used.
    """

    def __init__(self, bus: Bus, root: Path) -> None:
        self.library = find_library()
        self.root = root.absolute()
        if len(str(self.root).encode()) > _ROOT_MAX_BYTES:
            raise NoLiveBus(f"the folder's whole name may have {_ROOT_MAX_BYTES} bytes, not more: {self.root}")
        self._bus = bus
        self._nodes: dict[int, Node] = {}
        self._servers: list[asyncio.Server] = []
        self._served: set[int] = set()
        self._told: dict[Place, list[Properties]] = {}
        self._starting: set[asyncio.Task[None]] = set()

    async def start(self) -> Mapping[str, str]:
        """Make the files, serve them, and return the environment for clients."""
        self.root.mkdir(parents=True, exist_ok=True)
        for name in _OWN_FILES:
            shutil.rmtree(self.root / name, ignore_errors=True)
        for old in self.root.glob("event[0-9]*"):
            old.unlink()
        self._tree = Tree(self.root)
        self._events = Events(self.root)
        self.terminals = Terminals(self._tree, self._events, self.listen)
        shim = await asyncio.to_thread(compile_shim, self.root)
        self.listen("_default", PlainFile)
        for place in self._bus:
            self.arrived(place)
        self._bus.listeners.append(self)
        await asyncio.gather(*self._starting)
        return environment(self.root, self.library, shim)

    def stop(self) -> None:
        """Stop serving and take the files away."""
        self._bus.listeners.remove(self)
        for place in sorted(self._bus, key=lambda one: -len(one.ports)):
            self.left(place)
        self._events.stop()
        for server in self._servers:
            server.close()
        for name in (*_OWN_FILES, "netlink_shim.so"):
            path = self.root / name
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)

    def arrived(self, place: Place) -> None:
        """Show a device that was plugged in."""
        path = self._tree.node(place)
        # the socket first: a program that finds a node whose server does not listen ends itself
        if place.address not in self._served:
            self._served.add(place.address)
            self.listen(f"/dev/bus/usb/{path.parent.name}/{path.name}", lambda: self._open(place.address))
        self._nodes[place.address] = Node(place, Doorbell(path))
        self._told[place] = self._tree.add(place)
        for properties in self._told[place]:
            self._events.send("add", properties)
        self.terminals.arrived(place)

    def left(self, place: Place) -> None:
        """Take away what was shown; files that are still open hear ENODEV."""
        self.terminals.left(place)
        self._nodes[place.address].leave()
        self._tree.remove(place)
        for properties in reversed(self._told.pop(place)):
            self._events.send("remove", properties)

    def listen(self, name: str, make_file: Callable[[], File]) -> None:
        """Serve the ioctls of one node, for as long as the bed stands: a client may come late."""
        path = self._tree.socket(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        listening = socket.socket(socket.AF_UNIX)
        listening.setblocking(False)
        listening.bind(str(path))
        listening.listen(_BACKLOG)
        task = asyncio.get_running_loop().create_task(self._serve(listening, make_file))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _serve(self, listening: socket.socket, make_file: Callable[[], File]) -> None:
        loop = asyncio.get_running_loop()
        self._servers.append(await loop.create_unix_server(lambda: Channel(make_file()), sock=listening))

    def _open(self, address: int) -> UsbFile:
        return UsbFile(self._nodes[address])
