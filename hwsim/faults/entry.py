"""One fault of the library, and what several of them together change in a phone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hwsim.modem.condition import Condition as ModemCondition
from hwsim.modem.condition import is_field as is_modem_field
from hwsim.phone.condition import Condition, is_field, is_whole

if TYPE_CHECKING:
    from hwsim.phone.profile import Profile
    from hwsim.physics.modes import FaultMode

STAGES = ("software", "unattended", "assisted", "eyes")
"""What it takes to see a fault: software only; sound, motion and light without a hand; an operator; his eyes."""
CAUSES = ("hardware", "software", "configuration", "human_damage", "environment", "ntf")
"""Classes of root causes; ``ntf`` is no trouble found."""
FUNCTIONS = (
    "audio",
    "backlight",
    "barometer",
    "bluetooth",
    "bus",
    "camera",
    "charger",
    "esim",
    "flash",
    "gauge",
    "gnss",
    "hall",
    "memory",
    "modem",
    "pmic",
    "rtc",
    "sensor_hub",
    "storage",
    "thermal",
    "vibrator",
    "wifi",
)
"""What a board does, as repair shops order it: a fault of the board is one of these."""
WHEN = ("constant", "intermittent", "after_a_while", "hot", "cold")
"""How a fault may come and go."""
_TABLES = ("global", "secure", "system", "switch")
_HEALTHY, _HEALTHY_MODEM = Condition(), ModemCondition()
_OFTEN = ("_period_s", "_mean_s")  # time between events: 0 is never, and the shorter the worse
_NEED = re.compile(r"(\w+) (=|!=|>=|<) (.+)")
_TOLD = ("reason", "fault_from", "because")
_KEYS = {"truth", "function", "cause", "seen_from", "conditions", "default", "needs", *_TOLD}
_CHANGES = ("drives", "wear", "modem", "settings")


class BadEntry(ValueError):
    """An entry of the library makes no sense; the text names it and says why."""


@dataclass
class Effect:
    """What faults make of a phone: state of parts and software, worn physics, state around the modem, settings."""

    condition: Condition = field(default_factory=Condition)
    wear: dict[str, float] = field(default_factory=dict)
    modem: ModemCondition = field(default_factory=ModemCondition)
    settings: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Fault:
    """One way for a phone to be broken.

    ``truth`` is a component code, ``function`` set for board functions, ``seen_from`` the earliest stage that can see
    it, ``conditions`` how it may come and go, ``severity_default`` a clear case, ``needs`` what the profile must be.
    """

    id: str
    truth: str
    function: str | None
    cause: str
    seen_from: str
    conditions: tuple[str, ...]
    severity_default: float
    needs: tuple[str, ...]
    drives: dict[str, Any]
    wear: dict[str, Any]
    modem: dict[str, Any]
    settings: dict[str, Any]
    told: dict[str, Any]

    @property
    def reason(self) -> str:
        """The physical cause in one sentence."""
        return str(self._tell("reason"))

    @property
    def fault_from(self) -> float:
        """The severity from which a bench engineer calls it a fault."""
        return float(self._tell("fault_from"))

    @property
    def because(self) -> str:
        """Why it is a fault from that severity on."""
        return str(self._tell("because"))

    def fits(self, profile: Profile) -> bool:
        """Tell whether a phone of this kind can have the fault."""
        return all(_holds(profile, need) for need in self.needs)

    def row(self) -> dict[str, Any]:
        """Return everything that is known of it, for lists."""
        return {
            "id": self.id,
            "truth": self.truth,
            "function": self.function,
            "cause": self.cause,
            "reason": self.reason,
            "fault_from": self.fault_from,
            "because": self.because,
            "seen_from": self.seen_from,
            "conditions": list(self.conditions),
            "severity_default": self.severity_default,
            "needs": list(self.needs),
            "drives": self.drives,
            "wear": self.wear,
            "modem": self.modem,
            "settings": self.settings,
        }

    def _tell(self, key: str) -> Any:
        return self.told[key] if key in self.told else getattr(self._mode(), key)

    def _mode(self) -> FaultMode[Any]:
        from hwsim.physics.library import fault_modes  # noqa: PLC0415 - an idle rack needs no arrays

        return fault_modes()[next(iter(self.wear)).partition("@")[0]]


def make_fault(name: str, entry: dict[str, Any]) -> Fault:
    """Read one table of a file; raises BadEntry. Modes of the physics are looked up when somebody asks for them."""
    wrong = _wrong(entry)
    if wrong:
        raise BadEntry(f"{name}: {wrong}")
    changes: dict[str, Any] = {key: entry.get(key, {}) for key in _CHANGES}
    return Fault(
        id=name,
        truth=entry["truth"],
        function=entry.get("function"),
        cause=entry.get("cause", "hardware"),
        seen_from=entry["seen_from"],
        conditions=tuple(entry.get("conditions", ("constant",))),
        severity_default=float(entry.get("default", 0.7)),
        needs=tuple(entry.get("needs", ())),
        told={key: entry[key] for key in _TOLD if key in entry},
        **changes,
    )


def effect_of(faults: Iterable[tuple[Fault, float]]) -> Effect:
    """Return what faults at their severities make of a healthy phone.

    Where two drive one field the worse wins: what is further from a healthy phone, or happens more often; dead buses
    and loose flexes are named together. A setting has one value: the last fault's.
    """
    effect = Effect()
    modem: dict[str, Any] = {}
    for fault, severity in faults:
        for name, value in fault.drives.items():
            driven = _at(value, severity)
            driven = round(driven) if is_whole(name) else driven
            setattr(effect.condition, name, _worse(name, getattr(effect.condition, name), driven, _HEALTHY))
        for name, value in fault.wear.items():
            effect.wear[name] = max(float(_at(value, severity)), effect.wear.get(name, 0.0))
        for name, value in fault.settings.items():
            table, _, key = name.partition("/")
            set_to = _at(value, severity)
            effect.settings[table, key] = set_to if isinstance(set_to, str) else str(round(set_to))
        for name, value in fault.modem.items():
            modem[name] = _worse(name, modem.get(name), _at(value, severity), _HEALTHY_MODEM)
    effect.modem = ModemCondition(**modem)
    return effect


def _worse(name: str, one: Any, other: Any, healthy: object) -> Any:
    """Return the worse of two values of a field (None: not driven yet)."""
    good = getattr(healthy, name)
    if one in (None, good, other) or other == good:
        return other if one is None or one == good else one
    if isinstance(good, str):
        return f"{one}+{other}"
    if name.endswith(_OFTEN):
        return min(one, other)
    return max(one, other, key=lambda value: abs(value - good))


def _at(value: Any, severity: float) -> Any:
    if isinstance(value, list):
        return value[0] + (value[1] - value[0]) * severity
    return value


def _holds(profile: Profile, need: str) -> bool:
    found = _NEED.fullmatch(need)
    name, sign, value = found.groups() if found else ("", "", "")
    has = getattr(profile, name)
    if sign in {"=", "!="}:
        return (str(has) == value) == (sign == "=")
    return (float(has) >= float(value)) == (sign == ">=")


def _wrong(entry: dict[str, Any]) -> str:
    """Return what is wrong with a table, or nothing."""
    unknown = [f"key {key}" for key in entry if key not in {*_KEYS, *_CHANGES}]
    unknown += [f"condition of the phone {key}" for key in entry.get("drives", {}) if not is_field(key)]
    unknown += [f"condition of the modem {key}" for key in entry.get("modem", {}) if not is_modem_field(key)]
    unknown += [f"settings table {key}" for key in entry.get("settings", {}) if key.partition("/")[0] not in _TABLES]
    unknown += [f"way to come and go {word}" for word in entry.get("conditions", []) if word not in WHEN]
    unknown += [f"need {need}" for need in entry.get("needs", []) if not _NEED.fullmatch(need)]
    unknown += [f"cause {entry['cause']}"] if entry.get("cause", "hardware") not in CAUSES else []
    unknown += [f"stage {entry.get('seen_from')}"] if entry.get("seen_from") not in STAGES else []
    if unknown:
        return "there is no " + ", no ".join(unknown)
    if ("function" in entry) != (entry.get("truth") == "PCB"):
        return "a function belongs to the board, and the board has a function"
    if entry.get("function", FUNCTIONS[0]) not in FUNCTIONS:
        return f"a board has no function {entry['function']}; it has {', '.join(FUNCTIONS)}"
    missing = [key for key in _TOLD if key not in entry]
    if missing and next(iter(entry.get("wear", {}).values()), None) != [0.0, 1.0]:
        return f"{', '.join(missing)} must be told where no physics mode tells it"
    return ""
