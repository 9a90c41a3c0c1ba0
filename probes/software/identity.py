"""Which phone is this, and is its system what its maker shipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from probes._declare import Bench, Excuse, Measure, Probe, ProbeMeta, Reading, Said, Sign
from probes._limits import LimitSource, OneOf
from probes._text import show
from probes._verdict import Stage, Strength, Unit, Verdict
from probes.formats import parse_getprop, parse_service_call
from probes.software._ask import Answer, ask, try_ask

_BOOT_SOURCE = LimitSource(
    kind="standard",
    text="Android Verified Boot: green locked and official, yellow own key, orange unlocked, red broken; "
    "that yellow and orange only warn is our own assumption",
)
_IMEI_SOURCE = LimitSource(kind="standard", text="3GPP TS 23.003 §6.2.1: 15 digits, the last is the Luhn check digit")

# Newest name first: a property that an old system lacks is looked for under its older names.
_PROPERTIES: Final[Mapping[str, tuple[str, ...]]] = {
    "serial": ("ro.serialno", "ro.boot.serialno"),
    "brand": ("ro.product.brand", "ro.product.vendor.brand", "ro.product.system.brand"),
    "model": ("ro.product.model", "ro.product.vendor.model", "ro.product.odm.model", "ro.product.system.model"),
    "android_version": ("ro.build.version.release",),
    "patch_level": ("ro.build.version.security_patch",),
    "build": ("ro.build.fingerprint", "ro.bootimage.build.fingerprint", "ro.vendor.build.fingerprint"),
    "bootloader": ("ro.bootloader", "ro.boot.bootloader"),
    "baseband": ("gsm.version.baseband", "ro.baseband"),
    "verified_boot": ("ro.boot.verifiedbootstate",),
    "bootloader_lock": ("ro.boot.flash.locked", "ro.boot.vbmeta.device_state"),
}
_IMEI_PROPERTIES: Final = ("ro.ril.oem.imei", "persist.radio.imei", "ro.ril.miui.imei0", "gsm.imei", "ril.imei")
_LOCKS: Final = {"1": "locked", "locked": "locked", "0": "unlocked", "unlocked": "unlocked"}
_IMEI_DIGITS: Final = 15


def luhn_ok(digits: str) -> bool:
    """Whether the check digit fits (ISO/IEC 7812-1 annex B, as 3GPP TS 23.003 annex B uses it for the IMEI).

    >>> luhn_ok("490154203237518")
    True
    """
    if not digits.isascii() or not digits.isdigit():
        return False
    doubled = [int(digit) * 2 if place % 2 else int(digit) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


class PhoneIdentity(Probe):
    """Serial, IMEI, model, version and the state of verified boot, as the phone says."""

    meta = ProbeMeta(
        id="identity.phone",
        version=2,
        purpose="Which phone this is and whether its system is the maker's",
        stage=Stage.IDENTITY,
        duration_s=0.2,
        measures=(
            Measure(name="serial", label="Serial number", unit=Unit.TEXT),
            Measure(name="imei", label="IMEI", unit=Unit.TEXT),
            Measure(
                name="imei_check",
                label="IMEI check digit",
                unit=Unit.TEXT,
                limit=OneOf(values=("valid",), source=_IMEI_SOURCE),
            ),
            Measure(name="brand", label="Brand", unit=Unit.TEXT),
            Measure(name="model", label="Model", unit=Unit.TEXT, key=True),
            Measure(name="android_version", label="Android version", unit=Unit.TEXT, key=True),
            Measure(name="patch_level", label="Security patch level", unit=Unit.TEXT),
            Measure(name="build", label="Build", unit=Unit.TEXT),
            Measure(name="bootloader", label="Bootloader", unit=Unit.TEXT),
            Measure(name="baseband", label="Baseband", unit=Unit.TEXT),
            Measure(
                name="verified_boot",
                label="Verified boot",
                unit=Unit.TEXT,
                limit=OneOf(values=("green",), marginal=("yellow", "orange"), source=_BOOT_SOURCE),
            ),
            Measure(
                name="bootloader_lock",
                label="Bootloader lock",
                unit=Unit.TEXT,
                limit=OneOf(values=("locked",), marginal=("unlocked",), source=_BOOT_SOURCE),
            ),
        ),
    )

    def run(self, bench: Bench) -> Iterator[Said]:
        """Read the properties, and ask the telephony service for the IMEI where no property holds it."""
        answer = ask(bench, parse_getprop, "getprop")
        props = answer.value.props
        for name, keys in _PROPERTIES.items():
            value = next((props[key] for key in keys if props.get(key)), "")
            if name == "bootloader_lock":
                value = _LOCKS.get(value, "")
            yield _said(name, value, answer)
        yield from _imei(bench, answer, props)


def _said(name: str, value: str, answer: Answer[object]) -> Said:
    if not value:
        return Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
    return Reading(name=name, value=show(value), evidence=answer.evidence(value))


def _imei(bench: Bench, properties: Answer[object], props: Mapping[str, str]) -> Iterator[Said]:
    imei, answer = next((props[key] for key in _IMEI_PROPERTIES if props.get(key)), ""), properties
    if not imei:
        call = try_ask(bench, parse_service_call, "service", "call", "iphonesubinfo", "1", "s16", "com.android.shell")
        if call is not None:
            imei, answer = call.value.text or "", call
    if not (imei.isascii() and imei.isdigit()):
        imei = ""  # newer Androids answer a stock shell with a sentence that refuses, in the place of the number
    yield _said("imei", imei, answer)
    if not imei:
        yield Excuse(name="imei_check", verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
        return
    valid = len(imei) == _IMEI_DIGITS and luhn_ok(imei) and int(imei) > 0  # all zeros: a board that has lost its IMEI
    yield Reading(name="imei_check", value="valid" if valid else "invalid", evidence=answer.evidence(imei))
    if int(imei) == 0:  # other numbers that cannot be were written by somebody
        yield Sign(
            code="modem.identity_lost",
            strength=Strength.STRONG,
            components=("PCB",),
            function="modem",
            evidence=answer.evidence("an IMEI of zeros"),
        )
