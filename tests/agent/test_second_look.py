"""What is looked at once more at the end of a run: it may have been away the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from agent.cli.names import names
from agent.guide import Guide, Rules
from agent.localizer import Knowledge, believe, conclude, knowledge_of, load_knowledge
from agent.localizer._readings import observed
from agent.plan import blocking, known_probes, probes_by_id
from agent.plan_files import probes_of, read_plan
from agent.remedies import to_test_again
from agent.scheduler import Agenda, goes_together
from probes import BadInput, Blame, NotSupported, ProbeResult, Resource, Stage, Verdict, Watched, first_look
from reports import Language, outline
from tests.agent.localizer.test_verdicts import facts

if TYPE_CHECKING:
    from pathlib import Path

    from agent.sim_phone import SimPhones
    from probes import Bench
    from tests.agent.conftest import Results

STANDARD = probes_of(read_plan("standard"))
AGAIN = [probe for probe in STANDARD if probe.meta.stage is Stage.SECOND_LOOK]
INVENTORY = next(probe for probe in STANDARD if probe.meta.id == "inventory.parts")
WATCHED = [probe for probe in STANDARD if isinstance(probe, Watched)]
KNOWN: Knowledge = knowledge_of(
    {
        "k.toml": b"""
[cause.one]
component = "BAT"
kind = "part"
prior = 0.02
source = "x"
en = "x"
zh = "x"

[intermittent.one]
share = 0.5
source = "x"

[effect."b.cold"]
leak = 0.001
false_alarm = 0.001
read_by = ["battery.gauge"]
caused_by = { one = "always" }
source = "x"
en = "x"
zh = "x"
"""
    }
)


def test_the_second_look_is_the_end_of_the_plan_and_asks_nobody() -> None:
    first = {probe.meta.id: probe.meta for probe in STANDARD if probe not in AGAIN + WATCHED}
    assert AGAIN
    assert list(STANDARD[-len(AGAIN) :]) == AGAIN
    for probe in AGAIN + WATCHED:
        meta = first[first_look(probe.meta.id)]
        assert meta.stage in {Stage.SOFTWARE, Stage.HARDWARE_UNATTENDED}
        assert (probe.meta.measures, probe.meta.version, probe.meta.risk) == (meta.measures, meta.version, meta.risk)


def test_a_stored_plan_finds_its_second_looks_again() -> None:
    assert [probe.meta for probe in probes_by_id([probe.meta.id for probe in STANDARD], known_probes())] == [
        probe.meta for probe in STANDARD
    ]
    assert probes_by_id(["no.such_probe.again"], known_probes()) == ()


def test_an_own_plan_looks_again_at_what_it_names(tmp_path: Path) -> None:
    file, own = tmp_path / "own.toml", 'en = "x"\nzh = "x"\nstages = ["software"]\nagain = '
    file.write_text(f'{own}["battery.*", "vibration.*"]\n', encoding="utf-8")
    ids = [probe.meta.id for probe in probes_of(read_plan(str(file)))]
    assert [name for name in ids if name.endswith(".again")] == ["battery.gauge.again"]
    file.write_text(f"{own}3\n", encoding="utf-8")
    with pytest.raises(BadInput):
        read_plan(str(file))


def test_a_swollen_battery_keeps_the_second_look_from_loading_the_phone(make_result: Results) -> None:
    swollen = make_result("battery.swelling", Verdict.FAIL, findings=(make_result.finding("battery.swollen", "BAT"),))
    assert all(blocking(probe, [swollen]) for probe in AGAIN)


def looks(make_result: Results, *verdicts: Verdict) -> list[ProbeResult]:
    """Results of the battery's gauge: the first look and the second."""
    made = []
    for probe, verdict in zip(("battery.gauge", "battery.gauge.again"), verdicts, strict=False):
        if verdict is Verdict.FAIL:
            seen = (make_result.finding("b.cold", "BAT"),)
            made.append(make_result(probe, verdict, blame=Blame.COMPONENT, reason="over_limit", findings=seen))
        else:
            made.append(make_result(probe, verdict))
    return made


def test_what_either_look_saw_was_there_and_two_in_vain_are_worth_more_than_one(make_result: Results) -> None:
    seen, missed = Verdict.FAIL, Verdict.PASS

    def belief(*verdicts: Verdict) -> float:
        return believe(KNOWN, observed(KNOWN, looks(make_result, *verdicts))[0]).of_component("BAT")

    assert belief(missed, seen) == belief(seen, missed) > 0.8
    assert 0 < belief(missed, missed) < belief(missed) < 0.02


def test_a_diagnosis_names_a_check_once_however_often_it_looked(make_result: Results) -> None:
    told = conclude(facts(), looks(make_result, Verdict.FAIL, Verdict.FAIL), KNOWN)
    assert told.plan.verify_with == ("battery.gauge",)
    assert [result.probe for result in told.results] == ["battery.gauge", "battery.gauge.again"]
    assert to_test_again(told.results) == ("battery.gauge",)
    quiet = conclude(facts(), looks(make_result, Verdict.PASS, Verdict.PASS), KNOWN)
    assert quiet.residual is not None
    assert quiet.residual.repeat == ("battery.gauge",)


