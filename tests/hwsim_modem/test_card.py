"""The card: PIN and PUK, its files, and a reader whose contacts flap."""

from __future__ import annotations

import itertools

from hwsim.modem.card import Contact
from hwsim.modem.identity import imei_of, luhn_digit, subscription_of
from tests.hwsim_modem.rig import Bench


def test_a_locked_card_waits_for_its_pin_and_then_registers() -> None:
    bench = Bench(pin="4321")
    assert bench.ask("AT+CMEE=1;+CPIN?;+CREG?") == ["+CPIN: SIM PIN", "+CREG: 0,0", "OK"]
    assert bench.ask("AT+CIMI") == ["+CME ERROR: 11"]
    bench.ask("AT+CREG=1")
    assert bench.ask('AT+CPIN="4321"') == ["OK", "+CREG: 2"]
    assert "+CREG: 1" in bench.wait(5)
    assert bench.ask("AT+CPIN?") == ["+CPIN: READY", "OK"]


def test_three_wrong_pins_ask_for_the_puk_and_the_puk_sets_a_new_pin() -> None:
    bench = Bench(pin="4321")
    bench.ask("AT+CMEE=1")
    assert [bench.ask('AT+CPIN="0000"') for _ in range(3)] == [
        ["+CME ERROR: 16"],
        ["+CME ERROR: 16"],
        ["+CME ERROR: 12"],
    ]
    assert bench.ask('AT+CPIN?;+CSIM=10,"0020000100";+CSIM=10,"002C000100"') == [
        "+CPIN: SIM PUK",
        '+CSIM: 4,"6983"',
        '+CSIM: 4,"63CA"',
        "OK",
    ]
    assert bench.ask('AT+CPIN="00000000","1111"') == ["+CME ERROR: 16"]
    puk = subscription_of(7).puk
    assert bench.ask(f'AT+CPIN="{puk}","1111"') == ["OK"]
    assert bench.ask("AT+CPIN?") == ["+CPIN: READY", "OK"]


def test_ten_wrong_puks_end_the_card() -> None:
    bench = Bench(fault="card.puk_asked")
    bench.ask("AT+CMEE=1")
    said = [bench.ask('AT+CPIN="99999999","1111"') for _ in range(10)]
    assert said[-1] == ["+CME ERROR: 13"]
    assert bench.ask("AT+CIMI") == ["+CME ERROR: 13"]


def test_the_pin_can_be_switched_on_and_changed_and_is_asked_after_a_restart() -> None:
    bench = Bench()
    assert bench.ask('AT+CLCK="SC",2') == ["+CLCK: 0", "OK"]
    assert bench.ask('AT+CPWD="SC","1234","5678"') == ["ERROR"]
    assert bench.ask('AT+CLCK="SC",1,"0000"') == ["ERROR"]
    assert bench.ask('AT+CLCK="SC",1,"1234"') == ["OK"]
    assert bench.ask('AT+CPWD="SC","1234","5678";+CLCK="SC",2') == ["+CLCK: 1", "OK"]
    bench.modem.restart()
    bench.wait(10)
    bench.direct.ask("ATE0")
    assert bench.ask("AT+CPIN?") == ["+CPIN: SIM PIN", "OK"]
    assert bench.ask('AT+CPIN="5678"') == ["OK"]


def test_files_hold_what_the_operator_wrote() -> None:
    bench = Bench()
    card = bench.modem.card.subscription
    (said, _) = bench.ask("AT+CRSM=176,12258,0,0,10")
    digits = said.split('"')[1]
    assert "".join(low + high for high, low in zip(digits[::2], digits[1::2], strict=True)) == card.iccid
    assert bench.ask("AT+CRSM=176,28589,0,0,4") == ['+CRSM: 144,0,"00000002"', "OK"]
    assert bench.ask("AT+CRSM=176,12037,0,0,4") == ["+CRSM: 148,4", "OK"]
    assert bench.ask("AT+CRSM=192,12258")[0].startswith('+CRSM: 144,0,"0000000A2FE2')
    assert bench.ask('AT+CRSM=214,28539,0,0,3,"00F110"') == ["+CRSM: 144,0", "OK"]
    assert bench.ask("AT+CRSM=176,28539,0,0,3") == ['+CRSM: 144,0,"00F110"', "OK"]


def test_identities_are_well_formed_and_the_seeds_own() -> None:
    assert imei_of(1) != imei_of(2)
    assert all(luhn_digit(imei_of(seed)[:-1]) == imei_of(seed)[-1] for seed in range(20))
    iccids = [subscription_of(seed).iccid for seed in range(20)]
    assert all(len(iccid) == 20 and luhn_digit(iccid[:-1]) == iccid[-1] for iccid in iccids)


def test_luhn_agrees_with_the_example_of_the_standard() -> None:
    assert luhn_digit("7992739871") == "3"


def test_a_flapping_contact_opens_as_often_as_its_rate_says() -> None:
    contact = Contact(flaps_per_minute=6.0, open_s=1.0, seed=4)
    states = [contact.closed(tenth / 10) for tenth in range(36_000)]
    openings = sum(before and not now for before, now in itertools.pairwise(states))
    # 60 minutes at 6 a minute; the spread of such a draw is below sqrt(360).
    assert abs(openings - 360) < 4 * 19
    assert all(Contact().closed(second) for second in range(100))


def test_a_flapping_contact_loses_the_card_and_the_network_and_comes_back() -> None:
    bench = Bench(fault="sim.contact_flaps:0.9")
    bench.ask("AT+CREG=1;+CMEE=1")
    said = bench.wait(180)
    assert said.count("+CREG: 0") >= 3
    assert said.count("+CREG: 1") >= 3


def test_a_dead_card_and_an_empty_tray_are_told_apart() -> None:
    assert Bench(fault="sim.no_answer").ask("AT+CMEE=1;+CPIN?") == ["+CME ERROR: 13"]
    assert Bench(fault="sim.not_read").ask("AT+CMEE=1;+CPIN?") == ["+CME ERROR: 10"]
