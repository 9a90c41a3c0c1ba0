"""The way to a modem: AT commands, one transaction after the other, on a serial port or a socket.

Line discipline by ITU-T V.250: a command ends with CR, its answer with one final line. A modem echoes, speaks unasked,
and answers late; each transaction has one end, and after one that was missed the next first waits for silence.
"""

from __future__ import annotations

import contextlib
import errno
import re
import threading
from collections.abc import Iterator
from typing import Any, ClassVar, Final

from agent.links.at_lines import Answer, AtReply
from agent.links.deadline import Clock, Deadline
from agent.links.link import Call, Link, Trace
from probes import (
    BadInput,
    BenchError,
    LinkBusy,
    LinkError,
    LinkTimeout,
    OutputTooLarge,
    PermissionMissing,
    Unplugged,
    show,
)

_SLICE_S: Final = 0.05
_QUIET_S: Final = 0.1
_WAKE_S: Final = 0.6
_COMMAND: Final = re.compile(r"AT[\x20-\x7e]{0,400}", re.IGNORECASE)
_CAP_BYTES: Final = 64 * 1024
_ATTEMPTS: Final = 3
_BASICS: Final = "ATE0Q0V1"
_STEP_CHARS: Final = 60
# what changes the modem for good, spends money, or can lock a card: never without a word of the owner
_GUARDED: Final = re.compile(
    r"\+CPIN2?=|\+CPWD=|\+CLCK=(?!\"[A-Z]{2}\",2\b)|\+CMG[SWD]|\+CMSS|\+CPBW=|\+EGMR=1|\+CFUN=1,1|\+CUSD=1|\^DATALOCK|"
    r"\^RESET|\+QPOWD|\+QCFG=|\+NVRAM|\$QCNVRAM|\+SYSSCOPE|\+CSIM=|\+CGLA=|\+CRSM=2(?:14|20|32)\b|\+CCFC=\d,(?!2\b)",
    re.IGNORECASE,
)
_GUARDED_BASIC: Final = re.compile(r"(?<!&)D|&[FW]", re.IGNORECASE)
# V.250 §5.2: a line may hold many commands; spaces count in quotes only; an extended one ends at a semicolon, and a
# basic one where the next begins. Commands with % or \ run on as basic ones on some modems, so they count as such.
_EXTENDED: Final = re.compile(r'[+^$*#!@][^;"]*(?:"[^"]*"[^;"]*)*(?:;|$)')
_QUOTED: Final = re.compile(r'("[^"]*")')
_ASKS: Final = re.compile(r"[^=]*=?\?;?")


