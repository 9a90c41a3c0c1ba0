"""Photos of the intake: a real picture, hashed as it came, and kept, where wanted, as its pixels and nothing else."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeGuard

from agent.home import Home
from agent.orders import OrderCase, read_file
from probes import BadInput, StoreError, show
from reports import IntakePhoto, PhotoOf

if TYPE_CHECKING:
    from PIL import Image

Kind = Literal["jpeg", "png", "webp"]
_KINDS: Final[tuple[Kind, ...]] = ("jpeg", "png", "webp")
_MAX_BYTES: Final = 24 << 20
_MAX_PIXELS: Final = 50_000_000
_LEAST_PX: Final = 64
_GPS: Final = 0x8825
_QUALITY: Final = 92
_STEP: Final = "photo"


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture that was decoded whole. ``clean`` is the same picture, turned upright, written by us: pixels alone."""

    sha256: str
    kind: Kind
    width_px: int
    height_px: int
    size_bytes: int
    had_position: bool
    clean: bytes


def read_photo(path: Path) -> Photo:
    """Look at a file that should be a photo.

    Raises:
        BadInput: it cannot be read, is too large, or is not a whole JPEG, PNG or WebP picture.
    """
    raw, name = read_file(path, cap_bytes=_MAX_BYTES + 1), show(path.name, 60)
    if len(raw) > _MAX_BYTES:
        raise BadInput(f"{name} has more than {_MAX_BYTES >> 20} MiB: make the photo smaller", step=_STEP)
    upright, kind, had_position = _decoded(raw, name)
    return Photo(
        sha256=hashlib.sha256(raw).hexdigest(),
        kind=kind,
        width_px=upright.width,
        height_px=upright.height,
        size_bytes=len(raw),
        had_position=had_position,
        clean=_clean(upright),
    )


def _decoded(raw: bytes, name: str) -> tuple[Image.Image, Kind, bool]:
    """The whole picture, upright, its kind, and whether it says where it was taken."""
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415  most commands look at no picture

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a picture that makes the decoder complain is none that proves anything
            with Image.open(io.BytesIO(raw), formats=_KINDS) as picture:
                _require_fit(picture, name)
                kind = (picture.format or "").lower()
                had_position = bool(picture.getexif().get_ifd(_GPS))
                upright = ImageOps.exif_transpose(picture).convert("RGB")
    except UnidentifiedImageError:
        raise BadInput(f"{name} is no JPEG, PNG or WebP picture", step=_STEP) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        words = f"{name} has more than {_MAX_PIXELS // 1_000_000} million pixels: make the photo smaller"
        raise BadInput(words, step=_STEP) from None
    except (OSError, ValueError, SyntaxError, Warning) as error:
        raise BadInput(f"{name} is damaged, or no whole picture", step=_STEP) from error
    if not _is_kind(kind):
        raise BadInput(f"{name} is no JPEG, PNG or WebP picture", step=_STEP)
    return upright, kind, had_position


def _require_fit(picture: Image.Image, name: str) -> None:
    """Judge the size that the header tells, before anything is decoded."""
    from PIL import Image  # noqa: PLC0415  as above

    width, height = picture.size
    if width * height > _MAX_PIXELS:
        raise Image.DecompressionBombError
    if min(width, height) < _LEAST_PX:
        raise BadInput(f"{name} has {width} x {height} pixels: nothing can be seen on it", step=_STEP)


def _is_kind(kind: str) -> TypeGuard[Kind]:
    return kind in _KINDS


def _clean(picture: Image.Image) -> bytes:
    """The pixels written anew: no position, no camera, no thumbnail, nothing before or behind the picture."""
    from PIL import Image  # noqa: PLC0415  as above

    bare, out = Image.frombytes("RGB", picture.size, picture.tobytes()), io.BytesIO()
    bare.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def add_photo(case: OrderCase, photo: Photo, *, shows: PhotoOf, kept: bool, now: datetime) -> OrderCase:
    """Put a photo on record.

    Raises:
        BadInput: the order is closed, or has this photo of this thing.
    """
    if not case.is_open:
        raise BadInput(f"order {case.order.ticket} is closed: its phone is not here", step=_STEP)
    if any((one.shows, one.sha256) == (shows, photo.sha256) for one in case.photos):
        raise BadInput(f"order {case.order.ticket} has this photo of {shows} already", step=_STEP)
    row = IntakePhoto(
        shows=shows,
        sha256=photo.sha256,
        kept_sha256=hashlib.sha256(photo.clean).hexdigest() if kept else "",
        kind=photo.kind,
        width_px=photo.width_px,
        height_px=photo.height_px,
        size_bytes=photo.size_bytes,
        had_position=photo.had_position,
        added_at=now,
    )
    return case.changed("photo_added", about=f"{shows} {photo.sha256[:12]}", photos=(*case.photos, row))


def keep_copy(home: Home, ticket: str, photo: Photo) -> Path:
    """Write the clean copy beside the orders, named by its hash, for this user's eyes only.

    Raises:
        StoreError: it cannot be written.
    """
    # a ticket may hold anything: no name of a folder is made of it
    folder = home.root / "orders" / "photos" / hashlib.sha256(ticket.encode()).hexdigest()[:32]
    path = folder / f"{hashlib.sha256(photo.clean).hexdigest()}.jpg"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".part-", delete=False) as file:
            file.write(photo.clean)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
    except OSError as error:
        raise StoreError(f"cannot keep the photo in {folder}: {error.strerror}", step=_STEP) from error
    return path


def with_photos(raw: bytes, photos: Sequence[IntakePhoto]) -> bytes:
    """An inspection with the hashes of the photos that are on record, wherever it names none of its own.

    What is no inspection comes back as it is: whoever reads it says what is wrong.
    """
    try:
        data: Any = json.loads(raw)
    except (ValueError, RecursionError):
        return raw
    if not photos or not isinstance(data, dict):
        return raw
    hashes: dict[str, list[str]] = {}
    for one in photos:
        hashes.setdefault(str(one.shows), []).append(one.sha256)
    for key, name in (("flaws", "flaw"), ("box", "item")):
        for row in _rows(data.get(key)):
            if not row.get("photos"):
                row["photos"] = hashes.get(str(row.get(name)), [])
    looks = data.get("looks")
    for name, seen in looks.items() if isinstance(looks, dict) else ():
        _fill(_rows([seen]), hashes.get(name, []))
    _fill(_rows(data.get("proofs")), hashes.get(PhotoOf.PROOF, []))
    return json.dumps(data).encode()


def _rows(data: Any) -> list[dict[str, Any]]:
    return [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []


def _fill(rows: Sequence[dict[str, Any]], hashes: Sequence[str]) -> None:
    """Give each row that has no photo the next of the hashes, as far as they reach."""
    lacking = [row for row in rows if not row.get("photo_sha256")]
    for row, sha256 in zip(lacking, hashes, strict=False):
        row["photo_sha256"] = sha256
