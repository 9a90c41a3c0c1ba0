"""A photo of the intake: a real picture, hashed as it came; where it was taken leaves it before anything is kept."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from reports import Flaw, PhotoOf
from reports._intake import BoxItem
from reports.service import Looks
from tests.cli.order_desk import FILES, Desk

PLACE = (39.0, 54.0, 15.25)
MAKER = "CANARY-CAMERA-77"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("PHONEBENCH_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "200")
    made = Desk(tmp_path, capsys)
    assert made.take().code == 0
    return made


def picture(kind: str = "JPEG", *, size: tuple[int, int] = (160, 120), turned: bool = False) -> bytes:
    """A picture, dark on the left and bright on the right, with the place it was taken at in it."""
    row = np.linspace(0, 255, size[0]).astype(np.uint8)
    image = Image.fromarray(np.repeat(np.tile(row, (size[1], 1))[..., None], 3, axis=2))
    exif = Image.Exif()
    exif[271] = MAKER
    exif.get_ifd(0x8825).update({1: "N", 2: PLACE, 3: "E", 4: (116.0, 24.0, 26.5)})
    if turned:
        exif[274] = 6
    out = io.BytesIO()
    image.save(out, kind, exif=exif, comment=MAKER.encode()) if kind == "JPEG" else image.save(out, kind, exif=exif)
    return out.getvalue() + b"<?php trailing ?>"


def put(desk: Desk, raw: bytes, name: str = "a.jpg") -> str:
    (desk.folder / name).write_bytes(raw)
    return str(desk.folder / name)


def copies(desk: Desk) -> list[Path]:
    return sorted((desk.folder / "state" / "orders" / "photos").rglob("*.jpg"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_hashed_and_its_copy_says_nothing_of_the_place(desk: Desk, kind: str) -> None:
    raw = picture(kind)
    told = desk.run("order", "photo", "T-1001", put(desk, raw), "--item", "scratch", "--keep", "--json")
    assert told.code == 0
    assert told.data["sha256"] == hashlib.sha256(raw).hexdigest()
    assert told.data["had_position"] is True
    assert (told.data["kind"], told.data["width_px"], told.data["height_px"]) == (kind.lower(), 160, 120)
    (copy,) = copies(desk)
    kept = copy.read_bytes()
    assert told.data["kept_sha256"] == hashlib.sha256(kept).hexdigest() == copy.stem
    assert (copy.stat().st_mode & 0o077, copy.parent.stat().st_mode & 0o077) == (0, 0)
    assert "T-1001" not in str(copy)
    with Image.open(copy) as image:
        assert dict(image.getexif()) == {}
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert float(np.asarray(image)[60, 150].mean()) > float(np.asarray(image)[60, 10].mean()) + 150
    for hidden in (b"Exif", MAKER.encode(), b"php"):
        assert hidden not in kept
    shown = desk.run("order", "show", "T-1001", "--json").out + desk.run("order", "show", "T-1001", "--json").out
    assert not any(str(number) in shown for number in (PLACE[2], 26.5, MAKER))


def test_a_copy_stands_upright_without_the_note_that_turned_it(desk: Desk) -> None:
    desk.run("order", "photo", "T-1001", put(desk, picture(turned=True)), "--item", "box", "--keep")
    with Image.open(copies(desk)[0]) as image:
        assert image.size == (120, 160)


def test_nothing_is_kept_unless_it_is_asked_for(desk: Desk) -> None:
    said = desk.run("order", "photo", "T-1001", put(desk, picture()), "--item", "dent")
    assert (said.code, copies(desk)) == (0, [])
    assert "where it was taken" in said.out
    assert desk.case().photos[0].kept_sha256 == ""
    assert "already" in desk.run("order", "photo", "T-1001", put(desk, picture()), "--item", "dent").line


def test_an_inspection_takes_its_hashes_from_the_photos_on_record(desk: Desk) -> None:
    raws = {name: picture(size=(100 + number, 80)) for number, name in enumerate(("scratch", "box", "water_seal"))}
    for name, raw in raws.items():
        desk.run("order", "photo", "T-1001", put(desk, raw), "--item", name)
    flaws = [row | {"answer": "yes"} if row["flaw"] == "scratch" else row for row in FILES["inspection.json"]["flaws"]]
    given: dict[str, Any] = {"flaws": flaws, "looks": {"water_seal": {"answer": "yes"}}}
    assert desk.inspect(**given).code == 0
    seen = desk.case().inspection
    assert seen is not None
    wanted = {name: hashlib.sha256(raw).hexdigest() for name, raw in raws.items()}
    assert [one.photos for one in seen.flaws if one.flaw is Flaw.SCRATCH] == [(wanted["scratch"],)]
    assert [one.photos for one in seen.box if one.item is BoxItem.BOX] == [(wanted["box"],)]
    assert seen.looks.water_seal.photo_sha256 == wanted["water_seal"]
    own = [row | {"photos": ["0" * 64]} if row["flaw"] == "scratch" else row for row in flaws]
    desk.inspect(flaws=own)
    seen = desk.case().inspection
    assert seen is not None
    assert seen.flaws[0].photos == ("0" * 64,)


def test_a_yes_still_needs_a_photo(desk: Desk) -> None:
    flaws = [row | {"answer": "yes"} if row["flaw"] == "dent" else row for row in FILES["inspection.json"]["flaws"]]
    assert "a yes needs a photo" in desk.inspect(flaws=flaws).line
    for broken in ([1, 2], {"flaws": [7, {"flaw": ["x"]}], "box": "x", "looks": [], "proofs": {}}):
        desk.run("order", "photo", "T-1001", put(desk, picture()), "--item", "dent")
        assert desk.run("order", "inspect", "T-1001", desk.file("i.json", broken)).code == 64


def bomb() -> bytes:
    """A PNG of a few bytes that says it has nine hundred million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "no JPEG, PNG or WebP picture"),
        (b"%PDF-1.7 not a photo", "no JPEG, PNG or WebP picture"),
        (b"GIF89a\x10\x00\x10\x00\x80\x00\x00", "no JPEG, PNG or WebP picture"),
        (picture()[:900], "no whole picture"),
        (picture("PNG")[:300], "no whole picture"),
        (bomb(), "more than 50 million pixels"),
        (picture(size=(8000, 6300)), "more than 50 million pixels"),
        (picture(size=(20, 20)), "nothing can be seen"),
        (b"\xff\xd8\xff" + b"\0" * (24 << 20), "24 MiB"),
    ],
    ids=["empty", "pdf", "gif", "cut", "cut-png", "bomb", "wide", "tiny", "large"],
)
def test_what_is_no_photo_is_one_line_and_leaves_everything(desk: Desk, raw: bytes, said: str) -> None:
    before = desk.case()
    refused = desk.run("order", "photo", "T-1001", put(desk, raw, "\x1b[31mx.jpg"), "--item", "scratch", "--keep")
    assert (refused.code, said in refused.line) == (64, True)
    assert "\x1b" not in refused.err
    assert (desk.case(), copies(desk)) == (before, [])


