"""What a phone tells a buyer about its parts (trade-in mode, Android 16): a second opinion on battery and flash.

Whether a part is the maker's own is shown by makers on pages of the settings app that no shell can read.
"""

from __future__ import annotations

from collections.abc import Iterator

from probes._declare import Bench, Excuse, Measure, Probe, ProbeMeta, Reading, Said, Says
from probes._limits import AtLeast, LimitSource, OneOf
from probes._verdict import Stage, Unit, Verdict
from probes.formats import parse_trade_in
from probes.software._ask import ask

_HEALTH = LimitSource(kind="standard", text="statutory fault table, BAT-01: capacity below 80 %; the rest is ours")
_LIFE = LimitSource(kind="prior", text="steps of ten of the flash's own estimate; where to draw the line is ours")
_LOCK = LimitSource(kind="prior", text="a phone that is locked to an account cannot be tested nor sold")


class TradeInStatus(Probe):
    """Battery health, life left of the flash, and the account lock, as trade-in mode prints them."""

    meta = ProbeMeta(
        id="parts.trade_in",
        version=1,
        purpose="What the phone tells a buyer about its parts",
        stage=Stage.SOFTWARE,
        duration_s=0.1,
        measures=(
            Measure(
                name="battery_health_percent",
                label="Battery health for trade-in",
                unit=Unit.PERCENT,
                limit=AtLeast(low=80, marginal_below=83, source=_HEALTH),
                says=Says(code="battery.capacity_low", component="BAT"),
            ),
            Measure(
                name="storage_life_left_percent",
                label="Flash life left for trade-in",
                unit=Unit.PERCENT,
                limit=AtLeast(low=10, marginal_below=20, source=_LIFE),
                says=Says(code="storage.life_used", component="PCB", function="storage"),
            ),
            Measure(
                name="account_lock",
                label="Account lock for trade-in",
                unit=Unit.TEXT,
                limit=OneOf(values=("open",), source=_LOCK),
                says=Says(code="system.frp_locked", component="SW"),
            ),
        ),
    )

    def run(self, bench: Bench) -> Iterator[Said]:
        """Ask for the status; a phone older than Android 16 does not know the command."""
        answer = ask(bench, parse_trade_in, "tradeinmode", "getstatus")
        status = answer.value
        locked = None if status.frp_locked is None else "locked" if status.frp_locked else "open"
        readings: tuple[tuple[str, float | str | None], ...] = (
            ("battery_health_percent", status.battery_health_percent),
            ("storage_life_left_percent", status.storage_life_left_percent),
            ("account_lock", locked),
        )
        for name, value in readings:
            if value is None:
                yield Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="not_reported")
            else:
                yield Reading(name=name, value=value, evidence=answer.evidence(f"{name} {value}"))
