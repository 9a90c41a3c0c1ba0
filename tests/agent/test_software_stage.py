"""Software faults are named as software, settings are ruled out before hardware, healthy phones stay quiet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent.localizer import load_knowledge
from agent.plan import make_plan, unread_settings
from hwsim.faults import library
from hwsim.phone.profile import profiles
from probes import Bench, Measure, Probe, ProbeMeta, Reading, Said, Stage, Unit, Verdict
from reports import Action, Conclusion
from tests.agent.stage_rig import diagnose
from tests.hwsim.rig import ManualClock, one_phone

SEED = 404
HOUR_S = 3600.0
SOFTWARE = sorted(name for name, fault in library().items() if (fault.truth, fault.cause) == ("SW", "software"))
SETTINGS = sorted(name for name, fault in library().items() if fault.cause == "configuration")
KNOWN = load_knowledge().settings


def able(fault: str) -> str:
    """A kind of phone that can have the fault; another one for each."""
    fits = [name for name, profile in profiles().items() if library()[fault].fits(profile)]
    return fits[(SOFTWARE + SETTINGS).index(fault) % len(fits)]


def declared(name: str, *settings: str) -> Probe:
    """A hardware probe that says which settings it needs right, and that finds its part dead wherever it runs."""

    class Declared(Probe):
        meta: ProbeMeta = ProbeMeta(
            id=f"declared.{name}",
            version=1,
            purpose=name,
            stage=Stage.HARDWARE_UNATTENDED,
            needs_setting=frozenset(f"setting.{setting}" for setting in settings),
            duration_s=1,
            measures=(Measure(name="heard", label="heard", unit=Unit.COUNT),),
        )

        def run(self, bench: Bench) -> Iterator[Said]:
            del bench
            yield Reading(name="heard", value=0)

    return Declared()


HARDWARE = (
    declared(
        "sound", "silent_mode", "dnd", "ring_volume_zero", "media_volume_zero", "bluetooth_route", "audio_balance"
    ),
    declared("call", "call_volume_low", "tty_mode", "call_forwarding", "bluetooth_route", "flight_mode"),
    declared("microphone", "mic_privacy", "sensors_off", "bluetooth_route"),
    declared("camera", "camera_privacy", "sensors_off", "battery_saver"),
    declared("motion", "sensors_off", "rotation_locked"),
    declared("cellular", "flight_mode", "mobile_data_off", "wrong_apn", "network_2g_only", "proxy", "private_dns"),
    declared("radios", "flight_mode", "wifi_off", "bluetooth_off", "nfc_off", "location_off", "proxy", "private_dns"),
    declared("charging", "charge_limit", "battery_saver"),
    declared(
        "panel", "brightness_low", "extra_dim", "color_inversion", "grayscale", "pointer_location", "short_timeout"
    ),
    declared("touch", "magnification", "touch_exploration", "pointer_location", "slow_animations", "finish_activities"),
    declared("motor", "haptics_off", "battery_saver"),
)


@pytest.mark.slow
@pytest.mark.parametrize("fault", SOFTWARE)
def test_a_software_fault_is_named_as_software_and_no_part_is_pulled(fault: str) -> None:
    diagnosis = diagnose(one_phone(able(fault), fault, seed=SEED))
    assert diagnosis.conclusion is Conclusion.SOFTWARE
    assert diagnosis.suspects[0].component == "SW"
    assert diagnosis.plan.parts == ()


@pytest.mark.parametrize("profile", ["google_16", "samsung_10", "vivo_9", "tecno_14"])
def test_a_healthy_phone_raises_no_alarm(profile: str) -> None:
    diagnosis = diagnose(one_phone(profile, seed=SEED))
    assert diagnosis.conclusion is Conclusion.NOTHING_FOUND
    assert diagnosis.settings == ()
    assert not [
        finding.code for result in diagnosis.results for finding in result.findings if finding.strength == "strong"
    ]


def unit_with(setting: str) -> object:
    clock = ManualClock()
    profile = "samsung_14" if setting == "setting.charge_limit" else able(setting)
    unit = one_phone(profile, setting, seed=SEED, clock=clock)
    clock.now_s += HOUR_S
    return unit


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_is_ruled_out_before_any_hardware_probe_that_it_would_fool(setting: str) -> None:
    assert setting in KNOWN
    diagnosis = diagnose(unit_with(setting), complaints=KNOWN[setting].symptoms[:1], further=HARDWARE)  # type: ignore[arg-type]  # a Unit
    assert diagnosis.conclusion is Conclusion.CONFIGURATION
    assert diagnosis.plan.action is Action.CHANGE_SETTING
    assert setting in {found.code for found in diagnosis.settings if found.explains and found.blocks}
    fooled = {probe.meta.id for probe in HARDWARE if setting in probe.meta.needs_setting}
    assert fooled
    for result in diagnosis.results:
        if result.probe in fooled:
            assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, "blocked_setting")


def test_a_setting_alone_is_a_remark_and_one_that_blocks_a_check_is_the_conclusion() -> None:
    unit = one_phone("samsung_14", "setting.wifi_off", seed=SEED)
    alone = diagnose(unit)
    assert alone.conclusion is Conclusion.NOTHING_FOUND
    assert [(found.code, found.matters) for found in alone.settings] == [("setting.wifi_off", False)]
    assert diagnose(unit, complaints=["AUD-01"]).conclusion is Conclusion.NOTHING_FOUND
    blocked = diagnose(unit, further=HARDWARE)
    assert blocked.conclusion is Conclusion.CONFIGURATION
    assert blocked.settings[0].blocks == ("declared.radios",)


def test_a_part_that_is_sure_and_causes_the_complaint_is_not_excused_by_a_setting() -> None:
    unit = one_phone("samsung_14", "app.camera_hog+setting.camera_privacy", seed=SEED)
    assert diagnose(unit, complaints=["CAM-01"]).conclusion is Conclusion.SOFTWARE


def test_no_probe_of_a_plan_needs_a_setting_that_nothing_before_it_reads() -> None:
    assert unread_settings(make_plan()) == {}
    assert unread_settings(make_plan([*make_plan(), *HARDWARE])) == {}
    alone = declared("sound", "silent_mode")
    assert unread_settings(make_plan([alone])) == {"declared.sound": frozenset({"setting.silent_mode"})}
    assert unread_settings((*HARDWARE, *make_plan())).keys() == {probe.meta.id for probe in HARDWARE}
