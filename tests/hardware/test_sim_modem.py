"""Card, reader and modem: known-good card by hand, AT answers, contact; on emulated phones through the real server."""

from __future__ import annotations

import pytest

from agent.plan_files import probes_of, read_plan
from agent.sim_phone import SimPhone, SimPhones
from agent.sim_station import EmulatedOperator
from probes import Capability, HardwareProbe, ProbeResult, Strength, Verdict
from probes.hardware.modem_answers import ModemAnswers
from probes.hardware.sim_contact import CardContact, losses
from probes.hardware.sim_known_good import KnownGoodCard
from probes.hardware.sim_second_slot import SecondSlot

FAST = 100.0


def reasons(result: ProbeResult) -> set[str | None]:
    return {taken.reason for taken in result.measurements}


@pytest.mark.parametrize("profile", ["samsung_14", "xiaomi_12", "tecno_14", "sony_13"])
def test_a_healthy_phone_reads_its_card_and_the_good_one_and_its_modem_answers(
    sim_phones: SimPhones, profile: str
) -> None:
    phone = sim_phones(profile=profile, seed=21, speed=FAST)
    for probe in (CardContact(), ModemAnswers(), KnownGoodCard(), SecondSlot()):
        result = phone.run(probe, station=True)
        assert result.verdict is Verdict.PASS, result
        assert not result.findings


@pytest.mark.parametrize(
    ("probe", "fault", "finding"),
    [
        (KnownGoodCard(), "sim.not_read:1", "sim.known_card_not_read"),
        (KnownGoodCard(), "sim.no_answer:1", "sim.known_card_not_read"),
        (KnownGoodCard(), "modem.transmitter_dead:1", "radio.no_service_known_card"),
        (ModemAnswers(), "modem.transmitter_dead:1", "modem.not_registered"),
        (ModemAnswers(), "modem.receiver_dead:1", "modem.hears_nothing"),
        (ModemAnswers(), "modem.identity_lost:1", "modem.identity_lost"),
    ],
    ids=lambda argument: argument if isinstance(argument, str) else "",
)
def test_a_broken_reader_or_modem_is_found_and_named(
    sim_phones: SimPhones, probe: HardwareProbe, fault: str, finding: str
) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=22, speed=FAST)
    phone.break_(fault)
    result = phone.run(probe, station=True)
    assert result.verdict is Verdict.FAIL, result
    (found,) = (found for found in result.findings if found.code == finding)
    assert found.components[0] == phone.truth.part
    assert found.function == (phone.truth.function or "")


def test_a_card_that_flaps_fast_is_seen_in_seconds(sim_phones: SimPhones) -> None:
    seen = []
    for seed in range(1, 7):  # it opens nine times a minute: a look of some seconds may miss it
        phone = sim_phones(profile="xiaomi_12", seed=seed, speed=FAST)
        phone.break_("sim.contact_flaps:1")
        seen += [found.code for found in phone.run(KnownGoodCard(), station=True).findings]
    assert set(seen) == {"sim.contact_opens"}
    assert len(seen) >= 2


@pytest.mark.parametrize("probe", [CardContact(), ModemAnswers()], ids=lambda probe: probe.meta.id)
def test_a_card_that_does_not_answer_may_be_the_cards_own_fault(sim_phones: SimPhones, probe: HardwareProbe) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=22, speed=FAST)
    phone.break_("sim.no_answer:1")
    result = phone.run(probe, station=True)
    assert [(found.code, found.strength) for found in result.findings] == [("sim.card_deaf", Strength.MODERATE)]
    assert result.verdict is Verdict.INCONCLUSIVE


def test_without_card_the_contact_cannot_be_judged(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=22, speed=FAST)
    phone.break_("sim.not_read:1")
    result = phone.run(CardContact())
    assert (result.verdict, reasons(result)) == (Verdict.INCONCLUSIVE, {"no_card"})
    assert not result.findings


def test_in_flight_mode_neither_card_nor_modem_is_blamed_for_the_missing_network(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=22, speed=FAST)
    phone.break_("setting.flight_mode")
    for probe in (ModemAnswers(), KnownGoodCard()):
        result = phone.run(probe, station=True)
        assert not result.findings, result
        assert "radio_switched_off" in reasons(result)


