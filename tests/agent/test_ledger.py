"""Settings are put back: after a block, after an error, after a kill."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
from pathlib import Path
from unittest.mock import create_autospec

import pytest

from agent import runs
from agent.home import Home
from agent.journal import Journal
from agent.ledger import Change, Ledger, open_ledger
from agent.links import AdbLink, ShellReply
from agent.plan import known_probes
from agent.sim_phone import SimPhone
from probes import BadInput, NotSupported, Stage, StoreError, Unplugged, decode

KEY = ("system", "screen_brightness")
KILLED = """
import os, signal, sys
from pathlib import Path
from agent.ledger import open_ledger
from agent.links import AdbLink, AdbServer
with AdbLink(AdbServer(sys.argv[1], int(sys.argv[2])), sys.argv[3]) as link:
    with open_ledger(Path(sys.argv[4]), link).changed(link, "system", "screen_brightness", "7"):
        with open_ledger(Path(sys.argv[4]), link).changed(link, "global", "zz_new", "on"):
            os.kill(os.getpid(), signal.SIGKILL)
"""


def read(phone: SimPhone, namespace: str = KEY[0], key: str = KEY[1]) -> str:
    return decode(phone.link.shell(("settings", "get", namespace, key), deadline_s=5, cap_bytes=1000).stdout).strip()


def test_a_setting_is_changed_for_the_block_only(sim_phone: SimPhone, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "S1")
    before = read(sim_phone)
    with ledger.changed(sim_phone.link, *KEY, "9"):
        assert read(sim_phone) == "9"
        assert [(one.key, one.old, one.new) for one in ledger.open_changes()] == [(KEY[1], before, "9")]
    assert read(sim_phone) == before
    assert ledger.open_changes() == ()


def test_a_setting_that_was_not_there_is_gone_afterwards(sim_phone: SimPhone, tmp_path: Path) -> None:
    with Ledger(tmp_path, "S1").changed(sim_phone.link, "global", "zz_new", "1"):
        assert read(sim_phone, "global", "zz_new") == "1"
    assert read(sim_phone, "global", "zz_new") == "null"


def volume(phone: SimPhone) -> str:
    argv = ("cmd", "media_session", "volume", "--stream", "3", "--get")
    said = decode(phone.link.shell(argv, deadline_s=5, cap_bytes=1000).stdout)
    return said.split("volume is ")[1].split()[0]


def test_a_volume_is_put_back_by_the_next_one_as_a_setting_is(sim_phone: SimPhone, tmp_path: Path) -> None:
    before = volume(sim_phone)
    ledger = Ledger(tmp_path, "S1")
    with ledger.changed(sim_phone.link, "volume", "media", "15"):
        assert volume(sim_phone) == "15"
        kept = ledger.open_changes()
    assert (volume(sim_phone), ledger.open_changes()) == (before, ())
    ledger._add(kept[0])
    sim_phone.link.shell(
        ("cmd", "media_session", "volume", "--stream", "3", "--set", "15"), deadline_s=5, cap_bytes=1000
    )
    assert [one.key for one in ledger.restore(sim_phone.link)] == ["media"]
    assert volume(sim_phone) == before


def test_a_volume_that_the_phone_does_not_tell_is_left_alone(sim_phone: SimPhone, tmp_path: Path) -> None:
    with pytest.raises(NotSupported), Ledger(tmp_path, "S1").changed(sim_phone.link, "volume", "doorbell", "1"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_an_error_in_the_block_puts_it_back_as_well(sim_phone: SimPhone, tmp_path: Path) -> None:
    before = read(sim_phone)
    with pytest.raises(ZeroDivisionError), Ledger(tmp_path, "S1").changed(sim_phone.link, *KEY, "9"):
        raise ZeroDivisionError
    assert read(sim_phone) == before


def test_after_a_kill_the_next_one_puts_it_back(sim_phone: SimPhone, tmp_path: Path) -> None:
    before = read(sim_phone)
    socket = sim_phone.link._server.socket  # the child speaks with the session's own adb server
    arguments = [socket.host, str(socket.port), sim_phone.serial, str(tmp_path)]
    done = subprocess.run([sys.executable, "-c", KILLED, *arguments], timeout=60, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (read(sim_phone), read(sim_phone, "global", "zz_new")) == ("7", "on")
    ledger = open_ledger(tmp_path, sim_phone.link)
    assert [change.key for change in ledger.restore(sim_phone.link)] == ["zz_new", KEY[1]]
    assert (read(sim_phone), read(sim_phone, "global", "zz_new")) == (before, "null")
    assert ledger.restore(sim_phone.link) == ()


def test_a_run_begins_with_putting_back_what_another_left(sim_phone: SimPhone, home: Home, journal: Journal) -> None:
    before = read(sim_phone)
    ledger = open_ledger(home.settings, sim_phone.link)
    ledger._add(Change(*KEY, before, "7", "2026-11-21T08:00:00+00:00"))
    sim_phone.link.shell(("settings", "put", *KEY, "7"), deadline_s=5, cap_bytes=1000)
    server = sim_phone.link._server
    phone = runs.PhoneAddress(server, sim_phone.serial, sim_phone.serial)
    identity = tuple(probe for probe in known_probes() if probe.meta.stage is Stage.IDENTITY)
    diagnosis = runs.diagnose_phone(home, journal, phone, runs.Orders(probes=identity))
    assert read(sim_phone) == before
    events = {event.kind: event.data for event in journal.events(diagnosis.run_id)}
    assert json.loads(events["settings_restored"])["old"] == before
    ran = {slot["probe"] for slot in json.loads(events["schedule"])}
    assert ran == {probe.meta.id for probe in identity}


def test_what_a_broken_link_left_stays_in_the_ledger(sim_phone: SimPhone, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "S1")
    before = read(sim_phone)
    with pytest.raises(Unplugged), ledger.changed(sim_phone.link, *KEY, "9"):
        sim_phone.unplug()
    assert len(ledger.open_changes()) == 1
    sim_phone.replug()
    ledger.restore(sim_phone.link)
    assert read(sim_phone) == before


@pytest.mark.parametrize(
    ("said", "code"), [(b"9\n", 0), (b"cmd: Can't find service: settings\n", 20)], ids=["ignored", "no answer"]
)
def test_what_a_phone_does_not_take_back_stays_in_the_ledger_and_stops_nothing(
    said: bytes, code: int, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path, "S1")
    row = {"namespace": KEY[0], "key": KEY[1], "old": "102", "new": "9", "at": "2026-11-22T00:00:00+00:00"}
    (tmp_path / f"{hashlib.sha256(b'S1').hexdigest()}.json").write_text(json.dumps([row]), encoding="utf-8")
    link = create_autospec(AdbLink, instance=True)
    link.shell.return_value = ShellReply(said, b"", code)
    assert ledger.restore(link) == ()
    assert ledger.open_changes() == (Change(**row),)


@pytest.mark.parametrize(
    ("namespace", "key", "value"),
    [
        ("root", "a", "1"),
        ("system", "a;reboot", "1"),
        ("system", "A", "1"),
        ("system", "a", "$(id)"),
        ("system", "", "1"),
    ],
)
def test_what_is_no_setting_never_reaches_a_phone(
    sim_phone: SimPhone, tmp_path: Path, namespace: str, key: str, value: str
) -> None:
    with pytest.raises(BadInput), Ledger(tmp_path, "S1").changed(sim_phone.link, namespace, key, value):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_ledger_is_told_and_nothing_is_changed(sim_phone: SimPhone, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "S1")
    with ledger.changed(sim_phone.link, *KEY, "9"):
        pass
    next(tmp_path.iterdir()).write_text("{", encoding="utf-8")
    before = read(sim_phone)
    with pytest.raises(StoreError), ledger.changed(sim_phone.link, *KEY, "9"):
        pass
    assert read(sim_phone) == before


def test_two_phones_have_two_ledgers_and_no_name_becomes_a_path(tmp_path: Path) -> None:
    names = {Ledger(tmp_path, name)._path for name in ("a", "b", "../../etc", "\udcff")}
    assert len(names) == 4
    assert {path.parent for path in names} == {tmp_path}
