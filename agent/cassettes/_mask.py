"""Personal data out of what a phone said: found by kind and by what the phone itself calls its identities."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Final

from agent.cassettes._keyed import Keyed
from agent.cassettes._parcel import mask_parcels
from probes.logs.redact import replace_personal

_SERIAL_KEYS: Final = re.compile(
    r"(?m)^\[?(?:ro\.(?:boot\.)?serialno|ril\.serialnumber|ro\.(?:vendor\.)?boot\.serialno|vendor\.usb\.serial\w*"
    r"|sys\.serialno\w*|gsm\.serial\w*|persist\.\w*\.?psno|ro\.\w*\.?psno)\]?\s*[:=]\s*\[?(?P<value>[^\]\s]{4,64})"
)
_IMEI_KEYS: Final = re.compile(r"(?im)^\[?[\w.]*(?:imei|meid)[\w.]*\]?\s*[:=]\s*\[?(?P<value>[0-9A-F,]{14,40})")
_MAC_KEYS: Final = re.compile(
    r"(?im)^\[?[\w.]*(?:mac|btaddr|bdaddr)[\w.]*\]?\s*[:=]\s*\[?(?P<value>(?:[0-9A-F]{2}[:-]?){6})\b"
)
_NAMES: Final = (
    re.compile(r"(?P<key>\bAccount ?\{ ?name=)(?P<value>[^,}\n]{1,120})"),
    re.compile(r"(?P<key>\bUserInfo\{\d+:)(?P<value>[^:}\n]{1,80})(?=:)"),
    re.compile(
        r"(?P<key>\b(?:display_name(?:_alt)?|sort_key|contact_?name|cached_name|given_name|family_name)=)(?P<value>[^,\n]{1,120})"
    ),
    re.compile(r"(?P<key>\b(?:device_name|bluetooth_name|lock_screen_owner_info)[=:] ?)(?P<value>[^\n,]{1,80})"),
    re.compile(
        r"(?P<key>\b(?:android\.(?:title|text|bigText|subText|infoText|summaryText)|tickerText)=)(?P<value>[^\n]{1,500})"
    ),
    re.compile(r"(?P<key>\b(?:sms_?body|body)=)(?P<value>[^\n]{1,500})"),
)
_WHOLE_ANSWERS: Final = re.compile(
    r"settings get \w+ (?:device_name|bluetooth_name|bluetooth_address|android_id|lock_screen_owner_info\w*|wifi_ssid)"
)
_SCANNED: Final = re.compile(
    r"(?im)^(?P<key>\s*(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\s+\d{4}\s+-?\d+\S*\s+\S+\s+)(?P<value>\S.*?)(?=\s{2,}\[|\s*$)"
)
_BARE_MAC: Final = re.compile(r"(?i)(?P<key>\bmac_?(?:addr(?:ess)?)?[=:]\s?)(?P<value>[0-9a-f]{12})\b")
_SSID_SAID: Final = re.compile(r"(?i)\bSSID\s{0,3}[:=]\s{0,3}\"(?P<value>[^\"\n]{5,32})\"")
_DEFAULT_SERIALS: Final = frozenset({"unknown", "0123456789ABCDEF", "none", "null"})
_NOTHING: Final = frozenset({"null", "", "Owner", "unknown", "true", "false"})
_SHORTEST_LITERAL: Final = 5
_LITERALS_MAX: Final = 2_000


class Masker:
    """Replaces personal data; equal values stay equal within one cassette.

    First let it ``learn`` from everything that was said, then ``mask`` it: what a phone names as its serial number is
    found again where no word announces it.

    Args:
        key: secret of the replacement; a fresh one that nobody keeps, unless a test wants to foresee them.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self._keyed = Keyed(key if key is not None else secrets.token_bytes(32))
        self._literals: dict[str, str] = {}
        self._made: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def learn(self, said: bytes) -> None:
        """Note the identities that a text names."""
        text = _decoded(said)
        if text is None:
            return
        for kind, pattern in (("serial", _SERIAL_KEYS), ("imei", _IMEI_KEYS), ("mac", _MAC_KEYS), ("ssid", _SSID_SAID)):
            for found in pattern.finditer(text):
                for value in found["value"].split(",") if kind == "imei" else (found["value"],):
                    self.learn_value(kind, value)

    def learn_value(self, kind: str, value: str) -> None:
        """Note one identity."""
        if len(value) < _SHORTEST_LITERAL or value in _DEFAULT_SERIALS or len(self._literals) >= _LITERALS_MAX:
            return
        if value not in self._literals and (made := self._replace(kind, value)) != value:
            self._literals[value] = made
            if kind == "mac":
                for turned in (str.lower, str.upper):
                    self._literals[turned(value)] = turned(made)
                    self._literals[turned(re.sub("[:-]", "", value))] = turned(re.sub("[:-]", "", made))
            self._pattern = None

    def mask(self, said: bytes, *, command: str = "") -> bytes | None:
        """Return the text without personal data; None for bytes that are no text, where nothing can be found.

        Args:
            said: what the phone said.
            command: what it answers; the whole answer to some is personal.
        """
        text = _decoded(said)
        if text is None:
            return None
        if _WHOLE_ANSWERS.search(command) and text.strip() not in _NOTHING:
            return f"{self._keyed.word('name', text.strip())}\n".encode()
        return self.text(text).encode("utf-8", "surrogateescape")

    def text(self, text: str) -> str:
        """Return a text without personal data."""
        text = _SCANNED.sub(lambda found: found["key"] + self._replace("ssid", found["value"]), text)
        text = _BARE_MAC.sub(lambda found: found["key"] + self._replace("mac", found["value"]), text)
        if self._literals:
            text = self._literal_pattern().sub(lambda found: self._literals[found[0]], text)
        for pattern in _NAMES:
            text = pattern.sub(self._name, text)
        text = mask_parcels(text, self._digits)
        return replace_personal(text, self._replace)

    def _literal_pattern(self) -> re.Pattern[str]:
        if self._pattern is None:
            longest_first = sorted(self._literals, key=len, reverse=True)
            self._pattern = re.compile("|".join(re.escape(value) for value in longest_first))
        return self._pattern

    def _name(self, found: re.Match[str]) -> str:
        value = found["value"].strip()
        if value in _NOTHING or value in self._made:
            return found[0]
        made = self._keyed.email(value) if "@" in value else f"name-{self._keyed.word('name', value)}"
        self._made.add(made)
        return f"{found['key']}{made}"

    def _digits(self, run: str) -> str:
        """Replace a bare number by its length: IMEI, ICCID, or a telephone number."""
        if run in self._made:
            return run
        bare = run.removeprefix("+")
        if bare.startswith("89") and len(bare) >= 18:
            return self._replace("iccid", run)
        return self._replace("imei" if len(bare) in {15, 16} and run == bare else "phone", run)

    def _replace(self, kind: str, value: str) -> str:
        if value in self._made:
            return value
        made = self._makers.get(kind, self._other)(value)
        self._made.add(made)
        return made

    @property
    def _makers(self) -> dict[str, Callable[[str], str]]:
        keyed = self._keyed
        return {
            "imei": lambda value: keyed.imei(value) if value.isdecimal() else keyed.characters("id", value),
            "imsi": keyed.imsi,
            "iccid": keyed.iccid,
            "mac": keyed.mac,
            "ip": keyed.ip,
            "email": keyed.email,
            "phone": lambda value: keyed.digits("phone", value),
            "place": keyed.place,
            "ssid": self._ssid,
            "serial": lambda value: value if value in _DEFAULT_SERIALS else keyed.characters("serial", value),
        }

    def _other(self, value: str) -> str:
        return self._keyed.characters("id", value)

    def _ssid(self, value: str) -> str:
        bare = value.strip("\"'")
        if not bare or bare in {"null", "0", "<unknown", "<unknown ssid>"}:
            return value
        return value.replace(bare, f"net-{self._keyed.word('ssid', bare)}")


def _decoded(said: bytes) -> str | None:
    """Return bytes as text that can be turned back into the same bytes; None where they are no text."""
    return None if b"\0" in said else said.decode("utf-8", "surrogateescape")
