"""Loudspeaker, earpiece, microphones and their amplifier, on emulated phones through the real adb server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from agent.localizer import load_knowledge
from agent.sim_phone import SimPhone
from benchmarks.detection.claims import read_claims
from probes import Probe, ProbeResult, Verdict
from probes.hardware.audio_blame import blame
from probes.hardware.audio_by_hand import CallBothWays, Headset, Ring
from probes.hardware.audio_loopback import Loopback
from probes.hardware.audio_silence import MicrophonesInSilence

SimPhones = Callable[..., SimPhone]
CLAIMS = [claim for claim in read_claims() if claim.probe.startswith("audio.") and claim.stage == "unattended"]
PROBES = {probe.meta.id: probe for probe in (Loopback(), MicrophonesInSilence())}
SPEED = 10.0
"""How fast the phones' time runs: faster, and a busy machine no longer renders all the sound in time."""
TRIES = 3
KINDS = ("samsung_14", "xiaomi_14", "sony_13", "tecno_14")


@pytest.fixture
def quick_phone(sim_phones: SimPhones) -> SimPhone:
    """A phone whose time runs fast."""
    return sim_phones(profile="samsung_14", speed=SPEED)


def value(result: ProbeResult, name: str) -> float:
    taken = next(taken for taken in result.measurements if taken.name == name)
    assert isinstance(taken.value, int | float), taken
    return taken.value


def look(phone: SimPhone, probe: Probe) -> ProbeResult:
    """Look, and again where the machine was too busy for the emulator: samples that it lost are not what is tested."""
    result = phone.run(probe)
    for _again in range(TRIES - 1):
        if not reasons(result) & {"samples_lost", "play_time_unknown"}:
            break
        result = phone.run(probe)
    return result


def reasons(result: ProbeResult) -> set[str | None]:
    return {taken.reason for taken in result.measurements}


def test_a_healthy_phone_at_real_speed_passes_with_a_recording_for_each_number(sim_phones: SimPhones) -> None:
    result = look(sim_phones(profile="xiaomi_14"), Loopback())
    assert result.verdict is Verdict.PASS, result
    assert value(result, "ways_heard") == 4
    assert all(taken.evidence and taken.evidence[0].recording for taken in result.measurements)


@pytest.mark.parametrize("kind", KINDS)
def test_healthy_phones_of_several_kinds_are_left_in_peace(sim_phones: SimPhones, kind: str) -> None:
    phone = sim_phones(profile=kind, seed=70 + KINDS.index(kind), speed=SPEED)
    for probe in PROBES.values():
        assert look(phone, probe).verdict is Verdict.PASS


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.mode)
def test_each_claimed_fault_is_found_and_its_part_alone_is_named(sim_phones: SimPhones, claim: object) -> None:
    mode, probe, finding = (getattr(claim, name) for name in ("mode", "probe", "finding"))
    number = [one.mode for one in CLAIMS].index(mode)
    phone = sim_phones(profile=KINDS[number % len(KINDS)], seed=310 + number, speed=SPEED)
    phone.break_(mode, severity=None if mode.endswith("membrane_stuck") else _fault_from(mode))
    result = look(phone, PROBES[probe])
    assert finding in {found.code for found in result.findings}, result
    assert {part for found in result.findings for part in found.components} == {phone.truth.part}


def _fault_from(mode: str) -> float:
    from hwsim.faults import library  # noqa: PLC0415  only the claims need the library

    return library()[mode].fault_from


def test_a_clipping_amplifier_is_not_taken_for_a_bad_loudspeaker(quick_phone: SimPhone) -> None:
    quick_phone.break_("amplifier.clipping:0.7")
    result = look(quick_phone, Loopback())
    assert {found.code for found in result.findings} == {"audio.outputs_clip"}
    assert "amplifier_clips" in reasons(result)


def test_a_silent_loudspeaker_may_be_its_amplifiers_fault_and_no_part_is_named(quick_phone: SimPhone) -> None:
    quick_phone.break_("amplifier.off_bus")
    result = look(quick_phone, Loopback())
    assert [(found.code, found.components) for found in result.findings] == [("audio.loudspeaker_silent", ())]


def test_the_media_volume_is_full_for_the_sweeps_and_as_before_after_them(quick_phone: SimPhone) -> None:
    told = ("cmd", "media_session", "volume", "--stream", "3", "--get")
    quick_phone.link.shell((*told[:-1], "--set", "4"), deadline_s=5.0, cap_bytes=4096)
    assert look(quick_phone, Loopback()).verdict is Verdict.PASS
    assert b"volume is 4 in" in quick_phone.link.shell(told, deadline_s=5.0, cap_bytes=4096).stdout


def test_zeros_of_the_privacy_switch_are_no_dead_microphone(quick_phone: SimPhone) -> None:
    quick_phone.misbehave({"mic_muted": True})
    for probe in PROBES.values():
        result = quick_phone.run(probe)
        assert result.verdict is Verdict.INCONCLUSIVE, result
        assert not result.findings


