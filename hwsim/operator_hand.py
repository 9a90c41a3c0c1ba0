"""What the bench's operator does to a phone and answers, asked for over the control socket.

``{"cmd": "operator", "do": "press", "what": "volume_up"}`` -> what the operator says, how long it took, and nothing
about what is true. Answers and deeds can be wrong, as those of people are: see hwsim.physics.operator.
"""

from __future__ import annotations

import math
import weakref
from typing import TYPE_CHECKING, Any, cast

from hwsim.phone import cellular
from hwsim.phone.at_bench import bench_of, change_card, supply_phone
from hwsim.phone.misconfiguration import SWITCHED_OFF, switch_off
from hwsim.physics.bench import CHARGERS, OWNERS, POSTURES, SCENES
from hwsim.physics.operator import Operator, median_s
from hwsim.render.radios import nfc_on
from hwsim.worn_hand import pass_magnet, press, stroke

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.phone.phone import Phone
    from hwsim.physics.bench import Owner
    from hwsim.physics.operator import Deed

_KEYS = {"power": "POWER", "volume_up": "VOLUMEUP", "volume_down": "VOLUMEDOWN"}
_SENSORS = ("light", "proximity", "top")
_ROWS, _COLUMNS = 12, 7
_LIFT_S = 0.2
_PACE_S, _SLOW_PACE_S = 0.5, 1.1  # a power key that is pressed five times in a hurry calls for help
_TURN_PACE_S = 0.4  # fingers that lie on several keys
_MOST_PRESSES = 100
_MAGNET_PACE_S = 2.5
_TAG_REACH_CM = 4.0
_SEEN_LUX = 0.5
_HAND_DPS = 90.0
_LOST_RATIO = 0.1
_LOOKS: dict[str, Callable[[Phone], float]] = {
    "swollen": lambda phone: min(phone.condition.battery_swell_mm / 1.5, 1.0),
    "cover_cracked": lambda phone: min(phone.condition.cover_crack_ratio * 7.0, 1.0),
    "frame_bent": lambda phone: min(phone.condition.frame_bend_mm / 0.8, 1.0),
    "hinge_loose": lambda phone: min(phone.condition.hinge_play_deg / 13.0, 1.0),
    "liquid_marks": lambda phone: min(phone.condition.seal_open_ratio * 5.5, 1.0),
    "screen_dark": lambda phone: float(not (phone.condition.panel_on_bus and phone.condition.backlight_on_bus)),
    "vibrates": lambda phone: 1.0 - phone.wear.get("motor.weak", 0.0),
    "plug_loose": lambda phone: min(2.0 * phone.wear.get("port.loose", 0.0), 1.0),
    "charging_sign": lambda phone: float(phone.battery.charging),
    "tag_read": lambda phone: float(_reads_tag(phone, bench_of(phone).tag_cm)),
    "has_wireless_coil": lambda phone: float(phone.profile.family == "gs"),
    "digits_right": lambda _phone: 1.0,
    "call_connects": lambda phone: float(cellular.registered(phone)),
    "second_slot": lambda _phone: 1.0,
    "rings": lambda phone: _level(phone, "speaker.coil_open", "amplifier.weak"),
    "far_end_hears": lambda phone: _level(phone, "microphone.membrane_stuck@main_microphone"),
    "near_end_hears": lambda phone: _level(phone, "earpiece.coil_open", "amplifier.weak"),
    "flash_lit": lambda phone: float(
        phone.torch_lit and phone.condition.flash_on_bus and phone.parts.flash.lux_at_1m > _SEEN_LUX
    ),
    "flash_flickers": lambda phone: min(4.0 * phone.parts.flash.dropouts_per_s, 1.0),
    "headset_plays": lambda phone: float(
        bench_of(phone).headset == "known_good"
        or (bench_of(phone).headset == "own" and not phone.condition.headset_open)
    ),
}
"""Questions of sight, hearing and touch, and the chance that a careful person says yes."""

_OPERATORS: dict[int, Operator] = {}


class BadDeed(ValueError):
    """The operator cannot be asked that; the text says what can be asked."""


