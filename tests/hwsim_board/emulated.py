"""Emulated phones in this process, and everything that they print."""

from __future__ import annotations

from hwsim.faults import parse_faults
from hwsim.phone.logbook import BUFFERS
from hwsim.phone.phone import Phone, Times
from hwsim.phone.profile import profiles
from hwsim.shell_commands.dumpsys import dump, services

SEED = 3


class BenchClock:
    """The host's clock, as far as the test lets it go."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def phone_with(fault: str, profile: str = "google_16", *, seed: int = SEED) -> Phone:
    """Return a phone with faults in their text form; ``healthy`` for none."""
    ailments = () if fault == "healthy" else parse_faults(fault)
    return Phone(profile=profiles()[profile], seed=seed, times=Times(BenchClock()), ailments=ailments)


def log_of(phone: Phone, *buffers: str) -> str:
    """Return the texts of a phone's buffers, all of them by default."""
    return "\n".join(entry.text for name in buffers or BUFFERS for entry in phone.logbook.entries(name))


def dump_of(phone: Phone, service: str) -> str:
    """Return one service's dump; empty for a service that this phone has not."""
    return dump(phone, service, ["--print"] if service == "dropbox" else []) if service in services(phone) else ""


def file_of(phone: Phone, path: str) -> str:
    """Return a file of sysfs, whether or not the shell user may read it on this phone."""
    phone.refresh()
    return phone.files._virtual[path]().decode()
