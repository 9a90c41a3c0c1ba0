"""A bug report as dumpstate writes it: one long text in a zip. Section heads seen on Android 7 to 10."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from hwsim.render.kernel import show_dmesg
from hwsim.render.log import log_line
from hwsim.render.properties import show_properties
from hwsim.render.storage import show_df, show_mount
from hwsim.render.virtual_files import show_meminfo
from hwsim.shell_commands.dumpsys import dump, services

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_RULE = "=" * 56
_DASHES = "-" * 79
_LOGS = (
    ("SYSTEM LOG", "", ("main", "system", "crash")),
    ("EVENT LOG", "-b events ", ("events",)),
    ("RADIO LOG", "-b radio ", ("radio",)),
)


def bugreport_name(phone: Phone) -> str:
    """Return the name of a report made now, without its ending."""
    stamp = phone.clock.now.strftime("%Y-%m-%d-%H-%M-%S")
    return f"bugreport-{phone.profile.device}-{phone.profile.build_id}-{stamp}"


def bugreport_zip(phone: Phone) -> bytes:
    """Return the zip with the text and the two small files that say where it is."""
    name = bugreport_name(phone)
    packed = io.BytesIO()
    when = phone.clock.now.timetuple()[:6]
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        texts = {"version.txt": "2.0\n", f"{name}.txt": bugreport_text(phone), "main_entry.txt": f"{name}.txt"}
        for path, text in texts.items():
            archive.writestr(zipfile.ZipInfo(path, when), text, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def bugreport_text(phone: Phone) -> str:
    """Return the report's text: head, logs, properties, file systems, then every service."""
    phone.refresh()
    parts = [_head(phone), _section("MEMORY INFO (/proc/meminfo)", show_meminfo(phone))]
    for title, option, buffers in _LOGS:
        entries = sorted((e for name in buffers for e in phone.logbook.entries(name)), key=lambda entry: entry.at_s)
        body = "--------- beginning of main\n" if title == "SYSTEM LOG" else ""
        body += "".join(log_line(phone, entry, with_uid=True) for entry in entries)
        command = f"logcat {option}-v threadtime -v printable -v uid -d *:v"
        parts.append(_section(f"{title} ({command})", body, timed=title))
    parts.append(_section("KERNEL LOG (dmesg)", show_dmesg(phone), timed="KERNEL LOG"))
    parts.append("*** LAST KMSG: /sys/fs/pstore: no such file\n\n")
    parts.append(_section("SYSTEM PROPERTIES (getprop)", show_properties(phone)))
    parts.append(_section("FILESYSTEMS & FREE SPACE (df)", show_df(phone)))
    parts.append(_section("MOUNT INFO (mount)", show_mount(phone)))
    for name in services(phone):
        body = dump(phone, name, [])
        ended = phone.clock.now.strftime("%Y-%m-%d %H:%M:%S")
        tail = f"--------- 0.004s was the duration of dumpsys {name}, ending at: {ended}\n"
        parts.append(f"{_DASHES}\nDUMP OF SERVICE {name}:\n{body}{tail}")
    parts.append(f"{_RULE}\n== dumpstate: done (id 1)\n{_RULE}\n")
    return "".join(parts)


def _head(phone: Phone) -> str:
    p, minutes = phone.profile, int(phone.clock.uptime_s // 60)
    lines = [
        _RULE,
        f"== dumpstate: {phone.clock.now.strftime('%Y-%m-%d %H:%M:%S')}",
        _RULE,
        "",
        f"Build: {p.build_id}",
        f"Build fingerprint: '{p.fingerprint}'",
        f"Bootloader: {p.bootloader}",
        f"Radio: {p.baseband}",
        f"Network: {p.imsi_operator[1]}",
        f"Kernel: Linux version {p.kernel} (build-user@build-host) #1 SMP PREEMPT",
        f"Uptime: up 0 weeks, 0 days, {minutes // 60} hours, {minutes % 60} minutes",
        "Bugreport format version: 2.0",
        "Dumpstate info: id=1 pid=21408 dry_run=0 args=/system/bin/dumpstate -S bugreport_mode=",
        "",
        "",
    ]
    return "\n".join(lines)


def _section(title: str, body: str, *, timed: str | None = None) -> str:
    tail = f"------ 0.021s was the duration of '{timed}' ------\n" if timed else ""
    return f"------ {title} ------\n{body}{tail}\n"
