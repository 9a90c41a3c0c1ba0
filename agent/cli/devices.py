"""``phonebench devices``: which phones the bench sees, in which state, and what the operator should do."""

from __future__ import annotations

from typing import Any

from agent.cli import entry
from agent.cli.language import tr
from agent.cli.screen import print_json, print_table
from agent.links import DeviceState, FoundPhone, bench_server, discover, watch
from probes import show


def devices(*, follow: bool, as_json: bool) -> int:
    """List phones, or follow them until interrupted."""
    server = bench_server()
    if follow:
        return _follow(as_json=as_json)
    phones = discover(server)
    if as_json:
        print_json([_record(phone) for phone in phones])
        return entry.OK
    if not phones:
        print_table([tr("Phones")], [[tr("no phone is connected; plug one in and enable USB debugging")]])
        return entry.OK
    print_table(
        [tr("Serial"), tr("State"), tr("Socket"), tr("Model"), tr("What to do")], [_row(phone) for phone in phones]
    )
    return entry.OK


def _follow(*, as_json: bool) -> int:
    with watch(bench_server()) as events:
        for event in events:
            if as_json:
                print_json({**_record(event.phone), "was": str(event.was)}, indent=None)
            else:
                print_table([], [_row(event.phone)])
    return entry.OK


def _row(phone: FoundPhone) -> list[str]:
    advice = tr(phone.state.advice) if phone.state.advice else ""
    return [show(phone.serial, 60), str(phone.state), show(phone.devpath, 40), show(phone.model, 40), advice]


def _record(phone: FoundPhone) -> dict[str, Any]:
    return {
        "serial": show(phone.serial),
        "state": str(phone.state),
        "usable": phone.state is DeviceState.DEVICE,
        "socket": show(phone.devpath),
        "model": show(phone.model),
        "advice": phone.state.advice,
    }
