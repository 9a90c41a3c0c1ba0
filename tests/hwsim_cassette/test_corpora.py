"""Each device of the real dumps becomes a cassette that can be diagnosed; what it lacks is said, and nothing breaks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agent.cassettes import devices_of, from_dumps
from agent.rack import RackSpec
from probes import BadInput, Verdict

if TYPE_CHECKING:
    from tests.hwsim_cassette.conftest import Desk

pytestmark = [pytest.mark.slow, pytest.mark.corpora]
_AT_LEAST = 20
_BROKEN = {Verdict.ERROR}


def test_every_device_can_be_diagnosed(desk: Desk, shared_dir: Path, tmp_path: Path) -> None:
    made: dict[str, Path] = {}
    for device in devices_of(shared_dir / "corpora"):
        try:
            tape = from_dumps(shared_dir / "corpora", device)
        except BadInput:
            continue  # logs of a modem or of a USB tool: no phone's shell has ever said that
        made[device] = tmp_path / f"{len(made)}.cassette"
        tape.save(made[device])
    assert len(made) >= _AT_LEAST
    served = desk.rack(RackSpec(cassettes=tuple(str(path) for path in made.values())))
    for device, address in zip(made, served.addresses, strict=True):
        diagnosis = desk.diagnose(address)
        broken = [one for one in diagnosis.results if one.verdict in _BROKEN]
        assert not broken, (device, broken[0].trouble)
        silent = [one for one in diagnosis.results if one.verdict is Verdict.NOT_SUPPORTED]
        assert not silent or diagnosis.not_tested, device
