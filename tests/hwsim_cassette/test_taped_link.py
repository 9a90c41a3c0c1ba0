"""Every kind of exchange is kept and comes back: files, folders, cut streams, silence, a broken link, old phones."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agent.cassettes import Masker, Tape, TapedLink
from agent.links import AdbLink, ShellOutputTooLarge
from agent.rack import RackSpec
from probes import CommandFailed, LinkTimeout, Unplugged

if TYPE_CHECKING:
    from tests.hwsim_cassette.conftest import Desk

pytestmark = pytest.mark.slow
_DEADLINE_S, _CAP = 10.0, 1 << 20


def saved(desk: Desk, tape: Tape, path: Path) -> AdbLink:
    """Save a tape, serve it, and return a link to it."""
    tape.save(path)
    address = desk.rack(RackSpec(cassettes=(str(path),))).addresses[0]
    return AdbLink(desk.server, desk.server.connect(address))


def test_files_folders_and_cut_streams_come_back(desk: Desk, masker: Callable[[], Masker], tmp_path: Path) -> None:
    link = TapedLink(desk.server, desk.server.connect(desk.rack(RackSpec(seed=8)).addresses[0]))
    link.tape = Tape(masker=masker())
    with link:
        link.push(b"hello there", "/data/local/tmp/note.txt", deadline_s=_DEADLINE_S, cap_bytes=_CAP)
        link.pull("/data/local/tmp/note.txt", io.BytesIO(), deadline_s=_DEADLINE_S, cap_bytes=_CAP)
        listed = link.listdir("/data/local/tmp", deadline_s=_DEADLINE_S, cap_bytes=_CAP)
        mode = link.stat("/data/local/tmp", deadline_s=_DEADLINE_S).mode
        with link.stream(["logcat", "-d"], deadline_s=_DEADLINE_S, cap_bytes=5000) as stream:
            log = b"".join(stream)
        assert (len(log), stream.complete) == (5000, False)
        with pytest.raises(ShellOutputTooLarge):
            link.shell(["logcat", "-d", "-b", "main"], deadline_s=_DEADLINE_S, cap_bytes=700)
        failed = link.shell(["ls", "/nowhere"], deadline_s=_DEADLINE_S, cap_bytes=_CAP)
    with saved(desk, link.tape, tmp_path / "t") as again:
        sink = io.BytesIO()
        assert again.pull("/data/local/tmp/note.txt", sink, deadline_s=_DEADLINE_S, cap_bytes=_CAP) == 11
        assert sink.getvalue() == b"hello there"
        names = [one.name.parse(str) for one in listed.entries]
        now = again.listdir("/data/local/tmp", deadline_s=_DEADLINE_S, cap_bytes=_CAP)
        assert [one.name.parse(str) for one in now.entries] == sorted(names)
        assert again.stat("/data/local/tmp", deadline_s=_DEADLINE_S).mode == mode
        with again.stream(["logcat", "-d"], deadline_s=_DEADLINE_S, cap_bytes=5000) as stream:
            assert len(b"".join(stream)) == 5000
        assert not stream.complete
        with pytest.raises(ShellOutputTooLarge):
            again.shell(["logcat", "-d", "-b", "main"], deadline_s=_DEADLINE_S, cap_bytes=700)
        assert again.shell(["ls", "/nowhere"], deadline_s=_DEADLINE_S, cap_bytes=_CAP) == failed
        with pytest.raises(CommandFailed):
            again.push(b"x", "/data/local/tmp/x", deadline_s=_DEADLINE_S, cap_bytes=_CAP)


def test_silence_is_silent_again_and_a_lost_link_is_lost_again(desk: Desk, tmp_path: Path) -> None:
    tape = Tape()
    tape.know_phone("S1", ("shell_v2",), {"ro.product.model": "X"})
    tape.shell("hangs", b"begun", end="silent")
    tape.shell("breaks", b"begun", end="lost")
    with saved(desk, tape, tmp_path / "t") as link:
        with pytest.raises(LinkTimeout):
            link.shell(["hangs"], deadline_s=0.3, cap_bytes=_CAP)
        with pytest.raises(Unplugged):
            link.shell(["breaks"], deadline_s=_DEADLINE_S, cap_bytes=_CAP)


def test_a_phone_without_shell_v2_is_served_without_it(desk: Desk, tmp_path: Path) -> None:
    tape = Tape()
    tape.know_phone("S1", ("cmd",), {"ro.product.model": "X"})
    tape.shell("uptime", b"up\n", exit_code=3)
    with saved(desk, tape, tmp_path / "t") as link:
        assert "shell_v2" not in link.features
        reply = link.shell(["uptime"], deadline_s=_DEADLINE_S, cap_bytes=_CAP)
        assert (reply.stdout, reply.exit_code) == (b"up\n", 3)


def agent(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agent", *argv], capture_output=True, text=True, timeout=30, check=False
    )


def test_dumps_become_a_cassette_from_the_command_line(tmp_path: Path) -> None:
    dumps = tmp_path / "dumps"
    dumps.mkdir()
    (dumps / "one__getprop.txt").write_text("[ro.serialno]: [R58N90CANRY]\n[ro.product.model]: [M]\n", encoding="utf-8")
    (dumps / "two__dumpsys_battery.txt").write_text("Current Battery Service state:\n  level: 5\n", encoding="utf-8")
    out = tmp_path / "one.cassette"
    assert agent("cassette", "from-dumps", str(dumps), str(out), "--device", "one").returncode == 0
    assert b"R58N90CANRY" not in out.read_bytes()
    several = agent("cassette", "from-dumps", str(dumps), str(out))
    assert (several.returncode, "one, two" in several.stderr) == (64, True)
    nobody = agent("cassette", "from-dumps", str(dumps), str(out), "--device", "three")
    assert (nobody.returncode, nobody.stderr.count("\n")) == (64, 1)


def test_a_bad_cassette_is_one_line_for_the_user(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"junk")
    done = agent("sim", "up", "--cassette", str(tmp_path / "x"))
    assert (done.returncode, done.stderr.count("\n"), "no cassette" in done.stderr) == (64, 1, True), done.stderr
