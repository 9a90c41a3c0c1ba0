"""Plans as files: which of the known probes run, chosen by stage, effort and length. Ours are in ``agent/plans``.

::

    en = "quick, unattended"
    zh = "..."
    stages = ["identity", "software", "hardware_unattended"]
    efforts = ["none", "low"]     # all where left out
    shortest_s = 0                # by the probe's declared duration
    longest_s = 15
    only = ["sensors.*"]          # patterns of ids; probes of the identity and software stages are never left out by it
    without = ["battery.*"]
    also = ["usb.*"]              # patterns of ids of these stages, whatever they take
    stop = "band"                 # leave out what would tell nothing any more; everything runs where this is left out
    mandatory = ["battery.*"]     # runs in its stage whatever is believed
    minimum_s = 15                # so does what is unattended and takes no longer
    least_bits_per_s = 0.002      # with stop = "band": what tells less for its time is left out, too
    strict_easy_first = true      # inside a stage, nothing harder while something easier informs
    watch = ["inventory.parts"]   # patterns of ids, of this plan, that are looked at for minutes while people work
    again = ["battery.gauge"]     # patterns of ids, of this plan, that are looked at once more when all else is done
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from agent.guide import Rules
from agent.plan import known_probes, make_plan
from probes import BadInput, Effort, Probe, Record, SecondLook, Stage, Watched, show

DEFAULT: Final = "quick"
_MAX_BYTES: Final = 1 << 20
_ALWAYS: Final = frozenset({Stage.IDENTITY, Stage.SOFTWARE})


class PlanFile(Record):
    """What a plan's file says; see the module."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)
    stages: tuple[Stage, ...]
    efforts: tuple[Effort, ...] = tuple(Effort)
    shortest_s: float = 0.0
    longest_s: float = 1e9
    only: tuple[str, ...] = ("*",)
    without: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    stop: Literal["", "band"] = ""
    mandatory: tuple[str, ...] = ()
    minimum_s: float = 0.0
    least_bits_per_s: float = 0.0
    strict_easy_first: bool = True
    watch: tuple[str, ...] = ()
    again: tuple[str, ...] = ()

    @property
    def rules(self) -> Rules:
        """How runs of this plan are guided."""
        return Rules(
            stop_at_band=self.stop == "band",
            mandatory=self.mandatory,
            minimum_s=self.minimum_s,
            least_bits_per_s=self.least_bits_per_s,
            strict_easy_first=self.strict_easy_first,
        )

    def takes(self, probe: Probe) -> bool:
        """Whether a probe belongs to the plan."""
        meta = probe.meta
        if meta.stage not in self.stages or _fits(probe, self.without):
            return False
        if meta.stage in _ALWAYS:
            return True
        if _fits(probe, self.also):
            return True
        fits = meta.effort in self.efforts and self.shortest_s <= meta.duration_s <= self.longest_s
        return fits and _fits(probe, self.only)


def plan_names() -> tuple[str, ...]:
    """The plans that ship."""
    files = resources.files("agent.plans").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def read_plan(name: str) -> PlanFile:
    """Read a plan that ships, by its name, or one of your own, by its file.

    Raises:
        BadInput: there is none, or it is no plan.
    """
    try:
        if name in plan_names():
            raw = (resources.files("agent.plans") / f"{name}.toml").read_bytes()
        else:
            with Path(name).open("rb") as file:
                raw = file.read(_MAX_BYTES)
        return PlanFile.model_validate(tomllib.loads(raw.decode()))
    except OSError as error:
        known = ", ".join(plan_names())
        what = f"there is no plan {show(name, 60)!r} ({error.strerror}): take one of {known}, or a file"
        raise BadInput(what) from error
    except (ValueError, RecursionError) as error:  # no TOML, no UTF-8, no plan, a number or a nesting without end
        raise BadInput(f"plan {show(name, 60)} is no plan: {show(str(error), 150)}") from error


def probes_of(plan: PlanFile, probes: Iterable[Probe] | None = None) -> tuple[Probe, ...]:
    """The probes of a plan, in the order in which they run.

    Raises:
        BadInput: no probe belongs to it.
    """
    chosen = [probe for probe in (known_probes() if probes is None else probes) if plan.takes(probe)]
    if not chosen:
        raise BadInput("no probe belongs to this plan")
    watched = [Watched(probe) for probe in chosen if _fits(probe, plan.watch)]
    return make_plan([*watched, *chosen, *(SecondLook(probe) for probe in chosen if _fits(probe, plan.again))])


def _fits(probe: Probe, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(probe.meta.id, pattern) for pattern in patterns)
