"""A phone that does not boot gets a diagnosis from its socket: real descriptors, real fastboot, a meter beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.benches import Recorder
from agent.dead_phone import DeadPhone, FactsBench, diagnose_dead
from agent.home import Home, open_home
from agent.journal import Journal
from agent.links import UsbMode
from agent.localizer import load_knowledge
from agent.no_boot import NoBootFacts
from agent.store import Store
from probes import BadInput, NotSupported
from reports import Diagnosis
from tests.fixtures.test_no_boot import SOCKET, Meter, seen
from tests.links.usb_phones import Plugs


@pytest.fixture
def plugs() -> Iterator[Plugs]:
    made = Plugs()
    yield made
    made.close()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Home, Journal]]:
    monkeypatch.setenv("PHONEBENCH_HOME", str(tmp_path / "home"))
    home = open_home()
    journal = Journal(home.journal)
    yield home, journal
    journal.close()


def codes(diagnosis: Diagnosis) -> set[str]:
    return {found.code for result in diagnosis.results for found in result.findings}


def facts_of(mode: UsbMode, **more: object) -> NoBootFacts:
    return NoBootFacts.model_validate({"socket": SOCKET, "mode": mode, "enumerations": 0, "departures": 0} | more)


def test_a_qualcomm_phone_without_boot_loader_is_the_boards_memory_or_its_software(
    plugs: Plugs, desk: tuple[Home, Journal]
) -> None:
    plugs.plug(SOCKET, "edl", "xiaomi_12")
    diagnosis = diagnose_dead(*desk, seen(plugs, Meter(300.0)))
    assert codes(diagnosis) == {"usb.qualcomm_9008"}
    assert {suspect.component for suspect in diagnosis.suspects[:2]} == {"PCB", "SW"}
    assert diagnosis.exit_code in (1, 3)


def test_an_empty_socket_without_current_points_at_board_and_port_and_the_facts_are_kept(
    plugs: Plugs, desk: tuple[Home, Journal]
) -> None:
    diagnosis = diagnose_dead(*desk, seen(plugs, Meter(2.0)))
    assert codes(diagnosis) == {"usb.draws_nothing"}
    assert {"PCB", "CHG"} <= {suspect.component for suspect in diagnosis.suspects}
    (recording,) = diagnosis.results[0].recordings
    assert recording.size_bytes > 100
    assert desk[1].run(diagnosis.run_id).state == "done"
    assert desk[1].results(diagnosis.run_id) == diagnosis.results


def test_a_phone_in_its_boot_loader_is_software_or_a_stuck_key_and_tells_its_battery(
    plugs: Plugs, desk: tuple[Home, Journal]
) -> None:
    plugs.plug(SOCKET, "fastboot", "xiaomi_12")
    diagnosis = diagnose_dead(*desk, seen(plugs, Meter(300.0)))
    assert "usb.stays_in_boot_loader" in codes(diagnosis)
    assert {"SW", "BUT"} <= {suspect.component for suspect in diagnosis.suspects}


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (facts_of(UsbMode.NOTHING), "usb.nothing"),
        (facts_of(UsbMode.CHARGING_ONLY, current_mean_ma=80.0), "usb.trickle_only"),
        (facts_of(UsbMode.CHARGING_ONLY, current_mean_ma=900.0), "usb.charging_only"),
        (facts_of(UsbMode.NOTHING, current_mean_ma=500.0, enumerations=3, departures=3), "usb.comes_and_goes"),
        (facts_of(UsbMode.MEDIATEK_BROM), "usb.mediatek_brom"),
        (facts_of(UsbMode.MEDIATEK_PRELOADER), "usb.mediatek_preloader"),
        (facts_of(UsbMode.SAMSUNG_DOWNLOAD), "usb.stays_in_download_mode"),
        (facts_of(UsbMode.SIDELOAD), "usb.stays_in_recovery"),
        (facts_of(UsbMode.FASTBOOT, fastboot={"slot-unbootable:a": "yes"}), "usb.slot_unbootable"),
        (facts_of(UsbMode.FASTBOOT, fastboot={"battery-voltage": "3210mV"}), "usb.boot_loader_battery_low"),
        (facts_of(UsbMode.FASTBOOT, fastboot={"battery-voltage": "3210000"}), "usb.boot_loader_battery_low"),
        (facts_of(UsbMode.FASTBOOT, fastboot={"battery-soc-ok": "no"}), "usb.boot_loader_battery_low"),
        (facts_of(UsbMode.SERIAL), "usb.serial_only"),
    ],
)
def test_each_state_of_a_socket_has_a_finding_that_the_knowledge_explains(
    desk: tuple[Home, Journal], facts: NoBootFacts, code: str
) -> None:
    diagnosis = diagnose_dead(*desk, facts)
    assert code in codes(diagnosis)
    assert codes(diagnosis) <= set(load_knowledge().effects)
    assert diagnosis.exit_code in (1, 3), "a phone that does not boot is never sent back as sound"


@pytest.mark.parametrize("told", ["", "abc", "7", "99999999999", "-3900", "٣٩٠٠"])
def test_a_boot_loaders_nonsense_is_no_battery_voltage(desk: tuple[Home, Journal], told: str) -> None:
    diagnosis = diagnose_dead(*desk, facts_of(UsbMode.FASTBOOT, fastboot={"battery-voltage": told}))
    assert "usb.boot_loader_battery_low" not in codes(diagnosis)


def test_a_phone_on_which_android_runs_is_sent_to_its_serial(desk: tuple[Home, Journal]) -> None:
    with pytest.raises(BadInput, match="runs Android"):
        diagnose_dead(*desk, facts_of(UsbMode.ADB))
    assert not desk[1].runs()


def test_a_dead_phone_has_no_shell_and_no_log(tmp_path: Path) -> None:
    bench = FactsBench(facts_of(UsbMode.NOTHING), Recorder(Store(tmp_path)))
    with pytest.raises(NotSupported):
        bench.shell("getprop")
    with pytest.raises(NotSupported):
        bench.log("main")
    assert DeadPhone.meta.stage.order == 0
