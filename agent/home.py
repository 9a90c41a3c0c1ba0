"""Where the bench keeps its things: one directory, private to its user."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from probes import StoreError


@dataclass(frozen=True, slots=True)
class Home:
    """The state directory: ``$PHONEBENCH_HOME``, or the platform's place for an application's state."""

    root: Path

    @property
    def journal(self) -> Path:
        """The SQLite file that holds every run."""
        return self.root / "journal.db"

    @property
    def leases(self) -> Path:
        """One lock file per phone in use."""
        return self.root / "leases"

    @property
    def settings(self) -> Path:
        """One file per phone with the settings that are to be put back."""
        return self.root / "settings"

    def run_dir(self, run_id: str) -> Path:
        """Where the raw recordings of a run lie."""
        return self.root / "runs" / run_id


def find_home() -> Home:
    """Name the state directory; nothing is created yet."""
    chosen = os.environ.get("PHONEBENCH_HOME")
    if chosen:
        return Home(Path(chosen).expanduser().absolute())
    import platformdirs  # noqa: PLC0415  only needed without PHONEBENCH_HOME, and not free to import

    return Home(Path(platformdirs.user_state_dir("phonebench", appauthor=False)))


def open_home() -> Home:
    """Create the state directory where it lacks.

    Raises:
        StoreError: it cannot be created or written.
    """
    home = find_home()
    try:
        for folder in (home.root, home.leases, home.root / "runs"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot write to {home.root}: {error.strerror}", step="open state directory") from error
    if not os.access(home.root, os.W_OK | os.X_OK):
        raise StoreError(f"cannot write to {home.root}", step="open state directory")
    return home
