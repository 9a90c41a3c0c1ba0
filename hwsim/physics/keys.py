"""Keys: what the line of a push button does when it is pressed, and what the driver makes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hwsim.physics.arrays import Floats, Stamps
from hwsim.physics.modes import between, between_log, fault_mode


@dataclass(frozen=True)
class Key:
    """The health of a dome switch: mean number and spacing of bounces, and the chance that an edge does not come."""

    bounces: float = 3.0
    bounce_s: float = 0.0004
    missing_press_ratio: float = 0.0
    missing_release_ratio: float = 0.0
    debounce_s: float = 0.015


@dataclass(frozen=True)
class Edges:
    """Changes of a key's level, in order of time: True is pressed."""

    t_ns: Stamps
    pressed: NDArray[np.bool]


KEY = Key()


def line_edges(part: Key, pressed_s: Floats, held_s: Floats, *, rng: np.random.Generator) -> Edges:
    """Return the edges on the line for presses at ``pressed_s`` of length ``held_s``, with all bounces.

    Each change comes as a Poisson number of pairs of edges, exponentially spaced, before the level stays. A press
    that still bounces when the finger leaves bounces no more: from then on it is the release that does.
    """
    count = len(pressed_s)
    comes = rng.random(count) >= part.missing_press_ratio
    goes = rng.random(count) >= part.missing_release_ratio
    begins = np.concatenate((pressed_s[comes], (pressed_s + held_s)[comes & goes]))
    levels = np.concatenate((np.ones(int(comes.sum()), bool), np.zeros(int((comes & goes).sum()), bool)))
    leaves = np.where(goes[comes], begins[: int(comes.sum())] + held_s[comes], np.inf)
    ends = np.concatenate((leaves, np.full(int((comes & goes).sum()), np.inf)))
    edges = 1 + 2 * rng.poisson(part.bounces, len(begins))
    which = np.repeat(np.arange(len(begins)), edges)
    first = np.cumsum(edges) - edges
    waits = rng.exponential(part.bounce_s, len(which))
    waits[first] = 0.0
    travelled = np.cumsum(waits)
    times_s = begins[which] + travelled - travelled[first][which]
    odd = (np.arange(len(which)) - first[which]) % 2 == 1
    pressed = levels[which] ^ odd
    lasting = times_s < ends[which]
    times_s, pressed = times_s[lasting], pressed[lasting]
    order = np.argsort(times_s, kind="stable")
    return Edges(t_ns=np.round(times_s[order] * 1e9).astype(np.int64), pressed=pressed[order])


def key_events(part: Key, edges: Edges) -> Edges:
    """Return the changes that a driver reports, which waits until the line has been quiet for its debounce time."""
    if not len(edges.t_ns):
        return edges
    wait_ns = round(part.debounce_s * 1e9)
    quiet = np.concatenate((np.diff(edges.t_ns) > wait_ns, [True]))
    times, levels = edges.t_ns[quiet] + wait_ns, edges.pressed[quiet]
    changed = levels != np.concatenate(([False], levels[:-1]))
    return Edges(t_ns=times[changed], pressed=levels[changed])


@fault_mode(
    "key.bouncing",
    of=KEY,
    fault_from=0.5,
    because="bounces then outlast the driver's debounce time, and one press gives two events",
)
def bouncing(part: Key, severity: float) -> Key:
    """The dome is worn or dirty and makes contact many times before it settles."""
    return replace(
        part, bounces=between(part.bounces, 12.0, severity), bounce_s=between_log(part.bounce_s, 0.05, severity)
    )


@fault_mode(
    "key.deaf",
    of=KEY,
    fault_from=0.1,
    because="every tenth press without effect brings the phone to the counter",
)
def deaf(part: Key, severity: float) -> Key:
    """The flex of the keys is cracked or the dome's contact is oxidised: presses do not close the line."""
    return replace(part, missing_press_ratio=severity)


@fault_mode(
    "key.stuck",
    of=KEY,
    fault_from=0.05,
    because="a volume key that stays down once in twenty presses turns the sound off by itself",
)
def stuck(part: Key, severity: float) -> Key:
    """Liquid has dried in the dome and holds it down after the finger has left."""
    return replace(part, missing_release_ratio=severity)
