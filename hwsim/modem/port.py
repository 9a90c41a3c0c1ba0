"""One terminal's port: V.250 line editing, echo, result codes, and the commands of a line one after the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from hwsim.modem.charset import from_wire, to_wire
from hwsim.modem.commands.registry import Ask, answer, defaults
from hwsim.modem.line import Line
from hwsim.modem.results import NUMERIC, Refused, Reply
from hwsim.modem.syntax import Request, split_line

if TYPE_CHECKING:
    from hwsim.modem.modem import Modem
    from hwsim.modem.timeline import Timer

_CR, _LF, _BS = 13, 10, 8
_CTRL_Z, _ESC = 26, 27
_LINE_MAX_BYTES = 2048
_COMMAND = re.compile(r"[^A-Z0-9]*AT(.*)", re.IGNORECASE | re.DOTALL)
_NO_CONTROLS: Final = dict.fromkeys(range(32))


class Port:
    """What one terminal talks to; `send` is called with each piece of output."""

    def __init__(self, modem: Modem, send: Callable[[bytes], None], *, line: Line | None = None) -> None:
        self.modem = modem
        self.line = line or Line()
        self._send = send
        self._timers: list[Timer] = []
        self._last_line = ""
        self._line_free_s = 0.0
        self._reading = False
        self.reset()
        modem.ports.append(self)

    def reset(self) -> None:
        """Be as after power-on; what was half said is forgotten."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._buffer = bytearray()
        self._waiting = bytearray()
        self._requests: list[Request] = []
        self._busy = False
        self._prompted: Callable[[str], Reply] | None = None
        self._unasked: list[str] = []
        self.last_level: object = None
        self.last_indicators: list[int] = []
        self.factory()

    def factory(self) -> None:
        """Put the settings of &F in force (V.250 §6.1.2)."""
        self.echo = True
        self.verbose = True
        self.quiet = False
        self.extended_results = 4
        self.operator_form = 0
        self.registers = {0: 0, 2: 43, 3: _CR, 4: _LF, 5: _BS, 6: 2, 7: 60, 8: 2, 10: 14}
        self.kept = defaults()

    def attach(self, send: Callable[[bytes], None]) -> None:
        """Talk to another terminal from now on; the settings stay as they are, what was half typed is forgotten."""
        self._send = send
        self._buffer.clear()
        self._waiting.clear()
        self._prompted = None

    def close(self) -> None:
        """Take the port away."""
        self.reset()
        if self in self.modem.ports:
            self.modem.ports.remove(self)

    def kept_fields(self, name: str) -> list[str]:
        """Return a kept setting's values."""
        return self.kept[name].split(",")

    def kept_number(self, name: str) -> int:
        """Return a kept setting's first value, 0 where it is none."""
        first = self.kept.get(name, "0").split(",")[0]
        return int(first) if first.isdigit() else 0

    @property
    def charset(self) -> str:
        """The character set of strings (+CSCS)."""
        return self.kept["+CSCS"].strip('"')

    def coded(self, text: str) -> str:
        """Return a string as this port's character set writes it."""
        return to_wire(text, self.charset)

    def decoded(self, text: str) -> str:
        """Read a string in this port's character set."""
        return from_wire(text, self.charset)

    def decoded_number(self, text: str) -> str:
        """Read a phone number; many terminals write it plainly whatever the character set is."""
        if self.charset == "UCS2" and not re.fullmatch(r"(00[0-9A-F]{2})+", text, re.IGNORECASE):
            return text
        return self.decoded(text)

    def feed(self, data: bytes) -> None:
        """Take what the terminal sent; a modem that is down hears nothing."""
        if not self.modem.answers:
            return
        self._waiting += data
        self._read_on()

    def say_unasked(self, lines: Iterable[str]) -> None:
        """Say something now, or right after the answer that is under way."""
        self._unasked.extend(lines)
        self._say_held()

    def _say_held(self) -> None:
        if self._busy or self._prompted is not None:
            return
        lines, self._unasked = self._unasked, []
        for line in lines:
            if line in NUMERIC:
                self._final(line)
            else:
                self._information((line,))

    def _read_on(self) -> None:
        if self._reading:
            return  # the loop below, further up the stack, takes what is left
        self._reading = True
        try:
            self._read_waiting()
        finally:
            self._reading = False

    def _read_waiting(self) -> None:
        echoed = bytearray()
        while self._waiting and not self._busy:
            value = self._waiting.pop(0)
            if self.echo and value != _LF:
                echoed.append(value)
            if self._completes(value):
                self._write(bytes(echoed))
                echoed.clear()
                self._run_line()
        self._write(bytes(echoed))

    def _completes(self, value: int) -> bool:
        """Take one character; return whether a line, or a prompted text, is complete."""
        if self._prompted is not None:
            self._buffer.append(value)
            return value in {_CTRL_Z, _ESC}
        if value == self.registers[3]:
            return True
        if value == self.registers[5]:
            del self._buffer[-1:]
        elif value != self.registers[4] and len(self._buffer) < _LINE_MAX_BYTES:
            self._buffer.append(value)
        return self._buffer.upper() == b"A/"

    def _run_line(self) -> None:
        text = self._buffer.decode("latin-1")
        self._buffer.clear()
        if self._prompted is not None:
            self._run_prompted(text)
            return
        if '"' not in text:  # in the GSM set control codes are letters: inside quotes they belong to the text
            text = text.strip().translate(_NO_CONTROLS)
        text = self._last_line if text.upper() == "A/" else text
        found = _COMMAND.match(text)
        if found is None:
            return  # V.250 §5.2.1: what does not begin with AT is not for the modem
        self._last_line = text
        self._busy = True
        try:
            self._requests = split_line(found.group(1))
        except Refused as refused:
            self._refuse_after("", refused)
            return
        self._next()

    def _next(self) -> None:
        if not self._requests:
            self._finish("OK")
            return
        request = self._requests.pop(0)
        try:
            reply = answer(Ask(self.modem, self, request))
        except Refused as refused:
            self._refuse_after(request.asked, refused)
            return
        self._after(request.asked, lambda: self._deliver(reply))

    def _run_prompted(self, text: str) -> None:
        finish, self._prompted = self._prompted, None
        if finish is None or text.endswith(chr(_ESC)):
            self._finish("OK")
            return
        self._busy = True
        try:
            reply = finish(text[:-1])
        except Refused as refused:
            self._refuse_after("+CMGS>", refused)
            return
        self._after("+CMGS>", lambda: self._deliver(reply))

    def _after(self, asked: str, action: Callable[[], None]) -> None:
        delay_s = self.modem.vendor.latency_s(asked) * self.modem.latency_scale
        if delay_s <= 0:
            action()
            return
        self._timers = [timer for timer in self._timers if not timer.over]
        self._timers.append(self.modem.timeline.after(delay_s, action))

    def _deliver(self, reply: Reply) -> None:
        if reply.prompt is not None:
            self._prompted, self._busy = reply.prompt, False
            self._write(b"\r\n> ")
            self._read_on()
            return
        self._information(reply.lines)
        if reply.final != "OK":
            self._finish(reply.final)
        else:
            self._next()

    def _refuse_after(self, asked: str, refused: Refused) -> None:
        self._requests.clear()
        self._after(asked, lambda: self._finish(refused.result(self.kept_number("+CMEE"))))

    def _finish(self, final: str) -> None:
        self._busy = False
        self._final(final)
        self._say_held()
        self._read_on()

    def _information(self, lines: tuple[str, ...]) -> None:
        if not lines:
            return
        spaced = [self.modem.vendor.spaced(line) for line in lines]
        end = self.modem.vendor.list_end if len(spaced) > 2 else "\r\n"
        text = end.join(spaced) + "\r\n"
        self._write((("\r\n" if self.verbose else "") + text).encode("latin-1", "replace"))

    def _final(self, final: str) -> None:
        if self.quiet or not final:
            return
        if self.verbose:
            self._write(f"\r\n{final}\r\n".encode("latin-1", "replace"))
        else:
            self._write(f"{NUMERIC.get(final, final)}\r".encode("latin-1", "replace"))

    def _write(self, data: bytes) -> None:
        if not data:
            return
        now_s = self.modem.timeline.now_s()
        for piece in self.line.pieces(data):
            if self._line_free_s <= now_s:
                self._send(piece)
            else:
                self._send_later(piece, self._line_free_s - now_s)
            self._line_free_s = max(now_s, self._line_free_s) + self.line.gap_s

    def _send_later(self, piece: bytes, delay_s: float) -> None:
        self.modem.timeline.after(delay_s, lambda: self._send(piece))