def test_another_app_at_the_microphone_is_no_dead_microphone(quick_phone: SimPhone) -> None:
    quick_phone.misbehave({"silent_source": True})
    result = quick_phone.run(MicrophonesInSilence())
    assert (result.verdict, result.findings) == (Verdict.INCONCLUSIVE, ())


def test_lost_samples_are_no_distortion(quick_phone: SimPhone) -> None:
    quick_phone.misbehave({"gap_every_s": 0.5})
    result = quick_phone.run(Loopback())
    assert (result.verdict, result.findings) == (Verdict.INCONCLUSIVE, ())
    assert "samples_lost" in reasons(result)


def test_a_phone_that_refuses_the_recording_is_not_judged(quick_phone: SimPhone) -> None:
    quick_phone.misbehave({"refused": "audio.start"})
    result = quick_phone.run(Loopback())
    assert result.verdict not in {Verdict.PASS, Verdict.FAIL}
    assert not result.findings


def test_a_phone_without_a_recorder_for_the_shell_is_not_supported(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="samsung_10", speed=SPEED)
    assert {phone.run(probe).verdict for probe in PROBES.values()} == {Verdict.NOT_SUPPORTED}


def test_a_phone_that_is_pulled_out_is_trouble_of_the_link(sim_phone: SimPhone) -> None:
    sim_phone.unplug()
    result = sim_phone.run(Loopback())
    assert (result.verdict, result.reason) == (Verdict.ERROR, "link_failed")


@pytest.mark.parametrize(
    ("cells", "part"),
    [
        ([[-6, -6], [0, 0]], "speaker"),
        ([[0, 0], [-6, -6]], "earpiece"),
        ([[-6, 0], [-6, 0]], "bottom"),
        ([[0, -6], [0, -6]], "top"),
    ],
)
def test_a_row_is_an_output_and_a_column_a_microphone(cells: list[list[float]], part: str) -> None:
    found = blame(np.array(cells, dtype=np.float64))
    assert min(found.part_db, key=lambda name: found.part_db[name]) == part
    assert found.part_db[part] == pytest.approx(-6.0, abs=0.2)
    assert (found.outputs_db, found.path_db) == (0.0, 0.0)


def test_both_rows_are_what_they_share_and_one_cell_is_no_part() -> None:
    assert blame(np.full((2, 2), -6.0)).outputs_db == pytest.approx(-6.0, abs=0.2)
    one_way = blame(np.array([[-9.0, 0.0], [0.0, 0.0]]))
    assert one_way.path_db == pytest.approx(-9.0, abs=0.5)
    assert min(one_way.part_db.values()) > -1.0


def test_two_parts_that_fail_together_are_both_named() -> None:
    found = blame(np.array([[-30.0, -20.0], [-10.0, 0.0]]))
    assert found.part_db["speaker"] == pytest.approx(-20.0, abs=0.5)
    assert found.part_db["bottom"] == pytest.approx(-10.0, abs=0.5)


def test_a_dead_headset_is_told_from_a_phone_that_plays_on_none(sim_phones: SimPhones) -> None:
    phone = sim_phones(speed=SPEED)
    assert phone.run(Headset(), station=True).verdict is Verdict.PASS
    phone.break_("headset.dead")
    result = phone.run(Headset(), station=True)
    assert {found.code for found in result.findings} == {"audio.headset_dead"}
    assert result.findings[0].components == (phone.truth.part,)


@pytest.mark.parametrize(
    ("fault", "finding"),
    [
        ("earpiece.coil_open:1", "audio.near_end_hears_nothing"),
        ("microphone_main.membrane_stuck:1", "audio.far_end_hears_nothing"),
    ],
)
def test_a_call_that_is_heard_one_way_names_the_way(sim_phones: SimPhones, fault: str, finding: str) -> None:
    phone = sim_phones(speed=SPEED)
    phone.break_(fault)
    assert {found.code for found in phone.run(CallBothWays(), station=True).findings} == {finding}


def test_a_silent_loudspeaker_does_not_ring(sim_phones: SimPhones) -> None:
    phone = sim_phones(speed=SPEED)
    assert phone.run(Ring(), station=True).verdict is Verdict.PASS
    phone.break_("speaker.coil_open:1")
    assert {found.code for found in phone.run(Ring(), station=True).findings} == {"audio.no_ring"}


def test_nobody_at_the_bench_is_no_fault(quick_phone: SimPhone) -> None:
    for probe in (Headset(), Ring(), CallBothWays()):
        assert quick_phone.run(probe).verdict is Verdict.NOT_SUPPORTED


def test_every_finding_of_sound_is_an_effect_that_the_localizer_knows() -> None:
    effects = load_knowledge().effects
    probes = (*PROBES.values(), Headset(), Ring(), CallBothWays())
    codes = {measure.says.code for probe in probes for measure in probe.meta.measures if measure.says}
    assert codes <= set(effects), codes - set(effects)
    assert Path(__file__).with_name("claims").joinpath("audio.toml").exists()
