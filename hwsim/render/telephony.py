"""``dumpsys telephony.registry`` and the phone sub-info service.

Layout of the registry seen on Android 8.1 and 10; the fields of NR, from 10 on, follow AOSP and are unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone import cellular
from hwsim.render.switches import access_point_right, mobile_data_on, old_network_only, switched

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_CELLS_SINCE, _NEW_RADIO_SINCE = 29, 30
_REFUSED_SINCE = 35
_SLOT_CALL, _SLOT_CALL_NEW, _SLOT_CALL_MOVED = 3, 4, 30
_IMEI_DIGITS = 15
_SHELL_PACKAGE = "com.android.shell"
_NONE = 2147483647


def in_service(phone: Phone) -> bool:
    """Tell whether the modem holds a network: one that keeps restarting never gets that far."""
    return cellular.registered(phone)


def data_connected(phone: Phone) -> bool:
    """Tell whether mobile data flow: in service, wanted by the owner, with the operator's own access point."""
    return in_service(phone) and mobile_data_on(phone) and access_point_right(phone)


def show_registry(phone: Phone) -> str:
    """Return the telephony registry's dump, one block per SIM slot."""
    lines = ["last known state:"]
    for slot in range(2):
        attached = in_service(phone) and slot == 0
        lines += [
            f"  Phone Id={slot}",
            "    mCallState=0",
            "    mRingingCallState=0",
            "    mForegroundCallState=0",
            "    mBackgroundCallState=0",
            "    mCallIncomingNumber=",
            f"    mServiceState={_service_state(phone, slot, attached=attached)}",
            f"    mVoiceActivationState= {3 if attached else 0}",
            f"    mDataActivationState= {3 if attached else 0}",
            f"    mUserMobileDataState= {str(mobile_data_on(phone)).lower()}",
            f"    mSignalStrength={_signal(phone, camped=slot == 0 and cellular.camped(phone) is not None)}",
            "    mMessageWaiting=false",
            f"    mCallForwarding={str(attached and switched(phone, 'forwarding')).lower()}",
            "    mDataActivity=0",
            f"    mDataConnectionState={2 if attached and data_connected(phone) else 0 if in_service(phone) else -1}",
        ]
    lines += ["  mDefaultSubId=1", "  mDefaultPhoneId=0", "registrations: count=31"]
    return "\n".join(lines) + "\n"


def _service_state(phone: Phone, slot: int, *, attached: bool) -> str:
    numeric, name = phone.profile.imsi_operator
    # A modem in restart has its radio off; a slot without a card is merely out of service.
    code = "0(IN_SERVICE)" if attached else "1(OUT_OF_SERVICE)" if cellular.radio_on(phone) else "3(POWER_OFF)"
    operator = name if attached else "null"
    radio = ("16(GSM)" if old_network_only(phone) else "14(LTE)") if attached else "0(Unknown)"
    number = numeric if attached else "null"
    channel = 6300 if attached else -1
    head = (
        f"mVoiceRegState={code}, mDataRegState={code}, mChannelNumber="
        f"{channel}, duplexMode()={int(attached)}, mCellBandwidths=[]"
    )
    names = ", ".join(
        f"m{kind}OperatorAlpha{size}={operator}" for kind in ("Voice", "Data") for size in ("Long", "Short")
    )
    tail = (
        "isManualNetworkSelection=false(automatic), "
        f"getRilVoiceRadioTechnology={radio}, getRilDataRadioTechnology={radio}"
    )
    emergency = str(not attached and cellular.camped(phone) is not None).lower()
    tail += f", mIsEmergencyOnly={emergency}{_registrations(phone, slot, attached=attached)}"
    return f"{{{head}, {names}, mOperatorNumeric={number}, {tail}}}"


def _registrations(phone: Phone, slot: int, *, attached: bool) -> str:
    """Return the state of each domain with the network's cause of refusal and the cell that is listened to.

    Fields as AOSP prints them from Android 10 on (seen without a cell on an Android 10 phone).
    """
    if phone.profile.sdk < _CELLS_SINCE:
        return ""
    cell = None if slot else cellular.camped(phone)  # the second slot is empty and listens to nothing
    state, cause = ("NOT_REG_OR_NOT_SEARCHING", 0) if slot else cellular.registration(phone)
    where = "null"
    if cell is not None:
        code, network = cell.plmn[:3], cell.plmn[3:]
        where = (
            f"CellIdentityLte:{{ mCi={cell.ci} mPci=120 mTac={cell.lac} mEarfcn=6300 mBandwidth=10000 mMcc={code} "
            f"mMnc={network} mAlphaLong={cell.long_name} mAlphaShort={cell.short_name}}}"
        )
    emergency = str(not attached and where != "null").lower()
    found = ", ".join(
        f"NetworkRegistrationInfo{{ domain={domain} transportType=WWAN registrationState={state} "
        f"roamingType=NOT_ROAMING accessNetworkTechnology={'LTE' if attached else 'UNKNOWN'} rejectCause={cause} "
        f"emergencyEnabled={emergency} availableServices=[{services if attached else ''}] cellIdentity={where} "
        "voiceSpecificInfo=null dataSpecificInfo=null nrState=NONE}"
        for domain, services in (("CS", "VOICE,SMS,VIDEO"), ("PS", "DATA"))
    )
    return f", mNetworkRegistrationInfos=[{found}]"