def _level(phone: Phone, *wear: str) -> float:
    """Whether a person hears a voice or a ring that these wears have made quieter: 20 dB less is lost in a room."""
    left = math.prod(1.0 - phone.wear.get(name, 0.0) for name in wear)
    return float(left > _LOST_RATIO)


def operator_of(phone: Phone) -> Operator:
    """Return the person at the bench of a phone, drawn from the phone's seed."""
    found = _OPERATORS.get(id(phone))
    if found is None:
        weakref.finalize(phone, _OPERATORS.pop, id(phone), None).atexit = False
        found = _OPERATORS[id(phone)] = Operator(phone.seed)
    return found


def ask(phone: Phone, request: dict[str, Any]) -> dict[str, Any]:
    """Do what a request asks and return ``answer`` and ``took_s``; ``{"advance": true}`` lets that time pass.

    Raises:
        BadDeed: the request makes no sense.
    """
    action, what = str(request.get("do")), str(request.get("what", ""))
    found = _ACTIONS.get(action)
    if found is None:
        raise BadDeed(f"the operator can {', '.join(sorted(_ACTIONS))}, not {action!r}")
    reply = found(phone, what, request)
    if request.get("advance") is True:
        phone.clock.advance(reply["took_s"])
        phone.refresh()
    return reply


def _told(deed: Deed, answer: str = "done") -> dict[str, Any]:
    # who has overlooked something does not know it, and says what he always says
    return {"answer": answer, "took_s": round(deed.took_s, 3)}


def _one_of(what: str, known: tuple[str, ...], thing: str) -> None:
    if what not in known:
        raise BadDeed(f"{thing} is one of {', '.join(known)}, not {what!r}")


def _press(phone: Phone, what: str, _request: dict[str, Any]) -> dict[str, Any]:
    """Press a key once, or so many times (``volume_up x30``), or several in turn; each press has a slip of its own."""
    names, _, times = what.partition(" x")
    keys = names.split(",")
    for key in keys:
        _one_of(key, tuple(_KEYS), "a key")
    if times and not (times.isdecimal() and 1 <= int(times) <= _MOST_PRESSES):
        raise BadDeed(f"presses are 1 to {_MOST_PRESSES}, not {times!r}")
    pace_s = _TURN_PACE_S if len(keys) > 1 else _SLOW_PACE_S if keys == ["power"] else _PACE_S
    presses = keys * int(times or 1)
    for number, key in enumerate(presses):
        deed = operator_of(phone).does("press", key)
        if deed.what:
            press(phone, _KEYS[deed.what], after_s=number * pace_s)
    if times:
        return {"answer": "done", "took_s": round(deed.took_s + len(presses) * pace_s, 3)}
    return _told(deed)


def _swipe_grid(phone: Phone, _what: str, _request: dict[str, Any]) -> dict[str, Any]:
    """Stroke along every row and then every column of a grid."""
    deed = operator_of(phone).does("swipe_grid", "screen")
    wide, high = phone.profile.screen[:2]
    if not deed.what:
        return _told(deed)
    rows = [round((row + 0.5) * high / _ROWS) for row in range(_ROWS)]
    columns = [round((column + 0.5) * wide / _COLUMNS) for column in range(_COLUMNS)]
    strokes = [((2, y), (wide - 3, y)) for y in rows] + [((x, 2), (x, high - 3)) for x in columns]
    after_s = 0.0
    for begin, end in strokes:
        after_s += stroke(phone, begin, end, after_s=after_s) + _LIFT_S
    return {"answer": "done", "took_s": round(max(deed.took_s, after_s), 3)}


def _plug(phone: Phone, what: str, request: dict[str, Any]) -> dict[str, Any]:
    cable = str(request.get("cable", "known_good"))
    if what == "own_cable":  # the customer's cable on the bench's charger
        what, cable = "known_good", "own"
    _one_of(what, CHARGERS, "a charger")
    _one_of(cable, OWNERS, "a cable")
    deed = operator_of(phone).does("plug", what)
    if deed.what:
        bench = bench_of(phone)
        bench.charger, bench.cable = what, _owner(cable)
        supply_phone(phone)
    return _told(deed)


