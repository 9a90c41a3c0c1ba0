"""A live phone on a whole station: hands, instruments and modem beside what the phone itself measures."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from time import monotonic_ns
from typing import TYPE_CHECKING, Any, Final

from agent.benches import _captured as captured
from agent.benches import _station_records as records
from agent.benches._booth import RATE_HZ, hear
from agent.benches._live_hardware import EquippedBench
from probes import (
    TEST_NUMBER,
    BadInput,
    BenchError,
    BoothTake,
    Checklist,
    CommandFailed,
    DeviceError,
    Does,
    LinkTimeout,
    ModemReply,
    NotSupported,
    Photo,
    PowerTrack,
    Question,
    Reply,
    SensorKind,
    SoundOrder,
    Sweep,
    Take,
    Task,
    Track,
    Turn,
    Vibrate,
    decode,
    show,
)

if TYPE_CHECKING:
    from agent.benches._recorder import Recorder
    from agent.capture import Gear
    from agent.companion._rows import Meanwhile, WaitUntil
    from agent.ledger import Ledger
    from agent.links import AdbLink
    from agent.safety import Guard
    from agent.station import Hands, Station

_HANDS_AT_S: Final = 0.4
_AFTER_S: Final = 0.5
_SHOWS_S: Final = 1.0  # prior: until a slow light or proximity sensor has said what was done to it
_START: Final = Task(
    does=Does.START,
    text="The phone has gone off, or its cable is out. Put the plug in; if the screen stays dark, hold the power key "
    "until the phone starts",
)


class StationedBench(EquippedBench):
    """See ``probes.StationBench``; arguments as ``EquippedBench``, and the station.

    Args:
        keeps_hands: the probe has the person at the bench from its first request to its end; else for each request,
            and other probes may have them in between.
    """

    def __init__(
        self,
        link: AdbLink,
        recorder: Recorder,
        gear: Gear,
        ledger: Ledger,
        guard: Guard,
        *,
        station: Station,
        keeps_hands: bool = True,
    ) -> None:
        super().__init__(link, recorder, gear, ledger, guard, lack=station.lack)
        self._station = station
        self._keeps_hands = keeps_hands
        self._shone = self._switched = False

    def finish(self) -> None:
        """Leave phone and instruments as the probe found them."""
        super().finish()
        self._station.turns.give_back(self)
        with suppress(BenchError):
            if self._shone:
                self._station.light_panel().make_safe()
        with suppress(BenchError):
            if self._switched:
                self._station.hub().switch(self._station.port, on=True)
        self._shone = self._switched = False

    def do(self, task: Task) -> None:
        """Have something done by hand; see ``probes.StationBench``."""
        self._done(records.task_source(task), lambda: self._do(task))

    def ask(self, question: Question) -> str:
        """Ask the person at the bench; see ``probes.StationBench``."""
        source, started_ns = f"ask {question.asks}", self._recorder.now_ns()

        def ask() -> str:
            with self._hands() as hands:
                answer = hands.ask(question, self._gear.time.wait)
            captured.keep_head(self._recorder, source, {"answer": answer}, started_ns)
            return answer

        return self._kept(source, started_ns, ask)

    def tick(self, checklist: Checklist) -> frozenset[str]:
        """Ask which of several things are so; see ``probes.StationBench``."""
        source, started_ns = records.tick_source(checklist), self._recorder.now_ns()

        def ask() -> frozenset[str]:
            with self._hands() as hands:
                ticked = hands.tick(checklist, self._gear.time.wait)
            captured.keep_head(self._recorder, source, {"ticked": sorted(ticked)}, started_ns)
            return ticked

        return self._kept(source, started_ns, ask)

    def photograph(self, question: Question) -> str:
        """Have a picture taken for the record; see ``probes.StationBench``."""
        source, started_ns = f"photo {question.asks}", self._recorder.now_ns()

        def ask() -> str:
            with self._hands() as hands:
                raw = hands.photograph(question, self._gear.time.wait)
            return self._recorder.reply(source, raw, b"", 0, started_ns).id

        return self._kept(f"{source} refused", started_ns, ask)

    def listen_while(self, task: Task, *argv: str, duration_s: float, cap_bytes: int = 1 << 20) -> Reply:
        """Listen while something is done by hand; see ``probes.StationBench``."""
        source, started_ns = records.listen_source(task, argv), self._recorder.now_ns()

        def ask() -> Reply:
            with self._hands():
                heard = self._heard(task, argv, duration_s, cap_bytes)
            return self._recorder.reply(source, heard, b"", None, started_ns, complete=False)

        return self._kept(f"{source} refused", started_ns, ask)

    def sense_while(
        self, task: Task | Turn, kinds: Sequence[SensorKind], *, rate_hz: float, duration_s: float
    ) -> Mapping[SensorKind, Track]:
        """Record sensors while something is done; see ``probes.StationBench``."""
        source, started_ns = records.sense_source(task, kinds, rate_hz, duration_s), self._recorder.now_ns()

        def ask() -> dict[SensorKind, Track]:
            if isinstance(task, Turn):
                records.keep_table(self._recorder, source, self._station.turntable(), started_ns)
            way = self._gear.sensor_source()
            by_hand = isinstance(task, Task)
            with self._hands() if by_hand else nullcontext():
                rows = way.sensors(
                    kinds,
                    rate_hz=rate_hz,
                    duration_s=duration_s,
                    meanwhile=self._meanwhile(task),
                    after_s=_SHOWS_S if by_hand else None,  # a table's turn has its rest before and after
                )
            return captured.keep_tracks(self._recorder, source, way.name, rows, rate_hz=rate_hz, started_ns=started_ns)

        return self._kept(source, started_ns, ask)

    def power(self, *, duration_s: float, every_s: float = 0.5, during: Sequence[Vibrate] = ()) -> PowerTrack:
        """Read the meter for a while; see ``probes.StationBench``."""
        source, started_ns = records.power_source(duration_s, every_s, during), self._recorder.now_ns()

        def ask() -> PowerTrack:
            meter, time = self._station.power_meter(), self._gear.time
            if duration_s <= 0:  # one look, which needs no clock of the phone: its socket may be off
                return records.keep_power(self._recorder, source, meter, [(monotonic_ns(), meter.read())], started_ns)
            began_s, readings, waiting = time.now_s(), [], sorted(during, key=lambda order: order.at_s)
            while True:
                at_s = time.now_s() - began_s
                while waiting and waiting[0].at_s <= at_s:
                    self._gear.vibrate(waiting.pop(0))
                readings.append((monotonic_ns(), meter.read()))
                self._guard.check_current(readings[-1][1].current_ma)
                if at_s >= duration_s:
                    break
                time.wait(every_s, meanwhile=self._guard.look)
            return records.keep_power(self._recorder, source, meter, readings, started_ns)

        return self._kept(source, started_ns, ask, looks=duration_s > 0)

    def picture(self) -> Photo:
        """Take a picture with the bench camera; see ``probes.StationBench``."""
        started_ns = self._recorder.now_ns()

        def ask() -> Photo:
            camera = self._station.camera()
            return records.keep_photo(self._recorder, camera, camera.picture(), started_ns)

        return self._kept(records.PICTURE, started_ns, ask)

    def booth(self, order: SoundOrder, *, plays: Sweep | None = None) -> tuple[Take, BoothTake]:
        """Let the reference microphone hear; see ``probes.StationBench``."""
        source, started_ns = records.booth_source(order, plays), self._recorder.now_ns()

        def ask() -> tuple[Take, BoothTake]:
            self._guard.check_sound(order)
            booth, way = self._station.booth(), self._gear.sound_source(order)
            rows, sound = hear(way, booth, order, plays)
            if plays is not None and (rows.is_silenced or not rows.frames.any()):
                raise self._silenced(is_told=rows.is_silenced)
            phone = records.phone_source(source)
            take = captured.keep_take(self._recorder, phone, way.name, rows, order.inputs, started_ns=started_ns)
            return take, records.keep_booth(
                self._recorder, source, booth, sound, rate_hz=RATE_HZ, started_ns=started_ns
            )

        return self._kept(source, started_ns, ask)

    def light(self, level_ratio: float) -> None:
        """Shine on the phone; see ``probes.StationBench``."""
        self._shone = True
        self._done(f"light {level_ratio:g}", lambda: self._station.light_panel().shine(level_ratio))

    def turn(self, angle_deg: float, *, rate_deg_per_s: float = 45.0) -> None:
        """Turn the table; see ``probes.StationBench``."""
        self._done(
            f"turn {angle_deg:g} deg at {rate_deg_per_s:g} deg/s",
            lambda: self._station.turntable().turn_to(angle_deg, rate_deg_per_s=rate_deg_per_s),
        )

    def supply(self, *, on: bool) -> None:
        """Switch the socket of the phone; see ``probes.StationBench``."""
        self._switched = self._switched or not on
        self._done(
            f"supply {'on' if on else 'off'}",
            lambda: self._station.hub().switch(self._station.port, on=on),
            looks=False,  # a phone whose socket is off cannot be asked
        )

    def modem(self, command: str, *, deadline_s: float = 5.0) -> ModemReply:
        """Send an AT command; see ``probes.StationBench``."""
        source, started_ns = f"modem {command}", self._recorder.now_ns()

        def ask() -> ModemReply:
            error, number = "", self._station.test_number
            if TEST_NUMBER in command and not number:
                raise NotSupported("no call without a test_number in the bench file", link="at")
            sent = command.replace(TEST_NUMBER, number)
            own = sent == f"ATD{number};"  # writing the number down is the owner's word that it may be called
            lines: tuple[bytes, ...] = ()
            try:
                lines = self._station.modem().ask(sent, deadline_s=deadline_s, consented=own).lines
            except CommandFailed as refused:
                code = getattr(refused, "number", None)
                error = f"{getattr(refused, 'code', 'ERROR')} {'' if code is None else code}".strip()
            shown = [show(decode(line), 400) for line in lines]
            told: dict[str, Any] = {
                "lines": [line.replace(number, TEST_NUMBER) if number else line for line in shown],
                "error": error,
            }
            captured.keep_head(self._recorder, source, told, started_ns)
            return ModemReply(id=source, lines=tuple(told["lines"]), error=error)

        return self._kept(source, started_ns, ask)

    def _started_by_hand(self) -> bool:
        def rest(seconds: float) -> None:
            threading.Event().wait(seconds)  # the phone has no clock now: the pause is the bench's own

        try:
            with self._hands() as hands:
                hands.do(_START, rest)
        except (DeviceError, BadInput):
            return False
        return True

    @contextmanager
    def _hands(self) -> Iterator[Hands]:
        """The person at the bench, once no other probe has them."""
        self._station.turns.take(self)
        try:
            yield self._station.hands
        finally:
            if not self._keeps_hands:
                self._station.turns.give_back(self)

    def _do(self, task: Task) -> None:
        with self._hands() as hands:
            hands.do(task, self._gear.time.wait)

    def _meanwhile(self, task: Task | Turn) -> Meanwhile:
        def run(wait_until: WaitUntil) -> None:
            if isinstance(task, Turn):
                wait_until(task.at_s)
                self._station.turntable().turn_to(task.angle_deg, rate_deg_per_s=task.rate_deg_per_s)
            else:
                wait_until(_HANDS_AT_S)
                self._station.hands.do(task, self._gear.time.wait)

        return run

    def _heard(self, task: Task, argv: Sequence[str], duration_s: float, cap_bytes: int) -> bytes:
        """What a command printed while a task was done."""
        heard, trouble = bytearray(), list[Exception]()
        with self._link.stream(argv, deadline_s=duration_s, cap_bytes=cap_bytes) as stream:

            def hands() -> None:
                try:
                    self._gear.time.wait(_HANDS_AT_S)
                    self._station.hands.do(task, self._gear.time.wait)
                    self._gear.time.wait(_AFTER_S)
                except Exception as error:  # noqa: BLE001  raised again where the probe waits
                    trouble.append(error)
                stream.stop()

            working = threading.Thread(target=hands, name="hands", daemon=True)
            working.start()
            with suppress(LinkTimeout):  # nobody has done it in time: what was heard is the answer
                for piece in stream:
                    heard += piece
        working.join(task.deadline_s)
        if trouble:
            raise trouble[0]
        return bytes(heard)
