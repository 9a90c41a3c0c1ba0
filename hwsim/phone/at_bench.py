"""The bench that each phone lies on; it stays the same when the phone restarts."""

from __future__ import annotations

import weakref
from dataclasses import replace
from typing import TYPE_CHECKING

from hwsim.phone.charge_path import GOOD_PATH
from hwsim.physics.bench import Bench

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_BENCHES: dict[int, Bench] = {}
_WORN_CABLE_OHM, _GOOD_CABLE_OHM = 1.5, 0.08


def bench_of(phone: Phone) -> Bench:
    """Return the bench of a phone; it is made when first asked for."""
    found = _BENCHES.get(id(phone))
    if found is None:
        weakref.finalize(phone, _BENCHES.pop, id(phone), None).atexit = False
        found = _BENCHES[id(phone)] = Bench(air_c=phone.ambient_c)
    return found


def supply_phone(phone: Phone) -> bool:
    """Let what is plugged in now feed the phone; tell whether the phone feels a supply.

    The customer's own charger and cable are as worn as the phone's faults say; the bench's are good.
    """
    bench, wear = bench_of(phone), phone.wear
    cable_ohm = _GOOD_CABLE_OHM + (_WORN_CABLE_OHM - _GOOD_CABLE_OHM) * wear.get("cable.resistive", 0.0) ** 2
    bench.cable_ohm = cable_ohm if bench.cable == "own" else _GOOD_CABLE_OHM
    outlet = bench.outlet(adapter_dead=wear.get("adapter.weak", 0.0) >= 1.0, cable_ohm=cable_ohm)
    phone.refresh()
    if phone.battery.path != GOOD_PATH:
        phone.logbook.freeze()  # what a worn port has reported stays, whatever is plugged in next
    phone.battery.turned = bench.plug_turned
    if outlet is None or (outlet.kind == "wireless" and phone.condition.coil_open):
        phone.battery.connect(0.0)
        return False
    limit_ma = outlet.limit_ma
    if bench.charger == "own":
        limit_ma *= 1.0 - 0.8 * wear.get("adapter.weak", 0.0)
    if phone.battery.supply_ma <= 0:
        phone.plugged_since_s = phone.clock.uptime_s
    phone.battery.connect(limit_ma, kind=outlet.kind, bus_mv=outlet.bus_mv)
    return phone.battery.supply_ma > 0


def change_card(phone: Phone) -> None:
    """Let the modem find what is in the tray now: no card, the customer's own, or one that is known to be good."""
    bench = bench_of(phone)
    own = phone.health.effect.modem
    if bench.sim == "none":
        phone.modem_condition = replace(own, card_present=False)
    elif bench.sim == "known_good":
        phone.modem_condition = replace(own, pin_asked=False, pin_blocked=False, network_refuses=False)
    else:
        phone.modem_condition = own
    for tell in phone.on_change:
        tell()
