"""``phonebench capabilities`` and ``restore``, and where the time of a run went."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

from agent.capture import Ability, Gear, abilities, load_tools
from agent.cli import entry
from agent.cli.bench import opened
from agent.cli.diagnose import Wanted, one_phone
from agent.cli.language import tr
from agent.cli.screen import print_json, print_table, progress
from agent.ledger import open_ledger
from agent.leftovers import remove_leftovers
from agent.links import AdbLink, Lease
from agent.plan import known_probes
from agent.runs import SCHEDULE, PhoneAddress
from agent.scheduler import Slot, critical_path
from probes import Capability, CommandFailed, DeviceError, Probe, decode, show
from probes.formats import parse_camera
from probes.hardware.camera_focus import without_drive
from reports import Translate, mark

if TYPE_CHECKING:
    from agent.journal import Journal

_NAMES: Final[Mapping[Capability, str]] = {
    Capability.SENSORS: mark("sensor values"),
    Capability.SENSOR_RATE: mark("every sensor sample: noise and rates"),
    Capability.RECORD: mark("sound, recorded"),
    Capability.PLAY: mark("sound, played and recorded at once"),
    Capability.VIBRATE: mark("vibration motor"),
    Capability.TORCH: mark("flash"),
    Capability.BATTERY_PROPERTIES: mark("properties of the battery"),
    Capability.SETTINGS: mark("settings, put back afterwards"),
    Capability.INPUT_EVENTS: mark("keys and touches"),
    Capability.SCREENSHOT: mark("screenshot"),
    Capability.PHOTO: mark("photos"),
    Capability.OPERATOR: mark("hands, eyes and ears of a person"),
    Capability.POWER_METER: mark("power meter"),
    Capability.BENCH_CAMERA: mark("bench camera"),
    Capability.LIGHT_PANEL: mark("light panel"),
    Capability.TURNTABLE: mark("turntable"),
    Capability.SOUND_BOOTH: mark("reference loudspeaker and microphone"),
    Capability.HUB: mark("switchable hub"),
    Capability.MODEM: mark("AT port of the modem"),
}
_OF_NO_STOCK_PHONE: Final = (
    (mark("Cameras: gain and full well by photon transfer"), mark("raw pictures, which its camera app does not store")),
    (mark("Cameras: maker and type of each module"), mark("rights beyond those of a stock shell")),
    (mark("Mobile receiver: noise figure"), mark("a signal generator at the edge of the cell")),
)
"""What no probe claims, as nothing on a stock phone tells it; and what it would take."""
_DRIVE: Final = mark("a lens that moves: this one has a fixed focus")
_ANSWER_S: Final = 10.0
_CAP_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class _Check:
    """One probe of the plan: what measures it on this phone, or what lacks for it."""

    probe: str
    purpose: str
    backend: str
    lacks: str


def capabilities(wanted: Wanted, *, as_json: bool) -> int:
    """Say per kind of check what measures it on this phone, or what lacks; 3 where something lacks."""
    with opened() as (home, _), ExitStack() as stack:
        phone = one_phone(wanted, stack)
        stack.enter_context(Lease(home.leases, phone.key, what="phonebench capabilities"))
        with _link(phone) as link, Gear(link, load_tools()) as gear, phone.around() as station:
            rows, glued = [*abilities(gear)], _fixed_focus(link)
            rows += (
                Ability(one, station.backend(one), lack)
                for one in Capability
                if (lack := station.lack(one)) is not None
            )
    say = str if as_json else tr
    checks = [_check(probe, rows, say) for probe in known_probes()]
    incomplete = any(check.lacks for check in checks)  # a lens that moves nobody can bring to the bench
    checks = [replace(one, backend="", lacks=say(_DRIVE)) if one.probe in glued else one for one in checks]
    if as_json:
        never = [{"purpose": what, "lacks": lacks} for what, lacks in _OF_NO_STOCK_PHONE]
        told = {"capabilities": [asdict(row) for row in rows], "checks": [asdict(check) for check in checks]}
        print_json({**told, "of_no_stock_phone": never})
    else:
        head = [tr("Measured by"), tr("Cannot be measured on this phone without")]
        print_table(
            [tr("Bench"), *head],
            [[tr(_NAMES[row.capability]), _said(row.backend, tr) or "—", show(_said(row.lacks, tr))] for row in rows],
        )
        print_table(
            [tr("Check"), *head],
            [[f"{tr(check.purpose)} ({check.probe})", check.backend or "—", show(check.lacks)] for check in checks]
            + [[tr(what), "—", tr(lacks)] for what, lacks in _OF_NO_STOCK_PHONE],
        )
    return entry.OPEN if incomplete else entry.OK


def _fixed_focus(link: AdbLink) -> frozenset[str]:
    """Checks of a focus drive that this phone's lenses have not."""
    try:
        said = link.shell(("dumpsys", "media.camera"), deadline_s=_ANSWER_S, cap_bytes=_CAP_BYTES)
        return without_drive(parse_camera(decode(said.stdout)))
    except DeviceError:
        return frozenset()


