"""Makes a stored run ready to be printed: numbers masked, recordings thinned for plots, order looked up."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from agent.home import Home
from agent.journal import RunRow
from agent.orders import OrderBook, OrderCase
from agent.store import Store, unpack_arrays
from probes import BadInput, BenchError, Channel, ProbeResult, Recording, Verdict
from reports import Diagnosis, Language, Names, masked, redacted
from reports.render import Instrument, Paper, Trace

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAX_BYTES: Final = 1 << 26
_HEAD_BYTES: Final = 1 << 16
_SHOWN: Final = 8
_COLUMNS: Final = 160
_TOLD: Final = frozenset({Verdict.FAIL, Verdict.MARGINAL, Verdict.INCONCLUSIVE})
_LASTS: Final = re.compile(r"(?:^| )([\d.]+)s(?: |$)")
_HEADS: Final = ("picture", "power", "sound", "sense", "turn", "light", "table")


class Numbers(StrEnum):
    """What stands in a report in place of the numbers that name a phone: stars, a keyed hash, or the numbers."""

    MASKED = "masked"
    HASHED = "hashed"
    CLEAR = "clear"


def make_paper(
    home: Home,
    run: RunRow,
    diagnosis: Diagnosis,
    *,
    language: Language,
    names: Names,
    ticket: str = "",
    numbers: Numbers = Numbers.MASKED,
) -> Paper:
    """What a rendering of a stored run is made of.

    Args:
        home: where the recordings and the orders are.
        run, diagnosis: as the journal holds them.
        language: of the words.
        names: of causes and findings.
        ticket: of the order that the run belongs to; empty takes the one that the run names, if any.
        numbers: what stands for the numbers of the phone.

    Raises:
        BadInput: there is no such order, or the run is not one of its phone.
    """
    book = OrderBook(home)
    case = _case(book, diagnosis, ticket)
    number = diagnosis.phone.imei or diagnosis.phone.serial
    hashed = book.mask().hashed
    store = Store(home.run_dir(run.id))
    return Paper(
        diagnosis=as_wanted(book, diagnosis, numbers, case),
        language=language,
        names=names,
        ticket=case.order.ticket if case else "",
        symptoms=tuple(case.order.codes) if case else (),
        order_number=f"{case.number.kind.label} {_stand_in(book, numbers)(case.number.compact)}" if case else "",
        phone_hash=hashed(number) if number else "",
        traces=tuple(_traces(diagnosis.results, store)),
        instruments=tuple(_instruments(diagnosis.results, store)),
        is_sealed=numbers is Numbers.CLEAR,
    )


def as_wanted(book: OrderBook, diagnosis: Diagnosis, numbers: Numbers, case: OrderCase | None = None) -> Diagnosis:
    """A diagnosis as it is kept, or with stars or hashes in place of the numbers of its phone and of its order."""
    if numbers is Numbers.CLEAR:
        return diagnosis
    secrets = [text for one in (case.ids if case else ()) for text in (one.raw, one.compact)]
    return redacted(diagnosis, secrets=secrets, stands_for=_stand_in(book, numbers))


def _stand_in(book: OrderBook, numbers: Numbers) -> Callable[[str], str]:
    if numbers is Numbers.CLEAR:
        return str
    return book.mask().hashed if numbers is Numbers.HASHED else masked


def _case(book: OrderBook, diagnosis: Diagnosis, ticket: str) -> OrderCase | None:
    """The order that is asked for; else the one that the run names, where it is here and the run is one of its own."""
    if not (ticket or diagnosis.order):
        return None
    try:
        case = book.case(ticket or diagnosis.order)
        _require_same(case, diagnosis)
    except BadInput:
        if ticket:
            raise
        return None
    return case


def _require_same(case: OrderCase, diagnosis: Diagnosis) -> None:
    if diagnosis.run_id not in {one.run for one in case.all_runs if one.use != "other_phone"}:
        words = (
            f"run {diagnosis.run_id} is not one of order {case.order.ticket}: `phonebench order attach` makes it one"
        )
        raise BadInput(words, step="report")


def _traces(results: Iterable[ProbeResult], store: Store) -> Iterator[Trace]:
    """The recorded rows of the checks that stand out, as many as a page can show; a lost recording is left out."""
    left = _SHOWN
    for result in results:
        for recording in result.recordings if result.verdict in _TOLD else ():
            if recording.kind == "samples" and left > 0:
                some = list(_of(result.probe, recording, store))[:left]
                left -= len(some)
                yield from some


def _of(probe: str, recording: Recording, store: Store) -> Iterator[Trace]:
    if recording.size_bytes > _MAX_BYTES:
        return
    with suppress(BenchError):
        arrays = unpack_arrays(store.read(recording.sha256, cap_bytes=_MAX_BYTES))
        for channel in recording.channels:
            trace = _trace(probe, recording, channel, arrays)
            if trace is not None:
                yield trace


def _trace(probe: str, recording: Recording, channel: Channel, arrays: dict[str, NDArray[Any]]) -> Trace | None:
    """A row thinned to the least and the most of each column of the picture, so that no peak is lost."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    values = arrays.get(channel.name)
    if values is None or values.ndim != 1 or values.size < 2 or values.dtype.kind not in "iuf":
        return None
    at_s = _times(recording, arrays, values.size)
    if at_s is None or at_s.size != values.size:
        return None
    wide = -(-values.size // _COLUMNS)
    keep = np.arange(values.size)
    if wide > 2:
        rows = values[: values.size // wide * wide].reshape(-1, wide)
        firsts = np.arange(len(rows)) * wide
        keep = np.unique(np.concatenate([firsts + rows.argmin(axis=1), firsts + rows.argmax(axis=1)]))
    points = [at_s[keep].tolist(), values[keep].astype(float).tolist()]
    unit = "" if channel.unit.symbol == "1" else channel.unit.symbol
    return Trace(
        probe=probe, channel=channel.name, unit=unit, at_s=points[0], values=points[1], sha256=recording.sha256
    )


def _times(recording: Recording, arrays: dict[str, NDArray[Any]], many: int) -> NDArray[Any] | None:
    """Seconds of each sample: as stamped, or evenly over the time that the order names, as sound has it."""
    import numpy as np  # noqa: PLC0415  as above

    t_ns = arrays.get("t_ns")
    if t_ns is not None and t_ns.size:
        stamped: NDArray[Any] = (t_ns - t_ns[0]) / 1e9
        return stamped
    lasts = _LASTS.findall(recording.source)
    return np.linspace(0.0, float(lasts[-1]), many) if lasts else None


def _instruments(results: Iterable[ProbeResult], store: Store) -> Iterator[Instrument]:
    """The instruments of the bench that measured, once each, with the day of their calibration."""
    seen = dict[str, Instrument]()
    for result in results:
        for recording in result.recordings:
            if recording.kind != "dump" or not recording.source.startswith(_HEADS):
                continue
            with suppress(BenchError, ValueError):
                _collect(json.loads(store.read(recording.sha256, cap_bytes=_HEAD_BYTES)), seen.setdefault)
    yield from seen.values()


def _collect(head: Any, add: Callable[[str, Instrument], object]) -> None:
    if isinstance(head, dict) and isinstance(name := head.get("instrument"), str):
        add(name, Instrument(name=name, calibrated_on=str(head.get("calibrated") or "")))
    for inside in head.values() if isinstance(head, dict) else head if isinstance(head, list) else ():
        _collect(inside, add)
