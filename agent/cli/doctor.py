"""``phonebench doctor``: is this bench set up, and what to do where it is not."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from agent.cli import entry
from agent.cli.language import tr
from agent.cli.screen import print_json, print_table
from agent.home import open_home
from agent.journal import Journal
from agent.links import AdbServer, bundled_adb
from probes import BenchError, show
from reports import mark

_ENOUGH_BYTES: Final = 2 << 30
_USB_NODES: Final = Path("/dev/bus/usb")
_DEFAULT_PORT: Final = "5037"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a bench needs: ``ok`` is ``None`` where it is only needed for some work."""

    what: str
    ok: bool | None
    found: str
    cure: str


def doctor(*, as_json: bool) -> int:
    """Check the bench; the exit code is 2 when something lacks that every run needs."""
    checks = [check for source in _SOURCES for check in source()]
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        marks = {True: "✔", False: "✘", None: "!"}
        print_table(
            ["", tr("What"), tr("Found"), tr("What to do")],
            [
                [marks[check.ok], tr(check.what), check.found, tr(check.cure) if check.ok is not True else ""]
                for check in checks
            ],
        )
    return entry.BENCH if any(check.ok is False for check in checks) else entry.OK


def _adb() -> Iterator[Check]:
    try:
        path = bundled_adb()
        done = subprocess.run([path, "version"], capture_output=True, timeout=10, check=True)
        first = show(done.stdout.decode(errors="replace").split("\n")[0])
        yield Check(mark("adb that comes with us"), True, first, "")
    except (BenchError, OSError, subprocess.SubprocessError) as error:
        cure = mark("install phonebench again on a platform that adbutils supports")
        yield Check(mark("adb that comes with us"), False, show(str(error)), cure)


def _adb_server() -> Iterator[Check]:
    what = mark("adb server on the standard port")
    port = os.environ.get("ANDROID_ADB_SERVER_PORT", _DEFAULT_PORT)
    if not port.isdigit():
        yield Check(what, False, show(port), mark("set ANDROID_ADB_SERVER_PORT to a number"))
        return
    server = AdbServer(port=int(port))
    if not server.is_answering():
        yield Check(what, None, port, mark("none runs; the first diagnosis starts one"))
        return
    try:
        server.require_version()
    except BenchError as error:
        yield Check(what, False, error.what, mark("stop that server, e.g. with the adb that started it"))
        return
    yield Check(what, True, port, "")


def _usb() -> Iterator[Check]:
    library = ctypes.util.find_library("usb-1.0")
    cure = mark("only needed for phones that do not speak adb: install libusb-1.0")
    yield Check(mark("libusb"), True if library else None, library or "—", cure)
    what = mark("USB devices can be opened")
    if not _USB_NODES.is_dir():
        yield Check(what, None, "—", mark("this machine shows no USB bus (container or no USB)"))
        return
    nodes = [node for node in _USB_NODES.glob("*/*") if node.is_char_device()]
    closed = [node for node in nodes if not os.access(node, os.W_OK)]
    found = f"{len(nodes) - len(closed)}/{len(nodes)}"
    yield Check(what, None if closed else True, found, mark("add udev rules for phones or join the group plugdev"))


def _state() -> Iterator[Check]:
    what = mark("state directory and journal")
    try:
        home = open_home()
        Journal(home.journal).close()
    except BenchError as error:
        yield Check(what, False, error.what, mark("free space or set PHONEBENCH_HOME to a writable directory"))
        return
    yield Check(what, True, show(str(home.root), 80), "")
    free_bytes = shutil.disk_usage(home.root).free
    cure = mark("free space: one run keeps up to some hundred megabytes of evidence")
    yield Check(mark("free disk space"), free_bytes >= _ENOUGH_BYTES, f"{free_bytes / 1e9:.1f} GB", cure)


_SOURCES: Final[tuple[Callable[[], Iterator[Check]], ...]] = (_adb, _adb_server, _usb, _state)
