"""The phone's socket switched at an emulated hub, through the hub's own wire and the real adb server."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.benches import Recorder, ReplayBench, StationedBench, StoredRecordings
from agent.capture import Gear, load_tools
from agent.ledger import Ledger
from agent.links import AdbLink
from agent.safety import Guard
from agent.session import run_probe
from agent.sim_phone import SimPhones
from agent.station import Nobody, Station
from agent.store import Store
from fixtures import Fixture, Kind, Operator
from fixtures.instrument import Driver
from probes import Capability, ProbeResult, Resource, Risk, Verdict
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


def test_a_phone_that_does_not_answer_when_it_is_fed_again_is_named_by_its_port(
    sim_phones: SimPhones, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usb_reconnects, "_BACK_S", 0.5)
    phone = sim_phones(profile="samsung_14", seed=34, speed=FAST)
    phone.disturb("hang")
    result = phone.run(UsbReconnects(), station=True)
    phone.replug()
    assert value(result, "not_back") == 1
    assert {(one.code, one.components) for one in result.findings} == {("usb.not_back", ("CHG",))}


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
