"""The contract of links: ours keeps it in front of emulated phones, and a link that does not is found out."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agent.links import AdbLink, ShellOutputTooLarge, ShellReply, ShellStream, contract
from agent.links.contract import CHECKS, ContractBroken, Rig
from agent.links.shell_v2 import Piece
from probes import BenchError

if TYPE_CHECKING:
    from agent.sim_phone import SimPhone


def rig_of(phone: SimPhone, kind: type[AdbLink] = AdbLink) -> Rig:
    phone.link.close()
    return Rig(kind(phone.link._server, phone.serial), phone.unplug, phone.replug)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_an_adb_link_keeps_the_contract(check: Callable[[Rig], None], sim_phone: SimPhone) -> None:
    check(rig_of(sim_phone))


class Dull(AdbLink):
    """An old phone's shell."""

    def _open(self, call: object) -> None:
        super()._open(call)  # type: ignore[arg-type]  # the type is private to the link
        self._features -= {"shell_v2"}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_link_to_an_old_phone_keeps_the_contract(check: Callable[[Rig], None], sim_phone: SimPhone) -> None:
    check(replace(rig_of(sim_phone, Dull), splits_streams=False))


class TellsNoCode(AdbLink):
    def shell(self, argv: Sequence[str], *, deadline_s: float, cap_bytes: int) -> ShellReply:
        return replace(super().shell(argv, deadline_s=deadline_s, cap_bytes=cap_bytes), exit_code=0)


class MixesStreams(AdbLink):
    def shell(self, argv: Sequence[str], *, deadline_s: float, cap_bytes: int) -> ShellReply:
        reply = super().shell(argv, deadline_s=deadline_s, cap_bytes=cap_bytes)
        return replace(reply, stdout=reply.stdout + reply.stderr, stderr=b"")


class QuotesNothing(AdbLink):
    def shell(self, argv: Sequence[str], *, deadline_s: float, cap_bytes: int) -> ShellReply:
        return super().shell(["sh", "-c", " ".join(argv)], deadline_s=deadline_s, cap_bytes=cap_bytes)


class WaitsForEver(AdbLink):
    def shell(self, argv: Sequence[str], *, deadline_s: float, cap_bytes: int) -> ShellReply:
        return super().shell(argv, deadline_s=deadline_s + 3, cap_bytes=cap_bytes)


class CutsInSilence(AdbLink):
    def shell(self, argv: Sequence[str], *, deadline_s: float, cap_bytes: int) -> ShellReply:
        try:
            return super().shell(argv, deadline_s=deadline_s, cap_bytes=cap_bytes)
        except ShellOutputTooLarge as error:
            return ShellReply(error.partial_stdout, error.partial_stderr, 0)


class HealsByItself(AdbLink):
    def shell(self, argv: Sequence[str], *, deadline_s: float, cap_bytes: int) -> ShellReply:
        if self.broken is not None:
            self.open()
        return super().shell(argv, deadline_s=deadline_s, cap_bytes=cap_bytes)


class SwallowsTheUnplug(AdbLink):
    @contextlib.contextmanager
    def stream(self, argv: Sequence[str], *, deadline_s: float, cap_bytes: int) -> Iterator[ShellStream]:
        with super().stream(argv, deadline_s=deadline_s, cap_bytes=cap_bytes) as output:
            output.pieces = _quiet(output.pieces)
            yield output


def _quiet(pieces: Iterator[Piece]) -> Iterator[Piece]:
    with contextlib.suppress(BenchError):
        yield from pieces


class OpensBlindly(AdbLink):
    def open(self, *, deadline_s: float = 10) -> None:
        with contextlib.suppress(BenchError):
            super().open(deadline_s=deadline_s)


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        (TellsNoCode, contract.tells_exit_codes_as_they_are),
        (MixesStreams, contract.keeps_stderr_apart),
        (QuotesNothing, contract.passes_arguments_through_unchanged),
        pytest.param(WaitsForEver, contract.ends_a_call_at_its_deadline, marks=pytest.mark.slow),
        (CutsInSilence, contract.cuts_an_answer_at_its_cap),
        (HealsByItself, contract.breaks_when_the_cable_is_pulled_and_stays_broken),
        (SwallowsTheUnplug, contract.breaks_when_the_cable_is_pulled_and_stays_broken),
        (OpensBlindly, contract.cannot_open_without_a_phone),
    ],
)
def test_a_link_that_does_not_keep_the_contract_is_found_out(
    kind: type[AdbLink], check: Callable[[Rig], None], sim_phone: SimPhone
) -> None:
    with pytest.raises(ContractBroken):
        check(rig_of(sim_phone, kind))


def test_every_check_is_in_the_list() -> None:
    written = [
        value
        for value in vars(contract).values()
        if callable(value) and getattr(value, "__annotations__", {}) == {"rig": "Rig", "return": "None"}
    ]
    assert tuple(written) == CHECKS
