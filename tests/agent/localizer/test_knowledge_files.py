"""Knowledge as files: every mistake is named with its line, nothing of a wrong file is used, repairs only propose."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from agent.localizer import (
    ConfirmedRepair,
    Counts,
    Drift,
    as_csv,
    check_files,
    count,
    drifts,
    knowledge_of,
    load_knowledge,
    proposal,
    shipped_files,
    used_files,
)
from agent.localizer import _priors as priors
from agent.localizer import testability as told_apart
from agent.localizer._knowledge import Shop
from probes import BadInput, Blame, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.agent.conftest import Results

GOOD = """\
[cause.one]
component = "BAT"
kind = "part"
prior = 0.1
source = "x"
en = "x"
zh = "x"

[cause.two]
component = "DSP"
kind = "part"
prior = 0.05
source = "x"
en = "x"
zh = "x"

[effect."a.b"]
leak = 0.01
caused_by = { one = "often", two = 0.4 }
read_by = ["p.q:m"]
source = "x"
en = "x"
zh = "x"

[effect."a.c"]
leak = 0.01
caused_by = { two = "always" }
masked_by = { one = "rarely" }
source = "x"
en = "x"
zh = "x"
"""
PROBES = {"p.q": {"m"}}


def problems(text: str) -> list[tuple[int, str]]:
    return [(one.line, one.what) for one in check_files({"k.toml": text.encode()}, PROBES)]


def test_a_good_file_has_no_problem_and_loads() -> None:
    assert problems(GOOD) == []
    assert set(knowledge_of({"k.toml": GOOD.encode()}).causes) == {"one", "two"}


def test_what_ships_has_no_problem_but_who_reads_it() -> None:
    assert check_files(shipped_files()) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('component = "DSP"', 'component = "XYZ"', 10, "no component XYZ"),
        ("prior = 0.05", "prior = 1.0", 12, "less than 1"),
        ("prior = 0.1\n", "prior = 0.0\n", 4, "greater than 0"),
        ("two = 0.4", "two = 1.0", 19, "caused_by.two"),
        ("two = 0.4", "two = 0.005", 18, "is not below its cause two"),
        ("two = 0.4", 'two = "mostly"', 19, "neither a word"),
        ("two = 0.4", "three = 0.4", 19, "unknown cause three"),
        ("p.q:m", "p.q:z", 20, "unknown probe or measurement p.q:z"),
        ("p.q:m", "p.x", 20, "unknown probe or measurement p.x"),
        ('caused_by = { two = "always" }', "caused_by = {}", 27, "caused_by"),
        ('masked_by = { one = "rarely" }', 'masked_by = { two = "rarely" }', 28, "circle through two"),
        ('masked_by = { one = "rarely" }', 'masked_by = { nine = "rarely" }', 28, "unknown cause nine"),
        ('source = "x"\nen = "x"\nzh = "x"\n\n[effect."a.b"]', 'en = "x"\nzh = "x"\n\n[effect."a.b"]', 9, "source"),
        ("[cause.two]", "[cause.two", 9, "is no TOML"),
        ('[effect."a.c"]', '[efect."a.c"]', 25, "unknown table efect"),
        ("leak = 0.01\ncaused_by = { two", "leek = 0.01\ncaused_by = { two", 26, "leek"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_nothing_is_loaded(old: str, new: str, line: int, says: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert any(where == line and says in what for where, what in problems(text)), problems(text)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("cause = 3", "cause: is no table of rows"),
        ("[[cause]]", "cause: is no table of rows"),
        ('also = "x"', "also: is no table of rows"),
        ("shop = 4", "shop: "),
        ("calibration = 4", "calibration: "),
        ('[calibration]\nsharpness = 0.0\nsource = "x"', "sharpness: "),
        ("[calibration]\nsharpness = 1.4", "source: "),
        ('[effect]\n"a.d" = 3', "effect a.d: is no table"),
        ('[effect."a.d"]\ncaused_by = 5\nmasked_by = [1]\nread_by = 7\ngraded = "x"', "caused_by: "),
        ('[also."a.b"]\ncaused_by = 3', "also a.b: "),
        ('[action.a]\nfixes = 3\nopens = { a = 1 }\nminutes = 3\ncomponent = ["DSP"]', "fixes: "),
        ('[action.a]\nverify = ["zzz.*"]', "no probe fits zzz.*"),
        ("[context.c]\nodds = 3", "odds: "),
        ("[price.q]\nparts = [1]", "parts: "),
        ("[price.q]\nparts = { DSP = [9.0, 3.0] }", "from the least to the most"),
        ("[opening.o]\nminutes = [9.0, 3.0]", "from the least to the most"),
        ("[intermittent.one]\nshare = 0.5\nactivation = []", "activation: "),
        ("[intermittent.ten]\nshare = 0.5", "unknown cause ten"),
        ("x = " + "[" * 20_000, "lie too deep"),
        ("x = " + "9" * 5_000, "is no TOML that can be read"),
        ("[shop]\nno_fault_ratio = 0.3", "needs its source"),
        ('[intermittent.one]\nshare = 0.5\nsource = " "', "source: "),
        ('[setting."s.x"]\nsymptoms = ["ZZ-99"]', "no symptom ZZ-99"),
        ('[action.a]\ncomponent = "DSP"\ncomes_with = ["DSP"]', "does not come with itself"),
        ("\ufeff[cause.six]", "is no TOML"),
    ],
)
def test_what_has_the_wrong_shape_is_said_and_ends_nothing(more: str, says: str) -> None:
    text = f"{more}\n"
    assert any(says in what for _, what in problems(text)), problems(text)
    with pytest.raises(BadInput):
        knowledge_of({"k.toml": GOOD.encode(), "more.toml": text.encode()})


def test_all_mistakes_are_named_at_once() -> None:
    text = GOOD.replace("prior = 0.05", "prior = 1.0").replace("two = 0.4", "three = 0.4").replace("p.q:m", "p.x")
    assert {line for line, _ in problems(text)} >= {12, 19, 20}
    with pytest.raises(BadInput):
        knowledge_of({"k.toml": text.encode()})


def test_masks_in_a_circle_are_found_across_files() -> None:
    other = '[also."a.b"]\nmasked_by = { two = "often" }\n'
    found = check_files({"k.toml": GOOD.encode(), "more.toml": other.encode()}, PROBES)
    assert {(one.file, one.line) for one in found} == {("k.toml", 28), ("more.toml", 2)}


def test_a_file_adds_causes_to_the_effect_of_another() -> None:
    other = b'[also."a.c"]\ncaused_by = { one = "sometimes" }\n'
    known = knowledge_of({"k.toml": GOOD.encode(), "more.toml": other})
    assert dict(known.effects["a.c"].caused_by) == {"two": "always", "one": "sometimes"}
    again = check_files({"k.toml": GOOD.encode(), "more.toml": b'[also."a.c"]\ncaused_by = { two = "rarely" }\n'})
    assert [(one.file, one.line) for one in again] == [("more.toml", 2)]
    assert "k.toml gives two a number, too" in again[0].what
    wrong = check_files({"k.toml": GOOD.encode(), "more.toml": b'[also."a.z"]\ncaused_by = { one = "often" }\n'})
    assert [(one.file, one.line) for one in wrong] == [("more.toml", 1)]


def test_the_table_and_what_it_cannot_tell() -> None:
    same = GOOD + '\n[cause.three]\ncomponent = "CHG"\nkind = "part"\nprior = 0.1\nsource = "x"\nen = "x"\nzh = "x"\n'
    same = same.replace('one = "often"', 'one = "often", three = "often"')
    known = knowledge_of({"k.toml": same.encode()})
    told = told_apart(known, {"p.q"})
    assert told.alike == (("one", "three"),)
    assert told.unread == ()
    assert told_apart(known, ()).unread == ("one", "two", "three")
    assert "SPK" in told.unknown_parts
    rows = list(csv.reader(io.StringIO(as_csv(known))))
    assert rows[0] == ["cause", "component", "kind", "prior", "a.b", "a.c"]
    assert rows[3] == ["one", "BAT", "part", "0.1", "0.6", ""]


def test_priors_leave_as_many_sound_phones_as_come_to_the_bench() -> None:
    known = load_knowledge().model_copy(update={"shop": Shop(no_fault_ratio=0.4, source="x")})
    odds, modes = priors.log_odds(known.causes, known, ())
    real = [mode for mode in range(len(modes)) if list(known.causes.values())[modes[mode].cause].kind != "nuisance"]
    none = 1.0
    for mode in real:
        none /= 1.0 + float(pow(2.718281828459045, odds[mode]))
    assert none == pytest.approx(0.4, abs=0.02)


def test_what_is_likely_is_told_sharper_and_rivals_stay_what_they_are() -> None:
    calibration = load_knowledge().calibration
    assert calibration.told(0.3) == 0.3
    assert 0.8 < calibration.told(0.8) < 0.95
    assert [calibration.believed(calibration.told(p)) for p in (0.2, 0.7, 0.9)] == pytest.approx([0.2, 0.7, 0.9])
    assert knowledge_of({"k.toml": GOOD.encode()}).calibration.told(0.8) == pytest.approx(0.8)


def test_confirmed_repairs_propose_and_never_edit(make_result: Results) -> None:
    known = knowledge_of({"k.toml": GOOD.encode()})
    seen = make_result("p.q", Verdict.PASS, measurements=(make_result.number("m"),)).model_copy(
        update={
            "findings": (make_result.finding("a.b", "BAT"),),
            "verdict": Verdict.FAIL,
            "blame": Blame.COMPONENT,
            "reason": "see_findings",
        }
    )
    few = [(ConfirmedRepair(run=str(number), causes=("one",)), [seen]) for number in range(2)]
    assert [one for one in drifts(known, count(known, few)) if one.effect] == []
    many = [(ConfirmedRepair(run=str(number), causes=("one",)), [seen]) for number in range(60)]
    found = [one for one in drifts(known, count(known, many)) if one.effect == "a.b"]
    assert [(one.cause, one.seen, one.looked) for one in found] == [("one", 60, 60)]
    files = {"k.toml": GOOD.encode()}
    diff = proposal(files, found)
    assert '-caused_by = { one = "often", two = 0.4 }' in diff
    assert '+caused_by = { one = "always", two = 0.4 }' in diff
    assert files == {"k.toml": GOOD.encode()}


@pytest.mark.parametrize(
    ("where", "was", "share", "line"),
    [
        ("also", '{ one = "sometimes" }', 0.9, '+caused_by = { one = "usually" }'),
        ("also", "{ one = 0.3 }", 0.87, "+caused_by = { one = 0.87 }"),
        ("also", '{ one = "often" }', 0.7, "+caused_by = { one = 0.7 }"),
    ],
)
def test_a_link_is_proposed_where_it_stands_and_as_it_is_written(where: str, was: str, share: float, line: str) -> None:
    files = {"k.toml": GOOD.encode(), "more.toml": f'[{where}."a.c"]\ncaused_by = {was}\n'.encode()}
    found = [Drift("a.c", "one", seen=90, looked=100, was=0.3, mean=share)]
    assert line in proposal(files, found).splitlines()


def test_thousands_of_repairs_are_counted_like_a_few() -> None:
    known = knowledge_of({"k.toml": GOOD.encode()})
    counts = Counts(phones=3000, links={("a.b", "one"): (1750, 3000)}, leaks={"a.b": (30, 3000)}, causes={"one": 700})
    moved = {(one.effect, one.cause) for one in drifts(known, counts)}
    assert ("", "one") in moved
    assert ("a.b", "one") not in moved
    assert ("a.b", "") not in moved


def test_a_sound_phone_teaches_the_leak(make_result: Results) -> None:
    known = knowledge_of({"k.toml": GOOD.encode()})
    quiet = make_result("p.q", Verdict.PASS, measurements=(make_result.number("m"),))
    counts = count(known, [(ConfirmedRepair(run="r"), [quiet])])
    assert counts.leaks == {"a.b": (0, 1)}
    assert counts.links == {}


def test_what_nobody_looked_for_is_no_share_when_it_is_seen(make_result: Results) -> None:
    known = knowledge_of({"k.toml": GOOD.encode()})
    quiet = make_result("p.q", Verdict.PASS, measurements=(make_result.number("m"),))
    loud = quiet.model_copy(update={"findings": (make_result.finding("a.c", "DSP"),)})
    assert "a.c" not in count(known, [(ConfirmedRepair(run="r"), [one]) for one in (quiet, loud)]).leaks
    with pytest.raises(ValidationError, match="named twice"):
        ConfirmedRepair(run="r", causes=("one", "one"))


def test_what_a_file_says_reaches_no_terminal_as_it_is() -> None:
    with pytest.raises(BadInput) as refused:
        knowledge_of({"k.toml": GOOD.encode(), "p.toml": b'[price.default]\n"\\u001b[31mX" = 1\n'})
    assert "\x1b" not in str(refused.value)


def test_the_price_list_of_the_shop_is_checked_under_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "shop.toml"
    mine.write_text('[price.default]\ncurrency = "CNY"\nparts = { DSP = [9.0, 3.0] }\nsource = "x"\n', encoding="utf-8")
    monkeypatch.setenv("PHONEBENCH_PRICES", str(mine))
    files = used_files()
    assert "prices.toml" not in files
    assert [one.line for one in check_files(files) if one.file.endswith("shop.toml")] == [3]
