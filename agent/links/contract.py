"""The contract that every link with a shell keeps, whatever is at its other end: a phone, an emulated one, a recording.

For authors of links: give each function of ``CHECKS`` a ``Rig`` and see that none raises. With pytest::

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    def test_my_link_keeps_the_contract(check, my_rig):
        check(my_rig)

The checks ask for nothing that a stock shell of any Android refuses, change nothing on the phone, and use no test
framework. A phone under test is unplugged a few times: with a real one, by a switchable hub.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final, NoReturn, Protocol

from agent.links.shell_v2 import ShellOutputTooLarge, ShellReply, ShellStream
from probes import BadInput, BenchError, LinkError, LinkTimeout

__all__ = ["CHECKS", "ContractBroken", "Rig", "ShellLink"]

_DEADLINE_S: Final = 10.0
_SHORT_S: Final = 0.3
_SLACK_S: Final = 2.0  # a call may end that much after its deadline: a loaded bench, not a call that waits for ever
_AT_ONCE_S: Final = 0.5
_CAP_BYTES: Final = 1 << 20
_SLEEP: Final = ("sleep", "30")
# more than a link to an old phone holds back: it looks for the mark that ends an answer there
_BEGUN_THEN_SILENT: Final = ("sh", "-c", f"echo {'begun ' * 40}; sleep 30")
_HOSTILE: Final = (
    "a  b",
    "'",
    '"',
    "$(id)",
    "`id`",
    ";id",
    "a\nb",
    "*",
    "\\",
    "\u00e9\u20ac\u6587",
    "${HOME}",
    "-n",
    "",
    "&& id",
    "~",
    "#",
)


class ContractBroken(AssertionError):
    """A link does not do what every link has to; the text says what."""


class ShellLink(Protocol):
    """What the contract asks of a link."""

    @property
    def broken(self) -> LinkError | None:
        """The error that broke the way, or None."""

    def open(self) -> None:
        """Find the phone and get ready."""

    def close(self) -> None:
        """Let go of the phone."""

    def shell(self, argv: Sequence[str], *, deadline_s: float, cap_bytes: int) -> ShellReply:
        """Run a command to its end."""

    def stream(self, argv: Sequence[str], *, deadline_s: float, cap_bytes: int) -> AbstractContextManager[ShellStream]:
        """Run a command and hand out its stdout as it comes."""


@dataclass(frozen=True, slots=True)
class Rig:
    """A closed link to a phone that is plugged in, and the hand at its cable.

    ``unplug`` returns when the cable is out, ``replug`` when a link could open again. ``splits_streams`` is False for
    phones older than Android 7, whose shell mixes stderr into stdout.
    """

    link: ShellLink
    unplug: Callable[[], None]
    replug: Callable[[], None]
    splits_streams: bool = True

    def say(self, *argv: str) -> ShellReply:
        """Run a command with room enough."""
        return self.link.shell(argv, deadline_s=_DEADLINE_S, cap_bytes=_CAP_BYTES)


def refuses_everything_while_it_is_closed(rig: Rig) -> None:
    """A link does nothing before it is opened, nor after it is closed."""
    for _before_and_after in range(2):
        with _fails(LinkError, "a call on a closed link"):
            rig.say("true")
        rig.link.open()
        rig.link.close()


def opens_and_closes_as_often_as_one_likes(rig: Rig) -> None:
    """Closing twice is harmless, and so is opening twice; a link that was closed can be opened again."""
    rig.link.close()
    for _again in range(2):
        rig.link.open()
        rig.link.open()
        _same(rig.say("echo", "hi").stdout, b"hi\n", "the answer after opening twice")
        rig.link.close()
        rig.link.close()


def tells_exit_codes_as_they_are(rig: Rig) -> None:
    """Any exit code is an answer, not an error."""
    with _opened(rig):
        for code in (0, 1, 7, 127, 255):
            _same(rig.say("sh", "-c", f"exit {code}").exit_code, code, "the exit code")


def keeps_stderr_apart(rig: Rig) -> None:
    """What a command prints on stderr never looks like its answer."""
    with _opened(rig):
        reply = rig.say("sh", "-c", "echo out; echo err >&2; exit 3")
        if rig.splits_streams:
            _same((reply.stdout, reply.stderr), (b"out\n", b"err\n"), "stdout and stderr")
        else:
            _same(sorted(reply.stdout.split()), [b"err", b"out"], "both streams")
        _same(reply.exit_code, 3, "the exit code")


def passes_arguments_through_unchanged(rig: Rig) -> None:
    """No argument is ever read by a shell on the way, whatever stands in it."""
    with _opened(rig):
        for argument in _HOSTILE:
            _same(rig.say("echo", "--", argument).stdout, f"-- {argument}\n".encode(), f"echo of {argument!r}")
        with _fails(BadInput, "a NUL in an argument"):
            rig.say("echo", "a\0b")
        with _fails(BadInput, "an empty command"):
            rig.say()


def ends_a_call_at_its_deadline(rig: Rig) -> None:
    """A command that does not end costs its deadline and nothing else: the next call is answered."""
    with _opened(rig):
        started_s = monotonic()
        with _fails(LinkTimeout, "a command that sleeps past its deadline"):
            rig.link.shell(_SLEEP, deadline_s=_SHORT_S, cap_bytes=_CAP_BYTES)
        _within(started_s, _SHORT_S + _SLACK_S, "a call past its deadline")
        _same(rig.say("echo", "next").stdout, b"next\n", "the answer after a timeout")


def cuts_an_answer_at_its_cap(rig: Rig) -> None:
    """An answer longer than its cap is cut there, and says so; the next call is answered."""
    with _opened(rig):
        whole = rig.say("getprop").stdout
        cap_bytes = len(whole) // 2
        try:
            rig.link.shell(["getprop"], deadline_s=_DEADLINE_S, cap_bytes=cap_bytes)
        except ShellOutputTooLarge as error:
            _same(len(error.partial_stdout), cap_bytes, "the length of what came before the cap")
        else:
            _broken("an answer over its cap must raise ShellOutputTooLarge")
        with rig.link.stream(["getprop"], deadline_s=_DEADLINE_S, cap_bytes=cap_bytes) as output:
            _same(sum(len(chunk) for chunk in output), cap_bytes, "the length of a stream that was cut")
            _same(output.complete, False, "a stream that was cut is complete")
        _same(rig.say("echo", "next").stdout, b"next\n", "the answer after a cut")


def lets_go_of_a_stream_that_nobody_reads_on(rig: Rig) -> None:
    """Leaving the block ends the command on the phone's side of the link, at once."""
    with _opened(rig):
        started_s = monotonic()
        with rig.link.stream(_BEGUN_THEN_SILENT, deadline_s=_DEADLINE_S, cap_bytes=_CAP_BYTES) as output:
            _same(next(iter(output))[:5], b"begun", "the first chunk")
        _within(started_s, _SLACK_S, "leaving a stream")
        _same(rig.say("echo", "next").stdout, b"next\n", "the answer after a stream")


