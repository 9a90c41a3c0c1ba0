"""Files of a killed run are taken away, and nothing else is."""

from __future__ import annotations

from agent.leftovers import remove_leftovers
from agent.sim_phone import SimPhone
from probes.hardware.memory_stress import MemoryStress

FOLDER = "/data/local/tmp"


def names(phone: SimPhone) -> set[str]:
    return {entry.name.show() for entry in phone.link.listdir(FOLDER, deadline_s=5, cap_bytes=1 << 16).entries}


def test_files_of_ours_are_removed_and_those_of_others_stay(sim_phone: SimPhone) -> None:
    for name in ("phonebench-memory.bin", "phonebench-storage.bin", "frida-server", "my-phonebench-notes.txt"):
        sim_phone.link.push(b"x" * 1000, f"{FOLDER}/{name}", deadline_s=5, cap_bytes=1 << 16)
    gone = remove_leftovers(sim_phone.link)
    assert set(gone) == {f"{FOLDER}/phonebench-memory.bin", f"{FOLDER}/phonebench-storage.bin"}
    assert {"frida-server", "my-phonebench-notes.txt"} <= names(sim_phone)
    assert remove_leftovers(sim_phone.link) == ()


def test_a_probe_that_ends_leaves_nothing_to_remove(sim_phone: SimPhone) -> None:
    sim_phone.run(MemoryStress())
    assert remove_leftovers(sim_phone.link) == ()
