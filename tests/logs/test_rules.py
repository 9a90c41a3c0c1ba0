from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.logs import Finding, Klass, LogSource, Signature, Strength, scan


def signature(sid: str, pattern: str, **changes: Any) -> Signature:
    row: dict[str, Any] = {
        "id": sid,
        "pattern": pattern,
        "code": "acme.fault",
        "parts": ("TCH",),
        "strength": "strong",
        "klass": "component",
        "source": "ACME driver",
        "examples": (pattern,),
    }
    return Signature.model_validate(row | changes)


def marker(sid: str, pattern: str) -> Signature:
    return Signature(id=sid, pattern=pattern, marker=True, source="ACME driver", examples=(pattern,))


def scan_lines(*known: Signature, **logs: list[str]) -> tuple[Finding, ...]:
    sources = [LogSource(name, ["".join(f"{line}\n" for line in lines).encode()]) for name, lines in logs.items()]
    return scan(sources, catalogue=known).findings


def fail_at(*times_s: float) -> list[str]:
    return [f"[{time_s:12.6f}] acme_ts: no answer" for time_s in times_s]


@pytest.mark.parametrize(
    ("rule", "times_s", "strength"),
    [
        ({"min_count": 3}, (1, 2), Strength.WEAK),
        ({"min_count": 3}, (1, 2, 3), Strength.STRONG),
        ({"min_count": 3, "otherwise": "moderate"}, (1,), Strength.MODERATE),
        ({"after_boot_s": 30}, (1, 2, 29), Strength.WEAK),
        ({"after_boot_s": 30}, (1, 31), Strength.STRONG),
        ({"min_windows": 3}, (100, 101, 102, 103, 111), Strength.WEAK),
        ({"min_windows": 3}, (100, 111, 122), Strength.STRONG),
        ({"min_span_s": 5}, (100, 104), Strength.WEAK),
        ({"min_span_s": 5}, (100, 106), Strength.STRONG),
        ({"min_rate_per_h": 100}, (0, 3600), Strength.WEAK),
        ({"min_rate_per_h": 100}, (0, 10, 20), Strength.STRONG),
    ],
)
def test_counts_and_times_decide_the_strength(
    rule: dict[str, Any], times_s: tuple[float, ...], strength: Strength
) -> None:
    (finding,) = scan_lines(signature("acme.one", "acme_ts: no answer", rule=rule), kernel=fail_at(*times_s))
    assert finding.strength is strength
    assert finding.count == len(times_s)
    assert finding.why


def test_a_line_without_a_clock_counts_but_makes_one_window_only() -> None:
    known = signature("acme.one", "acme_ts: no answer", rule={"after_boot_s": 30, "min_windows": 2})
    (finding,) = scan_lines(known, kernel=["acme_ts: no answer"] * 50)
    assert finding.strength is Strength.WEAK


def test_two_sources_with_the_same_lines_do_not_add_up() -> None:
    known = signature("acme.one", "acme_ts: no answer", rule={"min_count": 4})
    (finding,) = scan_lines(known, kernel=fail_at(1, 2), kernel_again=fail_at(1, 2))
    assert finding.strength is Strength.WEAK


def test_a_success_of_the_same_unit_clears_and_of_another_unit_does_not() -> None:
    known = (
        signature("acme.one", r"probe failed, slot:(?P<unit>\d)", rule={"cleared_by": ["acme.ok"]}),
        marker("acme.ok", r"probe success, slot:(?P<unit>\d)"),
    )
    found = scan_lines(*known, kernel=["probe failed, slot:0", "probe failed, slot:1", "probe success, slot:1"])
    assert {one.unit: (one.strength, one.klass) for one in found} == {
        "0": (Strength.STRONG, Klass.COMPONENT),
        "1": (Strength.BENIGN, Klass.BENIGN),
    }


