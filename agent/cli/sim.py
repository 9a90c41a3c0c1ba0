"""``phonebench sim``: emulated phones for anybody's adb client."""

from __future__ import annotations

from textwrap import shorten
from typing import Any, Final

from agent import rack
from agent.cli import entry
from agent.cli.language import tr
from agent.cli.screen import print_json, print_table, progress
from probes import BadInput, show

_REASON_WIDTH: Final = 100


def faults(*, as_json: bool) -> int:
    """List the fault library: the severity from which it is a fault, and the earliest stage that can see it."""
    library = rack.list_faults()
    if as_json:
        print_json(library)
        return entry.OK
    print_table(
        [tr("Fault"), tr("Part"), tr("From"), tr("Seen from"), tr("What is broken")],
        [
            [
                str(fault["id"]),
                str(fault["truth"]),
                f"{fault['fault_from']:.2f}",
                str(fault["seen_from"]),
                shorten(str(fault["reason"]), _REASON_WIDTH, placeholder="…"),
            ]
            for fault in library
        ],
    )
    return entry.OK


def up(spec: rack.RackSpec, *, as_json: bool) -> int:
    """Serve phones until interrupted."""
    if not spec.cassettes and len(spec.faults) not in {1, spec.phones}:
        raise BadInput(f"{len(spec.faults)} faults for {spec.phones} phones: give one for all or one each")
    unknown = [kind for kind in spec.chaos if kind not in rack.CHAOS]
    if unknown:
        raise BadInput(f"no chaos is called {show(unknown[0])}; there is {', '.join(rack.CHAOS)}")
    with rack.Rack(spec) as running:
        if as_json:
            told: dict[str, Any] = {"phones": list(running.addresses)}
            told |= {"modems": list(running.modems)} if spec.modems else {}
            told |= {"fastboot": list(running.fastboot_ports)} if spec.fastboot else {}
            told |= {"sound": list(running.sound_clients)} if spec.sound else {}
            bus = [{"path": path, "serial": serial} for path, serial in running.usb_places]
            print_json(told | ({"usb": {"environment": running.usb, "phones": bus}} if spec.usb else {}))
        else:
            for address in running.addresses:
                print_table([], [[f"adb connect {show(address)}"]])
            for modem in running.modems:
                print_table([], [[f"AT {show(str(modem['pty']))}", f"socket://127.0.0.1:{modem['tcp']}"]])
            for port in running.fastboot_ports:
                print_table([], [[f"fastboot -s tcp:127.0.0.1:{port}"]])
            for client in running.sound_clients:
                print_table([], [[" ".join(f"{name}={show(value)}" for name, value in sorted(client.items()))]])
            for path, serial in running.usb_places:
                print_table([], [[f"USB {show(path)}", show(serial)]])
            for name, value in running.usb.items():
                print_table([], [[f"export {name}={show(value)}"]])
            progress().print(tr("Serving until Ctrl-C."))
        running.wait(lambda event: progress().print(_told(event, running.addresses)))
    return entry.OK


def _told(event: dict[str, Any], addresses: tuple[str, ...]) -> str:
    """One line on what chance did; the seed lets it happen again."""
    if event["event"] == "unplug":
        text = tr("{phone}: unplugged for {seconds} s (seed {seed})")
    elif event["event"] == "unknown":
        told = {**event, "phone": addresses[event["phone"]], "command": show(str(event["command"]))}
        return tr("{phone}: the cassette does not know: {command}").format_map(told)
    elif event["event"] == "slow":
        text = tr("{phone}: answer {answer} comes {seconds} s late (seed {seed})")
    else:
        text = tr("{phone}: answer {answer} ends after {after_bytes} bytes with {event} (seed {seed})")
    return text.format_map({**event, "phone": addresses[event["phone"]]})
