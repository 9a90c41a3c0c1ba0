"""adb-shell from PyPI, a client in Python without an adb server, takes our emulated phones for phones."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from adb_shell.adb_device import AdbDeviceTcp
from adb_shell.exceptions import AdbCommandFailureException, PushFailedError

if TYPE_CHECKING:
    from tests.clients.conftest import Phones


@pytest.fixture(scope="module")
def phone(phones: Phones) -> Iterator[Any]:
    device = AdbDeviceTcp("127.0.0.1", phones.port(0), default_transport_timeout_s=10)
    assert device.connect()
    yield device
    device.close()


def test_a_command_is_answered(phone: Any) -> None:
    assert phone.shell("echo one two; echo three") == "one two\nthree\n"
    assert phone.shell("nope; echo $?").endswith("127\n")
    assert phone.exec_out("cat /proc/version").startswith("Linux version ")


def test_a_file_goes_there_and_back_unchanged(phone: Any) -> None:
    content = bytes(range(256)) * 2000
    phone.push(io.BytesIO(content), "/sdcard/Download/adb_shell.bin", mtime=1_700_000_000)
    _mode, size_bytes, mtime_s = phone.stat("/sdcard/Download/adb_shell.bin")
    assert (size_bytes, mtime_s) == (len(content), 1_700_000_000)
    assert b"adb_shell.bin" in {bytes(entry.filename) for entry in phone.list("/sdcard/Download")}
    back = io.BytesIO()
    phone.pull("/sdcard/Download/adb_shell.bin", back)
    assert back.getvalue() == content


def test_what_the_phone_refuses_is_a_failure(phone: Any) -> None:
    with pytest.raises(AdbCommandFailureException, match="No such file"):
        phone.pull("/sdcard/nope", io.BytesIO())
    with pytest.raises(PushFailedError, match="Read-only file system"):
        phone.push(io.BytesIO(b"x"), "/system/nope")
    assert phone.shell("echo still here") == "still here\n"


def test_the_log_streams_and_can_be_left(phone: Any) -> None:
    lines = phone.streaming_shell("logcat -v threadtime")
    assert "beginning of" in next(lines)
    lines.close()
    assert "beginning of" in phone.shell("logcat -d -t 5")
