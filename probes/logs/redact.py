"""Personal data taken out of evidence lines, its shape kept: ``<imei>``, ``<mac>``, ``<email>`` ...

What is kept is decided narrowly (an IMEI has a valid check digit); what is taken out is decided widely, because a
report leaves the bench.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{14,22}F?(?![0-9A-Za-z])")
_ICCID = re.compile(r"(?<![0-9A-Za-z])89\d{16,18}[0-9Ff]?(?![0-9A-Za-z])")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,24}\b")
_MAC = re.compile(
    r"(?<![0-9A-Fa-f:.-])[0-9A-Fa-f]{2}(?P<sep>[:-])(?:[0-9A-Fa-f*]{2}(?P=sep)){4}[0-9A-Fa-f*]{2}(?![0-9A-Fa-f:-])"
)
_IPV4 = re.compile(
    r"(?<![0-9A-Za-z.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![0-9A-Za-z]|\.\d)"
)
_IPV6 = re.compile(
    r"(?<![0-9A-Za-z:.])(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}"
    r"|(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}|::(?:[0-9A-Fa-f]{1,4}:){0,5}[0-9A-Fa-f]{2,4})"
    r"(?:%\w{1,15})?(?![0-9A-Za-z:])"
)
_PHONE_INTL = re.compile(r"(?<![0-9A-Za-z+.])\+\d[\d ()-]{6,17}\d(?![0-9A-Za-z.])")
_PHONE_WORD = re.compile(
    r"(?i)\b(?P<key>(?:dial|number|msisdn|phone_?number|line1number|callee|caller|tel|smsc|address)\w{0,12}\s{0,3}[:=]\s{0,3}[\"']?)"
    r"(?P<value>\+?\d[\d -]{4,18}\d)"
)
_PHONE_CN = re.compile(r"(?<![0-9A-Za-z.])1[3-9]\d{9}(?![0-9A-Za-z.])")
_PLACE_WORD = re.compile(
    r"(?i)\b(?P<key>(?:lat(?:itude)?|lon(?:gitude)?|lng)\s{0,3}[:=]\s{0,3})(?P<value>-?\d{1,3}\.\d{2,})"
)
_PLACE_PAIR = re.compile(r"(?<![0-9A-Za-z.])-?\d{1,2}\.\d{4,},\s{0,2}-?\d{1,3}\.\d{4,}(?![0-9A-Za-z])")
_SSID = re.compile(
    r"(?i)(?P<key>\b(?:e|b)?ssid\s{0,3}[:= ]\s{0,3})(?P<value>\"[^\"\n]{0,64}\"|'[^'\n]{0,64}'|[^\s,;\])}]{1,64})"
)
_SERIAL = re.compile(
    r"(?i)(?P<key>\b(?:androidboot\.serialno|ro\.(?:boot\.)?serialno|serial(?:no|_?number))\]?\s{0,3}[:=]\s{0,3}\[?)(?P<value>[0-9A-Za-z]{6,32})"
)
_IDENTITY = re.compile(
    r"(?i)(?P<key>(?:imei|imsi|meid|iccid|android_?id)\w{0,8}\s{0,3}[:=]\s{0,3}[\"']?)(?P<value>[0-9A-Fa-f]{8,22})"
)


def luhn_ok(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of the others (3GPP TS 23.003, annex B).

    >>> luhn_ok("490154203237518")
    True
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def redact(text: str) -> str:
    """Take identities, addresses, numbers and places out of ``text``.

    >>> redact("imei 490154203237518 seen by a@b.example")
    'imei <imei> seen by <email>'
    """
    for pattern, replace in _STEPS:
        text = pattern.sub(replace, text)
    return text


def replace_personal(text: str, replace: Callable[[str, str], str]) -> str:
    """Find what ``redact`` takes out, and let ``replace`` say what stands there instead.

    ``replace`` gets the kind (``imei``, ``mac``, ``email`` ...) and the value, without the word that announced it.

    >>> replace_personal("imei 490154203237518", lambda kind, value: f"{kind} of {len(value)} digits")
    'imei imei of 15 digits'
    """

    def step(put: Callable[[re.Match[str]], str]) -> Callable[[re.Match[str]], str]:
        def one(match: re.Match[str]) -> str:
            told = put(match)
            if told == match[0]:
                return told
            key = match.groupdict().get("key") or ""
            kind = told[told.rindex("<") + 1 : -1]
            return key + replace(kind, match[0][len(key) :])

        return one

    for pattern, put in _STEPS:
        text = pattern.sub(step(put), text)
    return text


def _number(match: re.Match[str]) -> str:
    digits = match[0].rstrip("F")
    if len(digits) == 15:
        return "<imei>" if luhn_ok(digits) else "<imsi>"
    if len(digits) == 16:
        return "<imei>"
    return match[0]


def _keyed(word: str) -> Callable[[re.Match[str]], str]:
    return lambda match: f"{match['key']}<{word}>"


def _identity(match: re.Match[str]) -> str:
    word = match["key"].lower().lstrip()[:4]
    return f"{match['key']}<{ {'imei': 'imei', 'imsi': 'imsi', 'meid': 'meid', 'icci': 'iccid'}.get(word, 'id') }>"


def _ssid(match: re.Match[str]) -> str:
    # BSSIDs are addresses and were taken out before; a placeholder stays what it is
    return match[0] if match["value"].startswith("<") else f"{match['key']}<ssid>"


_STEPS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_EMAIL, lambda _: "<email>"),
    (_ICCID, lambda _: "<iccid>"),
    (_IDENTITY, _identity),
    (_LONG_NUMBER, _number),
    (_MAC, lambda _: "<mac>"),
    (_SERIAL, _keyed("serial")),
    (_IPV4, lambda _: "<ip>"),
    (_IPV6, lambda _: "<ip>"),
    (_PHONE_INTL, lambda _: "<phone>"),
    (_PHONE_WORD, _keyed("phone")),
    (_PHONE_CN, lambda _: "<phone>"),
    (_PLACE_WORD, _keyed("place")),
    (_PLACE_PAIR, lambda _: "<place>"),
    (_SSID, _ssid),
)
