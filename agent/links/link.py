"""What every way to talk to a phone has in common.

A backend writes ``_open`` and ``_close`` and runs each exchange inside ``_exchange``, which owns the deadline,
the trace, the labels of errors, and the rule that a broken link stays broken until somebody opens it again.
"""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from agent.links.deadline import Clock, Deadline, RealClock
from probes import BenchError, LinkBusy, LinkError, LinkTimeout, OutputTooLarge

OPEN_DEADLINE_S = 10.0
"""Time for opening: adb's server itself gives up on a silent phone after 10 s."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer, as the trace keeps it.

    ``start_ns`` and ``end_ns`` are of the link's monotonic clock; ``error`` is an error code or empty.
    """

    start_ns: int
    end_ns: int
    what: str
    received_bytes: int
    error: str = ""


Trace = Callable[[Exchange], None]
"""Gets each exchange when it is over."""


class Call:
    """One running exchange: what it is, its deadline, how much came in, and the code of its error if it has one."""

    def __init__(self, what: str, deadline: Deadline) -> None:
        self.what = what
        self.deadline = deadline
        self.received_bytes = 0
        self.error = ""


class Link(ABC):
    """One way to talk to one phone.

    Constructing does no I/O; ``with link:`` opens; ``close`` may be called twice and from another thread, and never
    raises. After the way broke, each later call fails at once with the same error, until the link is opened again:
    one pulled cable is one error, not thirty. A single slow or endless answer does not break the way.

    Args:
        device: serial or other name of the phone, for messages.
        clock: where time comes from.
        trace: gets each exchange.
    """

    kind: ClassVar[str]

    def __init__(self, device: str, *, clock: Clock | None = None, trace: Trace | None = None) -> None:
        self.device = device
        self._clock: Clock = clock or RealClock()
        self._trace = trace
        self._is_open = False
        self._broken: LinkError | None = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @property
    def broken(self) -> LinkError | None:
        """The error that broke the way, or None."""
        return self._broken

    def open(self, *, deadline_s: float = OPEN_DEADLINE_S) -> None:
        """Find the phone and get ready; an open link is closed first, a broken one is whole again.

        A link that could not be opened is broken: whoever waits for a phone sees that it has to be opened again.

        Raises:
            BenchError: SetupError or LinkError.
        """
        self.close()
        self._broken = None
        try:
            with self._measured("open", deadline_s) as call:
                self._open(call)
        except BenchError as error:
            self._broken = error if isinstance(error, LinkError) else LinkError(error.what, device=error.device)
            raise
        self._is_open = True

    def close(self) -> None:
        """Stop what runs and let go of the phone. Never raises."""
        self._is_open = False
        with contextlib.suppress(OSError, BenchError):
            self._close()

    @contextlib.contextmanager
    def _exchange(self, what: str, deadline_s: float) -> Iterator[Call]:
        """Run one exchange of an open link.

        Raises:
            LinkError: the link is closed or broke before.
        """
        if self._broken is not None:
            raise self._again(self._broken, what)
        if not self._is_open:
            raise LinkError("the link is not open", device=self.device, link=self.kind, step=what)
        with self._measured(what, deadline_s) as call:
            yield call

    @contextlib.contextmanager
    def _measured(self, what: str, deadline_s: float) -> Iterator[Call]:
        call = Call(what, Deadline.after(self._clock, deadline_s))
        start_ns = self._clock.monotonic_ns()
        try:
            yield call
        except BenchError as error:
            # a caller may use another link meanwhile, whose errors carry another name
            if error.device in {"", self.device} and error.link in {"", self.kind}:
                self._note(error, call)
            raise
        finally:
            if self._trace is not None:
                end_ns = self._clock.monotonic_ns()
                self._trace(Exchange(start_ns, end_ns, what, call.received_bytes, call.error))

    def _note(self, error: BenchError, call: Call) -> None:
        """Put our name on an error of ``call``, and remember it if the way broke; doing it twice is harmless."""
        error.device = self.device
        error.link = self.kind
        error.step = error.step or call.what
        call.error = error.code
        one_answer_only = isinstance(error, LinkTimeout | OutputTooLarge | LinkBusy)
        if self._is_open and isinstance(error, LinkError) and not one_answer_only:
            self._broken = error

    def _again(self, error: LinkError, what: str) -> LinkError:
        return type(error)(error.what, device=error.device, link=error.link, step=what)

    @abstractmethod
    def _open(self, call: Call) -> None:
        """Find the phone within the deadline of ``call``."""

    @abstractmethod
    def _close(self) -> None:
        """Abort what runs and free what is held; may be called at any time, also twice."""
