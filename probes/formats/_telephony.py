"""``dumpsys telephony.registry``: service state and signal strength per SIM slot."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._reading import append, flag, lines, number, require, whole

_PHONE = re.compile(r"\s{1,8}Phone Id=(-?\d{1,4})\s{0,8}")
_FIELD = re.compile(r"\s{1,12}(m[A-Z][A-Za-z]{2,60})= ?(.{0,16000})")
_KEPT = frozenset(
    {
        "mServiceState",
        "mSignalStrength",
        "mCallState",
        "mDataConnectionState",
        "mUserMobileDataState",
        "mCallForwarding",
    }
)
_TECHNOLOGY = re.compile(r"getRil(?:Voice|Data)RadioTechnology=\d{1,4}\(([A-Za-z0-9_+-]{2,20})\)")
_KNOWN_STATE = "last known state:"
_STATES = {0: "in_service", 1: "out_of_service", 2: "emergency_only", 3: "power_off"}
_REG = re.compile(r"m(Voice|Data)RegState=(-?\d{1,4})")
_KEY = re.compile(r"(?<![A-Za-z])(m?[A-Za-z]{2,40}) ?= ?([^,{}]{0,80})")
_REGISTRATION = re.compile(
    r"NetworkRegistrationInfo\{ ?domain=([A-Z_]{2,8}) transportType=WWAN registrationState=([A-Z_]{4,30})"
)
_REJECT_CAUSE = re.compile(r"rejectCause=(\d{1,4})(?!\d)")
_CAMPED_ON = re.compile(r"cellIdentity=CellIdentity[^{]{2,20}\{[^{}]{0,300}?mMcc=(\d{3}) mMnc=(\d{2,3})(?!\d)")
_REGISTRATION_STATES = {
    "HOME": "home",
    "ROAMING": "roaming",
    "DENIED": "denied",
    "NOT_REG_SEARCHING": "searching",
    "NOT_REG_OR_NOT_SEARCHING": "not_searching",
}
_MAX_REGISTRATIONS, _MAX_REGISTRATION = 8, 2000
_CELL = re.compile(r"CellSignalStrength(Lte|Nr|Gsm|Wcdma):")
_CELL_FIELD = re.compile(r"(?<![A-Za-z])([A-Za-z]{2,12}) ?= ?(-?\d{1,11})")
# Java's "no value" and the modem's (3GPP TS 27.007: 99 = not known)
_NO_VALUE = frozenset({2147483647, -2147483648, -1})
_RSRP_DBM, _RSRQ_DB = range(-140, -42), range(-34, 4)
_NR_RSRP_DBM = range(-156, -30)
_GSM_ASU, _RSSI_DBM = range(32), range(-113, -50)
_DBM_OF_ASU_0, _DBM_PER_ASU = -113, 2
_MIN_POSITIONS = 7
_LTE_ASU, _LTE_RSRP, _LTE_RSRQ = 7, 8, 9
_NUMERIC = re.compile(r"\d{5,6}")
_EMERGENCY = re.compile(r"Emerg(?:ency)?Only[=:] ?(true|false)")
_ROAMING = frozenset({"home", "roaming", "domestic", "international", "unknown"})
_NAMES = 2
_WCDMA_RSCP_DBM = range(-120, -23)
_MAX_SLOTS = 8


@dataclass(frozen=True, slots=True)
class Signal:
    """Signal of one slot; None for "no value" and for anything outside the range that the standard allows."""

    gsm_rssi_dbm: int | None = None
    wcdma_rscp_dbm: int | None = None
    lte_rssi_dbm: int | None = None
    lte_rsrp_dbm: int | None = None
    lte_rsrq_db: int | None = None
    nr_rsrp_dbm: int | None = None

    @property
    def any_value(self) -> bool:
        """Whether the modem reported any signal at all."""
        values = (self.gsm_rssi_dbm, self.wcdma_rscp_dbm, self.lte_rssi_dbm, self.lte_rsrp_dbm, self.nr_rsrp_dbm)
        return any(value is not None for value in values)


@dataclass(frozen=True, slots=True)
class Registration:
    """Where one domain (``CS``, ``PS``) of a slot stands with the network, on Android 10 and later.

    ``state`` is home, roaming, denied, searching, not_searching or unknown; ``reject_cause`` the network's cause (TS
    24.008 10.5.3.6, TS 24.301 9.9.3.9), 0 for none; ``camped_on`` the network (MCC and MNC) of the cell that is
    listened to, registered or not.
    """

    domain: str
    state: str
    reject_cause: int
    camped_on: str | None


@dataclass(frozen=True, slots=True)
class SlotState:
    """One SIM slot. The raw strings are as printed; states are ServiceState: in_service, out_of_service ..."""

    phone_id: int | None
    service_state_raw: str | None
    signal_strength_raw: str | None
    voice_state: str | None
    data_state: str | None
    operator_name: str | None
    operator_numeric: str | None
    emergency_only: bool | None
    call_state: int | None
    data_connection_state: int | None
    user_mobile_data: bool | None
    call_forwarding: bool | None
    radio_technologies: tuple[str, ...]
    signal: Signal
    registrations: tuple[Registration, ...] = ()


@dataclass(frozen=True, slots=True)
class TelephonyRegistry:
    """The slots in the order of the text."""

    slots: tuple[SlotState, ...]


def parse_telephony(text: str) -> TelephonyRegistry:
    """Read ``dumpsys telephony.registry`` of any Android version, one or more SIM slots.

    Raises:
        NotUnderstood: there is no service state and no signal strength.
    """
    slots: list[tuple[int | None, dict[str, str]]] = []
    marked = False
    for line in lines(text):
        if line.startswith(_KNOWN_STATE):
            marked = True
        elif found := _PHONE.fullmatch(line):
            append(slots, (int(found[1]), {}), cap=_MAX_SLOTS)
        elif (found := _FIELD.match(line)) and found[1] in _KEPT:
            if not slots:
                slots.append((None, {}))
            slots[-1][1].setdefault(found[1], found[2])
    known = any("mServiceState" in table or "mSignalStrength" in table for _, table in slots)
    require(known or (marked and slots), "telephony.registry dump", text)
    return TelephonyRegistry(slots=tuple(_slot(phone_id, table) for phone_id, table in slots))


def _slot(phone_id: int | None, table: dict[str, str]) -> SlotState:
    service, signal = table.get("mServiceState"), table.get("mSignalStrength")
    voice, data = _states(service or "")
    name, numeric = _operator(service or "")
    emergency = _EMERGENCY.search(service or "")
    return SlotState(
        phone_id=phone_id,
        service_state_raw=service,
        signal_strength_raw=signal,
        voice_state=_STATES.get(voice) if voice is not None else None,
        data_state=_STATES.get(data) if data is not None else None,
        operator_name=name,
        operator_numeric=numeric,
        emergency_only=emergency[1] == "true" if emergency else None,
        call_state=whole(table.get("mCallState")),
        data_connection_state=whole(table.get("mDataConnectionState")),
        user_mobile_data=flag(table.get("mUserMobileDataState")),
        call_forwarding=flag(table.get("mCallForwarding")),
        radio_technologies=tuple(_TECHNOLOGY.findall(service or "")),
        signal=_signal(signal or ""),
        registrations=_registrations(service or ""),
    )


def _registrations(service: str) -> tuple[Registration, ...]:
    """Read the domains over the mobile network; those over Wi-Fi say nothing of the radio."""
    starts = [*_REGISTRATION.finditer(service)][:_MAX_REGISTRATIONS]
    found = []
    for place, head in enumerate(starts):
        end = min(
            starts[place + 1].start() if place + 1 < len(starts) else len(service), head.end() + _MAX_REGISTRATION
        )
        cause, cell = _REJECT_CAUSE.search(service, head.end(), end), _CAMPED_ON.search(service, head.end(), end)
        found.append(
            Registration(
                domain=head[1],
                state=_REGISTRATION_STATES.get(head[2], "unknown"),
                reject_cause=int(cause[1]) if cause else 0,
                camped_on=cell[1] + cell[2] if cell else None,
            )
        )
    return tuple(found)


def _states(service: str) -> tuple[int | None, int | None]:
    if service.startswith("{"):
        found = {kind: int(value) for kind, value in _REG.findall(service)}
        return found.get("Voice"), found.get("Data")
    tokens = [*service.split(None, 2), "", ""]
    return whole(tokens[0]), whole(tokens[1])


def _operator(service: str) -> tuple[str | None, str | None]:
    if service.startswith("{"):
        fields: dict[str, str] = {}
        for key, value in _KEY.findall(service):
            fields.setdefault(key, value.strip())
        names = ("mVoiceOperatorAlphaLong", "mOperatorAlphaLong", "mDataOperatorAlphaLong")
        numbers = ("mVoiceOperatorNumeric", "mOperatorNumeric", "mDataOperatorNumeric")
        return _present(fields, names), _present(fields, numbers)
    tokens = service.split(None, 20)
    number_at = next((place for place, token in enumerate(tokens) if _NUMERIC.fullmatch(token)), None)
    if number_at is None or not tokens[number_at].strip("0"):
        return None, None
    # the long and the short name stand between the roaming words and the number; a name may have blanks
    roaming_at = max((place for place in range(number_at) if tokens[place] in _ROAMING), default=number_at)
    between = tokens[roaming_at + 1 : number_at]
    name = between[0] if len(between) == _NAMES else " ".join(between)
    return (name if name not in {"", "null"} else None), tokens[number_at]


def _present(fields: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((value for name in names if (value := fields.get(name, "")) not in {"", "null"}), None)


def _signal(raw: str) -> Signal:
    return _named_signal(raw) if "CellSignalStrength" in raw else _positional_signal(raw)


def _positional_signal(raw: str) -> Signal:
    """Android 2 to 9: asu, bit error rate, five CDMA values, then asu, RSRP, RSRQ ... of LTE by position."""
    tokens = raw.removeprefix("SignalStrength:").split(None, 20)
    values = [number(token) for token in tokens]
    if sum(value is not None for value in values) < _MIN_POSITIONS:
        return Signal()
    return Signal(
        gsm_rssi_dbm=_asu_dbm(_at(values, 0)),
        lte_rssi_dbm=_asu_dbm(_at(values, _LTE_ASU)),
        lte_rsrp_dbm=_within(_at(values, _LTE_RSRP), _RSRP_DBM),
        lte_rsrq_db=_within(_at(values, _LTE_RSRQ), _RSRQ_DB),
    )


def _named_signal(raw: str) -> Signal:
    """Android 10 and later: one block of ``name=value`` per radio technology, dBm and dB."""
    cells: dict[str, dict[str, int]] = {}
    starts = [*_CELL.finditer(raw)][:20]
    for place, found in enumerate(starts):
        end = starts[place + 1].start() if place + 1 < len(starts) else len(raw)
        table = {key: int(value) for key, value in _CELL_FIELD.findall(raw, found.end(), min(end, found.end() + 600))}
        cells.setdefault(found[1], table)
    lte, new_radio = cells.get("Lte", {}), cells.get("Nr", {})
    return Signal(
        gsm_rssi_dbm=_within(cells.get("Gsm", {}).get("rssi"), _RSSI_DBM),
        wcdma_rscp_dbm=_within(cells.get("Wcdma", {}).get("rscp"), _WCDMA_RSCP_DBM),
        lte_rssi_dbm=_within(lte.get("rssi"), _RSSI_DBM),
        lte_rsrp_dbm=_within(lte.get("rsrp"), _RSRP_DBM),
        lte_rsrq_db=_within(lte.get("rsrq"), _RSRQ_DB),
        nr_rsrp_dbm=_within(new_radio.get("ssRsrp"), _NR_RSRP_DBM),
    )


def _at(values: list[float | None], place: int) -> int | None:
    value = values[place] if place < len(values) else None
    return None if value is None else int(value)


def _within(value: int | None, allowed: range) -> int | None:
    return None if value is None or value in _NO_VALUE or value not in allowed else value


def _asu_dbm(asu: int | None) -> int | None:
    known = _within(asu, _GSM_ASU)
    return None if known is None else _DBM_OF_ASU_0 + _DBM_PER_ASU * known