def ends_a_call_when_it_is_closed_from_outside(rig: Rig) -> None:
    """Whoever stops a run closes its links: a call that waits in another thread ends with a link error."""
    with _opened(rig):
        begun, ended_with = threading.Event(), list[BaseException | None]()

        def wait() -> None:
            try:
                with rig.link.stream(_BEGUN_THEN_SILENT, deadline_s=_DEADLINE_S, cap_bytes=_CAP_BYTES) as output:
                    for _chunk in output:
                        begun.set()
            except BaseException as error:  # noqa: BLE001  looked at in the other thread
                ended_with.append(error)
            else:
                ended_with.append(None)

        waiting = threading.Thread(target=wait)
        waiting.start()
        begun.wait(_DEADLINE_S)
        started_s = monotonic()
        rig.link.close()
        waiting.join(_DEADLINE_S + _SLACK_S)
        _within(started_s, _SLACK_S, "a call on a link that was closed meanwhile")
        if not isinstance(ended_with[0], LinkError):
            _broken(f"a call on a link that was closed meanwhile must end with a LinkError, not {ended_with[0]!r}")


def breaks_when_the_cable_is_pulled_and_stays_broken(rig: Rig) -> None:
    """A cable pulled in mid-answer is one error; each later call has it at once, until the link is opened again."""
    with _opened(rig):
        with (
            _fails(LinkError, "an answer whose phone was pulled out"),
            rig.link.stream(_BEGUN_THEN_SILENT, deadline_s=_DEADLINE_S, cap_bytes=_CAP_BYTES) as output,
        ):
            chunks = iter(output)
            _same(next(chunks)[:5], b"begun", "the first chunk")
            rig.unplug()
            list(chunks)
        first = rig.link.broken
        if first is None:
            _broken("a link whose phone was pulled out must say that it is broken")
        rig.replug()  # a phone that came back is another one until somebody has looked
        for _again in range(2):
            started_s = monotonic()
            with _fails(type(first), "a call on a broken link"):
                rig.say("true")
            _within(started_s, _AT_ONCE_S, "a call on a broken link")
        rig.link.open()
        _same(rig.link.broken, None, "broken, after opening again")
        _same(rig.say("echo", "back").stdout, b"back\n", "the answer after opening again")


