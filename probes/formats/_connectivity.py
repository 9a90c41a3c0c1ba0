"""``dumpsys connectivity``: whether the phone has a way into the net, and who stands in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._reading import append, lines, require, whole

_DEFAULT = re.compile(r"\s{0,8}Active default network: (none|null|\d{1,9})\s{0,8}")
_STATE = re.compile(r"\bstate: ([A-Z_]{3,30})/([A-Z_]{3,30})")
_TRANSPORT = re.compile(r"Transports: ([A-Z_|&]{2,80})")
_MAX_NETWORKS = 200


@dataclass(frozen=True, slots=True)
class Network:
    """One network. ``blocked``: it is there, but apps may not use it. ``validated``: the internet answered on it."""

    transports: tuple[str, ...]
    blocked: bool
    validated: bool


@dataclass(frozen=True, slots=True)
class Connectivity:
    """``default_network`` is the number of the network that apps use, None without one."""

    default_network: int | None
    networks: tuple[Network, ...]


def parse_connectivity(text: str) -> Connectivity:
    """Read ``dumpsys connectivity``.

    Raises:
        NotUnderstood: the line about the default network is missing.
    """
    default: re.Match[str] | None = None
    networks: list[Network] = []
    for line in lines(text):
        if default is None and (found := _DEFAULT.fullmatch(line)):
            default = found
        elif line.lstrip().startswith("NetworkAgentInfo"):
            state, transports = _STATE.search(line[:4000]), _TRANSPORT.search(line[:8000])
            network = Network(
                transports=tuple(re.split(r"[|&]", transports[1])) if transports else (),
                blocked=bool(state) and "BLOCKED" in line[state.start() : state.end()] if state else False,
                validated="VALIDATED" in line[:8000],
            )
            append(networks, network, cap=_MAX_NETWORKS)
    require(default, "connectivity dump", text)
    return Connectivity(default_network=whole(default[1]) if default else None, networks=tuple(networks))
