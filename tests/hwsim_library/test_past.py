"""What the drop box and the boots tell of the days before follows the times at which a fault was there."""

from __future__ import annotations

from itertools import pairwise

import pytest

from hwsim.phone.drops import Drop, draw_drops
from hwsim.phone.phone import Phone
from tests.hwsim.rig import one_phone

TOUCH = "read chip id failed, touch controller not present"


def tombstones(phone: Phone, words: str) -> list[Drop]:
    return [drop for drop in draw_drops(phone) if drop.tag == "SYSTEM_TOMBSTONE" and words in drop.text]


def uptime_s(phone: Phone, drop: Drop) -> float:
    return phone.clock.uptime_s - (phone.clock.now - drop.at).total_seconds()


@pytest.mark.parametrize("fault", ["touch.off_bus:0.5@intermittent", "touch.off_bus:1@after_a_while"])
def test_every_tombstone_is_from_a_time_at_which_the_part_was_gone(fault: str) -> None:
    found = 0
    for seed in range(12):
        phone = one_phone("xiaomi_12", fault, seed=seed).phone
        for drop in tombstones(phone, TOUCH):
            found += 1
            assert not phone.health.condition_before(uptime_s(phone, drop)).touch_on_bus
    assert found > 12


def test_an_intermittent_fault_leaves_traces_while_it_is_away_and_fewer_than_a_constant_one() -> None:
    counts = []
    for when in ("constant", "intermittent"):
        phones = [one_phone("xiaomi_12", f"touch.off_bus:0.2@{when}", seed=seed).phone for seed in range(16)]
        counts.append(sum(len(tombstones(phone, TOUCH)) for phone in phones))
        if when == "intermittent":
            away = [phone for phone in phones if phone.condition.touch_on_bus]
            assert any(tombstones(phone, TOUCH) for phone in away)
    assert 0 < counts[1] < counts[0] / 2


def test_the_past_does_not_change_while_time_goes_on() -> None:
    phone = one_phone("google_16", "camera_rear.off_bus:0.6@intermittent").phone
    times = [-3600.0 * hour for hour in range(60)]
    before = [phone.health.condition_before(at_s).camera_rear_on_bus for at_s in times]
    phone.clock.advance(7200.0)
    phone.refresh()
    assert [phone.health.condition_before(at_s).camera_rear_on_bus for at_s in times] == before
    assert any(one != other for one, other in pairwise(before))


def test_a_healthy_part_leaves_nothing() -> None:
    assert tombstones(one_phone("xiaomi_12").phone, TOUCH) == []
