"""What the reference microphone hears beside a phone is kept, and comes out of a replay bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from agent.benches import Recorder, ReplayBench, StationedBench
from agent.capture import Gear, load_tools
from agent.ledger import Ledger
from agent.safety import Guard
from agent.sim_phone import SimPhone
from agent.station import Station
from agent.store import Store
from fixtures import Calibration, Fixture, Kind, LostSamples, NoFixture, Operator
from fixtures.instrument import Driver
from probes import NotSupported, Output, Risk, SoundOrder, Sweep

Sound = NDArray[np.float32]
SimPhones = Callable[..., SimPhone]
SWEEP = Sweep(low_hz=200.0, high_hz=8000.0, duration_s=0.5, level=0.2)
QUIET = SoundOrder(play=None, duration_s=0.5)
LOUD = SoundOrder(play=SWEEP, output=Output.SPEAKER, duration_s=1.0)


class Card(Driver):
    """A card that hears what it plays, or cannot keep up, or is gone."""

    kind = Kind.SOUND
    driver = "fake"
    full_scale_dbspl = 110.0

    def __init__(self, trouble: type[Exception] | None = None) -> None:
        super().__init__("ref", calibration=Calibration())
        self.trouble = trouble

    def deviation_db(self, frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.log10(frequency_hz)

    def play_and_record(
        self, played: Sound, *, rate_hz: int, deadline_s: float, begun: Callable[[], None] = lambda: None
    ) -> Sound:
        assert deadline_s > len(played) / rate_hz
        begun()
        if self.trouble is not None:
            raise self.trouble("no")
        return played + np.float32(0.25)


class OneCard:
    """A bench file with a card."""

    test_number = ""

    def __init__(self, card: Card) -> None:
        self.card = card

    def of_kind(self, kind: Kind, *, serves: str = "") -> OneCard | None:
        del serves
        return self if kind is Kind.SOUND else None

    def make(self, operator: Operator) -> Fixture:
        del operator
        return self.card


class Desk:
    """A phone with a card beside it."""

    def __init__(self, phone: SimPhone, folder: Path) -> None:
        self.store = Store(folder / "run")
        self.recorder = Recorder(self.store)
        self.recorder.start("test.probe")
        self.gear = Gear(phone.link, load_tools())
        self._link, self._ledger = phone.link, Ledger(folder / "settings", "S1")

    def bench(self, card: Card) -> StationedBench:
        guard, station = Guard(self._link, Risk.NONE), Station(bench=OneCard(card))
        return StationedBench(self._link, self.recorder, self.gear, self._ledger, guard, station=station)

    def replay(self) -> ReplayBench:
        return ReplayBench(self.recorder.taken(), self.store)


@pytest.fixture
def desk(sim_phones: SimPhones, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(sim_phones(speed=10.0), tmp_path)
    yield made
    made.gear.close()


def same(one: Any, other: Any) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=False)
        if isinstance(getattr(one, name), np.ndarray)
        else getattr(one, name) == getattr(other, name)
        for name in one.__dataclass_fields__
    )


@pytest.mark.parametrize(("order", "plays"), [(QUIET, SWEEP), (LOUD, None)])
def test_what_was_heard_comes_out_of_a_replay_bit_for_bit(desk: Desk, order: SoundOrder, plays: Sweep | None) -> None:
    take, heard = desk.bench(Card()).booth(order, plays=plays)
    assert heard.is_whole
    assert heard.full_scale_dbspl == 110.0
    assert heard.deviation_db == pytest.approx(np.log10(heard.frequency_hz))
    assert (np.ptp(heard.sound) > 0.1) == (plays is not None)
    assert (take.plays_from_frame is None) == (order.play is None)
    again, heard_again = desk.replay().booth(order, plays=plays)
    assert same(take, again)
    assert same(heard, heard_again)


@pytest.mark.parametrize(("order", "plays"), [(QUIET, SWEEP), (LOUD, None)])
def test_a_card_that_cannot_keep_up_is_told_and_not_judged(desk: Desk, order: SoundOrder, plays: Sweep | None) -> None:
    _take, heard = desk.bench(Card(LostSamples)).booth(order, plays=plays)
    assert not heard.is_whole
    assert not heard.sound.any()


@pytest.mark.parametrize(("order", "plays"), [(QUIET, SWEEP), (LOUD, None)])
def test_a_card_that_is_gone_is_trouble_of_the_bench(desk: Desk, order: SoundOrder, plays: Sweep | None) -> None:
    with pytest.raises(NoFixture):
        desk.bench(Card(NoFixture)).booth(order, plays=plays)


def test_a_refusal_is_the_same_in_a_replay(desk: Desk) -> None:
    bench = StationedBench(
        desk._link, desk.recorder, desk.gear, desk._ledger, Guard(desk._link, Risk.NONE), station=Station()
    )
    with pytest.raises(NotSupported):
        bench.booth(LOUD)
    with pytest.raises(NotSupported):
        desk.replay().booth(LOUD)
