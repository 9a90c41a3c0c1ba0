"""Registration and signal as they follow from antenna, card and network."""

from __future__ import annotations

import statistics

import pytest

from hwsim.faults import UnknownFault, library, parse_faults
from hwsim.modem.condition import Condition
from hwsim.modem.radio import BENCH_CELLS, Antenna, Radio
from tests.hwsim_modem.rig import Bench

OF_MODEMS = sorted(name for name, fault in library().items() if fault.modem)


def test_a_healthy_modem_is_registered_at_home_in_all_three_ways() -> None:
    bench = Bench()
    assert bench.ask("AT+CREG?;+CGREG?;+CEREG?;+CGATT?") == [
        "+CREG: 0,1",
        "+CGREG: 0,1",
        "+CEREG: 0,1",
        "+CGATT: 1",
        "OK",
    ]


def test_place_and_access_show_with_level_two() -> None:
    bench = Bench()
    assert bench.ask("AT+CREG=2;+CREG?") == ['+CREG: 2,1,"1A2B","01A2D4C5",7', "OK"]


def test_flight_mode_ends_the_registration_and_says_so_once() -> None:
    bench = Bench()
    bench.ask("AT+CREG=1")
    assert bench.ask("AT+CFUN=4") == ["OK", "+CREG: 0"]
    assert bench.ask("AT+CSQ;+CESQ") == ["+CSQ: 99,99", "+CESQ: 99,99,255,255,255,255", "OK"]
    bench.ask("AT+CFUN=1")
    assert bench.wait(5) == ["+CREG: 1"]


def test_the_operator_is_named_in_three_forms_and_in_the_character_set() -> None:
    bench = Bench()
    assert bench.ask("AT+COPS?")[0] == '+COPS: 0,0,"Bench Net One",7'
    assert bench.ask("AT+COPS=3,1;+COPS?")[0] == '+COPS: 0,1,"BenchOne",7'
    assert bench.ask("AT+COPS=3,2;+COPS?")[0] == '+COPS: 0,2,"00101",7'
    assert bench.ask('AT+CSCS="UCS2";+COPS=3,1;+COPS?')[0] == '+COPS: 0,1,"00420065006E00630068004F006E0065",7'


def test_a_forbidden_operator_denies_and_the_automatic_choice_comes_home() -> None:
    bench = Bench()
    bench.ask('AT+COPS=1,2,"00102"')
    bench.wait(5)
    assert bench.ask("AT+CREG?;+COPS?") == ["+CREG: 0,3", "+COPS: 1", "OK"]
    bench.ask("AT+COPS=0")
    bench.wait(5)
    assert bench.ask("AT+CREG?") == ["+CREG: 0,1", "OK"]
    assert bench.ask('AT+COPS=1,2,"99999"') == ["ERROR"]


def test_a_signal_agrees_with_its_indices() -> None:
    radio = Radio(seed=1)
    signal = radio.signal(BENCH_CELLS[0], 10.0)
    assert abs((signal.csq * 2 - 113) - signal.rssi_dbm) <= 1
    assert signal.rsrp_index - 141 <= signal.rsrp_dbm < signal.rsrp_index - 140
    assert signal.rsrq_index / 2 - 20 <= signal.rsrq_db < signal.rsrq_index / 2 - 19.5


@pytest.mark.parametrize("loss_db", [3.0, 15.0, 25.0])
def test_an_antennas_loss_shows_in_the_mean_rsrp(loss_db: float) -> None:
    good, lossy = Radio(seed=5), Radio(seed=5, antenna=Antenna(loss_db=loss_db))
    levels = [
        statistics.fmean(radio.signal(BENCH_CELLS[0], float(second)).rsrp_dbm for second in range(50))
        for radio in (good, lossy)
    ]
    assert levels[0] - levels[1] == pytest.approx(loss_db)


def test_fading_has_the_spread_that_was_built_in() -> None:
    radio = Radio(seed=2)
    levels = [radio.signal(BENCH_CELLS[0], float(second)).rsrp_dbm for second in range(4000)]
    # Correlated samples: about 4000 (1 - 0.8) / (1 + 0.8) independent ones, so 5 % for one standard error.
    assert statistics.pstdev(levels) == pytest.approx(1.3, rel=0.15)
    assert statistics.fmean(levels) == pytest.approx(BENCH_CELLS[0].rsrp_dbm, abs=0.25)