def test_an_unknown_item_a_lost_file_and_a_closed_order_are_one_line(desk: Desk) -> None:
    photo = put(desk, picture())
    assert "--item takes one of scratch" in desk.run("order", "photo", "T-1001", photo, "--item", "soul").line
    assert "cannot read" in desk.run("order", "photo", "T-1001", "none.jpg", "--item", "box").line
    assert "there is no order" in desk.run("order", "photo", "T-9", photo, "--item", "box").line
    desk.run("order", "cancel", "T-1001", "--by", "Li", "--reason", "x")
    assert "is closed" in desk.run("order", "photo", "T-1001", photo, "--item", "box", "--keep").line
    assert copies(desk) == []


def test_everything_that_an_inspection_can_show_has_its_photo() -> None:
    assert set(PhotoOf) == {*map(str, Flaw), *map(str, BoxItem), *Looks.model_fields, "proof"}


def test_an_order_of_before_there_were_photos_is_read(desk: Desk) -> None:
    (file,) = (desk.folder / "state" / "orders").glob("*.json")
    old = json.loads(file.read_text(encoding="utf-8"))
    del old["photos"]
    old["history"] = [{"at": "2026-11-20T10:00:00Z", "what": "run r1 attached, tested before the inspection", "by": ""}]
    file.write_text(json.dumps(old), encoding="utf-8")
    assert "run r1 attached, tested before" in desk.run("order", "show", "T-1001").out
