"""What was recorded of a run is served again, and a run on it measures the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from agent.cassettes import Masker, Tape
from agent.cli.entry import main
from agent.rack import RackSpec
from reports import Diagnosis

if TYPE_CHECKING:
    from tests.hwsim_cassette.conftest import Desk

pytestmark = pytest.mark.slow
PHONES = (("xiaomi_12", "healthy"), ("google_16", "touch.off_bus"), ("motorola_11", "battery.worn"))


def measured(diagnosis: Diagnosis) -> dict[str, Any]:
    """Everything that was measured, judged and found."""
    found: dict[str, Any] = {}
    for result in diagnosis.results:
        found[result.probe] = (result.verdict, result.reason, [one.code for one in result.findings])
        found |= {f"{result.probe}:{one.name}": (one.value, one.verdict) for one in result.measurements}
    return found


def masked(value: Any, masker: Masker) -> Any:
    if isinstance(value, tuple):
        return tuple(masked(one, masker) for one in value)
    return masker.text(value) if type(value) is str else value


@pytest.mark.parametrize(("profile", "fault"), PHONES)
def test_a_run_on_the_cassette_measures_the_same_bit_for_bit(
    desk: Desk, masker: Callable[[], Masker], tmp_path: Path, profile: str, fault: str
) -> None:
    tape = Tape(masker=masker())
    first = desk.diagnose(desk.rack(RackSpec((fault,), seed=5, profile=profile)).addresses[0], tape)
    tape.save(tmp_path / "a.cassette")
    served = desk.rack(RackSpec(cassettes=(str(tmp_path / "a.cassette"),)))
    again = desk.diagnose(served.addresses[0])
    then, now = measured(first), measured(again)
    assert len(then) > 40
    assert now == {name: masked(value, tape.masker) for name, value in then.items()}
    assert [one.component for one in again.suspects] == [one.component for one in first.suspects]
    assert served.ask("unknown")["commands"] == {}


def test_the_command_line_records_and_refuses_places_that_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PHONEBENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PHONEBENCH_PLAN", "software")
    out = tmp_path / "phone.cassette"
    # in this process, where the signatures of the logs are compiled already
    assert main(["record", "--sim", "healthy", str(out), "--json"]) in {0, 3}
    said = capsys.readouterr()
    assert json.loads(said.out)["run_id"]
    assert "personal data masked" in said.err.replace("\n", " ")
    assert out.stat().st_size > 10_000
    assert main(["record", "--sim", "healthy", str(tmp_path / "nowhere" / "x")]) == 64
    assert capsys.readouterr().err.count("\n") == 1
