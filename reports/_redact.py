"""Takes the numbers that name one phone out of a diagnosis, wherever they stand in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from reports._diagnosis import Diagnosis
from reports._mask import NAMED, Mask, is_address, masked

_LEAST: Final = 5
_HIDES: Final = ("serial", "imei")


def redacted(
    diagnosis: Diagnosis, *, secrets: Iterable[str] = (), stands_for: Callable[[str], str] = masked
) -> Diagnosis:
    """The same diagnosis without the numbers that name the phone.

    Hidden are its serial number and IMEI as the phone says them, the name that adb has for it, what was measured under
    such a name, the ``secrets``, and whatever has the shape of such a number: see ``Mask``.

    Args:
        diagnosis: as it is kept.
        secrets: further numbers, such as those of the order.
        stands_for: what is written in place of a number: stars, or a keyed hash.
    """
    known = [one for one in (*secrets, *_numbers(diagnosis)) if len(one) >= _LEAST]
    data = Mask(known, stands_for=stands_for).data(diagnosis.model_dump(mode="json"))
    data["phone"] |= {name: stands_for(getattr(diagnosis.phone, name)) for name in _HIDES if data["phone"][name]}
    return Diagnosis.model_validate(data, strict=False)


def _numbers(diagnosis: Diagnosis) -> Iterator[str]:
    yield diagnosis.phone.serial
    yield diagnosis.phone.imei
    # a report is named by its file, a socket by its place; adb names a phone by its serial number
    if diagnosis.source != "usb" and " " not in diagnosis.subject and not is_address(diagnosis.subject):
        yield diagnosis.subject
    for result in diagnosis.results:
        for taken in result.measurements:
            if isinstance(taken.value, str) and NAMED.search(taken.name):
                yield taken.value
