"""The chips of a phone and the buses that they sit on, as the tables of this folder wire them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hwsim.phone.condition import Condition
    from hwsim.phone.profile import Profile

_ELSEWHERE = {
    "camera_rear": ("camera_rear_on_bus", "camera"),
    "camera_front": ("camera_front_on_bus", "camera"),
    "touch": ("touch_on_bus", "front"),
    "nfc": ("nfc_on_bus", "front"),
}
"""Chips whose lines are written by modules of their own: the field of the condition and the bus."""
_SPI_TOUCH = ("synaptics", "goodix", "chipone")
_ESIM_SINCE, _ESIM_RAM_MB = 33, 7000  # the better equipped of the newer phones
FLEXES = {
    "display": ("touch", "panel", "light_proximity"),
    "camera": ("camera_rear", "camera_front", "flash"),
    "sub_board": ("amplifier", "haptics", "fingerprint"),
}
"""Flexes to the board and the chips behind each; plausible, unverified for any model."""
_SENSORS = {
    1: "imu_on_bus",
    2: "magnetometer_on_bus",
    4: "imu_on_bus",
    5: "light_proximity_on_bus",
    6: "barometer_on_bus",
    8: "light_proximity_on_bus",
}
"""Android's sensor types and the chip that each comes from."""


@dataclass(frozen=True)
class Chip:
    """One chip on one phone with its driver's words, as this phone's kernel prints them."""

    name: str
    field: str
    bus: str
    address: int
    period_s: float
    found: str
    refused: tuple[str, ...]
    given_up: str
    hal: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class Bus:
    """One bus of a phone: its controller (empty: not the kernel's) and what its driver prints."""

    name: str
    controller: str
    number: int
    nack: str
    stuck: tuple[str, ...]


@lru_cache(maxsize=4)
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("hwsim.phone").joinpath(name).read_text(encoding="utf-8"))


@lru_cache(maxsize=32)
def buses(family: str) -> dict[str, Bus]:
    """Return the buses of a chip maker's family by name."""
    rows = _table("buses.toml")
    row = rows.get(family, rows["any"])
    return {
        name: Bus(name, wired["ctl"], wired["number"], row["nack"], tuple(row["stuck"]))
        for name, wired in row["bus"].items()
    }


@lru_cache(maxsize=32)
def chips(family: str) -> tuple[Chip, ...]:
    """Return the chips of a phone of a family whose lines come from the table."""
    wired = buses(family)
    found = []
    for name, row in _table("chips.toml").items():
        number = wired[row["bus"]].number if row["bus"] in wired else 0
        dev = f"{number}-{row['address']:04x}"
        found.append(
            Chip(
                name=name,
                field=row["field"],
                bus=row["bus"],
                address=row["address"],
                period_s=row["period_s"],
                found=_pick(row.get("found", {}), family, "").replace("{dev}", dev),
                refused=tuple(text.replace("{dev}", dev) for text in _pick(row.get("refused", {}), family, [])),
                given_up=_pick(row.get("given_up", {}), family, "").replace("{dev}", dev),
                hal=tuple((line[0], line[1], line[2], line[3]) for line in row["hal"]),
            )
        )
    return tuple(found)


def _pick(texts: dict[str, Any], family: str, otherwise: Any) -> Any:
    return texts.get(family, texts.get("any", otherwise))


def has_chip(profile: Profile, name: str) -> bool:
    """Tell whether phones of this kind have the chip at all: few have a projector for faces, or a card chip."""
    if name == "face":
        return profile.manufacturer == "HUAWEI"
    if name == "esim":
        return profile.sdk >= _ESIM_SINCE and profile.ram_mb >= _ESIM_RAM_MB
    return name != "nfc" or profile.nfc_driver != "absent"


def on_bus(profile: Profile, bus: str) -> tuple[str, ...]:
    """Return the names of the chips of a phone that share a bus."""
    own = [chip.name for chip in chips(profile.family) if chip.bus == bus]
    own += [name for name, (_field, where) in _ELSEWHERE.items() if where == bus]
    if profile.touch_driver in _SPI_TOUCH:
        # a touch controller on SPI shares it with the fingerprint reader, and leaves the I2C bus to the others
        own = [name for name in own if name != "touch"]
        own += ["touch", "fingerprint"] if bus == "front" else []
    return tuple(name for name in own if has_chip(profile, name))


def field_of(name: str) -> str:
    """Return the field of the condition that tells whether a chip answers; raises KeyError for an unknown one."""
    return _ELSEWHERE[name][0] if name in _ELSEWHERE else str(_table("chips.toml")[name]["field"])


def sensor_answers(condition: Condition, kind: int) -> bool:
    """Tell whether the chip behind a sensor of Android's type number can be read; a dead hub is another matter."""
    return kind not in _SENSORS or bool(getattr(condition, _SENSORS[kind]))


def spread(profile: Profile, condition: Condition) -> Condition:
    """Return the condition with what a dead bus or sub-board takes along; the same object where there is none.

    The power button's line and the charging port's contacts are no bus: the sub-board takes the port itself.
    """
    buses_dead = condition.bus_dead.split("+") if condition.bus_dead else []
    gone = {field_of(name): False for bus in buses_dead for name in on_bus(profile, bus)}
    changed: dict[str, Any] = dict(gone)
    if condition.sub_board_dead:
        changed |= {"charge_input_limit_ma": 0.0}
    return replace(condition, **changed) if changed else condition
