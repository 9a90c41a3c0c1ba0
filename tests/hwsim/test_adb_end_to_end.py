"""The real adb server and client against the emulated phones."""

from __future__ import annotations

import hashlib
import random
import socket
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.hwsim.rig import DEADLINE_S, AdbBench, RackProcess, bundled_adb

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Bench = tuple[AdbBench, RackProcess, str]


def test_the_phone_is_listed_with_its_model(rack_on_adb: Bench) -> None:
    bench, _rack, address = rack_on_adb
    assert f"{address}" in bench.run("devices", "-l").out
    assert "product:shiba model:Pixel_8 device:shiba" in bench.run("devices", "-l").out


def test_exit_codes_and_both_streams_come_through(rack_on_adb: Bench) -> None:
    bench, _rack, address = rack_on_adb
    assert bench.run("-s", address, "shell", "echo out; echo err >&2; exit 7") == (7, "out\n", "err\n")
    assert bench.run("-s", address, "shell", "nope").code == 127


def test_the_old_shell_protocol_mixes_streams_and_tells_no_code(rack_on_adb: Bench) -> None:
    bench, _rack, address = rack_on_adb
    assert bench.run("-s", address, "shell", "-x", "echo out; exit 7") == (0, "out\n", "")


def test_standard_input_is_streamed_and_its_end_is_seen(rack_on_adb: Bench) -> None:
    bench, _rack, address = rack_on_adb
    typed = b"0123456789abcdef" * 40_000
    answer = bench.run("-s", address, "shell", "wc -c; echo end", typed=typed)
    assert answer.out == "640000\nend\n"


def test_a_terminal_echoes_and_edits(rack_on_adb: Bench) -> None:
    bench, _rack, address = rack_on_adb
    answer = bench.run("-s", address, "shell", "-tt", typed=b"echo abx\x7fc\nexit 3\n")
    assert answer.code == 3
    assert "shiba:/ $ " in answer.out
    assert "\nabc\r\n" in answer.out


def test_exec_out_gives_raw_bytes(rack_on_adb: Bench) -> None:
    bench, _rack, address = rack_on_adb
    assert bench.run("-s", address, "exec-out", "cat /proc/version").out.startswith("Linux version 6.1.124")


def test_five_megabytes_go_there_and_back_unchanged(rack_on_adb: Bench, tmp_path: Path) -> None:
    bench, _rack, address = rack_on_adb
    there, back = tmp_path / "there.bin", tmp_path / "back.bin"
    there.write_bytes(random.Random(5).randbytes(5 * 1024 * 1024 + 17))
    assert bench.run("-s", address, "push", str(there), "/sdcard/new/folder/file.bin").code == 0
    assert bench.run("-s", address, "pull", "/sdcard/new/folder/file.bin", str(back)).code == 0
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (there, back)]
    assert digests[0] == digests[1]
    assert bench.run("-s", address, "shell", "sha256sum /sdcard/new/folder/file.bin").out.split()[0] == digests[0]


def test_folders_are_pulled_and_listed(rack_on_adb: Bench, tmp_path: Path) -> None:
    bench, _rack, address = rack_on_adb
    bench.run("-s", address, "shell", "mkdir -p /sdcard/many; for i in 1 2 3; do echo $i > /sdcard/many/$i.txt; done")
    assert bench.run("-s", address, "pull", "/sdcard/many", str(tmp_path)).code == 0
    assert sorted(path.name for path in (tmp_path / "many").iterdir()) == ["1.txt", "2.txt", "3.txt"]
    assert "1.txt" in bench.run("-s", address, "ls", "/sdcard/many").out


def test_what_may_not_be_written_or_read_is_refused(rack_on_adb: Bench, tmp_path: Path) -> None:
    bench, _rack, address = rack_on_adb
    local = tmp_path / "x"
    local.write_text("x", encoding="ascii")
    assert "Read-only file system" in bench.run("-s", address, "push", str(local), "/system/x").err
    assert bench.run("-s", address, "pull", "/data/tombstones/tombstone_00", str(tmp_path / "y")).code == 1


