"""Entries of the drop box that a start moved to its own time tell how often something fell, never how fast."""

from __future__ import annotations

from probes.logs import LogSource, Strength, scan

FALL = "2031-02-03 08:01:0{second} system_app_crash (text, 853 bytes)\n    Process: com.example.panel/PID: 7\n"
OTHER = "2031-02-03 08:01:0{second} system_server_strictmode (text, 16 bytes)\n    x\n"


def found(text: str) -> tuple[str, Strength]:
    head = "Drop box contents: 99 entries\n\n"
    report = scan([LogSource("dropbox", [(head + text).encode()])])
    finding = next(one for one in report.findings if one.unit == "com.example.panel")
    assert finding.count == 5
    return finding.code, finding.strength


def test_five_falls_within_seconds_are_a_loop() -> None:
    assert found("".join(FALL.format(second=n) for n in range(5))) == ("app.crash_loop", Strength.STRONG)


def test_five_falls_in_a_second_with_many_other_entries_are_none() -> None:
    crowd = OTHER.format(second=1) * 30
    assert found(crowd + FALL.format(second=1) * 5) == ("app.crash", Strength.MODERATE)


def test_falls_beside_a_crowded_second_keep_their_time() -> None:
    crowd = OTHER.format(second=9) * 30
    text = "".join(FALL.format(second=n) for n in range(5)) + crowd
    assert found(text) == ("app.crash_loop", Strength.STRONG)
