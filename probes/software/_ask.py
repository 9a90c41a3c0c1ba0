"""One way to ask the phone something: command, parser, and an honest error where there is no answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from probes._declare import MIB, Bench, Reply
from probes._errors import NotSupported, NotUnderstood
from probes._records import Evidence
from probes._text import show

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_REFUSALS: Final = (
    "can't find service",
    "permission denied",
    "permission denial",
    "inaccessible or not found",
    "not found",
    "no such file",
    "operation not permitted",
    "unknown command",
)
_REFUSAL_LENGTH: Final = 500


@dataclass(frozen=True, slots=True)
class Answer(Generic[T_co]):
    """What a parser made of an answer, and the recording that it rests on."""

    value: T_co
    reply: Reply

    def evidence(self, text: str = "", line_no: int | None = None) -> tuple[Evidence, ...]:
        """A pointer to the recording, with the words that matter."""
        return (Evidence(recording=self.reply.id, text=show(text), line_no=line_no),)


def ask(
    bench: Bench, parser: Callable[[str], T], *argv: str, deadline_s: float = 10.0, cap_bytes: int = 4 * MIB
) -> Answer[T]:
    """Run a command on the phone and parse its answer.

    Raises:
        NotSupported: the phone or report does not have it, or refuses it to a stock shell.
        NotUnderstood: it answered something that no parser knows.
        LinkError: the way to the phone broke.
    """
    reply = bench.shell(*argv, deadline_s=deadline_s, cap_bytes=cap_bytes)
    if refused(reply):
        said = reply.out if len(reply.out) else reply.err
        raise NotSupported(f"`{show(' '.join(argv))}` is refused or absent: {said.show(80)!r}", step=argv[0])
    try:
        return Answer(reply.out.parse(parser), reply)
    except NotUnderstood as error:
        raise NotUnderstood(f"`{show(' '.join(argv))}`: {error.what}", step=argv[0]) from error


def try_ask(
    bench: Bench, parser: Callable[[str], T], *argv: str, deadline_s: float = 10.0, cap_bytes: int = 4 * MIB
) -> Answer[T] | None:
    """Like ``ask``, but ``None`` where there is no usable answer: for a source that is one of several."""
    try:
        return ask(bench, parser, *argv, deadline_s=deadline_s, cap_bytes=cap_bytes)
    except (NotSupported, NotUnderstood):
        return None


def refused(reply: Reply) -> bool:
    """Whether the answer is a short no: nothing at all, or the words with which Android refuses."""
    if not len(reply.out):
        return True
    if len(reply.out) > _REFUSAL_LENGTH:
        return False
    words = reply.out.parse(str.lower)
    return any(refusal in words for refusal in _REFUSALS)
