"""The hand-over pack: the six fields of the repair log first, then what was changed, and a label that scans."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import cv2
import numpy as np
from PIL import Image

from probes import Verdict
from reports import HandOver, Language, RepairLogRow, timers
from reports._qc import BeforeAfter
from reports.render import pack_label, pack_page, read_label
from reports.service import Answer, Coverage, Covered, ServiceType, Signature
from tests.reports.render.samples import hostile_texts

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def pack(text: str = "battery changed") -> HandOver:
    tested = Covered.TESTED
    return HandOver(
        ticket="T-1001",
        phone=text,
        service_type=next(iter(ServiceType)),
        handed_over_at=AT,
        handed_over_by="Li",
        symptoms=("BAT-01",),
        diagnosis="part",
        components=("BAT",),
        original_fault_cleared=Answer.YES,
        before_after=(
            BeforeAfter(
                probe="battery.gauge",
                name="soh_percent",
                unit="%",
                before=60.3,
                after=99.0,
                verdict_before=Verdict.FAIL,
                verdict_after=Verdict.PASS,
                change="better",
            ),
        ),
        coverage=Coverage(mainboard=tested, display=tested, battery=tested, camera=tested, sensors=Covered.NOT_TESTED),
        warranty=(),
        log=RepairLogRow(
            sent_in_on=date(2026, 11, 20),
            fault=text,
            cause=text,
            handling=text,
            handed_over_on=date(2026, 11, 22),
            repairer_signature="Zhang",
        ),
        timers=timers(date(2026, 11, 22), hold_days=30, follow_up_days=3),
        checked_by=(Signature(by="Wang", at=AT),),
    )


def test_the_pack_has_the_repair_log_and_what_changed() -> None:
    page = pack_page(pack(), Language.EN).decode()
    fields = ("Sent in on", "Fault", "Cause", "Handling", "Handed over on", "Signature of the repairer")
    places = [page.index(f"<dt>{field}</dt>") for field in fields]
    assert places == sorted(places)
    assert "battery.gauge</th>" in page
    assert '<tr class="c-better"><td>soh_percent</td><td>60.3 % fail</td><td>99 % pass</td></tr>' in page
    assert "default-src &#39;none&#39;" in page


def test_what_a_repairer_writes_stays_text() -> None:
    wanted = pack_page(pack(), Language.EN).count(b"<")
    for text in hostile_texts(100, seed=13):
        page = pack_page(pack(text), Language.EN)
        assert page.count(b"<") == wanted
        assert b"\x1b" not in page


def test_the_repair_label_is_scanned_back() -> None:
    for language in Language:
        raw = pack_label(pack(), language, "png")
        picture = np.asarray(Image.open(io.BytesIO(raw)).convert("L"))
        read = read_label(cv2.QRCodeDetector().detectAndDecode(picture)[0])
        assert read is not None
        assert (read.ticket, read.part, read.symptoms) == ("T-1001", "BAT", ("BAT-01",))
