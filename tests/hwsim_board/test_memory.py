from __future__ import annotations

import math
from random import Random

import pytest
from scipy import stats

from hwsim.physics.memory import chance_of_none, draw_flips, harmful_per_hour

SIZES = {"system_server": 40.0, "surfaceflinger": 20.0, "com.whatsapp": 10.0, "netd": 1.0}
HOUR_S = 3600.0


def test_the_number_of_flips_in_an_hour_is_poisson() -> None:
    counts = [len(draw_flips(20.0, HOUR_S, SIZES, Random(seed))) for seed in range(600)]
    mean = harmful_per_hour(20.0)
    assert sum(counts) / len(counts) == pytest.approx(mean, abs=4 * math.sqrt(mean / len(counts)))
    spread = stats.tvar(counts) / mean
    assert stats.chi2(599).ppf(0.0005) / 599 < spread < stats.chi2(599).ppf(0.9995) / 599
    none = sum(count == 0 for count in counts) / len(counts)
    assert none == pytest.approx(chance_of_none(20.0, 1.0), abs=0.02)


def test_flips_hit_those_who_hold_the_memory_and_sometimes_the_kernel() -> None:
    flips = draw_flips(3000.0, 10 * HOUR_S, SIZES, Random(4))
    own = [flip.victim for flip in flips if flip.victim != "kernel"]
    expected = [len(own) * size / sum(SIZES.values()) for size in SIZES.values()]
    assert stats.chisquare([own.count(name) for name in SIZES], expected).pvalue > 1e-3
    assert 0.09 < 1 - len(own) / len(flips) < 0.15


def test_every_fault_address_is_one_bit_away_from_a_good_one() -> None:
    for flip in draw_flips(300.0, HOUR_S, SIZES, Random(9)):
        assert (flip.fault_address ^ flip.good_address).bit_count() == 1


def test_sound_memory_flips_no_bit() -> None:
    assert draw_flips(0.0, 1000 * HOUR_S, SIZES, Random(1)) == []