def test_a_network_that_refuses_the_card_blames_no_part_and_the_form_of_answers_is_put_back(
    sim_phones: SimPhones,
) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=22, speed=FAST)
    phone.break_("network.refuses")
    for _again in range(2):  # the second look would find another form, had the first not put it back
        result = phone.run(ModemAnswers(), station=True)
        assert [(found.code, found.components) for found in result.findings] == [("radio.card_refused", ())]
        assert "network_refuses" in reasons(result)
        assert result.verdict is not Verdict.FAIL


def test_the_number_of_a_card_is_said_to_be_readable_and_is_not_told(sim_phones: SimPhones) -> None:
    result = sim_phones(profile="samsung_14", seed=22, speed=FAST).run(ModemAnswers(), station=True)
    told = {taken.name: taken.value for taken in result.measurements}
    assert (told["card_number"], told["choice"], told["registered"]) == ("readable", "automatic", "home")


def test_without_anybody_at_the_bench_they_are_not_supported(sim_phone: SimPhone) -> None:
    for probe in (KnownGoodCard(), SecondSlot(), ModemAnswers()):
        result = sim_phone.run(probe)
        assert result.verdict is Verdict.NOT_SUPPORTED, result
    assert KnownGoodCard.meta.wants == {Capability.OPERATOR}
    assert ModemAnswers.meta.wants == {Capability.MODEM}


@pytest.mark.parametrize("probe", [CardContact(), KnownGoodCard()], ids=lambda probe: probe.meta.id)
def test_a_phone_that_is_pulled_out_is_trouble_of_the_link(sim_phone: SimPhone, probe: HardwareProbe) -> None:
    sim_phone.unplug()
    result = sim_phone.run(probe, station=True)
    assert (result.verdict, result.reason) == (Verdict.ERROR, "link_failed")


def test_a_second_slot_that_reads_no_card_is_named_and_the_card_was_put_in_twice(
    sim_phones: SimPhones, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(EmulatedOperator, "do", lambda _self, task, _pause: asked.append(task.what))
    result = sim_phones(profile="xiaomi_12", seed=23, speed=FAST).run(SecondSlot(), station=True)
    assert {(one.code, one.components) for one in result.findings} == {("sim.second_slot_not_read", ("SIM",))}
    assert asked == ["known_good second", "known_good second", "own second"]


def test_a_phone_whose_tray_holds_one_card_has_no_second_slot_to_judge(
    sim_phones: SimPhones, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EmulatedOperator, "ask", lambda _self, question, _pause: question.options[1])
    result = sim_phones(profile="xiaomi_12", seed=23, speed=FAST).run(SecondSlot(), station=True)
    assert (result.verdict, reasons(result)) == (Verdict.NOT_SUPPORTED, {"one_slot"})


def test_a_modem_that_does_not_run_says_nothing_of_the_second_slot(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=23, speed=FAST)
    phone.break_("modem.crash_loop:1")
    result = phone.run(SecondSlot(), station=True)
    assert (result.verdict, result.findings) == (Verdict.INCONCLUSIVE, ())
    assert reasons(result) == {"modem_not_ready"}


def test_the_second_slot_is_tried_in_the_long_plan_and_costs_the_standard_plan_nothing() -> None:
    for name, is_there in (("long", True), ("standard", False), ("guided", False)):
        assert (SecondSlot.meta.id in {probe.meta.id for probe in probes_of(read_plan(name))}) is is_there


@pytest.mark.parametrize(
    ("states", "count"),
    [
        ([], 0),
        (["ABSENT"] * 3, 0),
        (["LOADED"] * 3, 0),
        (["LOADED", "ABSENT", "LOADED", "CARD_IO_ERROR"], 2),
        (["ABSENT", "LOADED"], 0),
        (["PIN_REQUIRED", "LOADED"], 0),
    ],
)
def test_a_loss_is_a_card_that_had_answered_and_does_not_any_more(states: list[str], count: int) -> None:
    assert losses(states) == count
