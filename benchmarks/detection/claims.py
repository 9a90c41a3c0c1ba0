"""Which fault modes the probes claim to see, and which they say that they cannot: tests/hardware/claims/*.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agent.plan import known_probes
from hwsim.faults import library
from probes import Probe

FOLDER: Final = Path(__file__).resolve().parents[2] / "tests" / "hardware" / "claims"
STAGES: Final = ("unattended", "assisted")
_UNSEEN: Final = "unseen"
_KEYS: Final = {"probe", "finding", "component", "stage"}


class BadClaim(ValueError):
    """A claims file makes no sense; the text names file and entry and says why."""


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """One probe that says it sees one fault mode.

    Attributes:
        mode: id in the fault library.
        probe: id of the probe.
        finding: code that the probe raises.
        component: the part that the finding names.
        stage: ``unattended``, or ``assisted`` where it takes a station with a hand.
    """

    mode: str
    probe: str
    finding: str
    component: str
    stage: str


def read_claims(folder: Path = FOLDER) -> tuple[Claim, ...]:
    """All claims of a folder, by mode and probe.

    Raises:
        BadClaim: a file cannot be read, or a claim names a mode, probe, finding or stage that does not exist.
    """
    claims = [
        _claim(file.name, mode, entry)
        for file, data in _files(folder)
        for mode, entry in data.items()
        if mode != _UNSEEN
    ]
    pairs = [(claim.mode, claim.probe) for claim in claims]
    if twice := next((pair for pair in pairs if pairs.count(pair) > 1), None):
        raise BadClaim(f"{twice[0]} by {twice[1]} is claimed twice")
    return tuple(sorted(claims))


def read_unseen(folder: Path = FOLDER) -> dict[str, str]:
    """Modes that no probe can tell, with the reason; raises BadClaim as ``read_claims``."""
    unseen: dict[str, str] = {}
    for file, data in _files(folder):
        for mode, why in data.get(_UNSEEN, {}).items():
            _require_mode(file.name, mode)
            if not isinstance(why, str) or not why.strip():
                raise BadClaim(f"{file.name}: {mode} says not why it is unseen")
            unseen[mode] = why
    return unseen


def probe_of(claim: Claim) -> Probe:
    """The probe that a claim is about."""
    return _probes()[claim.probe]


def _files(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    try:
        return [(file, tomllib.loads(file.read_text(encoding="utf-8"))) for file in sorted(folder.glob("*.toml"))]
    except (OSError, ValueError) as error:
        raise BadClaim(f"{folder}: {error}") from error


def _claim(file: str, mode: str, entry: Any) -> Claim:
    _require_mode(file, mode)
    if not isinstance(entry, dict) or set(entry) != _KEYS:
        raise BadClaim(f"{file}: {mode} needs exactly {', '.join(sorted(_KEYS))}")
    claim = Claim(mode=mode, **{key: str(value) for key, value in entry.items()})
    probe = _probes().get(claim.probe)
    if probe is None:
        raise BadClaim(f"{file}: {mode}: there is no probe {claim.probe}")
    if claim.stage not in STAGES or not str(probe.meta.stage).endswith(f"_{claim.stage}"):
        raise BadClaim(f"{file}: {mode}: {claim.probe} is {probe.meta.stage}, not {claim.stage}")
    if claim.component != library()[mode].truth:
        raise BadClaim(f"{file}: {mode}: the part is {library()[mode].truth}, not {claim.component}")
    return claim


def _require_mode(file: str, mode: str) -> None:
    if mode not in library():
        raise BadClaim(f"{file}: there is no fault mode {mode}")


def _probes() -> Mapping[str, Probe]:
    return {probe.meta.id: probe for probe in known_probes()}
