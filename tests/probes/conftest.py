"""A phone that answers from a table, and probes made on the spot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest

from probes import (
    MIB,
    Bench,
    DeviceText,
    Evaluation,
    Measure,
    NotSupported,
    Probe,
    ProbeMeta,
    Reply,
    Said,
    Samples,
    Stage,
    evaluate,
)

REFUSAL = b"Can't find service: nothing\n"


class ScriptedLog:
    """A log of a scripted bench."""

    def __init__(self, name: str, body: bytes) -> None:
        self.id = name
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body


class ScriptedBench:
    """Answers commands from a table; what is not in it is refused, the way a phone refuses."""

    def __init__(self, answers: Mapping[str, str], logs: Mapping[str, str] | None = None) -> None:
        self.answers = dict(answers)
        self.logs = dict(logs or {})
        self.asked: list[str] = []

    def shell(self, *argv: str, deadline_s: float = 10.0, cap_bytes: int = MIB) -> Reply:
        assert deadline_s > 0
        assert cap_bytes > 0
        line = " ".join(argv)
        self.asked.append(line)
        known = next((text for start, text in self.answers.items() if line.startswith(start)), None)
        out = REFUSAL if known is None else known.encode()
        return Reply(f"test/{len(self.asked)}", DeviceText(out), DeviceText(b""), 1_000_000 * len(self.asked), 0)

    def log(self, buffer: str, *, deadline_s: float = 60.0, cap_bytes: int = 64 * MIB) -> ScriptedLog:
        assert deadline_s > 0
        assert cap_bytes > 0
        if buffer not in self.logs:
            raise NotSupported(f"no log {buffer}")
        return ScriptedLog(f"test/log-{buffer}", self.logs[buffer].encode())


def run_on(probe: Probe, bench: Bench) -> tuple[Evaluation, list[Said]]:
    """Run a probe to its end; what it raises passes through."""
    said = list(probe.run(bench))
    return evaluate(probe.meta, [item for item in said if not isinstance(item, Samples)]), said


@pytest.fixture
def scripted() -> type[ScriptedBench]:
    return ScriptedBench


@pytest.fixture
def run_probe() -> Callable[[Probe, Bench], tuple[Evaluation, list[Said]]]:
    return run_on


@pytest.fixture
def meta() -> Callable[[Sequence[Measure]], ProbeMeta]:
    def make(measures: Sequence[Measure]) -> ProbeMeta:
        return ProbeMeta(
            id="test.probe", version=1, purpose="test", stage=Stage.SOFTWARE, duration_s=1, measures=tuple(measures)
        )

    return make
