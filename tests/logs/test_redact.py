from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.logs import LogSource, redact, scan
from probes.logs.redact import luhn_ok


@pytest.mark.parametrize(
    ("text", "canary"),
    [
        ("IMEI 490154203237518 read", "490154203237518"),
        ("mImei=49015420323751", "49015420323751"),
        ("imsi 460011234567890 attach", "460011234567890"),
        ("IMEISV 4901542032375108", "4901542032375108"),
        ("iccid: 89860012345678901234", "89860012345678901234"),
        ("card 8986001234567890123F here", "8986001234567890123F"),
        ("peer 00:1b:44:11:3a:b7 left", "00:1b:44:11:3a:b7"),
        ("peer 00-1B-44-11-3A-B7 left", "00-1B-44-11-3A-B7"),
        ("account jane.doe+x@mail.example.org sync", "jane.doe+x@mail.example.org"),
        ("dial +49 170 1234567 now", "170 1234567"),
        ("number=0301234567", "0301234567"),
        ("from 13812345678 to", "13812345678"),
        ("gw 192.168.1.17 up", "192.168.1.17"),
        ("addr fe80::21b:44ff:fe11:3ab7 up", "fe80::21b:44ff:fe11:3ab7"),
        ("addr 2001:db8:1:2:3:4:5:6 up", "2001:db8:1:2:3:4:5:6"),
        ("lat=52.520008, lon=13.404954", "13.404954"),
        ("fix 52.520008,13.404954 ok", "52.520008"),
        ('SSID: "Home of Jane" joined', "Home of Jane"),
        ("ssid=JaneNet, bssid=00:1b:44:11:3a:b7", "JaneNet"),
        ("androidboot.serialno=R58M12345AB", "R58M12345AB"),
    ],
)
def test_personal_data_does_not_survive(text: str, canary: str) -> None:
    cleaned = redact(text)
    assert canary not in cleaned
    assert "<" in cleaned


@pytest.mark.parametrize(
    "text",
    [
        "[ 3582.007732] [FTS_TS/E](get_flow_cnt, 186):read reg0x91 fail,ret:-5",
        "01-02 03:04:05.678  1000  1100 E EventHub: could not open /dev/input/event3",
        "<3>[    1.500000 / 01-01 00:00:00.979][0] acme: up",
        "blk_update_request: I/O error, dev sda, sector 12345678901",
        "ufshcd-qcom 1d84000.ufshc: saved_err = 0x40000",
        "cam_cci_irq: 100 Base:00000000, cci: 0, M1_Q0 NACK ERROR: 0x40000000",
        "art::Thread::DumpStack failed in std::vector",
    ],
)
def test_what_is_not_personal_stays(text: str) -> None:
    assert redact(text) == text


def test_evidence_of_a_scan_is_redacted() -> None:
    line = b"mmcblk0: recovery failed! imei=490154203237518 by a.b@mail.example\n"
    report = scan([LogSource("kernel", [line * 3])])
    assert report.findings[0].evidence[0].text == "mmcblk0: recovery failed! imei=<imei> by <email>"


def test_luhn_knows_a_good_number_from_a_bad_one() -> None:
    assert luhn_ok("490154203237518")
    assert not luhn_ok("490154203237519")


@given(st.text(max_size=400))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once) == once