def test_rsrq_falls_when_noise_takes_over() -> None:
    near, far = (Radio(antenna=Antenna(loss_db=loss)).signal(BENCH_CELLS[0], 0.0) for loss in (0.0, 35.0))
    assert near.rsrq_db - far.rsrq_db > 2
    assert near.sinr_db > 5
    assert far.sinr_db < 0


def test_a_loose_antenna_loses_the_network_after_a_while_and_ends_the_call() -> None:
    bench = Bench()
    bench.ask("AT+CREG=1")
    bench.ask("ATD5550001;")
    bench.wait(5)
    bench.modem.change_condition(Condition(antenna_loss_db=45.0))
    said = bench.wait(10)
    assert "+CREG: 2" in said
    assert "NO CARRIER" in said


def test_a_dead_transmitter_hears_at_full_level_and_never_registers() -> None:
    bench = Bench(fault="modem.transmitter_dead")
    bench.wait(60)
    (level, *_) = bench.ask("AT+CSQ")
    assert 15 <= int(level.split()[1].split(",")[0]) <= 31
    assert bench.ask("AT+CREG?") == ["+CREG: 0,2", "OK"]


def test_a_dead_receiver_hears_nothing() -> None:
    bench = Bench(fault="modem.receiver_dead")
    assert bench.ask("AT+CSQ") == ["+CSQ: 99,99", "OK"]
    assert bench.ask("AT+COPS=?")[0].startswith("+COPS: ,,(")


def test_a_barred_card_is_denied_at_full_level() -> None:
    bench = Bench(fault="network.refuses")
    bench.wait(5)
    assert bench.ask("AT+CREG?;+CREG=3;+CREG?") == ["+CREG: 0,3", "+CREG: 3,3,,,,0,3", "OK"]


@pytest.mark.parametrize("fault", OF_MODEMS)
def test_a_healed_modem_is_registered_again(fault: str) -> None:
    bench = Bench(fault=fault)
    bench.wait(30)
    bench.modem.change_condition(Condition())
    bench.wait(30)
    bench.direct.ask("ATE0")
    assert bench.ask("AT+CREG?") == ["+CREG: 0,1", "OK"]


def test_a_restarting_modem_falls_silent_forgets_its_settings_and_says_hello() -> None:
    bench = Bench("quectel", fault="modem.crash_loop:1")
    bench.ask("AT+CMEE=2")
    said = bench.wait(120)
    assert "RDY" in said
    bench.modem.change_condition(Condition())
    bench.wait(10)
    assert bench.direct.ask("ATE0+CMEE?").startswith(b"ATE0+CMEE?\r")
    assert bench.ask("AT+CMEE?") == ["+CMEE: 0", "OK"]


def test_a_silent_modem_answers_nothing() -> None:
    bench = Bench(fault="modem.silent")
    assert bench.ask("AT", wait_s=60) == []


def test_a_lost_identity_reads_as_zeros_and_is_refused() -> None:
    bench = Bench(fault="modem.identity_lost")
    bench.wait(5)
    assert bench.ask("AT+CGSN;+CREG?") == ["0" * 15, "+CREG: 0,3", "OK"]


def test_the_same_seed_gives_the_same_history() -> None:
    def history(seed: int) -> list[str]:
        bench = Bench("huawei", fault="sim.contact_flaps:0.8", seed=seed)
        bench.ask("AT+CREG=2")
        return bench.wait(300)

    assert history(3) == history(3) != history(4)


@pytest.mark.parametrize("text", ["nothing.known", "sim.not_read:2", "sim.not_read:x", "sim.not_read:nan"])
def test_a_fault_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(UnknownFault):
        parse_faults(text)


def test_indicators_follow_once_they_are_asked_for() -> None:
    bench = Bench()
    assert bench.ask("AT+CIND?")[0].startswith("+CIND: 4,")
    bench.ask("AT+CMER=3,0,0,1")
    bench.wait(2)
    bench.modem.receive_message("+99911", "hi")
    assert "+CIEV: 4,1" in bench.wait(2)
    bench.ask("AT+CFUN=4")
    assert "+CIEV: 3,0" in bench.wait(2)