@pytest.mark.parametrize(("success_last", "strength"), [(True, Strength.BENIGN), (False, Strength.STRONG)])
def test_only_a_later_success_clears_where_the_rule_says_so(success_last: bool, strength: Strength) -> None:
    known = (
        signature("acme.one", "acme_ts: no answer", rule={"cleared_by": ["acme.ok"], "cleared_when": "later"}),
        marker("acme.ok", "acme_ts: ready"),
    )
    lines = [*fail_at(1), "[    2.000000] acme_ts: ready"]
    (finding,) = scan_lines(*known, kernel=lines if success_last else lines[::-1])
    assert finding.strength is strength


def test_a_finding_that_needs_company_is_weak_alone_and_strong_in_company() -> None:
    known = (
        signature("acme.one", "acme_ts: no answer", rule={"agree_with": ["acme.other_code"]}),
        signature("acme.two", "acme_fw: crash", code="acme.other_code"),
    )
    assert scan_lines(*known, kernel=fail_at(1))[0].strength is Strength.WEAK
    both = scan_lines(*known, kernel=fail_at(1), main=["acme_fw: crash"])
    assert {one.strength for one in both} == {Strength.STRONG}


def test_benign_company_and_its_own_lines_are_no_second_source() -> None:
    known = (
        signature("acme.one", "acme_ts: no answer", rule={"agree_with": ["acme.noise_code", "acme.fault"]}),
        signature("acme.two", "acme_fw: busy", code="acme.noise_code", strength="benign", klass="benign"),
    )
    found = scan_lines(*known, kernel=fail_at(1, 2, 3), main=["acme_fw: busy"] * 9)
    assert max(one.strength.rank for one in found) == Strength.WEAK.rank


def test_the_unit_can_name_the_part() -> None:
    known = signature("acme.one", r"camera (?P<unit>\d) lost", parts=("RFC", "FFC"), parts_of_unit={"1": ("FFC",)})
    found = scan_lines(known, main=["camera 1 lost", "camera 7 lost"])
    assert {one.unit: one.parts for one in found} == {"1": ("FFC",), "7": ("RFC", "FFC")}


BENIGN_LINES = (
    "[  100.000000] acme 1-1: Driver acme requests probe deferral",
    "[  100.000000] acme 0-0010: Direct firmware load for acme.bin failed with error -2",
    "[  100.000000] mdss_dsi_parse_dcs_cmds: failed, key=qcom,mdss-dsi-idle-on-command",
    "[  100.000000] [fg_is_battery_exist] PMIC_RGS_BATON_UNDET = 1",
    "[  100.000000] [msdc]msdc1 -> XXX CMD<8><0x1aa> Error<-110> Resp<0x0>",
    "[  100.000000] CAM_INFO: CAM-SENSOR: cam_sensor_driver_cmd: 900 Probe success,slot:0,slave_addr:0x34",
    "[  100.000000] pn544_dev_write : retry = 1, ret = 4, count =   4 > 20000100",
)
FAULT_LINES = (
    "[   90.000000] [FTS_TS/E](get_flow_cnt, 20):read reg0x8f fail,ret:-6",
    "[   99.000000] [FTS_TS/E](get_flow_cnt, 20):read reg0x8f fail,ret:-6",
    "[   90.000000] CAM_ERR: CAM-SENSOR: cam_sensor_driver_cmd: 939 Probe failed, slot:0 slave_addr:0x20",
    "[   90.000000] blk_update_request: I/O error, dev sda, sector 12345",
)


@settings(max_examples=60, deadline=None)
@given(
    faults=st.lists(st.sampled_from(FAULT_LINES), max_size=6),
    benign=st.lists(st.sampled_from(BENIGN_LINES), max_size=12),
)
def test_more_benign_lines_never_strengthen_anything(faults: list[str], benign: list[str]) -> None:
    def strengths(lines: list[str]) -> dict[tuple[str, str], int]:
        report = scan([LogSource("kernel", ["\n".join(lines).encode()])])
        return {(one.code, one.unit): one.strength.rank for one in report.findings}

    before, after = strengths(faults), strengths(faults + benign)
    assert all(rank <= before.get(key, 0) for key, rank in after.items())
