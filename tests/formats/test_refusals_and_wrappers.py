"""A text of another kind is refused, and what a bug report wraps around a dump does not matter."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes._errors import NotUnderstood
from probes._text import decode
from probes.formats import PARSERS

REFUSALS = [
    "",
    "\n\n",
    "Can't find service: battery\n",
    "Permission Denial: can't dump BatteryService from pid=1, uid=2000 due to missing android.permission.DUMP\n",
    "/system/bin/sh: df: inaccessible or not found\n",
    "cat: /proc/meminfo: Permission denied\n",
    "ls: /sys/class/power_supply/battery/uevent: No such file or directory\n",
    "*** SERVICE 'audio' DUMP TIMEOUT (10000ms) EXPIRED ***\n",
    "error: closed\n",
    "\x00\x01\x02\ufffd\ufffd",
    "\x1b]52;c;AAAA\x07\x1b[2J",
]
DUMPSYS = {
    "audio",
    "battery",
    "batterystats",
    "camera",
    "diskstats",
    "display",
    "dropbox",
    "fingerprint",
    "hardware_properties",
    "input",
    "mount_service",
    "nfc",
    "package_dump",
    "power",
    "sensorservice",
    "storaged",
    "telephony",
    "thermalservice",
    "usb",
    "vibrator",
}
# healthd lines stand in kernel logs and logcat too, and that is what this parser is for
ANYWHERE = {"healthd"}


@pytest.mark.parametrize("kind", sorted(PARSERS))
@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_not_understood(kind: str, text: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        PARSERS[kind](text)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_every_kind_has_an_example(examples: dict[str, str]) -> None:
    assert {name.split("__")[0] for name in examples} == set(PARSERS)


def test_an_example_is_understood_by_its_own_parser_only(examples: dict[str, str]) -> None:
    for name, text in examples.items():
        understood = {kind for kind in PARSERS if _understands(kind, text)}
        assert understood == {name.split("__")[0]}, name


def test_the_wrapper_of_a_bug_report_changes_nothing(examples: dict[str, str]) -> None:
    rule = "-" * 79
    for name, text in examples.items():
        kind = name.split("__")[0]
        if kind in DUMPSYS:
            for priority in ("", "CRITICAL ", "HIGH "):
                wrapped = (
                    f"{rule}\nDUMP OF SERVICE {priority}{kind}:\n{text}"
                    f"--------- 0.003s was the duration of dumpsys {kind}, ending at: 2031-02-03 08:09:10\n{rule}\n"
                )
                assert PARSERS[kind](wrapped) == PARSERS[kind](text), name


def test_carriage_returns_change_nothing(examples: dict[str, str]) -> None:
    for name, text in examples.items():
        kind = name.split("__")[0]
        assert PARSERS[kind](text.replace("\n", "\r\n")) == PARSERS[kind](text), name
        assert PARSERS[kind](decode(text.replace("\n", "\r\r\n").encode())) == PARSERS[kind](text), name


def test_utf_16_as_a_windows_shell_writes_it_changes_nothing(examples: dict[str, str]) -> None:
    raw = b"\xff\xfe" + examples["getprop__13"].encode("utf-16-le")
    assert PARSERS["getprop"](decode(raw)) == PARSERS["getprop"](examples["getprop__13"])


# no file of their own among the real ones
NO_REAL_FILE = {
    *("mounts", "proc_version", "accessibility", "bluetooth", "connectivity", "cpuinfo", "device_policy", "memory_use"),
    *("sensor_privacy", "settings_dump", "settings_list", "trade_in", "window", "features", "inodes"),
}


@pytest.mark.corpora
@pytest.mark.slow
def test_no_file_of_a_real_phone_is_taken_for_a_dump_of_another_kind(shared_dir: Path) -> None:
    understood_by: dict[str, set[str]] = {}
    for path in sorted((shared_dir / "corpora").glob("*/*")):
        if path.suffix == ".json":
            continue
        text = decode(path.read_bytes())
        kinds = {kind for kind in PARSERS if _understands(kind, text)} - ANYWHERE
        assert len(kinds) <= 1, (path.name, kinds)
        for kind in kinds:
            understood_by.setdefault(kind, set()).add(path.parent.name)
    assert all(len(folders) == 1 for folders in understood_by.values()), understood_by
    assert set(PARSERS) - ANYWHERE - set(understood_by) == NO_REAL_FILE


def _understands(kind: str, text: str) -> bool:
    try:
        PARSERS[kind](text)
    except NotUnderstood:
        return False
    return True
