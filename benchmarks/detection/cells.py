"""Which phones a claim is tried on: one cell is one fault at one severity on one phone, looked at by one probe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from benchmarks.detection.claims import Claim, probe_of
from hwsim.faults import library
from hwsim.phone.profile import profiles
from probes import Capability, Probe

HEALTHY: Final = "healthy"
FAULTY_SEEDS: Final = 24
"""Phones per claim where it is just a fault: two of each of the twelve kinds where all kinds can have it."""
CLEAR_SHARE: Final = 0.5
"""A clear case is tried on so many of them."""
HEALTHY_SEEDS: Final = 48
"""Healthy phones per probe: four of each kind."""
_RECORDS_FROM_SDK: Final = 30
"""A stock phone lets a shell record from Android 11 on; before, sound is honestly not supported."""
_SOUND: Final = frozenset({Capability.RECORD, Capability.PLAY})
_FIRST_SEED: Final = 1000
_FIRST_HEALTHY_SEED: Final = 5000


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One trial; two cells that are equal give the same answer.

    Attributes:
        mode: id in the fault library, or ``healthy``.
        severity: of the fault, 0 to 1; 0 on a healthy phone.
        probe: id, and ``version`` the version that looks.
    """

    mode: str
    severity: float
    profile: str
    seed: int
    probe: str
    version: int
    assisted: bool

    def as_json(self) -> dict[str, Any]:
        """The cell as the row of a file begins."""
        return asdict(self)


def severities(mode: str) -> tuple[float, ...]:
    """Where a bench engineer begins to call it a fault, and a clear case; one of them where they are the same."""
    fault = library()[mode]
    return tuple(sorted({round(fault.fault_from, 4), round(max(fault.fault_from, fault.severity_default), 4)}))


def kinds_for(mode: str, probe: Probe) -> list[str]:
    """The kinds of phone that can have the fault, and that the probe can measure on."""
    able = [name for name, profile in profiles().items() if profile.sdk >= _least_sdk(probe)]
    return [name for name in able if mode == HEALTHY or library()[mode].fits(profiles()[name])]


def _least_sdk(probe: Probe) -> int:
    return _RECORDS_FROM_SDK if probe.meta.wants & _SOUND else 0


def cells_of(claim: Claim, seeds: int = FAULTY_SEEDS) -> Iterator[Cell]:
    """The trials of a claim on faulty phones: all kinds of phone in turn, each time another phone."""
    version = probe_of(claim).meta.version
    kinds = kinds_for(claim.mode, probe_of(claim))
    for place, severity in enumerate(severities(claim.mode)):
        for number in range(seeds if place == 0 else round(CLEAR_SHARE * seeds)):
            profile, seed = kinds[number % len(kinds)], _FIRST_SEED + number
            yield Cell(claim.mode, severity, profile, seed, claim.probe, version, claim.stage == "assisted")


def healthy_cells(probe: Probe, *, assisted: bool, seeds: int = HEALTHY_SEEDS) -> Iterator[Cell]:
    """The trials of a probe on healthy phones."""
    kinds = kinds_for(HEALTHY, probe)
    for number in range(seeds):
        profile, seed = kinds[number % len(kinds)], _FIRST_HEALTHY_SEED + number
        yield Cell(HEALTHY, 0.0, profile, seed, probe.meta.id, probe.meta.version, assisted)


def all_cells(claims: Sequence[Claim], faulty_seeds: int, healthy_seeds: int) -> list[Cell]:
    """Every trial of the table; the first phone of all claims comes first, so that a broken run shows something."""
    probes = {claim.probe: claim for claim in claims}
    by_claim = [list(cells_of(claim, faulty_seeds)) for claim in claims]
    by_claim += [
        list(healthy_cells(probe_of(claim), assisted=claim.stage == "assisted", seeds=healthy_seeds))
        for claim in probes.values()
    ]
    longest = max((len(cells) for cells in by_claim), default=0)
    return [cells[number] for number in range(longest) for cells in by_claim if number < len(cells)]
