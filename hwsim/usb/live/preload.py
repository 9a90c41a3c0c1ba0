"""What a program needs to look at the emulated bus: the preload library, and a shim that is compiled when wanted."""

from __future__ import annotations

import shutil
import subprocess
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LIBRARY = "libumockdev-preload.so.0"
_FOLDERS = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib")
_COMPILE_S = 30


class NoLiveBus(OSError):
    """Programs cannot be shown the bus here; the text says what is missing and what to install."""


def find_library() -> Path:
    """Return the preload library or raise NoLiveBus."""
    for folder in map(Path, _FOLDERS):
        for path in (folder / _LIBRARY, *folder.glob(f"*-linux-gnu*/{_LIBRARY}")):
            if path.exists():
                return path
    raise NoLiveBus(f"{_LIBRARY} is not installed (Debian: apt-get install umockdev)")


def compile_shim(folder: Path) -> Path | None:
    """Compile the netlink shim into ``folder``; None without a compiler: then adb 36 does not see re-plugs.

    Raises:
        NoLiveBus: there is a compiler, and it failed.
    """
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    shim = folder / "netlink_shim.so"
    with resources.as_file(resources.files("hwsim.usb.live").joinpath("netlink_shim.c")) as source:
        argv = [compiler, "-shared", "-fPIC", "-O1", "-o", str(shim), str(source), "-ldl"]
        try:
            subprocess.run(argv, check=True, capture_output=True, timeout=_COMPILE_S)
        except (OSError, subprocess.SubprocessError) as error:
            raise NoLiveBus(f"the netlink shim does not compile: {error}") from None
    return shim


def environment(root: Path, library: Path, shim: Path | None) -> Mapping[str, str]:
    """Return the variables that make a program see the bus below ``root``."""
    preload = f"{shim}:{library}" if shim is not None else str(library)
    return {"UMOCKDEV_DIR": str(root), "LD_PRELOAD": preload}
