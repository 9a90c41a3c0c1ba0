"""Figures of an evaluation are what they say: counted right, drawn from what is held out, worse when knowledge is."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest

from agent.cli.evaluate_report import Wanted, evaluate
from agent.evaluate import Case, Kind, Library, Shard, TrueFault, draw, read_shards, running_commit
from agent.evaluation import figures, judge, missed, perturbed
from agent.evaluation_ceiling import ceiling
from agent.evaluation_complaints import Customers
from agent.evaluation_intervals import Share, spread
from agent.evaluation_page import Evaluation, as_page, as_record, as_records
from agent.evaluation_reach import Reach, read_claims
from agent.guide import Rules
from agent.localizer import load_knowledge, p_fail
from agent.plan import known_probes, make_plan
from agent.plan_files import read_plan
from probes import BadInput, Blame, Finding, Probe, ProbeResult, Stage, Verdict, symptoms

if TYPE_CHECKING:
    from pathlib import Path

    from tests.agent.conftest import Results

KNOWLEDGE = load_knowledge()
SOFTWARE = [probe for probe in make_plan() if probe.meta.stage in {Stage.IDENTITY, Stage.SOFTWARE}]


def results(make_result: Results, *findings: Finding, plan: Sequence[Probe] = SOFTWARE) -> tuple[ProbeResult, ...]:
    sound = [
        make_result(
            probe.meta.id,
            stage=probe.meta.stage,
            measurements=tuple(make_result.number(measure.name) for measure in probe.meta.measures),
        ).model_copy(update={"probe_version": probe.meta.version})
        for probe in plan
    ]
    if findings:
        failed = {"findings": findings, "verdict": Verdict.FAIL, "blame": Blame.COMPONENT, "reason": "see_findings"}
        sound[-1] = sound[-1].model_copy(update=failed)
    return tuple(sound)


def shard(kind: Kind, parts: Sequence[str], said: tuple[ProbeResult, ...], *, soft: bool = True) -> Shard:
    truths = tuple(
        TrueFault(fault="x", part=part, cause="hardware", severity=1.0, condition="constant", is_fault=True)
        for part in parts
    )
    case = Case(kind=kind, faults="x", profile="p", seed=1, from_software=soft)
    return Shard(case=case, truths=truths, results=said)


def test_what_is_found_and_what_is_not_is_counted(make_result: Results) -> None:
    worn = results(
        make_result,
        make_result.finding("battery.capacity_low", "BAT"),
        make_result.finding("battery.many_cycles", "BAT"),
    )
    quiet = results(make_result)
    shards = [
        shard("single", ["BAT"], worn),
        shard("single", ["SPK"], quiet, soft=False),
        shard("single", ["DSP"], worn),
        shard("multiple", ["BAT", "SPK"], worn),
        shard("healthy", ["NONE"], quiet),
        shard("nuisance", ["NONE"], worn),
        shard("intermittent", ["CHG"], quiet),
    ]
    scored = figures(judge(shards, SOFTWARE, KNOWLEDGE, Rules()))
    counts = {name: (share.hits, share.of) for name, share in scored.shares.items()}
    assert counts["detected, all faults drawn"] == (3, 4)
    assert counts["single: top-1"] == (1, 3)
    assert counts["single: true part in group of 1"] == (1, 2)
    assert counts["software stages only: top-1"] == (1, 2)
    assert counts["several: recall"] == (1, 2)
    assert counts["several: exact set"] == (0, 1)
    assert counts["any wrong pull"] == (2, 7)
    assert counts["false alarm, healthy"] == (0, 1)
    assert counts["false alarm, with nuisance"] == (1, 1)
    assert counts["intermittent: missed"] == (1, 1)
    assert counts["intermittent: missed, of what the plan can see"] == (1, 1)
    assert counts["intermittent: no fault without residual"] == (0, 1)
    assert scored.confusion["BAT"] == {"BAT": 1}
    assert scored.confusion["SPK"] == {"NONE": 1}
    violations, error = scored.means["order violations"], scored.means["calibration error (ECE)"]
    assert violations is not None
    assert violations.value == 0.0
    assert error is not None
    assert 0.3 < error.value < 0.6  # twice of four it was sure and wrong


def test_a_guided_run_costs_no_more_and_never_goes_back(make_result: Results) -> None:
    plan = known_probes()
    said = results(make_result, plan=plan)
    (one,) = judge([shard("healthy", ["NONE"], said)], plan, KNOWLEDGE, Rules(stop_at_band=True))
    (whole,) = judge([shard("healthy", ["NONE"], said)], plan, KNOWLEDGE, Rules())
    assert one.cost_s < whole.cost_s == pytest.approx(whole.all_s)
    assert one.violations == whole.violations == 0


def test_an_interval_narrows_with_the_cases_and_nothing_is_not_zero() -> None:
    few, many = Share(9, 10).interval, Share(900, 1000).interval
    assert few[0] < many[0] < 0.9 < many[1] < few[1]
    assert Share(0, 0).value is None
    assert Share(0, 0).interval == (0.0, 1.0)
    assert Share(300, 300).interval[0] > 0.985


def test_cases_are_drawn_from_what_is_held_out_alone_and_again_with_the_same_seed() -> None:
    library = Library.read()
    plan = known_probes()
    cases = draw(library, plan, 60, 11, held_out=True)
    assert cases == draw(library, plan, 60, 11, held_out=True) != draw(library, plan, 60, 12, held_out=True)
    apart, bins = library.held_out["severities"], library.held_out["severity_bins"]
    for case in cases:
        assert case.profile in library.held_out["profiles"]
        for spec in [] if case.kind in {"healthy", "nuisance"} else case.faults.split("+"):
            if spec == case.nuisance:
                continue
            name, _, severity = spec.removesuffix("@intermittent").partition(":")
            assert min(bins - 1, int(float(severity) * bins)) in apart[name] or float(severity) * bins % 1 < 0.01
    trained = draw(library, plan, 60, 11, held_out=False)
    assert not {case.profile for case in trained} & set(library.held_out["profiles"])
    assert {case.kind for case in cases} == {"single", "multiple", "intermittent", "healthy", "nuisance"}


def test_cases_of_one_kind_alone_can_be_drawn() -> None:
    cases = draw(Library.read(), SOFTWARE, 40, 11, held_out=True, kinds=("intermittent", "healthy"))
    assert {case.kind for case in cases} == {"intermittent", "healthy"}
    assert all("@intermittent" in case.faults for case in cases if case.kind == "intermittent")


def test_a_kind_that_there_is_none_of_is_told() -> None:
    nothing: dict[str, Any] = dict.fromkeys(("seed", "keep", "page", "record", "claims"))
    wanted = Wanted(cases=1, plans=("software",), jobs=1, training=False, kinds=("haunted",), **nothing)
    with pytest.raises(BadInput, match="haunted"):
        evaluate(wanted, as_json=True)


def test_some_faulty_phones_meet_a_nuisance_too_and_it_is_no_fault_of_theirs() -> None:
    cases = draw(Library.read(), SOFTWARE, 600, 5, held_out=True)
    faulty = [case for case in cases if case.kind not in {"healthy", "nuisance"}]
    disturbed = [case for case in faulty if case.nuisance]
    assert 0.04 < len(disturbed) / len(faulty) < 0.13
    for case in disturbed:
        assert case.ambient_c is not None or case.faults.endswith(f"+{case.nuisance}")
        assert not case.faults.startswith("healthy")


def test_a_case_that_was_kept_counts_again_only_where_the_same_probes_ran(make_result: Results, tmp_path: Path) -> None:
    kept = shard("healthy", ["NONE"], results(make_result))
    assert not kept.lacks(SOFTWARE)
    assert kept.lacks(known_probes())
    newer = kept.results[0].model_copy(update={"probe_version": 99})
    assert kept.model_copy(update={"results": (newer, *kept.results[1:])}).lacks(SOFTWARE)
    (tmp_path / "one.json").write_text(kept.model_dump_json())
    assert read_shards(tmp_path) == [kept]
    (tmp_path / "two.json").write_text("{}")
    with pytest.raises(BadInput, match="is no case of an evaluation"):
        read_shards(tmp_path)


def test_a_figure_that_is_no_share_has_an_interval_that_holds_it() -> None:
    mean = spread(list(range(50)), lambda some: sum(some) / len(some))
    assert mean is not None
    assert 15.0 < mean.low < mean.value == 24.5 < mean.high < 34.0
    assert spread([], lambda some: sum(some) / len(some) if some else None) is None


def test_perturbed_knowledge_keeps_its_form_and_the_same_seed() -> None:
    moved = perturbed(KNOWLEDGE, 3)
    assert moved == perturbed(KNOWLEDGE, 3) != perturbed(KNOWLEDGE, 4)
    links = [(code, name) for code, effect in moved.effects.items() for name in effect.caused_by]
    before = sum(len(effect.caused_by) for effect in KNOWLEDGE.effects.values())
    assert 0.8 < len(links) / before < 0.97
    assert all(moved.effects[code].leak < p_fail(moved.effects[code].caused_by[name]) < 1 for code, name in links)


def test_page_and_record_say_the_same(make_result: Results) -> None:
    scored = figures(judge([shard("healthy", ["NONE"], results(make_result))], SOFTWARE, KNOWLEDGE, Rules()))
    evaluation = Evaluation({"seed": 5}, {"guided": scored})
    record: dict[str, Any] = json.loads(json.dumps(as_record(evaluation), allow_nan=False))
    assert record["figures"]["guided"]["shares"]["false alarm, healthy"]["of"] == 1
    assert record["figures"]["guided"]["shares"]["single: top-1"]["value"] is None
    page = "\n".join(as_page([evaluation]))
    assert "| false alarm, healthy | 0.000 (0.000-0.793), 0 of 1 |" in page
    assert "| single: top-1 | no case |" in page


def test_several_plans_stand_side_by_side_and_one_stands_alone(make_result: Results) -> None:
    judged = judge([shard("healthy", ["NONE"], results(make_result))], SOFTWARE, KNOWLEDGE, Rules())
    one, other = (Evaluation({"plan": name}, {"all": figures(judged)}) for name in ("short", "long"))
    page = "\n".join(as_page([one, other]))
    cell = "0.000 (0.000-0.793), 0 of 1"
    assert f"| false alarm, healthy | {cell} | {cell} | 0.03 at most |" in page
    assert page.index("short: all") < page.index("# Plan short") < page.index("# Plan long")
    assert "# Plan" not in "\n".join(as_page([one]))
    assert as_records([one, other])["plans"]["long"] == as_record(other)


def test_the_commit_that_runs_is_told_where_there_is_one() -> None:
    assert re.fullmatch(r"([0-9a-f]{4,40}\+?)?", running_commit())


def test_a_fault_is_within_reach_where_a_probe_claims_it_and_came_to_a_verdict(make_result: Results) -> None:
    faults = [
        {"id": "seen", "seen_from": "software"},
        {"id": "claimed", "seen_from": "unattended"},
        {"id": "beyond", "seen_from": "unattended"},
    ]
    claims = {"claimed": frozenset({SOFTWARE[0].meta.id, "no.such_probe"}), "beyond": frozenset({"no.such_probe"})}
    reach = Reach.of(faults, SOFTWARE, claims)
    assert reach.beyond() == ("beyond",)
    said = shard("single", ["SPK"], results(make_result))
    mute = said.model_copy(update={"results": said.results[1:]})
    for fault, case, expected in (
        ("seen", said, True),
        ("seen", mute, True),
        ("claimed", said, True),
        ("claimed", mute, False),
        ("beyond", said, False),
    ):
        truth = case.truths[0].model_copy(update={"fault": fault})
        assert reach.holds(case.model_copy(update={"truths": (truth,)})) is expected
    assert Reach.of(faults, SOFTWARE, {}).beyond() == ("beyond", "claimed")


def test_claims_are_read_from_files_and_a_folder_without_any_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no claim"):
        read_claims(tmp_path)
    (tmp_path / "a.toml").write_text('["speaker.rub"]\nprobe = "audio.loopback"\n[unseen]\n"x.y" = "why"\n')
    (tmp_path / "again.toml").write_text('["speaker.rub"]\nprobe = "audio.reference"\n')
    assert read_claims(tmp_path) == {"speaker.rub": {"audio.loopback", "audio.reference"}}
    (tmp_path / "b.toml").write_text("no table")
    with pytest.raises(BadInput, match="claims"):
        read_claims(tmp_path)


def test_what_went_wrong_is_listed_and_what_the_plan_cannot_see_is_no_miss_of_it(make_result: Results) -> None:
    reach = Reach({"x": "unattended"}, frozenset(), frozenset())
    judged = judge([shard("single", ["SPK"], results(make_result))], SOFTWARE, KNOWLEDGE, Rules(), reach=reach)
    assert figures(judged).shares["detected (FDR), of what the plan can see"].of == 0
    (line,) = missed(judged)
    assert line == "x on p: SPK, said nothing (beyond the reach of the plan)"


def told(fault: str, part: str) -> TrueFault:
    return TrueFault(fault=fault, part=part, cause="hardware", severity=1.0, condition="constant", is_fault=True)


def test_a_fault_beyond_the_plan_counts_in_no_figure_of_what_the_plan_can_see(make_result: Results) -> None:
    worn = results(
        make_result,
        make_result.finding("battery.capacity_low", "BAT"),
        make_result.finding("battery.many_cycles", "BAT"),
    )
    seen_from = {"battery.worn": "software", "speaker.rub": "assisted"}
    case = shard("multiple", ["BAT", "SPK"], worn).model_copy(
        update={"truths": (told("battery.worn", "BAT"), told("speaker.rub", "SPK"))}
    )
    reach = Reach(seen_from, frozenset(), frozenset())
    shares = figures(judge([case], SOFTWARE, KNOWLEDGE, Rules(), reach=reach)).shares
    assert (shares["several: recall"].hits, shares["several: recall"].of) == (1, 2)
    within = shares["several: recall, of what the plan can see"]
    assert (within.hits, within.of) == (1, 1)
    assert shares["several: exact set, of what the plan can see"].of == 0


def test_customers_say_the_same_of_the_same_phone_and_mostly_what_fits() -> None:
    faults: list[dict[str, Any]] = [
        {"id": "modem.silent", "function": "modem"},
        {"id": "speaker.rub", "function": None},
    ]
    customers = Customers(faults)
    said: dict[str, list[str]] = {"PCB": [], "SPK": [], "NONE": [], "NFC": []}
    for seed in range(200):
        for part, fault in (("PCB", "modem.silent"), ("SPK", "speaker.rub"), ("NONE", "healthy"), ("NFC", "nfc.x")):
            case = Shard(
                case=Case(kind="single", faults=fault, profile="p", seed=seed),
                truths=(told(fault, part),),
                results=(),
            )
            assert customers.say(case) == customers.say(case)
            said[part] += customers.say(case)
    assert 0.85 < sum(code in {"NET-01", "NET-02"} for code in said["PCB"]) / 200 < 0.97
    assert 0.85 < sum("SPK" in symptoms()[code].components for code in said["SPK"]) / 200 < 0.99
    assert 0.85 < said["NFC"].count("SYS-01") / 200 < 0.97
    assert 70 < len(said["NONE"]) < 130


def test_a_guided_run_on_a_sound_phone_costs_a_fifth_of_every_test_and_keeps_the_minimum(make_result: Results) -> None:
    plan = [probe for probe in known_probes() if read_plan("standard").takes(probe)]
    rules = read_plan("guided").rules
    (one,) = judge([shard("healthy", ["NONE"], results(make_result, plan=plan))], plan, KNOWLEDGE, rules)
    assert one.cost_s <= 0.2 * one.all_s
    ran = {result.probe for result in one.diagnosis.results if result.reason != "not_needed"}
    assert {probe.meta.id for probe in plan if rules.demand(probe.meta)} <= ran


def test_the_ceiling_is_high_is_repeatable_and_is_told_apart() -> None:
    best = ceiling(KNOWLEDGE, SOFTWARE, count=30, seed=4)
    assert best == ceiling(KNOWLEDGE, SOFTWARE, count=30, seed=4)
    assert best["false alarm, healthy"].hits <= 1  # by chance, too, readings say what is not there
    found = best["detected (FDR), of what the plan can see"]
    assert found.value is not None
    assert found.value > 0.6
    scored = figures([])
    page = "\n".join(as_page([Evaluation({"seed": 4}, {"guided": scored}, ceiling=best)]))
    assert f"{found.hits} of {found.of}" in page
