"""Is the system whole and its maker's own, is its clock right, and does somebody hold the phone locked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Final

from probes._declare import Bench, Excuse, Measure, Probe, ProbeMeta, Reading, Said, Says
from probes._limits import AtMost, LimitSource, OneOf
from probes._text import show
from probes._verdict import Stage, Unit, Verdict
from probes.formats import parse_device_policy, parse_getprop, parse_settings_list, parse_window
from probes.software._ask import Answer, ask, try_ask

_TAMPER = LimitSource(
    kind="prior",
    text="own keys, an open lock, a foreign signature and a su program, one mark each, a developer's build one in all; "
    "that three are another system than the maker's is our own assumption",
)
_UPDATE = LimitSource(
    kind="prior", text="parts of two builds of one phone, and the log says so at the start; one mark each, three fail"
)
_CLOCK = LimitSource(kind="prior", text="no phone is older than the security patch that it runs; a month is tolerated")
_AGE = LimitSource(kind="prior", text="makers give patches for two to seven years; only an age of ten years fails")
_LOCK = LimitSource(kind="prior", text="a phone that is locked to an account or an employer cannot be tested nor sold")
_SU_PLACES: Final = ("/system/bin/su", "/system/xbin/su", "/sbin/su", "/vendor/bin/su", "/su/bin/su")
_SU_LINE: Final = re.compile(r"(?m)^(?:\S.*\s)?(/\S+/su)\s*$")
_BOOT_WORDS: Final = r"Mismatched fingerprints|snapshot_manager|marked unsuccessful|update did not complete"
_TORN: Final = (
    re.compile(r"Mismatched fingerprints; system reported"),
    re.compile(r"merge of partition \S{1,60} (?:stopped|failed)|marked unsuccessful|update did not complete"),
)
_DAYS_A_MONTH: Final = 30.4


class SystemIntegrity(Probe):
    """Marks of a foreign or half-updated system, age of its patches, its clock, and the locks of others."""

    meta = ProbeMeta(
        id="system.integrity",
        version=1,
        purpose="Whether the system is whole, its maker's own, and not locked by somebody else",
        stage=Stage.SOFTWARE,
        duration_s=0.5,
        measures=(
            Measure(
                name="tamper_marks",
                label="Marks of a foreign system",
                unit=Unit.COUNT,
                limit=AtMost(high=2, marginal_above=0, source=_TAMPER),
                says=Says(code="system.rooted", component="SW"),
            ),
            Measure(
                name="torn_update_marks",
                label="Marks of an update that did not end",
                unit=Unit.COUNT,
                limit=AtMost(high=2, marginal_above=2, source=_UPDATE),
                says=Says(code="system.half_update", component="SW"),
            ),
            Measure(
                name="patch_age_months",
                label="Age of the security patches",
                unit=Unit.COUNT,
                limit=AtMost(high=120, marginal_above=84, source=_AGE),
            ),
            Measure(
                name="clock_behind_days",
                label="Clock behind the system's own date",
                unit=Unit.COUNT,
                limit=AtMost(high=62, marginal_above=31, source=_CLOCK),
                says=Says(code="system.clock_wrong", component="SW"),
            ),
            Measure(
                name="account_lock",
                label="Lock by the last owner's account",
                unit=Unit.TEXT,
                limit=OneOf(values=("open",), source=_LOCK),
                says=Says(code="system.frp_locked", component="SW"),
            ),
            Measure(
                name="managed_by",
                label="Managed by an organisation",
                unit=Unit.TEXT,
                limit=OneOf(values=("nobody",), source=_LOCK),
                says=Says(code="system.mdm_locked", component="SW"),
            ),
        ),
    )

    def run(self, bench: Bench) -> Iterator[Said]:
        """Read the properties, the log of the start, the clock, and who holds a lock."""
        answer = ask(bench, parse_getprop, "getprop")
        yield _tampered(bench, answer)
        yield _torn(bench, answer)
        yield from _clock(bench, answer.value.props)
        yield _account(bench)
        yield _managed(bench)


def _tampered(bench: Bench, answer: Answer[object]) -> Said:
    props = _props(answer)
    marks = [
        f"{name}={props[name]}"
        for name, usual in (
            ("ro.boot.verifiedbootstate", ("green",)),
            ("ro.boot.flash.locked", ("1",)),
            ("ro.build.tags", ("release-keys",)),
        )
        if props.get(name) and props[name] not in usual
    ]
    if props.get("ro.build.type", "user") != "user":  # a developer's own build is open and self-signed by nature
        marks = ["; ".join([f"ro.build.type={props['ro.build.type']}", *marks])]
    places = try_ask(bench, lambda text: _SU_LINE.findall(text[:4000]), "ls", *_SU_PLACES)
    marks += places.value if places else []
    words = show(", ".join(marks), 200)
    return Reading(name="tamper_marks", value=len(marks), evidence=answer.evidence(words))


def _props(answer: Answer[object]) -> Mapping[str, str]:
    return getattr(answer.value, "props", {})


def _torn(bench: Bench, answer: Answer[object]) -> Said:
    """Vendor and system of one phone belong to one build; makers who build them apart write no such line at boot."""
    props = _props(answer)
    system, vendor = props.get("ro.build.fingerprint", ""), props.get("ro.vendor.build.fingerprint", "")
    marks: list[str] = []
    if vendor and system != vendor and system.split(":")[0] == vendor.split(":")[0]:
        marks.append(f"vendor is {vendor}")
    patches = [props.get(name, "") for name in ("ro.vendor.build.security_patch", "ro.build.version.security_patch")]
    if all(patches) and patches[0] < patches[1]:
        marks.append(f"vendor patched {patches[0]}, system {patches[1]}")
    boot = try_ask(bench, str, "logcat", "-d", "-b", "main", "-b", "system", "-e", _BOOT_WORDS, deadline_s=20)
    marks += [found[0] for pattern in _TORN if boot and (found := pattern.search(boot.value))]
    evidence = answer.evidence(show("; ".join(marks), 300))
    return Reading(name="torn_update_marks", value=len(marks), evidence=evidence + (boot.evidence() if boot else ()))


def _clock(bench: Bench, props: Mapping[str, str]) -> Iterator[Said]:
    patched = _day(props.get("ro.build.version.security_patch", ""))
    answer = try_ask(bench, lambda text: int(text.strip()[:12]), "date", "+%s") if patched else None
    if patched is None or answer is None:
        for name in ("patch_age_months", "clock_behind_days"):
            yield Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
        return
    today = datetime.fromtimestamp(answer.value, UTC).date()
    days = (today - patched).days
    words = f"today {today}, patched {patched}"
    age = max(0, round(days / _DAYS_A_MONTH))
    yield Reading(name="patch_age_months", value=age, evidence=answer.evidence(words))
    yield Reading(name="clock_behind_days", value=max(0, -days), evidence=answer.evidence(words))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _account(bench: Bench) -> Said:
    secure = try_ask(bench, parse_settings_list, "settings", "list", "secure")
    window = try_ask(bench, parse_window, "dumpsys", "window")
    if secure is None and window is None:
        return Excuse(name="account_lock", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    if secure is not None and secure.value.values.get("secure_frp_mode") == "1":
        return Reading(name="account_lock", value="locked", evidence=secure.evidence("secure_frp_mode=1"))
    activity = (window.value.focus_activity or "") if window else ""
    locked = "frp" in activity.lower()
    answer: Answer[object] | None = window or secure
    evidence = answer.evidence(activity if locked else "") if answer else ()
    return Reading(name="account_lock", value="locked" if locked else "open", evidence=evidence)


def _managed(bench: Bench) -> Said:
    answer = try_ask(bench, parse_device_policy, "dumpsys", "device_policy")
    if answer is None:
        return Excuse(name="managed_by", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    owner = answer.value.owner
    return Reading(name="managed_by", value=show(owner or "nobody", 120), evidence=answer.evidence(owner or ""))