def _turn_plug(phone: Phone, _what: str, _request: dict[str, Any]) -> dict[str, Any]:
    """Pull the plug, turn it over and put it back: a USB-C port has a pin for each way."""
    deed = operator_of(phone).does("plug", "turned")
    if deed.what:
        bench_of(phone).plug_turned ^= True
        supply_phone(phone)
    return _told(deed)


def _switch_off(phone: Phone, what: str, _request: dict[str, Any]) -> dict[str, Any]:
    """Have the owner undo in the phone's menus what no shell reaches: a limit, a headset, an access point."""
    _one_of(what, SWITCHED_OFF, "what can be switched off")
    deed = operator_of(phone).does("switch_off", what)
    if deed.what:
        switch_off(phone, deed.what)
    return _told(deed)


def _unplug(phone: Phone, _what: str, _request: dict[str, Any]) -> dict[str, Any]:
    deed = operator_of(phone).does("unplug", "cable")
    if deed.what:
        bench_of(phone).charger = "none"
        supply_phone(phone)
    return _told(deed)


def _insert_sim(phone: Phone, what: str, _request: dict[str, Any]) -> dict[str, Any]:
    """Put a card into the first slot, or into the second (``known_good second``)."""
    owner, _, slot = what.partition(" ")
    _one_of(slot, ("", "second"), "a slot")
    deed = _swap(phone, "insert_sim", owner)
    if deed.what:
        if slot:
            bench_of(phone).second_sim = _owner(owner)
        else:
            bench_of(phone).sim = _owner(owner)
        change_card(phone)
    return _told(deed)


def _headset(phone: Phone, what: str, _request: dict[str, Any]) -> dict[str, Any]:
    deed = _swap(phone, "headset", what)
    if deed.what:
        bench_of(phone).headset = _owner(what)
    return _told(deed)


def _swap(phone: Phone, action: str, what: str) -> Deed:
    _one_of(what, OWNERS, "what is put in")
    return operator_of(phone).does(action, what)


def _owner(what: str) -> Owner:
    return cast("Owner", what)  # checked by _one_of


def _aim(phone: Phone, what: str, _request: dict[str, Any]) -> dict[str, Any]:
    """Hold a view before the rear cameras, or before the front one (``front_chart``)."""
    facing, scene = ("front", what.removeprefix("front_")) if what.startswith("front_") else ("rear", what)
    _one_of(scene, SCENES, "a view")
    deed = operator_of(phone).does("place", scene)
    if deed.what in SCENES:
        bench_of(phone).scenes[facing] = deed.what
    return _told(deed)


def _turn(phone: Phone, what: str, _request: dict[str, Any]) -> dict[str, Any]:
    """Begin or end to turn the phone about its long axis in the hand."""
    _one_of(what, ("start", "stop"), "turning")
    bench, now_s = bench_of(phone), phone.clock.uptime_s
    bench.turn_deg += bench.turn_rate_dps * (now_s - bench.turn_since_s)
    bench.turn_since_s, bench.turn_rate_dps = now_s, _HAND_DPS if what == "start" else 0.0
    bench.turn_until_s = math.inf
    return {"answer": "done", "took_s": 0.0}


def _start(phone: Phone, _what: str, _request: dict[str, Any]) -> dict[str, Any]:
    """Hold the power key of a phone whose screen is dark until it starts."""
    deed = operator_of(phone).does("press", "start")
    if deed.what:
        phone.power_key_held()
    return _told(deed)


def _wiggle_plug(phone: Phone, _what: str, _request: dict[str, Any]) -> dict[str, Any]:
    """Move the plug in the port: a contact that is loose opens and closes by itself meanwhile."""
    return _told(operator_of(phone).does("plug", "wiggle"))


def _place(phone: Phone, what: str, _request: dict[str, Any]) -> dict[str, Any]:
    _one_of(what, POSTURES, "a posture")
    deed = operator_of(phone).does("place", what)
    if deed.what:
        bench = bench_of(phone)
        bench.posture, bench.turn_deg, bench.turn_rate_dps = what, 0.0, 0.0
    return _told(deed)


