"""``phonebench usb``: what is at each USB socket; ``phonebench at``: one question to a modem."""

# Typer reads annotations at run time, so they are not postponed here.
from typing import Annotated, Any

import typer

from agent.cli import entry
from agent.cli.language import tr

Json = Annotated[bool, typer.Option("--json", help=tr("Print JSON for programs."))]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("usb", help=tr("List what is at each USB socket and in which mode; nothing is opened."))(usb)
    app.command("at", help=tr("Ask a modem one AT command and show what it answers."))(at)


def usb(
    socket: Annotated[str, typer.Argument(metavar="[SOCKET]", help=tr("Look at one socket, such as 1-1.4."))] = "",
    watch: Annotated[
        float, typer.Option("--watch", min=0, metavar="SECONDS", help=tr("Count how often its device comes and goes."))
    ] = 0.0,
    json: Json = False,
) -> int:
    """List the sockets, or look at one."""
    from agent.cli.screen import print_json, print_table
    from agent.links import UsbBus, UsbLink, mode_of
    from probes import BadInput

    if watch and not socket:
        raise BadInput("--watch needs a socket")
    bus, rows = UsbBus(), list[dict[str, Any]]()
    if socket:
        with UsbLink(socket, bus) as link:
            traffic = link.watch(for_s=watch) if watch else None
            sight = link.look()
        ids = sight.descriptor.ids if sight.descriptor else ""
        rows.append({"socket": sight.path, "mode": str(sight.mode), "ids": ids})
        if traffic is not None:
            rows[0] |= {"came": traffic.enumerations, "went": traffic.departures}
    else:
        devices = [one for one in bus.listed() if not one.is_hub]
        rows += [{"socket": one.path, "mode": str(mode_of(one)), "ids": one.ids} for one in devices]
    if json:
        print_json(rows)
    elif not rows:
        print_table([tr("Socket")], [[tr("nothing is plugged in")]])
    else:
        heads = [tr("Socket"), tr("Mode"), tr("USB id"), *([tr("Came"), tr("Went")] if watch else [])]
        print_table(heads, [[str(value) for value in row.values()] for row in rows])
    return entry.OK


def at(
    port: Annotated[str, typer.Argument(metavar="PORT", help=tr("Serial port, socket://HOST:PORT, or usb:SOCKET."))],
    command: Annotated[str, typer.Argument(metavar="COMMAND", help=tr("Such as AT+CREG?"))],
    deadline: Annotated[float, typer.Option("--deadline", min=0.1, max=600, metavar="SECONDS")] = 10.0,
    json: Json = False,
) -> int:
    """Ask, and show what is answered."""
    from agent.cli.screen import print_json, print_table
    from agent.links import AtLink, find_at_port
    from probes import DeviceText
    from reports import Mask

    url = find_at_port(port.removeprefix("usb:")).node if port.startswith("usb:") else port
    with AtLink(url, device=port) as link:
        reply = link.ask(command, deadline_s=deadline)
    mask = Mask(())  # a modem says who it is, and who its card belongs to
    lines, unasked = ([mask.text(DeviceText(line).show()) for line in said] for said in (reply.lines, reply.unasked))
    if json:
        print_json({"lines": lines, "unasked": unasked, "final": reply.final})
    else:
        print_table([], [[line] for line in (*lines, reply.final)])
    return entry.OK
