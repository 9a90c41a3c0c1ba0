"""The cellular side of a phone: its card, where it is registered and how well it hears, for dumps and modem alike."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hwsim.modem.card import Contact, Subscription
from hwsim.modem.network import ILLEGAL_EQUIPMENT, ILLEGAL_SUBSCRIBER
from hwsim.modem.radio import CAMP_LOWEST_DBM, Antenna, Cell, Radio, Signal
from hwsim.phone.at_bench import bench_of
from hwsim.phone.identity import luhn_digit

if TYPE_CHECKING:
    from hwsim.modem.condition import Condition
    from hwsim.phone.phone import Phone

_LTE, _GSM = 7, 2
_OTHER_PLMN = "00102"  # of the networks set aside for tests (ITU-T E.212): one that refuses this card
_FIELD_DBM, _GAIN_SPREAD_DB = -91.0, 2.5  # a small cell on the bench, turned up to full bars
_REGISTERED, _DENIED, _SEARCHING, _IDLE = "HOME", "DENIED", "NOT_REG_SEARCHING", "NOT_REG_OR_NOT_SEARCHING"
_LEVELS_DBM = (-128.0, -118.0, -108.0, -98.0)  # AOSP's default steps of RSRP


def subscription(phone: Phone) -> Subscription:
    """Return the card in the first slot: of the profile's operator, with numbers that belong to nobody."""
    numeric, name = phone.profile.imsi_operator
    draw = phone.rng("subscription")
    account = "".join(draw.choice("0123456789") for _ in range(15 - len(numeric)))
    digits = "8999" + "".join(phone.rng("iccid").choice("0123456789") for _ in range(14))
    return Subscription(
        imsi=numeric + account,
        iccid=digits + luhn_digit(digits),
        number="+999" + account[-8:],
        operator=name,
        smsc="+99900000001",
        puk="".join(draw.choice("0123456789") for _ in range(8)),
        plmn_digits=len(numeric),
    )


def modem_condition(phone: Phone) -> Condition:
    """Return the state around the modem: what faults make of it, and the settings of the phone."""
    flight_mode = phone.settings.get(("global", "airplane_mode_on"), "0") == "1"
    return replace(phone.modem_condition, flight_mode=flight_mode)


def radio(phone: Phone) -> Radio:
    """Return the receiver with its antenna and the cells that a good phone hears at the bench."""
    numeric, name = phone.profile.imsi_operator
    # one field for all phones of a bench; units and models differ by the gain of their antennas
    rsrp_dbm = _FIELD_DBM + phone.rng("signal").uniform(-_GAIN_SPREAD_DB, _GAIN_SPREAD_DB)
    draw = phone.rng("cells")
    area, cell = draw.randrange(1, 0xFFFE), draw.randrange(1 << 27)
    return Radio(
        seed=phone.seed,
        antenna=antenna_of(modem_condition(phone)),
        cells=(
            Cell(numeric, name, name[:8], _LTE, rsrp_dbm, area, cell),
            Cell(numeric, name, name[:8], _GSM, rsrp_dbm - 4.0, area, cell >> 11),
            Cell(_OTHER_PLMN, "Bench Net Two", "BenchTwo", _LTE, rsrp_dbm - 11.0, 0x2C01, 0x0312AA07, allowed=False),
        ),
    )


def antenna_of(condition: Condition) -> Antenna:
    """Return the way from the air to the receiver in this condition."""
    return Antenna(
        condition.antenna_loss_db,
        receive_dead=condition.receive_dead,
        transmit_dead=condition.transmit_dead,
        breaks_ratio=condition.antenna_breaks_ratio,
        noise_figure_db=condition.noise_figure_db,
    )


def radio_on(phone: Phone) -> bool:
    """Tell whether the modem has its radio on: not in flight mode, and not while it keeps restarting or is silent."""
    condition = modem_condition(phone)
    return not (phone.condition.modem_crash_period_s or condition.silent or condition.flight_mode)


def card_state(phone: Phone) -> str:
    """Return the state of the card in the first slot in the words of ``gsm.sim.state``."""
    condition = modem_condition(phone)
    if phone.condition.modem_crash_period_s or condition.silent:
        return "NOT_READY"
    if not contact_of(phone).closed(phone.clock.elapsed_s):
        return "ABSENT"
    if condition.card_dead:
        return "CARD_IO_ERROR"
    if condition.pin_blocked:
        return "PUK_REQUIRED"
    return "PIN_REQUIRED" if condition.pin_asked else "LOADED"


def second_card_state(phone: Phone) -> str:
    """Return the state of the card in the second slot, in which the owner has none."""
    if card_state(phone) == "NOT_READY":
        return "NOT_READY"
    return "LOADED" if bench_of(phone).second_sim == "known_good" else "ABSENT"


def contact_of(phone: Phone) -> Contact:
    """Return the springs of the first slot's reader."""
    condition = modem_condition(phone)
    return Contact(present=condition.card_present, flaps_per_minute=condition.contact_flaps_per_minute, seed=phone.seed)


def registered(phone: Phone) -> bool:
    """Tell whether the phone is registered in its home network."""
    condition = modem_condition(phone)
    if not radio_on(phone) or card_state(phone) != "LOADED":
        return False
    if condition.transmit_dead or condition.identity_lost or condition.network_refuses:
        return False
    heard = signal(phone)
    return heard is not None and heard.rsrp_dbm >= CAMP_LOWEST_DBM


def registration(phone: Phone) -> tuple[str, int]:
    """Return the state of the registration in Android's words, and the network's cause (TS 24.008 §10.5.3.6) or 0."""
    condition = modem_condition(phone)
    if registered(phone):
        return _REGISTERED, 0
    if not radio_on(phone) or card_state(phone) != "LOADED":
        return _IDLE, 0
    cell = camped(phone)
    asks = cell is not None and not condition.transmit_dead and cell.plmn == subscription(phone).plmn
    if asks and (condition.network_refuses or condition.identity_lost):
        return _DENIED, ILLEGAL_SUBSCRIBER if condition.network_refuses else ILLEGAL_EQUIPMENT
    return _SEARCHING, 0


def camped(phone: Phone) -> Cell | None:
    """Return the cell that the modem listens to, registered or for emergency calls alone: the home network's first."""
    if not radio_on(phone):
        return None
    receiver = radio(phone)
    heard = [cell for cell, _ in receiver.heard(phone.clock.elapsed_s)]
    return receiver.cells[0] if receiver.cells[0] in heard else next(iter(heard), None)


def signal(phone: Phone) -> Signal | None:
    """Measure the home cell now; None where nothing is heard."""
    receiver = radio(phone)
    if receiver.antenna.receive_dead or not radio_on(phone):
        return None
    return receiver.signal(receiver.cells[0], phone.clock.elapsed_s)


def level(heard: Signal) -> int:
    """Return Android's bars, 0 to 4, by reference power."""
    return sum(heard.rsrp_dbm >= step for step in _LEVELS_DBM)
