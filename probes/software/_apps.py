"""Which apps the owner has added: what they do is judged, what the maker's own apps do is not."""

from __future__ import annotations

from dataclasses import dataclass

from probes._declare import MIB, Bench
from probes._records import Evidence
from probes.formats import parse_package_dump, parse_packages
from probes.software._ask import try_ask


@dataclass(frozen=True, slots=True)
class AddedApps:
    """Apps that did not come with the phone; ``sideloaded`` is None where it does not tell who installed them."""

    names: frozenset[str]
    sideloaded: tuple[str, ...] | None
    evidence: tuple[Evidence, ...]


def added_apps(bench: Bench) -> AddedApps | None:
    """Ask for the apps that the owner added; from a report, the package service's own list says it."""
    answer = try_ask(bench, parse_packages, "pm", "list", "packages", "-3", "-i")
    if answer is not None:
        listed = answer.value.packages.values()
        told = b"installer=" in answer.reply.out.raw
        loose = tuple(sorted(app.name for app in listed if app.installer is None)) if told else None
        return AddedApps(frozenset(answer.value.packages), loose, answer.evidence())
    dump = try_ask(bench, parse_package_dump, "dumpsys", "package", deadline_s=30, cap_bytes=32 * MIB)
    if dump is None or not dump.value.packages:
        return None
    added = [app for app in dump.value.packages.values() if not app.is_system]
    loose = tuple(sorted(app.name for app in added if app.installer is None))
    return AddedApps(frozenset(app.name for app in added), loose, dump.evidence())
