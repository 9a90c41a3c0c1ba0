"""The modem as a device: power, card, radio, calls and messages, shared by all its ports."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from hwsim.modem import urcs
from hwsim.modem.calls import Call, Switchboard
from hwsim.modem.card import PIN_TRIES, Card, Contact, Subscription
from hwsim.modem.condition import Condition
from hwsim.modem.facts import facts
from hwsim.modem.identity import imei_of, subscription_of
from hwsim.modem.messages import CAPACITY, UNREAD, Message, Store
from hwsim.modem.network import ILLEGAL_EQUIPMENT, ILLEGAL_SUBSCRIBER, Network
from hwsim.modem.pdu import Submit, delivers, smsc_address
from hwsim.modem.phonebook import PhoneBook
from hwsim.modem.radio import Antenna, Radio
from hwsim.modem.results import CmeError
from hwsim.modem.timeline import Timeline, Timer
from hwsim.modem.ussd import UssdService
from hwsim.modem.vendor import Vendor

if TYPE_CHECKING:
    from hwsim.modem.port import Port

FULL, MINIMUM, FLIGHT = 1, 0, 4
_TICK_S = 1.0
_CARD_START_S = 1.2
_DOWN_S = 4.0
_DELIVERY_S = 1.5
_PART_S = 1.2  # the service centre waits for one part to be acknowledged before it sends the next
_EPOCH = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


class Modem:
    """One modem with everything around it; a fault changes its condition and nothing else."""

    def __init__(
        self,
        *,
        vendor: Vendor,
        timeline: Timeline,
        seed: int = 1,
        subscription: Subscription | None = None,
        condition: Condition | None = None,
        latency_scale: float = 1.0,
        imei: str = "",
        radio: Radio | None = None,
    ) -> None:
        self.vendor = vendor
        self.timeline = timeline
        self.seed = seed
        self._imei = imei or imei_of(seed)
        self.latency_scale = latency_scale
        self.card = Card(subscription or subscription_of(seed))
        self.contact = Contact(seed=seed)
        self.network = Network(radio or Radio(seed=seed), timeline.now_s)
        self.switchboard = Switchboard(timeline, self._on_call)
        self.stores = {name: Store(size) for name, size in CAPACITY.items()}
        self.memories = ["SM", "SM", "SM"]
        self.phonebook = PhoneBook()
        self.ussd = UssdService()
        self.sent: list[Submit] = []
        self.ports: list[Port] = []
        self.contexts: dict[int, tuple[str, str]] = {1: ("IP", "bench.test")}
        self.service_centre = self.card.subscription.smsc
        self.function = FULL
        self.attached = True
        self.battery_percent = 83
        self.charging = False
        self.running = True
        self.condition = Condition()
        self._card_seen = True
        self._card_since_s = timeline.now_s() - _CARD_START_S
        self._crash_timer: Timer | None = None
        self._chance = random.Random(f"modem:{seed}")
        self.change_condition(condition or Condition())
        self._step_network(at_once=True)
        timeline.after(_TICK_S, self._tick)

    @property
    def imei(self) -> str:
        """The identity that the modem reports; zeros where its memory is lost."""
        return "0" * 15 if self.condition.identity_lost else self._imei

    @property
    def answers(self) -> bool:
        """Whether anything listens behind the port."""
        return self.running and not self.condition.silent

    @property
    def now(self) -> datetime:
        """The network's time."""
        return _EPOCH + timedelta(seconds=self.timeline.now_s())

    @property
    def card_problem(self) -> int | None:
        """The error number that keeps the card from use (TS 27.007 §9.2), or None."""
        self._watch_card()
        if not self._card_seen:
            return 10
        if self.contact.dead:
            return 13
        if self.timeline.now_s() - self._card_since_s < _CARD_START_S or self.function == MINIMUM:
            return 14
        return {"SIM PIN": 11, "SIM PUK": 12, "BLOCKED": 13}.get(self.card.lock)

    @property
    def open_card(self) -> Card:
        """The card, where it may be used.

        Raises:
            CmeError: It is missing, dead, starting or locked.
        """
        if (problem := self.card_problem) is not None:
            raise CmeError(problem)
        return self.card

    def facts(self) -> dict[str, object]:
        """Return what the makers' own answers are filled with."""
        return facts(self)

    def change_condition(self, condition: Condition) -> None:
        """Let the parts be in another condition from now on; a setting that a fault made is taken back with it."""
        before, self.condition = self.condition, condition
        self.contact.present = condition.card_present
        self.contact.dead = condition.card_dead
        self.contact.flaps_per_minute = condition.contact_flaps_per_minute
        self.network.radio.antenna = Antenna(
            condition.antenna_loss_db,
            receive_dead=condition.receive_dead,
            transmit_dead=condition.transmit_dead,
            breaks_ratio=condition.antenna_breaks_ratio,
            noise_figure_db=condition.noise_figure_db,
        )
        if condition.pin_asked != before.pin_asked:
            self.card.pin_asked = condition.pin_asked
            self.card.power_off()
        if condition.pin_blocked != before.pin_blocked:
            self.card.pin_left = 0 if condition.pin_blocked else PIN_TRIES
        if condition.flight_mode != before.flight_mode:
            self.set_function(FLIGHT if condition.flight_mode else FULL)
        self._plan_crash()
        self._watch_card()
        self._step_network()

    def set_function(self, level: int) -> None:
        """Switch between minimum, full and flight mode (+CFUN)."""
        if level == MINIMUM:
            self.card.power_off()
        if self.function == MINIMUM and level != MINIMUM:
            self._card_since_s = self.timeline.now_s()
        self.function = level
        if level != FULL:
            self.switchboard.drop()
        self._step_network()

    def restart(self, down_s: float = _DOWN_S) -> None:
        """Go silent, forget what is not stored, and start anew."""
        if not self.running:
            return
        self.running = False
        self.switchboard.hang_up()
        self.card.power_off()
        self.network.leave()
        for port in self.ports:
            port.reset()
        self.timeline.after(down_s, self._start)

    def announce(self, words: Callable[[Port], Iterable[str]]) -> None:
        """Say something unasked on every port, in the words that suit its settings."""
        if not self.answers:
            return
        for port in list(self.ports):
            if lines := list(words(port)):
                port.say_unasked(lines)

    def follow_network(self) -> None:
        """Let the registration follow a change of card or choice at once."""
        self._step_network()

    def receive_message(self, number: str, text: str) -> None:
        """Take a short message from the network; a long one comes in parts, one after the other."""
        first, *rest = delivers(number, text, self.now, reference=self._chance.randrange(256))
        self._take_part(first)
        for place, part in enumerate(rest, start=1):
            self.timeline.after(place * _PART_S, partial(self._take_part, part))

    def _take_part(self, tpdu: bytes) -> None:
        message = Message(UNREAD, smsc_address(self.card.subscription.smsc), tpdu)
        if any(urcs.takes_messages(port) for port in self.ports):
            self.announce(partial(urcs.message_itself, message=message))
            return
        memory = self.memories[2]
        place = self.stores[memory].add(message)
        if place is not None:
            self.announce(partial(urcs.message_stored, memory=memory, place=place))

    def send_message(self, message: Submit) -> int:
        """Hand a message to the network and return its reference; one to the own number comes back."""
        self.sent.append(message)
        own = self.card.subscription.number
        if message.number.lstrip("+") == own.lstrip("+"):
            self.timeline.after(_DELIVERY_S, lambda: self.receive_message(own, message.text))
        return len(self.sent) & 0xFF

    def _tick(self) -> None:
        self.timeline.after(_TICK_S, self._tick)
        if not self.answers:
            return
        self._watch_card()
        self._step_network()
        self.announce(urcs.indicators)
        self.announce(urcs.signal)

    def _watch_card(self) -> None:
        closed = self.contact.closed(self.timeline.now_s())
        if closed == self._card_seen:
            return
        self._card_seen = closed
        if closed:
            self._card_since_s = self.timeline.now_s()
        else:
            self.card.power_off()
        self.announce(urcs.card)
        self._step_network()

    def _step_network(self, *, at_once: bool = False) -> None:
        usable = self.answers and self.function == FULL and self.card_problem is None
        equipment = ILLEGAL_EQUIPMENT if self.condition.identity_lost else 0
        refusal = ILLEGAL_SUBSCRIBER if self.condition.network_refuses else equipment
        plmn = self.card.subscription.plmn
        if self.network.step(usable=usable, home_plmn=plmn, refusal=refusal, at_once=at_once):
            if not self.network.registered:
                self.switchboard.drop()
            self.announce(urcs.registration_changes)

    def _start(self) -> None:
        self.running = True
        self.function = FLIGHT if self.condition.flight_mode else FULL
        self._card_seen = self.contact.closed(self.timeline.now_s())
        self._card_since_s = self.timeline.now_s()
        self._plan_crash()
        self.announce(urcs.started)

    def _plan_crash(self) -> None:
        if self._crash_timer is not None:
            self._crash_timer.cancel()
            self._crash_timer = None
        if self.condition.crash_mean_s > 0:
            wait_s = self._chance.expovariate(1 / self.condition.crash_mean_s)
            self._crash_timer = self.timeline.after(wait_s, self.restart)

    def _on_call(self, word: str, call: Call) -> None:
        if word == "RING" and any(0 < port.registers[0] <= call.rings for port in self.ports):
            self.announce(lambda port: urcs.call(port, word, call))
            self.switchboard.answer()
            return
        if word == "MISSED":
            self.phonebook.log("MC", call.number)
        self.announce(lambda port: urcs.call(port, word, call))
        self.announce(urcs.indicators)