def _cover(phone: Phone, what: str, _request: dict[str, Any]) -> dict[str, Any]:
    _one_of(what, _SENSORS, "what is covered")
    deed = operator_of(phone).does("cover", what)
    if deed.what:
        bench_of(phone).covered = what
    return _told(deed)


def _hold_magnet(phone: Phone, what: str, _request: dict[str, Any]) -> dict[str, Any]:
    """Hold a magnet over the Hall switch and take it away again, so many times (``x3``)."""
    times = what.removeprefix("x")
    if not times.isdecimal() or not 1 <= int(times) <= _MOST_PRESSES:
        raise BadDeed(f"passes are x1 to x{_MOST_PRESSES}, not {what!r}")
    for number in range(int(times)):
        if operator_of(phone).does("hold_magnet", "switch").what:
            pass_magnet(phone, after_s=number * _MAGNET_PACE_S)
    return {"answer": "done", "took_s": round(int(times) * _MAGNET_PACE_S, 3)}


def _uncover(phone: Phone, _what: str, _request: dict[str, Any]) -> dict[str, Any]:
    deed = operator_of(phone).does("uncover", "sensor")
    if deed.what:
        bench_of(phone).covered = ""
    return _told(deed)


def _take_photo(phone: Phone, what: str, _request: dict[str, Any]) -> dict[str, Any]:
    """Take a photo of the phone for the record; the answer names it."""
    deed = operator_of(phone).does("take_photo", what or "phone")
    if not deed.what:
        return _told(deed, "no photo")
    photos = bench_of(phone).photos
    photos.append(f"{what or 'phone'}-{len(photos) + 1}.jpg")
    return _told(deed, photos[-1])


def _hold_tag(phone: Phone, what: str, _request: dict[str, Any]) -> dict[str, Any]:
    """Hold a known-good tag at a distance (cm, in ``what``); the answer says whether the phone chirps.

    The field of a small coil falls with the third power of the distance: 60 dB for each decade.
    """
    if not what.replace(".", "", 1).isdecimal():
        raise BadDeed(f"a distance is a number of cm, not {what!r}")
    bench_of(phone).tag_cm = float(what)
    yes, took_s = operator_of(phone).answers(truth=_reads_tag(phone, float(what)), action="place")
    return {"answer": "yes" if yes else "no", "took_s": round(took_s, 3)}


def _reads_tag(phone: Phone, distance_cm: float) -> bool:
    reach_cm = _TAG_REACH_CM * 10.0 ** (-phone.condition.nfc_coil_loss_db / 60.0)
    return nfc_on(phone) and distance_cm <= reach_cm


def _look(phone: Phone, what: str, _request: dict[str, Any]) -> dict[str, Any]:
    """Look for one thing, or for several (``cover_cracked,frame_bent``): the answer then names those that are seen.

    Each thing takes its look; what it takes to read the question and to answer is spent once.
    """
    names = what.split(",")
    for name in names:
        _one_of(name, tuple(_LOOKS), "what can be looked for")
    phone.refresh()
    looks = {name: operator_of(phone).sees(_LOOKS[name](phone)) for name in names}
    took_s = max(sum(took for _, took in looks.values()) - (len(names) - 1) * median_s("answer"), median_s("answer"))
    seen = [name for name, (yes, _) in looks.items() if yes]
    answer = ",".join(seen) if len(names) > 1 else "yes" if seen else "no"
    return {"answer": answer, "took_s": round(took_s, 3)}


_ACTIONS: dict[str, Callable[[Phone, str, dict[str, Any]], dict[str, Any]]] = {
    "press": _press,
    "swipe_grid": _swipe_grid,
    "plug": _plug,
    "turn_plug": _turn_plug,
    "switch_off": _switch_off,
    "unplug": _unplug,
    "insert_sim": _insert_sim,
    "headset": _headset,
    "place": _place,
    "aim": _aim,
    "turn": _turn,
    "start": _start,
    "wiggle_plug": _wiggle_plug,
    "cover": _cover,
    "uncover": _uncover,
    "hold_magnet": _hold_magnet,
    "take_photo": _take_photo,
    "look": _look,
    "hold_tag": _hold_tag,
}
