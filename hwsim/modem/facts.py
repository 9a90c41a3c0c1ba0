"""What makers' own answers are filled with: the modem's state under short names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwsim.modem.modem import Modem
    from hwsim.modem.radio import Signal

_LOCK_WORDS = {None: "READY", 10: "NOT INSERTED", 11: "SIM PIN", 12: "SIM PUK", 13: "SIM FAILURE", 14: "NOT READY"}


def facts(modem: Modem) -> dict[str, object]:
    """Return names and values; levels are those of the cell camped on, or far below all of them."""
    card = modem.card
    problem = modem.card_problem
    cell = modem.network.cell
    plmn = cell.plmn if cell else card.subscription.plmn
    known: dict[str, object] = {
        "imei": modem.imei,
        "iccid": card.subscription.iccid if problem not in {10, 13} else "",
        "model": modem.vendor.model,
        "revision": modem.vendor.revision,
        "cfun": modem.function,
        "lock": _LOCK_WORDS[problem],
        "pin_left": card.pin_left,
        "puk_left": card.puk_left,
        "card_seen": int(problem != 10),
        "simst": 1 if problem is None else 255 if problem == 10 else 0,
        "srv": 2 if modem.network.registered else 0,
        "plmn": plmn,
        "mcc": plmn[:3],
        "mnc": plmn[3:],
        "lac": f"{cell.lac:X}" if cell else "",
        "ci": f"{cell.ci:X}" if cell else "",
    }
    return known | _levels(modem.network.signal() if modem.function == 1 else None)


def _levels(signal: Signal | None) -> dict[str, object]:
    if signal is None:
        names = ("rssi_dbm", "rsrp_dbm", "rsrq_db", "sinr_index", "rsrp_quarter", "rsrq_quarter", "sinr_quarter")
        return {"csq": 99, **dict.fromkeys(names, ""), **dict.fromkeys(_HCSQ, 255)}
    rsrp_dbm, rsrq_db = round(signal.rsrp_dbm), round(signal.rsrq_db)
    return {
        "csq": signal.csq,
        "rssi_dbm": round(signal.rssi_dbm),
        "rsrp_dbm": rsrp_dbm,
        "rsrq_db": rsrq_db,
        "sinr_index": min(250, max(0, round((signal.sinr_db + 20) * 5))),
        "rsrp_quarter": rsrp_dbm * 4,
        "rsrq_quarter": rsrq_db * 4,
        "sinr_quarter": round(signal.sinr_db * 4),
        "hcsq_rssi": min(96, max(0, round(signal.rssi_dbm + 121))),
        "hcsq_rsrp": min(97, max(0, rsrp_dbm + 141)),
        "hcsq_sinr": min(251, max(0, round((signal.sinr_db + 20) * 5))),
        "hcsq_rsrq": signal.rsrq_index,
    }


_HCSQ = ("hcsq_rssi", "hcsq_rsrp", "hcsq_sinr", "hcsq_rsrq")