def test_whoever_found_nothing_at_one_look_is_told_which_plan_looks_twice(make_result: Results) -> None:
    once, twice = (conclude(facts(), looks(make_result, *[Verdict.PASS] * count), KNOWN) for count in (1, 2))
    hint = "the plan intermittent makes"
    assert read_plan("intermittent").again
    assert hint in " ".join(outline(once, Language.EN, names).remarks)
    assert hint not in " ".join(outline(twice, Language.EN, names).remarks)


def test_a_second_look_is_named_as_one_in_both_languages() -> None:
    for language in Language:
        first, second = names("probe:battery.gauge", language), names("probe:battery.gauge.again", language)
        assert second != first
        assert first in second
    assert load_knowledge().effects


def test_what_failed_at_one_look_and_passed_at_the_other_is_said_to_come_and_go(make_result: Results) -> None:
    unsteady, steady, broken = (
        conclude(facts(), looks(make_result, *pair), KNOWN)
        for pair in ((Verdict.PASS, Verdict.FAIL), (Verdict.PASS,) * 2, (Verdict.FAIL,) * 2)
    )
    remark = "comes and goes: failed"
    assert remark in " ".join(outline(unsteady, Language.EN, names).remarks)
    for told in (steady, broken):
        assert remark not in " ".join(outline(told, Language.EN, names).remarks)


def test_what_is_away_at_the_first_look_is_seen_by_whoever_watches_for_minutes(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="google_16", speed=60.0)
    caught = 0
    for seed in range(1, 4):
        phone.seed = seed
        phone.break_("camera_rear.off_bus:0.4@intermittent")
        watched = phone.run(Watched(INVENTORY))
        caught += watched.verdict is Verdict.FAIL
        assert first_look(watched.probe) == "inventory.parts"
    assert caught >= 2
    assert {found.code for found in watched.findings} <= {"camera.rear_missing"}


def test_a_sound_phone_is_watched_in_vain(sim_phones: SimPhones) -> None:
    result = sim_phones(profile="google_16", speed=60.0).run(Watched(INVENTORY))
    assert (result.verdict, result.findings) == (Verdict.PASS, ())


def test_a_report_cannot_be_watched() -> None:
    class Paper:
        """Stands for a bug report, which has no phone behind it."""

    with pytest.raises(NotSupported):
        list(Watched(INVENTORY).run(cast("Bench", Paper())))


def test_nobody_pulls_the_plug_while_a_part_is_watched() -> None:
    """The plug's cable may carry adb: a look meanwhile would take it for a broken link."""
    at_the_plug = [probe.meta for probe in known_probes() if Resource.PLUG in probe.meta.resources]
    assert {"charging.turned", "charging.moved", "charging.known_good"} <= {meta.id for meta in at_the_plug}
    one, other = (probe.meta for probe in WATCHED)
    assert goes_together(one, other)
    assert not any(goes_together(one, meta) for meta in at_the_plug)


def test_nobody_has_hands_at_the_phone_while_a_second_look_needs_rest_or_its_cable() -> None:
    """Stages keep them apart in the first place; second looks are all of one stage."""
    looks = {probe.meta.id: probe.meta for probe in probes_of(read_plan("intermittent"))}
    by_hand = [meta for meta in looks.values() if meta.resources & {Resource.PLUG, Resource.OPERATOR}]
    for name in ("touch.ghosts", "sensors.gyroscope_rest", "battery.gauge", "inventory.parts", "vibration.felt"):
        one = looks[f"{name}.again"]
        at_the_plug = [meta for meta in by_hand if Resource.PLUG in meta.resources and meta.id != one.id]
        assert at_the_plug
        assert not any(goes_together(one, meta) for meta in at_the_plug), name
    assert not any(goes_together(looks["audio.loopback.again"], looks[name]) for name in ("sensors.covered.again",))


def test_a_guided_plan_makes_every_look_that_it_names() -> None:
    """No effect has a further look for a reader: left to what it is worth, none would ever be made."""
    looks = [probe.meta for probe in STANDARD if isinstance(probe, Watched) or probe.meta.stage is Stage.SECOND_LOOK]
    guide = Guide(KNOWN, Rules(stop_at_band=True, least_bits_per_s=1.0))
    last = [probe.meta for probe in STANDARD if probe.meta.id == "display.glass"]
    left = sorted([*last, *looks], key=lambda meta: meta.stage.order)
    for _ in range(len(left)):
        advice = guide.advise(left, [])
        assert not {meta.id for meta in looks} & set(advice.drop)
        left = [meta for meta in left if meta.id not in {advice.first, *advice.drop}]
        if not advice.first:
            break
    assert {meta.id for meta in left} <= {meta.id for meta in looks}


def test_a_watch_keeps_nobody_from_work() -> None:
    """It begins when what is easier has begun, and only who wants the plug waits for its end."""
    agenda, running, begun = Agenda(STANDARD, range(len(STANDARD))), list[int](), list[str]()
    while agenda:
        place = agenda.take(running)
        if place is None:  # whoever is not on watch ends
            running = [one for one in running if STANDARD[one] in WATCHED] if len(running) > len(WATCHED) else []
            continue
        running.append(place)
        begun.append(STANDARD[place].meta.id)
    first = min(begun.index(probe.meta.id) for probe in WATCHED)
    at_the_plug = {probe.meta.id for probe in STANDARD if Resource.PLUG in probe.meta.resources}
    assert [name for name in begun[first:] if name in at_the_plug] == ["audio.headset"]
    assert {"keys.pressed", "sensors.turned", "camera.rear_view"} <= set(begun[first:])