def test_a_forwarded_port_reaches_a_socket_inside_the_phone(rack_on_adb: Bench) -> None:
    bench, _rack, address = rack_on_adb
    port = int(bench.run("-s", address, "forward", "tcp:0", "localabstract:echo").out)
    with socket.create_connection(("127.0.0.1", port), DEADLINE_S) as link:
        link.sendall(b"over the bridge")
        assert link.recv(64) == b"over the bridge"
    bench.run("-s", address, "forward", "--remove-all")


def test_logcat_follows_until_it_is_stopped(rack_on_adb: Bench) -> None:
    bench, _rack, address = rack_on_adb
    follower = bench.start("-s", address, "logcat", "-v", "threadtime")
    assert follower.stdout is not None
    lines = [follower.stdout.readline() for _ in range(50)]
    follower.kill()
    follower.wait(DEADLINE_S)
    follower.stdout.close()
    assert lines[0].startswith(b"--------- beginning of ")
    assert bench.run("-s", address, "logcat", "-d", "-t", "5").code == 0


def test_root_and_remount_are_refused_as_on_production_builds(rack_on_adb: Bench) -> None:
    bench, _rack, address = rack_on_adb
    assert "cannot run as root in production builds" in bench.run("-s", address, "root").out


@pytest.mark.slow
def test_a_reboot_drops_the_phone_and_brings_it_back_with_its_reason(rack_on_adb: Bench) -> None:
    bench, _rack, address = rack_on_adb
    boot_id = bench.run("-s", address, "shell", "cat /proc/sys/kernel/random/boot_id").out
    assert bench.run("-s", address, "reboot").code == 0
    bench.await_state(address, "offline")
    bench.await_state(address, "device")
    assert bench.run("-s", address, "shell", "getprop sys.boot.reason").out == "reboot,adb\n"
    assert bench.run("-s", address, "shell", "cat /proc/sys/kernel/random/boot_id").out != boot_id


def test_pulling_the_cable_ends_a_shell_and_plugging_it_in_brings_the_phone_back(rack_on_adb: Bench) -> None:
    bench, rack, address = rack_on_adb
    follower = bench.start("-s", address, "logcat")
    assert follower.stdout is not None
    follower.stdout.readline()
    rack.control("unplug", phone=0)
    assert follower.wait(DEADLINE_S) == 255
    follower.stdout.close()
    bench.await_state(address, "offline")
    rack.control("replug", phone=0)
    bench.await_state(address, "device")
    assert bench.run("-s", address, "shell", "echo back").out == "back\n"


def test_an_unknown_host_waits_for_the_tap_and_is_known_afterwards(
    adb_bench: AdbBench, start_rack: Callable[..., RackProcess]
) -> None:
    rack = start_rack("--state", "unauthorized")
    address = rack.address()
    adb_bench.run("connect", address)
    adb_bench.await_state(address, "unauthorized")
    refused = adb_bench.run("-s", address, "shell", "id")
    assert refused.code == 1
    assert "unauthorized" in refused.err
    rack.control("tap_allow", phone=0)
    adb_bench.await_state(address, "device")
    rack.control("unplug", phone=0)
    adb_bench.await_state(address, "offline")
    rack.control("replug", phone=0)
    adb_bench.await_state(address, "device")
    adb_bench.run("disconnect", address)


def test_a_silent_phone_is_offline_and_can_be_woken(
    adb_bench: AdbBench, start_rack: Callable[..., RackProcess]
) -> None:
    rack = start_rack()
    address = rack.address()
    adb_bench.connect(address)
    rack.control("state", phone=0, state="offline")
    adb_bench.await_state(address, "offline")
    rack.control("state", phone=0, state="online")
    adb_bench.await_state(address, "device")
    adb_bench.run("disconnect", address)


