"""The phone's own modem on a terminal and a socket: same card, same identity, same radio, same faults as its dumps."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from hwsim.modem.fronts import PtyFront, Runner, listen_tcp
from hwsim.modem.line import Line
from hwsim.modem.modem import Modem
from hwsim.modem.timeline import Timeline
from hwsim.modem.vendor import vendors
from hwsim.phone.cellular import modem_condition, radio, subscription

if TYPE_CHECKING:
    from pathlib import Path

    from hwsim.phone.phone import Phone

_SPEAKS_LIKE = {"qcom": "quectel", "mtk": "mtk", "exynos": "samsung", "gs": "samsung", "kirin": "huawei"}
_WATCH_S = 1.0


class PhoneModem:
    """The modem of one phone, in the phone's time; it follows faults, settings and restarts of the phone."""

    def __init__(self, phone: Phone, *, latency_scale: float = 1.0) -> None:
        profile = phone.profile
        self.phone = phone
        self._timeline = Timeline(lambda: phone.clock.elapsed_s)
        self.modem = Modem(
            vendor=replace(
                vendors()[_SPEAKS_LIKE.get(profile.family, "generic")],
                manufacturer=profile.manufacturer,
                model=profile.model,
                revision=profile.baseband.partition(",")[0],
            ),
            timeline=self._timeline,
            seed=phone.seed,
            subscription=subscription(phone),
            condition=modem_condition(phone),
            latency_scale=latency_scale,
            imei=phone.identity.imeis[0],
            radio=radio(phone),
        )
        self._boot_count = phone.boot_count
        self._stack = contextlib.ExitStack()
        self._runner = Runner(self._timeline, asyncio.get_running_loop(), speed=phone.times.speed)
        self._stack.callback(self._runner.stop)
        phone.on_change.append(self._follow)
        self._stack.callback(phone.on_change.remove, self._follow)
        self._timeline.after(_WATCH_S, self._watch)

    async def listen(self, *, pty_link: Path | None, tcp_port: int = 0) -> dict[str, str | int]:
        """Serve the modem and return where: ``tcp`` a local port and, where a link is named, ``pty`` and ``tty``.

        Raises:
            OSError: the link cannot be made or the port is taken.
        """
        server = await listen_tcp(self.modem, tcp_port, line=Line(seed=self.phone.seed))
        self._stack.callback(server.close)
        found: dict[str, str | int] = {"tcp": server.sockets[0].getsockname()[1]}
        if pty_link is not None:
            front = PtyFront(self.modem, pty_link, line=Line(seed=self.phone.seed))
            self._stack.callback(front.close)
            found |= {"pty": str(pty_link), "tty": front.path}
        return found

    def catch_up(self) -> None:
        """Let happen what has fallen due since the phone's time was moved."""
        self._runner.catch_up()

    def close(self) -> None:
        """Take terminal and socket away."""
        self._stack.close()

    def _follow(self) -> None:
        condition = modem_condition(self.phone)
        if condition != self.modem.condition:
            self.modem.change_condition(condition)

    def _watch(self) -> None:
        self._timeline.after(_WATCH_S, self._watch)
        self.phone.refresh()
        battery = self.phone.battery
        self.modem.battery_percent, self.modem.charging = battery.level, battery.charging
        self._follow()
        if self._boot_count != self.phone.boot_count:
            self._boot_count = self.phone.boot_count
            self.modem.restart()
