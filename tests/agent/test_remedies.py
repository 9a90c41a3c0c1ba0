"""Software remedies: what loses data needs consent, what failed is tested again, and what was cleared counts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from agent import remedies
from agent.cli.remedy import WantedRemedy, remedy
from agent.consent import BackupAnswer, Consent, Danger, Permissions
from agent.journal import Journal
from agent.links import ShellReply
from agent.remedies import Remedy
from probes import BadInput, Blame, CommandFailed, Evidence, PermissionMissing, Strength, Verdict

if TYPE_CHECKING:
    from agent.links import AdbLink
    from tests.agent.conftest import Results

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
APP = "org.example.app"


class FakeLink:
    """Answers every command the same way and remembers them."""

    def __init__(self, out: bytes = b"Success\n", code: int = 0) -> None:
        self.asked: list[tuple[str, ...]] = []
        self._reply = ShellReply(out, b"", code)

    def shell(self, argv: Sequence[str], *, deadline_s: float, cap_bytes: int) -> ShellReply:
        assert deadline_s > 0
        assert cap_bytes > 0
        if argv[0] == "getprop":
            return ShellReply(b"SERIAL1\n", b"", 0)
        self.asked.append(tuple(argv))
        return self._reply

    def reboot(self, *, deadline_s: float) -> None:
        assert deadline_s > 0
        self.asked.append(("reboot",))


def link(**reply: Any) -> tuple[FakeLink, AdbLink]:
    fake = FakeLink(**reply)
    return fake, cast("AdbLink", fake)


@pytest.mark.parametrize(
    ("kind", "package", "argv"),
    [
        (Remedy.RESTART, "", ("reboot",)),
        (Remedy.STOP_APP, APP, ("am", "force-stop", APP)),
        (Remedy.CLEAR_CACHE, APP, ("pm", "clear", "--cache-only", APP)),
        (Remedy.CLEAR_CACHE, "", ("pm", "trim-caches", "999G")),
    ],
)
def test_what_loses_nothing_is_done_at_once(kind: Remedy, package: str, argv: tuple[str, ...]) -> None:
    fake, real = link()
    record = remedies.apply(kind, real, package=package)
    assert fake.asked == [argv]
    assert (record.remedy, record.serial, record.package) == (kind, "SERIAL1", package)


@pytest.mark.parametrize("kind", [kind for kind in Remedy if kind.loses_data])
def test_what_loses_data_is_refused_without_consent(kind: Remedy) -> None:
    fake, real = link()
    with pytest.raises(PermissionMissing):
        remedies.apply(kind, real, package=APP)
    assert fake.asked == []


@pytest.mark.parametrize(("serial", "allowed"), [("SERIAL1", True), ("SERIAL2", False)])
def test_consent_is_for_one_phone_and_one_time(journal: Journal, begin: Any, serial: str, allowed: bool) -> None:
    fields: dict[str, Any] = {"serial": serial, "ticket": "T1", "given_by": "customer", "at": NOW}
    consent = Consent(danger=Danger.WIPE, granted=True, method="signature", **fields)
    permission = Permissions(journal, begin("test.one")).allow(consent, BackupAnswer(answer="saved", **fields))
    fake, real = link()
    if allowed:
        remedies.apply(Remedy.CLEAR_DATA, real, package=APP, permission=permission)
        assert fake.asked == [("pm", "clear", APP)]
    with pytest.raises(PermissionMissing):
        remedies.apply(Remedy.FACTORY_RESET, real, permission=permission)
    assert len(fake.asked) == int(allowed)


@pytest.mark.parametrize("package", ["", "rm -rf /", "a;b", "../x", "single"])
def test_only_a_package_name_reaches_the_phone(package: str) -> None:
    fake, real = link()
    with pytest.raises(BadInput):
        remedies.apply(Remedy.STOP_APP, real, package=package)
    assert fake.asked == []


def test_a_refusal_of_the_phone_is_said() -> None:
    _fake, real = link(out=b"Failed\n", code=1)
    with pytest.raises(CommandFailed, match="Failed"):
        remedies.apply(Remedy.CLEAR_CACHE, real, package=APP)


def test_gone_still_there_and_nothing_new_are_told_apart(make_result: Results) -> None:
    found = make_result.finding
    old = found("app.crash", "SW").model_copy(update={"last": "05-06 10:00:00.000"})
    before = [
        make_result("test.one", Verdict.FAIL, findings=(found("app.cpu_hog", "SW"), old)),
        make_result("test.two", Verdict.FAIL, findings=(found("touch.dead", "TCH"),)),
        make_result("test.three", Verdict.FAIL, findings=(found("x.y", "SW"),)),
        make_result("test.four", findings=(found("weak.word", strength=Strength.WEAK),)),
    ]
    assert remedies.to_test_again(before) == ("test.one", "test.two", "test.three")
    after = [make_result("test.one", findings=(old,)), before[1]]
    effect = remedies.effect_of(before, after)
    assert (effect.cleared, effect.stays, effect.nothing_new) == (("app.cpu_hog",), ("touch.dead",), ("app.crash",))
    assert not effect.helped
    assert remedies.effect_of(before[:1], after).helped


def test_what_was_not_measured_again_is_not_called_cleared(make_result: Results) -> None:
    drain = make_result.finding("app.battery_drain", "SW").model_copy(
        update={"evidence": (Evidence(measurement="drain_ma", text="300"),)}
    )
    before = [make_result("test.one", Verdict.FAIL, findings=(drain,))]
    silent = make_result.number("drain_ma", None, Verdict.NOT_SUPPORTED)
    effect = remedies.effect_of(before, [make_result("test.one", measurements=(silent,))])
    assert effect == remedies.Effect((), (), ())
    assert remedies.effect_of(before, [make_result("test.one", measurements=(make_result.number("drain_ma"),))]).helped


@pytest.mark.parametrize("verdict", [Verdict.SKIPPED, Verdict.NOT_SUPPORTED, Verdict.INCONCLUSIVE])
def test_a_check_that_did_not_answer_again_clears_nothing(make_result: Results, verdict: Verdict) -> None:
    before = [make_result("test.one", Verdict.FAIL, findings=(make_result.finding("app.crash", "SW"),))]
    silent = make_result("test.one", verdict, blame=Blame.UNDETERMINED, reason="command_failed")
    assert remedies.effect_of(before, [silent]) == remedies.Effect((), (), ())
    still = silent.model_copy(update={"findings": before[0].findings})
    if verdict is Verdict.INCONCLUSIVE:
        assert remedies.effect_of(before, [still]).stays == ("app.crash",)


def test_one_quiet_look_clears_nothing_that_came_and_went_before(make_result: Results) -> None:
    found = make_result.finding("camera.rear_missing", "RFC")
    before = [make_result("test.one"), make_result("test.one.again", Verdict.FAIL, findings=(found,))]
    assert remedies.effect_of(before, [make_result("test.one")]) == remedies.Effect((), (), ())
    assert remedies.effect_of(before, [make_result("test.one", Verdict.FAIL, findings=(found,))]).stays == (found.code,)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "fault"), [(Remedy.RESTART, "app.cpu_hog"), (Remedy.CLEAR_CACHE, "storage.full")])
def test_what_a_remedy_clears_on_a_phone_is_evidence_for_software(
    kind: Remedy,
    fault: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PHONEBENCH_HOME", str(tmp_path))
    remedy(WantedRemedy(remedy=kind, faults=(fault,), seed=3, profile="samsung_14"), as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert fault in told["remedy"]["cleared"]
    assert told["remedy"]["stays"] == []
    (first, *_) = told["before"]["suspects"]
    assert first["component"] == "SW"
    assert remedies.CLEARED in {part["effect"] for part in first["contributions"] if part["seen"]}
    # old log lines may still speak for the software that was at fault; nothing speaks for a part
    assert told["after"]["conclusion"] in {"nothing_found", "suspect"}
    assert {one["component"] for one in told["after"]["suspects"]} <= {"SW"}
    assert told["after"]["plan"]["parts"] == []
    journal = Journal(tmp_path / "journal.db")
    (noted,) = [event for event in journal.events(told["before"]["run_id"]) if event.kind == "remedy"]
    journal.close()
    assert json.loads(noted.data)["remedy"] == str(kind)


def test_what_the_operator_does_is_instructed_and_left_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PHONEBENCH_HOME", str(tmp_path))
    wanted = WantedRemedy(remedy=Remedy.SAFE_BOOT, faults=("app.overlay",), seed=3, profile="samsung_14")
    assert remedy(wanted, as_json=False) == 3
    assert "remedy safe-boot --done --run" in capsys.readouterr().out


def test_what_was_done_by_hand_is_noted_without_asking_again() -> None:
    fake, real = link()
    assert remedies.done_by_hand(Remedy.FACTORY_RESET, real).said == "done by the operator"
    assert fake.asked == []
