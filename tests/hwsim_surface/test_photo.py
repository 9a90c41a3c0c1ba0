"""Pictures that the phone takes of the bench, and what a bench camera sees of its screen."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from hwsim.phone.at_bench import bench_of
from hwsim.render.photo import automatic, photograph_panel
from tests.hwsim.rig import RackProcess, ask, one_phone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from hwsim.unit import Unit

OPEN = "am start -a android.media.action.STILL_IMAGE_CAMERA"
FRONT = " --ei android.intent.extras.CAMERA_FACING 1"


def photographed(unit: Unit, view: str, *, front: bool = False) -> NDArray[np.float64] | None:
    """Show something to the camera, take a picture as a shell user does, and return it; None where there is none."""
    bench_of(unit.phone).scenes["front" if front else "rear"] = view
    done = ask(unit, f"{OPEN}{FRONT if front else ''}; input keyevent 27; ls /sdcard/DCIM/Camera")
    names = [word for word in done.out.split() if word.endswith(".jpg")]
    if not names:
        return None
    data = unit.phone.files.read(f"/sdcard/DCIM/Camera/{names[-1]}")
    image = Image.open(io.BytesIO(data))
    assert image.format == "JPEG"
    assert image.getexif()[0x0110] == unit.phone.profile.model
    return np.asarray(image.convert("L"), dtype=np.float64)


def steepest(picture: NDArray[np.float64]) -> float:
    """The steepest step between neighbours near the middle, where the chart's centre square has its edges."""
    height, width = picture.shape
    middle = picture[height // 2 - 20 : height // 2 + 20, width // 4 : 3 * width // 4].mean(axis=0)
    return float(np.abs(np.diff(middle)).max())


def test_a_chart_is_sharp_in_a_good_camera_and_soft_in_one_that_lost_its_focus() -> None:
    good = photographed(one_phone("oppo_13"), "chart")
    soft = photographed(one_phone("oppo_13", "camera_rear.focus_lost:1"), "chart")
    assert good is not None
    assert soft is not None
    assert good.shape == (3000, 4000)
    assert steepest(good) > 2 * steepest(soft)


def test_the_front_camera_is_another_one_with_faults_of_its_own() -> None:
    unit = one_phone("google_16", "camera_front.lines:1")
    lined, plain = photographed(unit, "flat", front=True), photographed(unit, "flat")
    assert lined is not None
    assert plain is not None
    assert (lined.shape, plain.shape) == ((2448, 3264), (3000, 4000))
    dark_columns = [int((np.median(picture, axis=0) < 20).sum()) for picture in (lined, plain)]
    assert dark_columns == [12, 0]


def test_a_covered_lens_shows_hot_pixels_and_a_wrong_black() -> None:
    hot = photographed(one_phone("vivo_9", "camera_rear.hot_pixels:1"), "dark")
    good = photographed(one_phone("vivo_9"), "dark")
    assert hot is not None
    assert good is not None
    assert (hot > 200).sum() > 5 * (good > 200).sum()


@pytest.mark.parametrize(
    ("fault", "pictures"), [("camera_rear.off_bus", 0), ("app.camera_hog", 0), ("setting.camera_privacy", 1)]
)
def test_a_camera_that_is_gone_held_or_blocked_takes_no_picture_or_a_black_one(fault: str, pictures: int) -> None:
    seen = photographed(one_phone("samsung_14", fault), "flat")
    assert (seen is not None) == bool(pictures)
    assert seen is None or not seen.any()


def test_no_picture_is_taken_outside_the_app_or_on_a_full_phone() -> None:
    unit = one_phone("google_16")
    assert "jpg" not in ask(unit, "input keyevent 27; ls -R /sdcard/DCIM").out
    ask(unit, f"{OPEN}; input keyevent HOME; input keyevent CAMERA")
    assert "jpg" not in ask(unit, "ls -R /sdcard/DCIM").out


def test_exposure_is_time_first_and_then_gain_and_darkness_stays_dark() -> None:
    assert automatic(320.0).gain == 1.0
    assert automatic(320.0).exposure_s == pytest.approx(0.01, rel=0.05)
    assert automatic(5.0).exposure_s == 0.1
    assert automatic(5.0).gain > 5
    assert automatic(0.0).white_e == 0.0


def panel(fault: str, page: str = "white") -> NDArray[np.float64]:
    data, _full = photograph_panel(one_phone("xiaomi_12", fault).phone, page=page, full_cd_m2=60.0)
    return np.asarray(Image.open(io.BytesIO(data)), dtype=np.float64)


def test_a_bench_camera_sees_lines_dimness_and_darkness_of_the_panel() -> None:
    good = panel("healthy")
    high, wide, _ = good.shape
    assert [wide, high] == list(one_phone("xiaomi_12").phone.profile.screen[:2])
    assert good.std() < 2
    assert (np.median(panel("display.lines:0.5"), axis=0).mean(axis=1) < 0.85 * good.mean()).sum() >= 20
    assert panel("display.dim:1").mean() < good.mean() / 2
    assert panel("display.off_bus").max() < 5
    assert panel("setting.color_inversion").mean() < 5


@pytest.fixture(scope="module")
def rack() -> Iterator[RackProcess]:
    process = RackProcess("--profile", "google_16")
    yield process
    process.close()


def test_the_control_socket_sets_the_scene_and_writes_the_panel(rack: RackProcess, tmp_path: Path) -> None:
    assert rack.control("scene", phone=0, rear="chart", lux=80) == {
        "ok": True,
        "rear": "chart",
        "front": "flat",
        "lux": 80,
    }
    told: dict[str, Any] = rack.control("panel", phone=0, path=str(tmp_path / "panel.png"), show="grey")
    assert told["ok"], json.dumps(told)
    assert told["full_cd_m2"] > 1
    with Image.open(tmp_path / "panel.png") as written:
        assert written.size == tuple(one_phone("google_16").phone.profile.screen[:2])


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("scene", {"rear": "moon"}),
        ("scene", {"lux": -1}),
        ("panel", {"path": "panel.jpg"}),
        ("panel", {"path": "/nowhere/x.png", "show": "plaid"}),
        ("panel", {"path": "/nowhere/x.png"}),
    ],
)
def test_a_scene_or_a_panel_that_makes_no_sense_is_refused(rack: RackProcess, command: str, wrong: Any) -> None:
    with pytest.raises(AssertionError, match="error"):
        rack.control(command, phone=0, **wrong)
