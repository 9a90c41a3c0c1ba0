"""Takes the numbers that name one phone out of a diagnosis, wherever they stand in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from probes.software.identity import luhn_ok
from reports._diagnosis import Diagnosis
from reports._mask import masked

_NAMED: Final = re.compile(r"(?:^|_)(?:serial|imei\d?|meid|esn|iccid|imsi|mac|bssid|phone_number)$")
_DIGITS: Final = re.compile(r"(?<!\d)\d(?:[ ./-]?\d){14}(?!\d)")
_ADDRESS: Final = re.compile(
    r"(?<![0-9A-Fa-f:-])[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}(?![0-9A-Fa-f:-])"
)
_LEAST: Final = 5
_HIDES: Final = frozenset({"serial", "imei"})
_HASHES: Final = frozenset({"sha256", "err_sha256", "knowledge_sha256"})


def redacted(
    diagnosis: Diagnosis, *, secrets: Iterable[str] = (), stands_for: Callable[[str], str] = masked
) -> Diagnosis:
    """The same diagnosis without the numbers that name the phone.

    Hidden are its serial number and IMEI as the phone says them, what was measured under such a name, the ``secrets``,
    and whatever looks like an IMEI (15 digits whose last one checks the others) or a hardware address.

    Args:
        diagnosis: as it is kept.
        secrets: further numbers, such as those of the order.
        stands_for: what is written in place of a number: stars, or a keyed hash.
    """
    known = sorted({one for one in (*secrets, *_numbers(diagnosis)) if len(one) >= _LEAST}, key=len, reverse=True)
    exact = re.compile("|".join(map(re.escape, known)) or r"(?!)", re.IGNORECASE)

    def clean(text: str) -> str:
        text = exact.sub(lambda found: stands_for(found[0]), text)
        text = _DIGITS.sub(lambda found: _imei(found[0], stands_for), text)
        return _ADDRESS.sub(lambda found: stands_for(found[0]), text)

    data = _without(diagnosis.model_dump(mode="json"), clean)
    data["phone"] |= {name: stands_for(getattr(diagnosis.phone, name)) for name in _HIDES if data["phone"][name]}
    return Diagnosis.model_validate(data, strict=False)


def _numbers(diagnosis: Diagnosis) -> Iterator[str]:
    yield diagnosis.phone.serial
    yield diagnosis.phone.imei
    for result in diagnosis.results:
        for taken in result.measurements:
            if isinstance(taken.value, str) and _NAMED.search(taken.name):
                yield taken.value


def _imei(text: str, stands_for: Callable[[str], str]) -> str:
    number = re.sub(r"\D", "", text)
    return stands_for(number) if luhn_ok(number) and number.strip("0") else text


def _without(data: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, Mapping):
        # a hash may hold 15 digits that check, and must stay what it is
        return {key: value if key in _HASHES else _without(value, clean) for key, value in data.items()}
    if isinstance(data, Sequence):
        return [_without(one, clean) for one in data]
    return data
