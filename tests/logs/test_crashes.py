from __future__ import annotations

import pytest

from probes.logs import Klass, LogReport, LogSource, Strength, scan

FATAL = """01-02 03:04:{second:02d}.000  4000  4000 E AndroidRuntime: FATAL EXCEPTION: main
01-02 03:04:{second:02d}.000  4000  4000 E AndroidRuntime: Process: com.acme.shop, PID: 4000
01-02 03:04:{second:02d}.000  4000  4000 E AndroidRuntime: java.lang.NullPointerException
"""
EVENT = (
    "01-02 03:04:{second:02d}.000  1000  1100 I am_crash: [4000,0,com.acme.shop,948485700,java.lang.X,null,A.java,1]\n"
)


def scan_text(**logs: str) -> LogReport:
    return scan([LogSource(name, [text.encode()]) for name, text in logs.items()])


def test_one_crash_seen_in_two_buffers_is_one_crash() -> None:
    report = scan_text(main=FATAL.format(second=1), events=EVENT.format(second=1))
    assert [(one.process, one.kind, one.count) for one in report.crashes] == [("com.acme.shop", "crash", 1)]
    assert report.with_code("app.crash")[0].strength is Strength.WEAK


def test_three_crashes_of_one_app_are_a_loop_and_blame_software() -> None:
    report = scan_text(main="".join(FATAL.format(second=second) for second in (1, 11, 16)))
    finding = report.with_code("app.crash_loop")[0]
    assert (finding.strength, finding.klass, finding.part) == (Strength.STRONG, Klass.SOFTWARE, "SW")
    assert (finding.unit, finding.count) == ("com.acme.shop", 3)
    assert report.crashes[0].shortest_gap_s == 5.0


@pytest.mark.parametrize(
    ("text", "process", "kind"),
    [
        ("01-02 03:04:05.000 I/am_crash( 144): [4000,com.acme.shop,948485700,X]", "com.acme.shop", "crash"),
        ("01-02 03:04:05.000  1 1 I am_anr  : [0,4000,com.acme.shop,9,Input]", "com.acme.shop", "anr"),
        ("01-02 03:04:05.000  1 1 E ActivityManager: ANR in com.acme.shop (x)", "com.acme.shop", "anr"),
        (
            "01-02 03:04:05.000  9 9 F DEBUG   : pid: 77, tid: 78, name: binder  >>> /vendor/bin/hw/acme-hal <<<",
            "/vendor/bin/hw/acme-hal",
            "native_crash",
        ),
        (
            "01-02 03:04:05.000  1 1 E AndroidRuntime: *** FATAL EXCEPTION IN SYSTEM PROCESS: main",
            "system_server",
            "crash",
        ),
        ("01-02 03:04:05.000  1 1 W Watchdog: *** WATCHDOG KILLING SYSTEM PROCESS: x", "system_server", "watchdog"),
        (
            "2030-01-02 03:04:05 data_app_crash (text, 9 bytes)\n    Process: com.acme.shop/PID: 1",
            "com.acme.shop",
            "crash",
        ),
        ("2030-01-02 03:04:05 system_app_anr (text, 9 bytes)\nProcess: com.acme.shop", "com.acme.shop", "anr"),
        ("2030-01-02 03:04:05 data_app_crash (contents lost)", "unknown", "crash"),
        ("2030-01-02 03:04:05 system_server_watchdog (text, 9 bytes)", "system_server", "watchdog"),
        ("2030-01-02 03:04:05 SYSTEM_TOMBSTONE (text, 9 bytes)", "unknown", "native_crash"),
        ("01-02 03:04:05.000  4 4 E AndroidRuntime: FATAL EXCEPTION: main", "unknown", "crash"),
    ],
)
def test_every_place_that_tells_of_a_fall_is_read(text: str, process: str, kind: str) -> None:
    report = scan_text(main=text)
    assert [(one.process, one.kind, one.count) for one in report.crashes] == [(process, kind, 1)]


def test_the_first_start_of_the_system_server_is_no_restart() -> None:
    line = "01-02 03:04:05.000  1 1 I SystemServer: Entered the Android system server!\n"
    assert scan_text(main=line).crashes == ()
    assert scan_text(main=line * 3).crashes[0].count == 2


def test_a_process_line_far_from_a_header_is_not_a_crash() -> None:
    text = "2030-01-02 03:04:05 data_app_crash (text, 9 bytes)\n" + "x\n" * 20 + "Process: com.acme.shop\n"
    assert scan_text(dropbox=text).crashes == ()


TRACE = """
----- pid 4000 at 2030-01-02 03:04:05.678 +0800 -----
Cmd line: com.acme.shop
"main" prio=5 tid=1 Blocked

----- pid 1500 at 2030-01-02 03:04:06.000 +0800 -----
Cmd line: system_server
"""


def test_a_trace_file_tells_which_process_hung_and_the_others_are_bystanders() -> None:
    (fell,) = scan_text(anr_2030=TRACE).crashes
    assert (fell.process, fell.kind, fell.count) == ("com.acme.shop", "anr", 1)
    assert fell.stamps[0].wall == "2030-01-02 03:04:05"
    assert scan_text(main=TRACE).crashes == ()


def test_crashes_carry_their_boot_and_make_events() -> None:
    report = scan_text(last_logcat=EVENT.format(second=1))
    assert report.with_code("app.crash")[0].boots == (-1,)
    assert [(one.unit, one.boot, one.source) for one in report.events] == [("com.acme.shop", -1, "last_logcat")]