def cannot_open_without_a_phone(rig: Rig) -> None:
    """Opening fails while no phone is there and leaves the link broken, and works when it is back."""
    rig.unplug()
    with _fails(BenchError, "opening a link to a phone that is not plugged in"):
        rig.link.open()
    if rig.link.broken is None:
        _broken("a link that could not be opened must say that it is broken")
    with _fails(LinkError, "a call on a link that could not be opened"):
        rig.say("true")
    rig.replug()
    rig.link.open()
    _same(rig.link.broken, None, "broken, after opening at last")
    _same(rig.say("echo", "here").stdout, b"here\n", "the answer when the phone is back")
    rig.link.close()


CHECKS: Final[tuple[Callable[[Rig], None], ...]] = (
    refuses_everything_while_it_is_closed,
    opens_and_closes_as_often_as_one_likes,
    tells_exit_codes_as_they_are,
    keeps_stderr_apart,
    passes_arguments_through_unchanged,
    ends_a_call_at_its_deadline,
    cuts_an_answer_at_its_cap,
    lets_go_of_a_stream_that_nobody_reads_on,
    ends_a_call_when_it_is_closed_from_outside,
    breaks_when_the_cable_is_pulled_and_stays_broken,
    cannot_open_without_a_phone,
)
"""All of the contract; each raises ``ContractBroken`` where a link does not keep it, or what the link raised."""


@contextmanager
def _opened(rig: Rig) -> Iterator[None]:
    rig.link.open()
    try:
        yield
    finally:
        rig.link.close()


@contextmanager
def _fails(kind: type[BenchError], what: str) -> Iterator[None]:
    try:
        yield
    except kind:
        return
    except BenchError as error:
        raise ContractBroken(f"{what} must raise {kind.__name__}, not {type(error).__name__}: {error}") from error
    _broken(f"{what} must raise {kind.__name__}")


def _same(got: object, wanted: object, what: str) -> None:
    if got != wanted:
        _broken(f"{what} is {got!r}, not {wanted!r}")


def _within(started_s: float, limit_s: float, what: str) -> None:
    if (took_s := monotonic() - started_s) > limit_s:
        _broken(f"{what} took {took_s:.1f} s, more than {limit_s:.1f} s")


def _broken(what: str) -> NoReturn:
    raise ContractBroken(what)
