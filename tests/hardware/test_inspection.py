"""What somebody at the bench sees, feels and tries: housing, liquid, calls, tag and pad; with the emulated operator."""

from __future__ import annotations

import pytest

from agent.sim_phone import SimPhone, SimPhones
from probes import HardwareProbe, Verdict
from probes.hardware.inspection import CallByHand, HousingInspection
from probes.hardware.nfc import TagReach, WirelessCoil

FAST = 200.0
BY_HAND: tuple[HardwareProbe, ...] = (HousingInspection(), CallByHand(), TagReach(), WirelessCoil())


@pytest.mark.parametrize("profile", ["samsung_14", "xiaomi_12", "sony_13", "oneplus_15"])
def test_a_sound_phone_passes_although_people_slip_now_and_then(sim_phones: SimPhones, profile: str) -> None:
    for seed in (31, 32):
        phone = sim_phones(profile=profile, seed=seed, speed=FAST)
        for probe in BY_HAND:
            result = phone.run(probe, station=True)
            assert result.verdict in (Verdict.PASS, Verdict.NOT_SUPPORTED), result
            assert not result.findings


@pytest.mark.parametrize(
    ("probe", "fault", "finding"),
    [
        (HousingInspection(), "cover.cracked:0.1", "housing.cover_cracked"),
        (TagReach(), "nfc.coil_weak:0.4", "nfc.reach_short"),
    ],
    ids=lambda argument: argument if isinstance(argument, str) else "",
)
def test_what_is_to_be_seen_is_found_and_named(
    sim_phones: SimPhones, probe: HardwareProbe, fault: str, finding: str
) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=33, speed=FAST)
    phone.break_(fault)
    result = phone.run(probe, station=True)
    assert result.verdict is Verdict.FAIL, result
    assert [(found.code, found.components) for found in result.findings] == [(finding, (phone.truth.part,))]


def test_what_is_found_on_the_housing_has_a_photo_in_the_record(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=33, speed=FAST)
    phone.break_("frame.bent:0.4")
    result = phone.run(HousingInspection(), station=True)
    (frame,) = (taken for taken in result.measurements if taken.name == "frame")
    photos = {recording.id: recording for recording in result.recordings if recording.source.startswith("photo")}
    assert frame.evidence[0].recording in photos
    assert photos[frame.evidence[0].recording].size_bytes > 1000


def test_a_call_that_nobody_carries_points_at_no_part_by_itself(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=33, speed=FAST)
    phone.break_("modem.transmitter_dead:1")
    (found,) = phone.run(CallByHand(), station=True).findings
    assert (found.code, found.components) == ("call.not_connected", ())


def test_a_phone_without_coil_is_not_asked_to_charge_on_a_pad(sim_phones: SimPhones) -> None:
    result = sim_phones(profile="vivo_9", seed=33, speed=FAST).run(WirelessCoil(), station=True)
    assert (result.verdict, result.measurements[0].reason) == (Verdict.NOT_SUPPORTED, "no_such_part")


def test_with_nfc_switched_off_no_coil_is_blamed(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=33, speed=FAST)
    phone.break_("setting.nfc_off")
    result = phone.run(TagReach(), station=True)
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, "radio_switched_off")


@pytest.mark.parametrize("probe", BY_HAND, ids=lambda probe: probe.meta.id)
def test_with_nobody_at_the_bench_they_are_not_supported(sim_phone: SimPhone, probe: HardwareProbe) -> None:
    assert sim_phone.run(probe).verdict is Verdict.NOT_SUPPORTED


def test_a_phone_that_is_pulled_out_is_trouble_of_the_link(sim_phone: SimPhone) -> None:
    sim_phone.unplug()
    result = sim_phone.run(TagReach(), station=True)
    assert (result.verdict, result.reason) == (Verdict.ERROR, "link_failed")
