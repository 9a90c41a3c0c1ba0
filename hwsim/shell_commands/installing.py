"""``pm install`` and its sessions: what the host streams, who is asked, what is on the phone afterwards.

The codes are those of PackageManager; the refusals of HUAWEI, vivo and Xiaomi as their owners quote them in public
issue threads, OPPO's is taken to be vivo's. Order and wording of the rest follow AOSP and are unverified.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hwsim.adbd.machine import FileRefused
from hwsim.phone.apps import FIRST_APP_UID, App
from hwsim.render.settings_values import setting
from hwsim.shell_commands.apk import read_apk

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone
    from hwsim.shell_commands.apk import Apk
    from hwsim.shell_commands.process import Process

ACTIONS = ("install", "install-create", "install-write", "install-commit", "install-abandon")
_VALUED = ("-S", "-i", "--user", "--originating-uri", "--referrer", "-p", "--abi", "--install-location")
_SWITCHES = ("verifier_verify_adb_installs", "package_verifier_enable")
_KEPT_MAX_BYTES = 512 * 1024 * 1024


@dataclass
class _Session:
    """One installation under way: the files that were streamed, by name."""

    number: int
    files: dict[str, bytes] = field(default_factory=dict)


_SESSIONS: dict[int, dict[int, _Session]] = {}


async def run_install(process: Process, words: list[str]) -> int:
    """Do one step of an installation; what it says goes to standard output, as the host expects."""
    action, plain = words[0], _plain(words[1:])
    if action == "install":
        return await _install_one(process, words, plain)
    sessions = _sessions(process.phone)
    if action == "install-create":
        number = process.phone.rng(f"session/{len(sessions)}").randrange(2**20, 2**31)
        sessions[number] = _Session(number)
        process.out(f"Success: created install session [{number}]\n")
        return 0
    session = sessions.get(int(plain[0])) if plain and plain[0].isdecimal() else None
    if session is None:
        return _fail(process, "INSTALL_FAILED_INTERNAL_ERROR: no such session")
    if action == "install-write":
        content = await _content(process, words, plain[2:])
        session.files[plain[1] if len(plain) > 1 else "base"] = content
        process.out(f"Success: streamed {len(content)} bytes\n")
        return 0
    del sessions[session.number]
    if action == "install-abandon":
        process.out("Success\n")
        return 0
    return _commit(process, list(session.files.values()))


async def _install_one(process: Process, words: list[str], plain: list[str]) -> int:
    try:
        return _commit(process, [await _content(process, words, plain)])
    except FileRefused as refusal:
        process.err(f"Error: failed to open file {plain[0]}: {refusal.reason}")
        return 1


def _commit(process: Process, files: list[bytes]) -> int:
    """Look at what came, ask the owner, and put it on the phone: in this order, as the dialog shows the app's name."""
    phone, profile = process.phone, process.phone.profile
    apks = [found for content in files if (found := read_apk(content)) is not None]
    if len(apks) != len(files) or not apks or any(apk.package != apks[0].package for apk in apks):
        unread = "INSTALL_PARSE_FAILED_NOT_APK: Failed to parse /data/app/vmdl1204.tmp/base.apk"
        return _fail(process, profile.install_refusal_unread or unread)
    if sum(map(len, files)) > phone.storage.data.free_kib * 1024:
        return _fail(process, "INSTALL_FAILED_INSUFFICIENT_STORAGE: Failed to override installation location")
    if not _allowed(phone):
        return _fail(process, profile.install_refusal)
    if problem := _put(phone, apks[0]):
        return _fail(process, problem)
    process.out("Success\n")
    return 0


def _allowed(phone: Phone) -> bool:
    """Tell whether the owner lets the app in: nobody asks him where the verifier is the one to ask and is off."""
    asked = phone.profile.install_gate != "verifier" or all(
        setting(phone, "global", name, "1") != "0" for name in _SWITCHES
    )
    answer = phone.owner_accepts_installs
    return not asked or (phone.profile.owner_accepts_installs if answer is None else answer)


def _put(phone: Phone, apk: Apk) -> str:
    """Install an app and return what stands against it, empty when it is on the phone."""
    there = phone.software.find(apk.package)
    if there is not None and there.system:
        reason = f"Existing package {apk.package} signatures do not match newer version; ignoring!"
        return f"INSTALL_FAILED_UPDATE_INCOMPATIBLE: {reason}"
    if there is not None and apk.version_code < there.version_code:
        versions = f"Update version code {apk.version_code} is older than current {there.version_code}"
        return f"INSTALL_FAILED_VERSION_DOWNGRADE: Downgrade detected: {versions}"
    uid = there.uid if there is not None else max(FIRST_APP_UID, *(app.uid for app in phone.software.apps)) + 1
    days = -phone.clock.uptime_s / 86_400  # ages of apps count from the boot
    since_days = there.installed_days if there is not None else days
    app = App(
        apk.package, apk.version, apk.version_code, uid, system=False, installed_days=since_days, updated_days=days
    )
    phone.software.remove(apk.package)
    phone.software.install(app)
    return ""


async def _content(process: Process, words: list[str], paths: list[str]) -> bytes:
    """Return the package: a file of the phone, or what the host streams without closing its end."""
    if paths and paths[0] != "-":
        return bytes(process.phone.files.read(paths[0]))
    size = words[words.index("-S") + 1] if "-S" in words[:-1] else ""
    left_bytes = int(size) if size.isascii() and size.isdigit() else 0
    pieces: list[bytes] = []
    kept_bytes = 0
    while left_bytes > 0 and (piece := await process.stdin.read()):
        left_bytes -= len(piece)
        if kept_bytes < _KEPT_MAX_BYTES:  # what is longer is read to its end and is no package
            pieces.append(bytes(piece))
            kept_bytes += len(piece)
    return b"".join(pieces)


def _plain(words: list[str]) -> list[str]:
    """Drop flags and the words that belong to them."""
    plain: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in _VALUED:
            next(rest, None)
        elif word == "-" or not word.startswith("-"):
            plain.append(word)
    return plain


def _sessions(phone: Phone) -> dict[int, _Session]:
    if id(phone) not in _SESSIONS:
        # a phone compares by value and can be no key of a weak dictionary: its identity is, and leaves with it
        weakref.finalize(phone, _SESSIONS.pop, id(phone), None).atexit = False
    return _SESSIONS.setdefault(id(phone), {})


def _fail(process: Process, reason: str) -> int:
    process.out(f"Failure [{reason}]\n")
    return 1
