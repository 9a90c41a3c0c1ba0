"""The phone's socket switched at an emulated hub, through the hub's own wire and the real adb server."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.benches import Recorder, ReplayBench, StationedBench, StoredRecordings
from agent.capture import Gear, load_tools
from agent.ledger import Ledger
from agent.links import AdbLink
from agent.plan_files import probes_of, read_plan
from agent.safety import Guard
from agent.scheduler import Agenda
from agent.session import run_probe
from agent.sim_phone import SimPhone, SimPhones
from agent.station import Nobody, Pause, Station
from agent.store import Store
from fixtures import Fixture, Kind, Operator
from fixtures.instrument import Driver
from probes import Capability, Does, ProbeResult, Resource, Risk, Strength, Task, Verdict
from probes.hardware import usb_reconnects
from probes.hardware.usb_reconnects import UsbReconnects

FAST = 20.0


class ForeignHub(Driver):
    """A hub that switches some other port: the phone stays where it is."""

    kind, driver = Kind.HUB, "test"

    def __init__(self) -> None:
        super().__init__("hub beside")
        self.switched: list[tuple[int, bool]] = []

    def switch(self, port: int, *, on: bool) -> None:
        self.switched.append((port, on))

    def is_on(self, port: int) -> bool:
        return (port, True) == self.switched[-1]


class StickingPort(ForeignHub):
    """The hub of a phone whose port finds its socket again only when the plug is put in anew, so many times."""

    def __init__(self, phone: SimPhone, *, sticks: int) -> None:
        super().__init__()
        self._phone, self._sticks = phone, sticks

    def switch(self, port: int, *, on: bool) -> None:
        super().switch(port, on=on)
        if not on:
            self._phone._place.ask("unplug")
        elif self._sticks > 0:
            self._sticks -= 1
        else:
            self._phone._place.ask("replug")


class WeakBattery(StickingPort):
    """The hub of a phone that cannot live without it: it starts anew."""

    def switch(self, port: int, *, on: bool) -> None:
        if not on:
            self._phone.link.reboot(deadline_s=10.0)
        super().switch(port, on=on)


class Replugs(Nobody):
    """Somebody who puts the plug in when asked to start the phone."""

    lack = ""

    def __init__(self, phone: SimPhone) -> None:
        self._phone = phone
        self.asked = 0

    def do(self, task: Task, pause: Pause) -> None:
        del pause
        assert task.does is Does.START
        self.asked += 1
        self._phone._place.ask("replug")


class HubAlone:
    """A bench with a hub and nothing else."""

    test_number = ""

    def __init__(self, hub: ForeignHub) -> None:
        self.hub = hub

    def of_kind(self, kind: Kind, *, serves: str = "") -> HubAlone | None:
        del serves
        return self if kind is Kind.HUB else None

    def make(self, operator: Operator) -> Fixture:
        del operator
        return self.hub


def value(result: ProbeResult, name: str) -> object:
    return next(taken for taken in result.measurements if taken.name == name).value


def run_at(link: AdbLink, folder: Path, station: Station) -> tuple[ProbeResult, Store]:
    store, meta = Store(folder / "run"), UsbReconnects.meta
    recorder, gear = Recorder(store), Gear(link, load_tools())
    guard = Guard(link, Risk.NONE, charges=Resource.USB_CURRENT in meta.resources)
    with gear, station:
        bench = StationedBench(link, recorder, gear, Ledger(folder, "S"), guard, station=station)
        return run_probe(UsbReconnects(), bench, recorder, {}), store


def test_a_good_phone_is_back_and_fed_each_time_and_draws_nothing_in_between(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="samsung_14", seed=31, speed=FAST)
    result = phone.run(UsbReconnects(), station=True)
    assert result.verdict is Verdict.PASS, result
    assert (value(result, "rounds"), value(result, "not_back"), value(result, "unfed")) == (2, 0, 0)
    assert value(result, "off_ma") == pytest.approx(0.0, abs=1.0)
    assert phone.link.shell(("echo", "there"), deadline_s=5, cap_bytes=99).stdout.strip() == b"there"


def test_only_the_socket_of_this_phone_is_switched(sim_phones: SimPhones) -> None:
    first, second = sim_phones(seed=32, speed=FAST), sim_phones(seed=33, speed=FAST)
    assert second.run(UsbReconnects(), station=True).verdict is Verdict.PASS
    assert first.link.shell(("echo", "there"), deadline_s=5, cap_bytes=99).stdout.strip() == b"there"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usb_reconnects, "_BACK_S", 1.5)


@pytest.mark.usefixtures("impatient")
def test_a_phone_that_nobody_brings_back_says_nothing_of_a_part_and_leaves_the_run_whole(
    sim_phones: SimPhones, tmp_path: Path
) -> None:
    phone = sim_phones(profile="samsung_14", seed=34, speed=FAST)
    station = Station(Nobody(), bench=HubAlone(StickingPort(phone, sticks=9)), port=4)
    result, _store = run_at(phone.link, tmp_path, station)
    phone.replug()
    assert (result.verdict, result.findings, result.link_broke) == (Verdict.INCONCLUSIVE, (), False), result
    assert {one.reason for one in result.measurements if one.name in {"not_back", "went_off"}} == {"stayed_away"}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("sticks", "verdict", "strength"), [(1, Verdict.MARGINAL, Strength.WEAK), (2, Verdict.FAIL, Strength.STRONG)]
)
def test_a_port_that_takes_a_hand_each_time_is_named_and_once_is_only_noted(
    sim_phones: SimPhones, tmp_path: Path, sticks: int, verdict: Verdict, strength: Strength
) -> None:
    phone = sim_phones(profile="samsung_14", seed=37, speed=FAST)
    hand = Replugs(phone)
    station = Station(hand, bench=HubAlone(StickingPort(phone, sticks=sticks)), port=4)
    result, store = run_at(phone.link, tmp_path, station)
    again = run_probe(UsbReconnects(), ReplayBench(result.recordings, store), StoredRecordings(result.recordings), {})
    assert (again.measurements, again.findings) == (result.measurements, result.findings)
    assert (value(result, "not_back"), hand.asked) == (sticks, sticks), result
    assert result.verdict is verdict
    found = {(one.code, one.components, one.strength) for one in result.findings}
    assert found == {("usb.not_back", ("CHG",), strength)}


@pytest.mark.usefixtures("impatient")
def test_a_phone_that_starts_anew_without_its_supply_went_off_and_its_port_is_not_blamed(
    sim_phones: SimPhones, tmp_path: Path
) -> None:
    phone = sim_phones(profile="samsung_14", seed=38, speed=FAST)
    station = Station(Replugs(phone), bench=HubAlone(WeakBattery(phone, sticks=0)), port=4)
    result, store = run_at(phone.link, tmp_path, station)
    again = run_probe(UsbReconnects(), ReplayBench(result.recordings, store), StoredRecordings(result.recordings), {})
    assert (again.measurements, again.findings) == (result.measurements, result.findings)
    assert {(one.code, one.components) for one in result.findings} == {("power.off_under_load", ())}, result
    assert {one.reason for one in result.measurements if one.name == "not_back"} == {"went_off"}


def test_a_hub_that_switches_another_socket_says_nothing_of_the_phone(sim_phones: SimPhones, tmp_path: Path) -> None:
    hub, phone = ForeignHub(), sim_phones(profile="samsung_14", seed=35, speed=FAST)
    result, _store = run_at(phone.link, tmp_path, Station(Nobody(), bench=HubAlone(hub), port=4))
    assert (result.verdict, result.findings) == (Verdict.INCONCLUSIVE, ())
    assert {one.reason for one in result.measurements if one.name == "not_back"} == {"socket_not_switched"}
    assert hub.switched[0] == (4, False)
    assert hub.switched[-1] == (4, True)


def test_the_rounds_are_replayed_to_the_same_words(sim_phones: SimPhones, tmp_path: Path) -> None:
    phone = sim_phones(profile="samsung_14", seed=36, speed=FAST)
    then, store = run_at(phone.link, tmp_path, phone._place.station(attended=True))
    again = run_probe(UsbReconnects(), ReplayBench(then.recordings, store), StoredRecordings(then.recordings), {})
    assert then.verdict is Verdict.PASS, then
    assert (again.measurements, again.findings) == (then.measurements, then.findings)


def test_a_phone_whose_socket_is_not_known_is_left_on() -> None:
    assert Station(Nobody(), bench=HubAlone(ForeignHub())).lack(Capability.HUB)
    assert not Station(Nobody(), bench=HubAlone(ForeignHub()), port=2).lack(Capability.HUB)


def test_nothing_runs_beside_a_probe_that_takes_the_link_away() -> None:
    assert Resource.PHONE in UsbReconnects.meta.resources


def test_whatever_plan_has_it_it_begins_last() -> None:
    plan = probes_of(read_plan("standard").model_copy(update={"without": (), "again": ()}))
    agenda = Agenda(plan, range(len(plan)))
    order = [plan[place].meta.id for _ in plan if (place := agenda.take(())) is not None]
    assert order[-1] == UsbReconnects.meta.id