class AtLink(Link):
    """One AT port.

    Args:
        url: what ``serial.serial_for_url`` takes: a device node or ``socket://host:port``.
        device: name of the phone or modem, for messages; the url where it is empty.
        baud: speed of a real line; USB and sockets do not care.
        clock: where time comes from.
        trace: gets each exchange.
    """

    kind: ClassVar[str] = "at"

    def __init__(
        self,
        url: str,
        *,
        device: str = "",
        baud: int = 115_200,
        clock: Clock | None = None,
        trace: Trace | None = None,
    ) -> None:
        super().__init__(device or url, clock=clock, trace=trace)
        self._url = url
        self._baud = baud
        self._port: Any = None
        self._stopped = threading.Event()
        self._talking = threading.Lock()
        self._late = False
        self._unasked = list[bytes]()

    def ask(
        self,
        command: str,
        *,
        deadline_s: float,
        cap_bytes: int = _CAP_BYTES,
        also: tuple[str, ...] = (),
        repeat: bool = False,
        consented: bool = False,
    ) -> AtReply:
        """Send a command and return its answer.

        Args:
            command: with its ``AT``, without its end of line.
            deadline_s: end of the whole transaction.
            cap_bytes: longest answer.
            also: other names under which its information may come, such as ``+ICCID``.
            repeat: ask again within the deadline when no end came: for questions on a bad line only.
            consented: the owner agreed to what may change the phone or cost money.

        Raises:
            BadInput: no command.
            PermissionMissing: a command that needs ``consented``.
            AtRefused: the modem refused; ``CmeError`` and ``CmsError`` carry its number.
            OutputTooLarge: more than ``cap_bytes`` came.
            LinkError: the way broke, or no end came before the deadline.
        """
        _check(command, consented=consented)
        with self._exchange(show(command, _STEP_CHARS), deadline_s) as call, self._alone(call):
            for left in range(_ATTEMPTS if repeat else 1, 0, -1):
                try:
                    part_s = call.deadline.remaining_s() / left
                    return self._transact(command, call, min(part_s, call.deadline.remaining_s()), cap_bytes, also)
                except LinkTimeout:
                    if left == 1:
                        raise
        raise LinkTimeout("no end of the answer before the deadline", device=self.device, link=self.kind)

    def unasked(self, *, listen_s: float = 0.0) -> tuple[bytes, ...]:
        """What the modem said of its own accord since the last time; listens for a while first if told to.

        Raises:
            LinkError: the way broke.
        """
        if listen_s > 0:
            with self._exchange("listen", listen_s + _WAKE_S) as call, self._alone(call):
                heard = Answer("AT", final="-")
                self._read_into(heard, Deadline.after(self._clock, listen_s), _CAP_BYTES)
                self._unasked += heard.unasked
        said, self._unasked = tuple(self._unasked), []
        return said

    def _transact(self, command: str, call: Call, for_s: float, cap_bytes: int, also: tuple[str, ...]) -> AtReply:
        deadline = Deadline.after(self._clock, max(for_s, 0.001))
        if self._late:
            self._settle(deadline)
        answer = Answer(command, also)
        self._drain()
        self._write(command)
        try:
            self._read_into(answer, deadline, cap_bytes)
        finally:
            call.received_bytes += answer.received_bytes
            self._unasked += answer.unasked
            self._late = not answer.done
        if not answer.done:
            raise LinkTimeout("the modem did not end its answer before the deadline")
        if answer.refusal is not None:
            raise answer.refusal
        return answer.reply()

    def _read_into(self, answer: Answer, deadline: Deadline, cap_bytes: int) -> None:
        listening = answer.done
        while deadline.remaining_s() > 0 and (listening or not answer.done):
            answer.feed(self._read())
            if answer.received_bytes > cap_bytes:
                raise OutputTooLarge(f"the modem answered more than {cap_bytes} bytes")
            if answer.prompted and not listening:
                self._late = True
                self._port.write(b"\x1b")
                raise LinkTimeout("the modem waits for a text that is not sent")

    def _settle(self, deadline: Deadline) -> None:
        """Get in step: wait for silence, ask for nothing, wait for silence."""
        while True:
            deadline.socket_timeout_s()  # raises when it is over
            self._drain(quiet_s=_QUIET_S, deadline=deadline)
            self._write(_BASICS)
            answer = Answer(_BASICS)
            wake = Deadline.after(self._clock, min(_WAKE_S, max(deadline.remaining_s(), 0.001)))
            self._read_into(answer, wake, _CAP_BYTES)
            if answer.done:
                self._drain(quiet_s=_QUIET_S, deadline=deadline)
                self._late = False
                return

    def _drain(self, *, quiet_s: float = 0.0, deadline: Deadline | None = None) -> None:
        """Take what is on the line already; with ``quiet_s`` until nothing has come for so long."""
        heard = Answer("AT", final="-")
        if not quiet_s:
            if self._waiting():
                heard.feed(self._read())
        else:
            quiet = Deadline.after(self._clock, quiet_s)
            while quiet.remaining_s() > 0 and (deadline is None or deadline.remaining_s() > 0):
                if data := self._read():
                    heard.feed(data)
                    quiet = Deadline.after(self._clock, quiet_s)
        self._unasked += [line for line in heard.unasked if line != b"OK"]

    def _open(self, call: Call) -> None:
        self._stopped.clear()
        self._late, self._unasked = True, []
        self._port = _opened(self._url, self._baud)
        try:
            self._settle(call.deadline)
            with contextlib.suppress(BenchError):  # an old phone without numbers is a modem all the same
                self._transact("AT+CMEE=1", call, min(_WAKE_S, call.deadline.remaining_s()), _CAP_BYTES, ())
        except BaseException:
            self._close()
            raise

    def _close(self) -> None:
        self._stopped.set()
        port, self._port = self._port, None
        if port is not None:
            with contextlib.suppress(Exception):
                port.cancel_read()
            with contextlib.suppress(Exception):
                port.close()

    def _waiting(self) -> int:
        with _ours():
            return int(self._line().in_waiting)

    def _read(self) -> bytes:
        with _ours():
            first = bytes(self._line().read(1))
            if not first:
                return b""
            return first + bytes(self._line().read(self._line().in_waiting))

    def _write(self, command: str) -> None:
        with _ours():
            self._line().write(command.encode("ascii") + b"\r")

    def _line(self) -> Any:
        port = self._port
        if port is None or self._stopped.is_set():
            raise LinkError("the link was closed meanwhile")
        return port

    @contextlib.contextmanager
    def _alone(self, call: Call) -> Iterator[None]:
        if not self._talking.acquire(timeout=max(0.0, call.deadline.remaining_s())):
            raise LinkBusy("another command is under way on this port")
        try:
            yield
        finally:
            self._talking.release()


def _check(command: str, *, consented: bool) -> None:
    if not _COMMAND.fullmatch(command):
        raise BadInput(f"no AT command of one line: {show(command, _STEP_CHARS)!r}")
    if not consented and _is_guarded(command):
        raise PermissionMissing(f"{show(command, _STEP_CHARS)} may change the phone or cost money")


def _is_guarded(line: str) -> bool:
    """Whether any command of a line needs the owner's word."""
    said = "".join(part if part.startswith('"') else part.replace(" ", "") for part in _QUOTED.split(line[2:]))
    extended = (one for one in _EXTENDED.findall(said) if not _ASKS.fullmatch(one))
    return bool(_GUARDED_BASIC.search(_EXTENDED.sub(";", said))) or any(map(_GUARDED.search, extended))


def _opened(url: str, baud: int) -> Any:
    import serial  # noqa: PLC0415  most runs of the agent have no serial port

    try:
        return serial.serial_for_url(url, baudrate=baud, timeout=_SLICE_S, write_timeout=2.0, exclusive=True)
    except serial.SerialException as error:
        if error.errno in (errno.EAGAIN, errno.EBUSY) or "lock" in str(error):
            raise LinkBusy("another program has the serial port") from error
        raise LinkError(f"the serial port {show(url, 80)} cannot be opened") from error
    except ValueError as error:
        raise BadInput(f"no serial port: {show(url, 80)}") from error


@contextlib.contextmanager
def _ours() -> Iterator[None]:
    import serial  # noqa: PLC0415  most runs of the agent have no serial port

    try:
        yield
    except serial.SerialTimeoutException as error:
        raise LinkTimeout("the serial port did not take the command") from error
    except (serial.SerialException, OSError, TypeError, ValueError, AttributeError) as error:
        # the last three are pyserial's own, when another thread closed the port in the middle of a read
        if isinstance(error, BenchError):
            raise
        raise Unplugged("the serial port is gone") from error