@pytest.mark.slow
def test_a_bad_link_is_served_on_order(adb_bench: AdbBench, start_rack: Callable[..., RackProcess]) -> None:
    rack = start_rack()
    address = rack.address()
    adb_bench.connect(address)
    rack.control("chaos", phone=0, kind="truncate", after_bytes=1000)
    cut = adb_bench.run("-s", address, "shell", "getprop")
    assert len(cut.out) < 1000
    assert cut.code != 0
    rack.control("chaos", phone=0, kind="cut", after_bytes=100)
    assert adb_bench.run("-s", address, "shell", "getprop").code != 0
    adb_bench.await_state(address, "device")
    rack.control("chaos", phone=0, kind="slow", interval_s=0.2)
    started_s = time.monotonic()
    assert adb_bench.run("-s", address, "shell", "echo late").out == "late\n"
    assert time.monotonic() - started_s >= 0.2
    rack.control("chaos", phone=0, kind="drip", piece_bytes=1, interval_s=0.01)
    assert adb_bench.run("-s", address, "shell", "echo slow").out == "slow\n"
    rack.control("chaos", phone=0, kind="flood")
    flood = adb_bench.start("-s", address, "shell", "getprop")
    assert flood.stdout is not None
    assert len(flood.stdout.read(3_000_000)) == 3_000_000
    flood.kill()
    flood.wait(DEADLINE_S)
    flood.stdout.close()
    rack.control("chaos", phone=0, kind="garbage")
    assert adb_bench.run("-s", address, "shell", "getprop").code != 0
    rack.control("chaos", phone=0, kind="none")
    adb_bench.await_state(address, "device")
    assert adb_bench.run("-s", address, "shell", "echo well").out == "well\n"
    adb_bench.run("disconnect", address)


def test_a_link_cut_during_a_pull_fails_the_pull(
    adb_bench: AdbBench, start_rack: Callable[..., RackProcess], tmp_path: Path
) -> None:
    rack = start_rack()
    address = rack.address()
    adb_bench.connect(address)
    (tmp_path / "there").write_bytes(bytes(3_000_000))
    assert adb_bench.run("-s", address, "push", str(tmp_path / "there"), "/sdcard/there").code == 0
    rack.control("chaos", phone=0, kind="cut", after_bytes=1_500_000)
    assert adb_bench.run("-s", address, "pull", "/sdcard/there", str(tmp_path / "back")).code == 1
    adb_bench.await_state(address, "device")
    assert adb_bench.run("-s", address, "pull", "/sdcard/there", str(tmp_path / "back")).code == 0
    assert (tmp_path / "back").read_bytes() == bytes(3_000_000)
    adb_bench.run("disconnect", address)


def test_an_install_is_refused_as_by_a_phone_that_asks_its_owner(
    adb_bench: AdbBench, start_rack: Callable[..., RackProcess], tmp_path: Path
) -> None:
    address = start_rack("--profile", "xiaomi_12").address()
    adb_bench.connect(address)
    (tmp_path / "some.apk").write_bytes(bytes(200_000))
    answer = adb_bench.run("-s", address, "install", str(tmp_path / "some.apk"))
    adb_bench.run("disconnect", address)
    assert answer.code == 1
    assert "INSTALL_FAILED_USER_RESTRICTED" in answer.out + answer.err


def test_a_hanging_phone_answers_nothing_until_it_is_let_go(
    adb_bench: AdbBench, start_rack: Callable[..., RackProcess]
) -> None:
    rack = start_rack()
    address = rack.address()
    adb_bench.connect(address)
    rack.control("chaos", phone=0, kind="hang")
    waiting = adb_bench.start("-s", address, "shell", "echo never")
    assert waiting.stdout is not None
    try:
        code: int | None = waiting.wait(0.3)
    except subprocess.TimeoutExpired:
        code = None
    assert code is None
    rack.control("unplug", phone=0)
    assert waiting.wait(DEADLINE_S) != 0
    assert waiting.stdout.read() == b""
    waiting.stdout.close()
    adb_bench.run("disconnect", address)


def test_sixteen_phones_in_one_process_answer_together(
    adb_bench: AdbBench, start_rack: Callable[..., RackProcess]
) -> None:
    rack = start_rack("--phones", "16", "--fault", "healthy")
    addresses = [rack.address(index) for index in range(16)]
    for address in addresses:
        adb_bench.connect(address)
    running = [adb_bench.start("-s", address, "shell", "getprop ro.serialno") for address in addresses]
    serials = [process.communicate(timeout=DEADLINE_S)[0].decode().strip() for process in running]
    assert serials == [phone["serial"] for phone in rack.hello["phones"]]
    assert len(set(serials)) == 16
    adb_bench.run("disconnect")


def test_the_client_under_test_is_the_one_that_comes_with_adbutils(adb_bench: AdbBench) -> None:
    assert adb_bench.adb == bundled_adb()
    assert "1.0.41" in adb_bench.run("version").out
