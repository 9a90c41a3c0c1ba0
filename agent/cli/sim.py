"""``phonebench sim``: emulated phones for anybody's adb client."""

from __future__ import annotations

from agent import rack
from agent.cli import entry
from agent.cli.language import tr
from agent.cli.screen import print_json, print_table, progress
from probes import BadInput, show


def faults(*, as_json: bool) -> int:
    """List the fault library."""
    library = rack.list_faults()
    if as_json:
        print_json(library)
        return entry.OK
    print_table(
        [tr("Fault"), tr("Part"), tr("What is broken")],
        [[str(fault["id"]), str(fault["truth"]), str(fault["reason"])] for fault in library],
    )
    return entry.OK


def up(phones: int, faults: tuple[str, ...], seed: int, profile: str, base_port: int, *, as_json: bool) -> int:
    """Serve phones until interrupted."""
    if len(faults) not in {1, phones}:
        raise BadInput(f"{len(faults)} faults for {phones} phones: give one for all or one each")
    spec = rack.RackSpec(faults=faults, phones=phones, seed=seed, profile=profile, base_port=base_port)
    with rack.Rack(spec) as running:
        if as_json:
            print_json({"phones": list(running.addresses)})
        else:
            for address in running.addresses:
                print_table([], [[f"adb connect {show(address)}"]])
            progress().print(tr("Serving until Ctrl-C."))
        running.wait()
    return entry.OK