def _check(probe: Probe, rows: Sequence[Ability], say: Translate) -> _Check:
    wanted = [row for row in rows if row.capability in probe.meta.wants]
    lacks = "; ".join(dict.fromkeys(say(row.lacks) for row in wanted if row.lacks))
    served = " + ".join(dict.fromkeys(row.backend.partition(":")[0] for row in wanted)) or "shell"
    backend = "" if lacks else served
    return _Check(probe.meta.id, probe.meta.purpose, backend, lacks)


def _said(words: str, say: Translate) -> str:
    return say(words) if words else ""  # a catalogue answers an empty text with its head


def restore(wanted: Wanted, *, as_json: bool) -> int:
    """Put back the settings that a killed run has left changed."""
    with opened() as (home, _), ExitStack() as stack:
        phone = one_phone(wanted, stack)
        stack.enter_context(Lease(home.leases, phone.key, what="phonebench restore"))
        with _link(phone) as link:
            ledger = open_ledger(home.settings, link)
            changes = ledger.restore(link)
            removed = remove_leftovers(link)
    if as_json:
        print_json([asdict(change) for change in changes])
    elif not changes and not removed and not ledger.open_changes():
        progress().print(tr("Nothing was left changed on this phone."))
    elif changes:
        print_table(
            [tr("Setting"), tr("Was left at"), tr("Put back to")],
            [[f"{one.namespace}/{one.key}", show(one.new), show(one.old or "—")] for one in changes],
        )
    if removed and not as_json:
        print_table([tr("File taken away")], [[name] for name in removed])
    if left := ", ".join(f"{one.namespace}/{one.key}" for one in ledger.open_changes()):
        raise CommandFailed(f"the phone does not take back {left}: start it as usual, and restore again")
    return entry.OK


def explain_time(journal: Journal, run_id: str) -> None:
    """Print the chain of probes that made a run as long as it was."""
    told = [event.data for event in journal.events(run_id) if event.kind == SCHEDULE]
    slots = [Slot(**row) for row in json.loads(told[-1])] if told else []
    if not slots:
        return
    begun_ns = min(slot.start_ns for slot in slots)
    path = critical_path(slots)
    rows = [
        [slot.probe, f"{(slot.start_ns - begun_ns) / 1e9:.2f}", f"{(slot.end_ns - slot.start_ns) / 1e9:.2f}"]
        for slot in path
    ]
    print_table([tr("Critical path"), tr("Began, s"), tr("Took, s")], rows)
    wall_s = (max(slot.end_ns for slot in slots) - begun_ns) / 1e9
    path_s = sum(slot.end_ns - slot.start_ns for slot in path) / 1e9
    words = tr("{wall} s of wall time, {path} s on the critical path, {sum} s of probes")
    total_s = sum(slot.end_ns - slot.start_ns for slot in slots) / 1e9
    progress().print(words.format(wall=f"{wall_s:.2f}", path=f"{path_s:.2f}", sum=f"{total_s:.2f}"))


def _link(phone: PhoneAddress) -> AdbLink:
    return AdbLink(phone.server, phone.serial, transport_id=phone.transport_id)