def _signal(phone: Phone, *, camped: bool) -> str:
    heard = cellular.signal(phone)
    rsrp, quality_db = (round(heard.rsrp_dbm), round(heard.rsrq_db)) if heard else (0, 0)
    if phone.profile.sdk < _CELLS_SINCE:
        lte = (
            f"{(rsrp + 140) // 2} {rsrp} {quality_db} 120 {_NONE}" if camped else f"99 {_NONE} {_NONE} {_NONE} {_NONE}"
        )
        return f"SignalStrength: 99 0 -120 -160 -120 -160 -1 {lte} {_NONE} 255 gsm|lte"
    value = rsrp if camped else _NONE
    quality = quality_db if camped else _NONE
    level = cellular.level(heard) if camped and heard else 0
    return (
        f"SignalStrength:{{mCdma=CellSignalStrengthCdma: cdmaDbm={_NONE} cdmaEcio={_NONE} "
        f"evdoDbm={_NONE} evdoEcio={_NONE} evdoSnr={_NONE} level=0,"
        f"mGsm=CellSignalStrengthGsm: rssi={_NONE} ber={_NONE} mTa={_NONE} mLevel=0,"
        f"mWcdma=CellSignalStrengthWcdma: ss={_NONE} ber={_NONE} rscp={_NONE} ecno={_NONE} level=0,"
        f"mTdscdma=CellSignalStrengthTdscdma: rssi={_NONE} ber={_NONE} rscp={_NONE} level=0,"
        f"mLte=CellSignalStrengthLte: rssi={value if not camped else rsrp + 27} rsrp={value} rsrq={quality} "
        f"rssnr={_NONE} cqi={_NONE} ta={_NONE} level={level},{_new_radio(phone.profile.sdk)}"
        f"primary={'CellSignalStrengthLte' if camped else 'CellSignalStrengthGsm'}}}"
    )


def _new_radio(sdk: int) -> str:
    """Return the block of 5G, which no slot of ours uses: as a phone prints it that hears LTE alone."""
    if sdk < _NEW_RADIO_SINCE:
        return ""
    names = ("csiRsrp", "csiRsrq", "csiSinr", "ssRsrp", "ssRsrq", "ssSinr")
    fields = " ".join(f"{name} = {_NONE}" for name in names)
    return f"mNr=CellSignalStrengthNr:{{ {fields} level = 0 parametersUseForLevel = 0 }},"


def show_service_call(phone: Phone, transaction: int, values: list[str | int]) -> str:
    """Return the answer to ``service call iphonesubinfo N ...``.

    Before Android 10 anybody who may ask gets the IMEI. Android 10 to 14 give it to the shell user who says who asks
    (``s16 com.android.shell``); 15 and 16 are unverified and refuse here. The call for one slot is number 3, 4 from 11.
    """
    sdk = phone.profile.sdk
    named = any(isinstance(value, str) and value == _SHELL_PACKAGE for value in values)
    slot = next((value for value in values if isinstance(value, int)), 0)
    slot_call = _SLOT_CALL_NEW if sdk >= _SLOT_CALL_MOVED else _SLOT_CALL
    if transaction not in (1, 3, 4):
        return 'Result: Parcel(Error: 0xffffffffffffffb6 "Not a data message")\n'
    if sdk < _CELLS_SINCE or (named and sdk < _REFUSED_SINCE):
        known = slot if transaction == slot_call and 0 <= slot < len(phone.identity.imeis) else 0
        lost = cellular.modem_condition(phone).identity_lost
        return _parcel("0" * _IMEI_DIGITS if lost else phone.identity.imeis[known])
    return _exception("getDeviceId: The user 2000 does not meet the requirements to access device identifiers.")


def _parcel(text: str) -> str:
    words = [0, len(text)]
    units = text.encode("utf-16-le") + b"\0\0"
    units += b"\0" * (-len(units) % 4)
    words += [int.from_bytes(units[at : at + 4], "little") for at in range(0, len(units), 4)]
    return _rows(words)


def _exception(message: str) -> str:
    units = message.encode("utf-16-le") + b"\0\0"
    units += b"\0" * (-len(units) % 4)
    words = [0xFFFFFFFF, len(message)] + [
        int.from_bytes(units[at : at + 4], "little") for at in range(0, len(units), 4)
    ]
    return _rows([*words, 0])


def _rows(words: list[int]) -> str:
    """Lay out a parcel as ``service call`` does: four words a row, then the bytes as characters."""
    lines = []
    for at in range(0, len(words), 4):
        row = words[at : at + 4]
        raw = b"".join(word.to_bytes(4, "little") for word in row)
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in raw).ljust(16)
        numbers = " ".join(f"{word:08x}" for word in row).ljust(35)
        lines.append(f"  0x{at * 4:08x}: {numbers} '{shown}'")
    return "Result: Parcel(\n" + "\n".join(lines) + ")\n"
