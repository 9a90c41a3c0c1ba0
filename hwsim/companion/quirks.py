"""The ugly ways in which a companion behaves on real phones, switched on from the bench."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, get_type_hints


@dataclass(frozen=True)
class Quirks:
    """Everything off is a phone that behaves.

    ``gap_every_s`` loses ``gap_s`` of samples now and again (0: never). ``mic_muted`` is the privacy toggle of Android
    12 and later: zeros instead of sound, and sensors at 200 Hz at most; ``silent_source`` gives zeros because another
    app holds the microphone, which the phone tells. ``refused`` lists operations that fail, separated by blanks.
    ``rate_clamp`` lacks HIGH_SAMPLING_RATE_SENSORS; ``stale`` is an old program of protocol 0. ``eof_in_data_frame``
    dies in the middle of its n-th DATA frame (0: never). ``noise`` is what the runtime prints before the magic, and
    ``aborted`` a runtime that dies at its start.
    """

    gap_every_s: float = 0.0
    gap_s: float = 0.1
    mic_muted: bool = False
    silent_source: bool = False
    refused: str = ""
    rate_clamp: bool = False
    stale: bool = False
    eof_in_data_frame: int = 0
    noise: str = ""
    aborted: bool = False

    def refuses(self, op: str) -> bool:
        """Tell whether an operation fails."""
        return op in self.refused.split()


WELL_BEHAVED = Quirks()


def parse_quirks(wanted: dict[str, Any]) -> Quirks:
    """Return the quirks that a request names; raises ValueError for unknown names and for values of another type."""
    types = get_type_hints(Quirks)
    for name, value in wanted.items():
        if name not in types:
            raise ValueError(f"no quirk is called {name!r}; known: {', '.join(field.name for field in fields(Quirks))}")
        right = type(value) is types[name] or (types[name] is float and type(value) is int)
        if not right or (isinstance(value, int | float) and not 0 <= value <= 1e9):
            raise ValueError(f"{name} is a {types[name].__name__}, not {value!r}")
    return Quirks(**wanted)
