"""A desk where orders are worked on: the command line with files beside it, and eyes for what must not be shown."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from agent.cli.entry import main
from agent.home import open_home
from agent.journal import Journal
from agent.orders import OrderBook, OrderCase
from agent.qc import record_of
from probes import ProbeResult
from reports import (
    Approval,
    Diagnosis,
    IdentityMatch,
    IntakeInspection,
    QcAnswers,
    RepairDone,
    RepairOffer,
    WorkOrder,
)

ROOT = Path(__file__).resolve().parents[2]
IMEI, OTHER_IMEI, SERIAL = "490154203237518", "356938035643809", "CANARY-SN-004711"
NAME, NUMBER = "Canary Customer", "555-0199-42"
PAGE = (ROOT / "docs" / "orders.md").read_text(encoding="utf-8")
FILES: dict[str, dict[str, Any]] = {
    name: json.loads(text) for name, text in re.findall(r"^```json (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
}
ORDER = FILES["order.json"] | {
    "ids": [{"kind": "imei", "raw": "49-015420-323751-8"}, {"kind": "serial", "raw": SERIAL}],
    "contact": {"name": NAME, "phone": NUMBER},
    "symptoms": [{"words": f"battery empty by noon, call {NUMBER}"}],
}


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.out)
        return loaded

    @property
    def line(self) -> str:
        (line,) = self.err.splitlines()
        assert line.startswith("phonebench: ")
        return line


class Desk:
    """The command line with files beside it; every output is searched for what must not be in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        self.book = OrderBook(open_home())
        self.secrets = [IMEI, "49-015420-323751-8", OTHER_IMEI, SERIAL, NAME, NUMBER]

    def file(self, name: str, data: object) -> str:
        path = self.folder / name
        path.write_text(json.dumps(data), encoding="utf-8")
        return str(path)

    def run(self, *arguments: str) -> Said:
        self._capsys.readouterr()
        code = main(arguments)
        said = Said(code, *self._capsys.readouterr())
        for secret in self.secrets:
            assert secret not in said.out + said.err, arguments
        assert "Traceback" not in said.err
        return said

    def take(self, **other: Any) -> Said:
        return self.run("order", "take", self.file("order.json", ORDER | other))

    def inspect(self, **other: Any) -> Said:
        return self.run("order", "inspect", "T-1001", self.file("inspection.json", FILES["inspection.json"] | other))

    def store_run(self, **phone: str) -> str:
        """A finished run of a phone, as the journal has it."""
        golden = json.loads((ROOT / "tests/reports/golden/diagnosis.v1.json").read_text(encoding="utf-8"))
        run_id = f"run-{len(phone)}-{phone.get('serial', '')[:3]}-{phone.get('imei', '')[:3]}"
        golden |= {"run_id": run_id, "phone": {"brand": "b", "model": "m"} | phone}
        return self.store_record(golden)

    def store_record(self, record: dict[str, Any]) -> str:
        """A finished run as the journal has it, with the record that is given."""
        run_id: str = record["run_id"]
        subject = record["subject"]
        journal = Journal(open_home().journal)
        journal.begin(run_id=run_id, source="adb", subject=subject, plan=("identity.phone",), agent_version="0")
        journal.finish(run_id, json.dumps(record), is_whole=True)
        journal.close()
        return run_id

    def case(self) -> OrderCase:
        return self.book.case("T-1001")

    def to_repaired(self) -> None:
        assert self.take().code == 0
        assert self.inspect().code == 0
        assert self.run("order", "attach", "T-1001", self.store_run(serial=SERIAL)).code == 0
        assert self.run("order", "plan", "T-1001", self.file("plan.json", FILES["plan.json"])).code == 3
        assert self.run("approve", "T-1001", "--by", "C-77", "--method", "message").code == 0
        assert self.run("order", "repair", "T-1001", self.file("repair.json", FILES["repair.json"])).code == 0

    def controlled(self, *results: ProbeResult) -> None:
        """Put a control on record that a bench has made."""
        seen = QcAnswers.model_validate(
            {
                "by": "robot",
                "at": "2025-03-21T10:00:00Z",
                "cosmetic": [],
                "screws_ok": "yes",
                "functions": dict.fromkeys(
                    ("calls", "network", "camera", "sound", "keys", "charging", "original.BAT-01"), "yes"
                ),
            }
        )
        with self.book.changing("T-1001") as held:
            before = Diagnosis.model_validate_json(journal_text(held[0].intake_run)).model_copy(update={"results": ()})
            record = record_of(
                held[0],
                before,
                results,
                run_after="after",
                identity=IdentityMatch.MATCH,
                unattended=True,
                answers=seen,
            )
            held[0] = held[0].changed(f"qc_{record.outcome}", about="1", qc=(record,))


def journal_text(run_id: str) -> str:
    journal = Journal(open_home().journal)
    text = journal.run(run_id).diagnosis
    journal.close()
    assert text is not None
    return text


def open_cases() -> list[OrderCase]:
    """Cases between which every reason stands that a phone may not be given back for."""
    empty = OrderCase(order=WorkOrder.model_validate_json(json.dumps(FILES["order.json"])))
    inspection = IntakeInspection.model_validate_json(json.dumps(FILES["inspection.json"] | {"ack": None}))
    wanted = RepairOffer.model_validate_json(json.dumps(FILES["plan.json"]))
    seen = empty.changed("inspected", inspection=inspection, identity=IdentityMatch.MISMATCH)
    asked = seen.changed("offer_made", offer=wanted, approval=Approval(offer_sha256=wanted.sha256))
    answer = {"status": "approved", "method": "mail", "by": "C", "at": "2025-03-20T10:00:00Z", "offer_sha256": "0" * 64}
    agreed = asked.changed("approved", approval=Approval.model_validate_json(json.dumps(answer)))
    mended = agreed.changed(
        "repaired", repair=RepairDone.model_validate_json(json.dumps(FILES["repair.json"])), approval=None
    )
    gone = seen.changed("cancelled", cancelled="x")
    return [empty, seen, asked, agreed, mended, gone]
