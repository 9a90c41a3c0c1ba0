"""Cards and network as the phone says, eSIM and flapping card as its logs say: through the real adb server."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.sim_phone import SimPhone, SimPhones
from probes import Finding, ProbeResult, Verdict
from probes.formats import Registration, Signal, SlotState, parse_telephony
from probes.hardware.radio_cellular import CellularLevel
from probes.software._unserved import Unserved, why_unserved
from probes.software.identity import PhoneIdentity
from probes.software.logs import SystemLogs
from probes.software.network import NetworkState

FAST = 100.0
HOME, OTHER = "00101", "00102"
PROFILES = ("samsung_14", "xiaomi_12", "sony_13", "tecno_14")
"""Of Android 10 and later, which tell why there is no network, and not held out."""


def blamed(result: ProbeResult) -> dict[str, tuple[str, ...]]:
    return {found.code: found.components for found in result.findings}


def reasons(result: ProbeResult) -> set[str | None]:
    return {taken.reason for taken in result.measurements}


def slot(
    state: str, *, rsrp_dbm: int | None = -91, plmn: str | None = HOME, cause: int = 0, raw: str = ""
) -> SlotState:
    """A slot out of service that stands so with the network."""
    return SlotState(
        phone_id=0,
        service_state_raw=raw,
        signal_strength_raw="",
        voice_state="out_of_service",
        data_state="out_of_service",
        operator_name=None,
        operator_numeric=None,
        emergency_only=True,
        call_state=0,
        data_connection_state=0,
        user_mobile_data=True,
        call_forwarding=False,
        radio_technologies=(),
        signal=Signal(lte_rsrp_dbm=rsrp_dbm),
        registrations=tuple(Registration(domain, state, cause, plmn) for domain in ("CS", "PS")),
    )


@pytest.mark.parametrize("profile", [*PROFILES, "vivo_9"])
def test_a_healthy_phone_has_card_radio_and_service(sim_phones: SimPhones, profile: str) -> None:
    for seed in (31, 32):
        result = sim_phones(profile=profile, seed=seed, speed=FAST).run(NetworkState())
        told = {taken.name: taken.value for taken in result.measurements}
        assert told == {"card": "LOADED", "second_card": "ABSENT", "radio": "on", "service": "in_service"}
        assert result.verdict is Verdict.PASS
        assert not result.findings


@pytest.mark.parametrize(
    ("fault", "finding"),
    [
        ("modem.transmitter_dead:1", "radio.not_answered"),
        ("modem.receiver_dead:1", "modem.hears_nothing"),
        ("modem.identity_lost:1", "radio.phone_refused"),
        ("modem.silent:1", "modem.radio_off"),
        ("sim.no_answer:1", "sim.card_deaf"),
    ],
)
@pytest.mark.parametrize("profile", PROFILES[:2])
def test_what_is_dead_in_modem_or_reader_is_said(sim_phones: SimPhones, profile: str, fault: str, finding: str) -> None:
    phone = sim_phones(profile=profile, seed=33, speed=FAST)
    phone.break_(fault)
    parts = blamed(phone.run(NetworkState()))[finding]
    assert parts[0] == phone.truth.part


def test_the_level_probe_says_the_same_of_a_dead_transmitter(sim_phones: SimPhones) -> None:
    for profile in PROFILES[2:]:
        phone = sim_phones(profile=profile, seed=34, speed=FAST)
        phone.break_("modem.transmitter_dead:1")
        result = phone.run(CellularLevel())
        assert blamed(result)["radio.not_answered"] == ("PCB",)
        assert reasons(result) >= {"network_does_not_answer"}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("network.refuses", "network_refuses"),
        ("card.pin_asked", "no_card"),
        ("card.puk_asked", "no_card"),
        ("sim.not_read:1", "no_card"),
        ("setting.flight_mode", "radio_switched_off"),
    ],
)
def test_a_refused_locked_or_missing_card_and_flight_mode_blame_no_part(
    sim_phones: SimPhones, fault: str, reason: str
) -> None:
    for profile in ("samsung_14", "vivo_9"):
        phone = sim_phones(profile=profile, seed=35, speed=FAST)
        phone.break_(fault)
        for probe in (NetworkState(), CellularLevel()):
            result = phone.run(probe)
            if (profile, fault) == ("vivo_9", "network.refuses"):
                assert set(blamed(result)) == {"radio.no_service"}  # its Android prints no cause: it may be the card
            else:
                assert not any(blamed(result).values()), result
                assert reason in reasons(result)


def test_a_phone_that_has_lost_its_number_is_told_by_its_number(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_14", seed=36, speed=FAST)
    assert not phone.run(PhoneIdentity()).findings
    phone.break_("modem.identity_lost:1")
    (found,) = phone.run(PhoneIdentity()).findings
    assert (found.code, found.components, found.function) == ("modem.identity_lost", ("PCB",), "modem")


@pytest.mark.parametrize("profile", ["samsung_14", "xiaomi_14", "oneplus_15"])
def test_an_embedded_card_chip_that_is_dead_is_named_from_the_logs(sim_phones: SimPhones, profile: str) -> None:
    phone = sim_phones(profile=profile, seed=37, speed=FAST)
    assert logged(phone, "esim.no_answer") is None
    phone.break_("esim.dead")
    found = logged(phone, "esim.no_answer")
    assert found is not None
    assert (found.components, found.function) == (("PCB",), phone.truth.function)


@pytest.mark.parametrize("severity", [0.05, 0.5, 1.0])
def test_a_card_that_flaps_is_named_from_the_logs(sim_phones: SimPhones, severity: float) -> None:
    for profile in ("samsung_14", "vivo_9"):
        phone = sim_phones(profile=profile, seed=38, speed=FAST)
        assert logged(phone, "sim.card_lost") is None
        phone.break_("sim.contact_flaps", severity=severity)
        phone.advance(3600.0)
        found = logged(phone, "sim.card_lost")
        assert found is not None
        assert found.components == ("SIM",)


def logged(phone: SimPhone, code: str) -> Finding | None:
    return next((found for found in phone.run(SystemLogs()).findings if found.code == code), None)


def test_a_phone_that_is_pulled_out_is_trouble_of_the_link(sim_phone: SimPhone) -> None:
    sim_phone.unplug()
    result = sim_phone.run(NetworkState())
    assert (result.verdict, result.reason) == (Verdict.ERROR, "link_failed")


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        ([], Unserved.UNKNOWN),
        ([slot("searching")] * 8, Unserved.NOT_ANSWERED),
        ([slot("searching"), slot("home")], Unserved.JUST_REGISTERED),
        ([slot("searching"), slot("denied", cause=8)], Unserved.CARD_REFUSED),
        ([slot("denied", cause=0)], Unserved.CARD_REFUSED),
        ([slot("denied", cause=6)], Unserved.PHONE_REFUSED),
        ([slot("searching", plmn=OTHER)] * 8, Unserved.FOREIGN),
        ([slot("searching", rsrp_dbm=-118)] * 8, Unserved.UNKNOWN),
        ([slot("searching", rsrp_dbm=None, plmn=None)] * 8, Unserved.NOTHING_HEARD),
        ([slot("searching", rsrp_dbm=None)] * 8, Unserved.UNKNOWN),
        ([slot("not_searching")] * 8, Unserved.UNKNOWN),
        ([slot("searching", raw="{isManualNetworkSelection=true(manual)}")] * 8, Unserved.BY_HAND),
    ],
)
def test_only_a_phone_that_hears_its_own_network_well_and_gets_no_answer_is_not_heard(
    seen: list[SlotState], why: Unserved
) -> None:
    assert why_unserved(seen, HOME) is why
    assert why_unserved(seen, "") is not Unserved.NOT_ANSWERED


def test_a_real_registry_tells_that_it_searches_and_that_no_cause_was_given(shared_dir: Path) -> None:
    text = (
        shared_dir / "corpora/telephony/sonyxperiadev-ChkBugReport-aosp10__dumpsys_telephony.registry.txt"
    ).read_text()
    told = [one for slot in parse_telephony(text).slots for one in slot.registrations]
    assert {(one.domain, one.state, one.reject_cause, one.camped_on) for one in told} >= {("PS", "searching", 0, None)}
