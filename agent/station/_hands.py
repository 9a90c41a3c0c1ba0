"""Who does what a probe asks for by hand, and answers what only eyes, ears or fingers can tell."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from probes import BadInput, Checklist, Question, Task, show
from reports import mark

if TYPE_CHECKING:
    from agent.operator import OperatorAbsent, TerminalOperator
    from fixtures import Operator, Words

Pause: TypeAlias = Callable[[float], None]
"""Waits until so many seconds of the phone's time have passed."""
_PHOTO_MAX_BYTES: Final = 64 << 20


class Hands(Protocol):
    """A person, or a machine in a person's place; who is not there raises ``OperatorAbsent``."""

    @property
    def lack(self) -> str:
        """What is missing so that anybody can be asked; empty where somebody is there."""

    @property
    def operator(self) -> Operator:
        """Who answers for an instrument that a person stands in for."""

    def do(self, task: Task, pause: Pause) -> None:
        """Do a task and return when it is done; a machine takes its time with ``pause``."""

    def ask(self, question: Question, pause: Pause) -> str:
        """Answer with one of the options; a machine takes its time with ``pause``, here and below."""

    def tick(self, checklist: Checklist, pause: Pause) -> frozenset[str]:
        """Tell which things of a list are so, by their names."""

    def photograph(self, question: Question, pause: Pause) -> bytes:
        """Return a picture file."""


class Turns:
    """Whose turn it is with the person at the bench: probes that run side by side must not mix their prompts."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._owner: object = None

    def take(self, owner: object) -> None:
        """Wait until nobody else has the person; the same owner may take them again."""
        with self._change:
            self._change.wait_for(lambda: self._owner is None or self._owner is owner)
            self._owner = owner

    def give_back(self, owner: object) -> None:
        """Let the next one have the person; nothing where the owner does not have them."""
        with self._change:
            if self._owner is owner:
                self._owner = None
                self._change.notify_all()


class People:
    """Somebody at a terminal.

    Args:
        operator: the terminal.
    """

    lack = ""

    def __init__(self, operator: TerminalOperator) -> None:
        self.operator = operator

    def do(self, task: Task, pause: Pause) -> None:  # noqa: ARG002  protocol: people take their time by themselves
        """Prompt, and wait for Enter."""
        self.operator.confirm(_words(task.text, task.values), deadline_s=task.deadline_s)

    def ask(self, question: Question, pause: Pause) -> str:  # noqa: ARG002  as above
        """Prompt, and wait for one of the options."""
        options = [_words(option, {}) for option in question.options]
        chosen = self.operator.choose(_words(question.text, question.values), options, deadline_s=question.deadline_s)
        return question.options[chosen]

    def tick(self, checklist: Checklist, pause: Pause) -> frozenset[str]:  # noqa: ARG002  as above
        """Prompt, and wait for the numbers of those that are so, or for none."""
        items = [_words(item, {}) for item in checklist.items.values()]
        chosen = self.operator.choose_several(_words(checklist.text, {}), items, deadline_s=checklist.deadline_s)
        names = tuple(checklist.items)
        return frozenset(names[number] for number in chosen)

    def photograph(self, question: Question, pause: Pause) -> bytes:  # noqa: ARG002  as above
        """Prompt for the name of a picture file.

        Raises:
            BadInput: the file cannot be read, or is too large.
        """
        path = self.operator.photo(_words(question.text, question.values), deadline_s=question.deadline_s)
        try:
            with path.open("rb") as file:
                raw = file.read(_PHOTO_MAX_BYTES + 1)
        except OSError as error:
            raise BadInput(f"the picture {show(path.name, 80)} cannot be read: {error.strerror}") from error
        if len(raw) > _PHOTO_MAX_BYTES:
            raise BadInput(f"the picture {show(path.name, 80)} is larger than {_PHOTO_MAX_BYTES >> 20} MiB")
        return raw


class Nobody:
    """An unattended bench: whatever is asked for is recorded as not done."""

    lack = mark("somebody at the bench")

    @property
    def operator(self) -> Operator:
        """Nobody."""
        from agent.operator import AbsentOperator  # noqa: PLC0415  instruments bring arrays: only where one is asked for

        return AbsentOperator()

    def do(self, task: Task, pause: Pause) -> None:  # noqa: ARG002  protocol
        """Nobody does it."""
        raise self._absent(task.text)

    def ask(self, question: Question, pause: Pause) -> str:  # noqa: ARG002  protocol
        """Nobody answers."""
        raise self._absent(question.text)

    def tick(self, checklist: Checklist, pause: Pause) -> frozenset[str]:  # noqa: ARG002  protocol
        """Nobody looks."""
        raise self._absent(checklist.text)

    def photograph(self, question: Question, pause: Pause) -> bytes:  # noqa: ARG002  protocol
        """Nobody takes it."""
        raise self._absent(question.text)

    @staticmethod
    def _absent(asked: str) -> OperatorAbsent:
        from agent.operator import OperatorAbsent  # noqa: PLC0415  as above

        return OperatorAbsent(f"nobody is there to be asked: {asked}", reason="operator_absent")


def _words(text: str, values: Mapping[str, object]) -> Words:
    from fixtures import Words  # noqa: PLC0415  as above

    return Words(text, values)
