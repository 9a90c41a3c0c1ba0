"""Commands about files: ls, stat, df, mount and the few that change the writable space."""

from __future__ import annotations

import hashlib
import posixpath
import stat
from datetime import datetime
from typing import TYPE_CHECKING

from hwsim.adbd.machine import FileRefused
from hwsim.render.storage import show_df, show_mount
from hwsim.shell_commands.load_tools import ENDLESS, work_without_end

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.adbd.machine import FileStat
    from hwsim.shell_commands.process import Process


async def run_ls(process: Process) -> int:
    """List; -l -a -d -1 are known."""
    flags = {flag for argument in process.arguments if argument.startswith("-") for flag in argument[1:]}
    paths = [argument for argument in process.arguments if not argument.startswith("-")] or ["/"]
    code = 0
    for path in paths:
        try:
            found = process.phone.files.stat(path)
            folder = stat.S_ISDIR(found.mode) and "d" not in flags
            names = process.phone.files.names(path) if folder else [path]
        except FileRefused as refusal:
            code = process.fail(f"{path}: {refusal.reason}")
            continue
        if len(paths) > 1 and folder:
            process.out(f"{path}:\n")
        if "l" in flags and folder:
            process.out(f"total {4 * len(names)}\n")
        for name in names:
            shown = _long(process, posixpath.join(path, name), name) if "l" in flags else name
            process.out(f"{shown}\n")
    return code


def _long(process: Process, path: str, name: str) -> str:
    try:
        found = process.phone.files.stat(path)
    except FileRefused:
        return f"d????????? ? ?      ?             ?                ? {name}"
    when = datetime.fromtimestamp(found.mtime_s, process.phone.clock.zone).strftime("%Y-%m-%d %H:%M")
    owner = "shell  shell " if found.mode & stat.S_IWUSR and not stat.S_ISDIR(found.mode) else "root   root  "
    links = 2 if stat.S_ISDIR(found.mode) else 1
    return f"{stat.filemode(found.mode)} {links} {owner} {found.size_bytes:>8} {when} {name}"


async def run_stat(process: Process) -> int:
    """Tell about files; -c FORMAT knows %s %n %F %a %Y."""
    words = list(process.arguments)
    form: str | None = None
    if words[:1] == ["-c"] and len(words) > 1:
        form = words[1]
        words = words[2:]
    code = 0
    for path in words:
        try:
            found = process.phone.files.stat(path)
        except FileRefused as refusal:
            code = process.fail(f"'{path}': {refusal.reason}")
            continue
        process.out(_stat_text(path, found, form) + "\n")
    return code


def _stat_text(path: str, found: FileStat, form: str | None) -> str:
    kind = "directory" if stat.S_ISDIR(found.mode) else "regular file"
    values = {
        "%s": str(found.size_bytes),
        "%n": path,
        "%F": kind,
        "%a": f"{found.mode & 0o777:o}",
        "%Y": str(found.mtime_s),
    }
    if form is None:
        return (
            f"  File: {path}\n  Size: {found.size_bytes}\t IO Blocks: 8\t "
            f"{kind}\nAccess: ({found.mode & 0o7777:04o}/{stat.filemode(found.mode)})"
        )
    for key, value in values.items():
        form = form.replace(key, value)
    return form


async def run_df(process: Process) -> int:
    """Print free space; -h and -k are known."""
    paths = [argument for argument in process.arguments if not argument.startswith("-")]
    human = any("h" in argument for argument in process.arguments if argument.startswith("-"))
    only = process.phone.files.resolve(paths[0]) if paths else None
    process.out(show_df(process.phone, human=human, only=only))
    return 0


async def run_mount(process: Process) -> int:
    """Print what is mounted; mounting is refused."""
    if process.arguments:
        return process.fail(f"'{process.arguments[-1]}' not in /proc/mounts")
    process.out(show_mount(process.phone))
    return 0


async def run_mkdir(process: Process) -> int:
    """Make folders."""
    return _each(process, process.phone.files.make_folder)


async def run_rm(process: Process) -> int:
    """Remove files; -r removes folders, -f forgives what is not there."""
    flags = {flag for argument in process.arguments if argument.startswith("-") for flag in argument[1:]}

    def remove(path: str) -> None:
        process.phone.files.remove(path, recursive="r" in flags)

    return _each(process, remove, forgiving="f" in flags)


async def run_touch(process: Process) -> int:
    """Make empty files."""

    def touch(path: str) -> None:
        process.phone.files.put(path, b"", append=True)

    return _each(process, touch)


async def run_du(process: Process) -> int:
    """Print the size of a file in KiB."""
    paths = [argument for argument in process.arguments if not argument.startswith("-")]
    for path in paths:
        try:
            process.out(f"{max(process.phone.files.stat(path).size_bytes // 1024, 4)}\t{path}\n")
        except FileRefused as refusal:
            return process.fail(f"{path}: {refusal.reason}")
    return 0


async def run_pwd(process: Process) -> int:
    """Print the folder that every session starts in."""
    process.out("/\n")
    return 0


async def run_cd(process: Process) -> int:
    """Go nowhere: each command line starts in the root folder again."""
    for path in process.arguments:
        try:
            process.phone.files.stat(path)
        except FileRefused as refusal:
            process.err(f"/system/bin/sh: cd: {path}: {refusal.reason}")
            return 2
    return 0


async def run_sync(_process: Process) -> int:
    """Succeed: nothing waits to be written."""
    return 0


async def run_md5sum(process: Process) -> int:
    """Print MD5 sums."""
    return await _digest(process, "md5")


async def run_sha256sum(process: Process) -> int:
    """Print SHA-256 sums."""
    if ENDLESS in process.arguments:
        return await work_without_end(process)
    return await _digest(process, "sha256")


async def _digest(process: Process, kind: str) -> int:
    if not process.arguments:
        process.out(f"{hashlib.new(kind, await process.input_bytes()).hexdigest()}  -\n")
        return 0

    def show(path: str) -> None:
        process.out(f"{hashlib.new(kind, process.phone.files.read(path)).hexdigest()}  {path}\n")

    return _each(process, show)


def _each(process: Process, act: Callable[[str], None], *, forgiving: bool = False) -> int:
    code = 0
    for path in (argument for argument in process.arguments if not argument.startswith("-")):
        try:
            act(path)
        except FileRefused as refusal:
            if not forgiving:
                code = process.fail(f"{path}: {refusal.reason}")
    return code
