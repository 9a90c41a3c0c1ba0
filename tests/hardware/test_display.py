"""Screen, framebuffer and brightness, on emulated phones through the real adb server."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import chain, repeat
from unittest.mock import create_autospec

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from agent.sim_phone import SimPhone
from probes import DeviceText, Excuse, HardwareBench, Probe, ProbeResult, Reading, Reply, Said, Verdict
from probes.hardware.brightness import BrightnessFollows
from probes.hardware.display_frame import Framebuffer
from probes.hardware.display_glass import Glass
from probes.hardware.display_page import Page, plain_png, plain_ratio
from probes.hardware.display_panel import bright_level, find_screen, is_overexposed

SimPhones = Callable[..., SimPhone]


@pytest.fixture
def quick_phone(sim_phones: SimPhones) -> SimPhone:
    """A phone whose time runs twenty times as fast."""
    return sim_phones(speed=20.0)


def codes(result: ProbeResult) -> set[str]:
    return {found.code for found in result.findings}


def value(result: ProbeResult, name: str) -> object:
    return next(taken for taken in result.measurements if taken.name == name).value


def test_brightness_follows_on_a_healthy_phone(quick_phone: SimPhone) -> None:
    result = quick_phone.run(BrightnessFollows())
    assert result.verdict is Verdict.PASS, result
    assert value(result, "levels") == 3


def test_the_framebuffer_of_a_healthy_phone_holds_what_is_shown(quick_phone: SimPhone) -> None:
    result = quick_phone.run(Framebuffer())
    assert result.verdict is Verdict.PASS, result
    assert value(result, "plain_ratio") == 1.0


@pytest.mark.parametrize(
    ("power", "window", "reason"),
    [
        ("Asleep", "false", "screen_off"),
        ("Awake", "true", "screen_locked"),
        ("Awake", "false", "no_screenshot"),
    ],
)
def test_a_screen_that_nobody_can_see_the_page_on_is_not_judged(power: str, window: str, reason: str) -> None:
    told = {
        ("wm", "size"): "Physical size: 1080x2400\n",
        ("dumpsys", "power"): f"POWER MANAGER (dumpsys power)\n\nPower Manager State:\n  mWakefulness={power}\n",
        ("dumpsys", "window"): f"WINDOW MANAGER POLICY STATE\n    KeyguardServiceDelegate\n      showing={window}\n",
    }
    bench = create_autospec(HardwareBench, instance=True)
    bench.shell.side_effect = lambda *words, **_more: Reply(
        id="r", out=DeviceText(told.get(words, "").encode()), err=DeviceText(b""), exit_code=0
    )
    (said,) = Framebuffer().measure(bench)
    assert isinstance(said, Excuse)
    assert (said.verdict, said.reason) == (Verdict.INCONCLUSIVE, reason)


def brightness_of(wakefulness: str, *dumps: str) -> Said:
    """What the probe says of a phone that answers ``dumpsys display`` with one text after the other."""
    displays = chain(dumps, repeat(""))

    def shell(*words: str, **_more: object) -> Reply:
        told = f"Power Manager State:\n  mWakefulness={wakefulness}\n" if words == ("dumpsys", "power") else ""
        text = next(displays) if words == ("dumpsys", "display") else told
        return Reply(id="r", out=DeviceText(text.encode()), err=DeviceText(b""), exit_code=0)

    bench = create_autospec(HardwareBench, instance=True)
    bench.shell.side_effect = shell
    (said,) = BrightnessFollows().measure(bench)
    return said


def a_display_dump(level: str, *, second: str = "") -> str:
    """Two screens of which the second is dark, and a phone without a high brightness mode, as Android 13 dumps them."""
    powers = (f"Display Power State:\n  mScreenState=ON\n  mScreenBrightness={one}\n" for one in (level, second) if one)
    return (
        "DISPLAY MANAGER (dumpsys display)\n"
        "    mState=OFF\n    mBrightnessState=0.3\n"
        f"    mState=ON\n    mBrightnessState={level}\n"
        + "HighBrightnessModeController:\n  mBrightness=0.0\n  mUnthrottledBrightness=0.0\n".join(["", *powers, ""])
    )


@pytest.mark.parametrize("wakefulness", ["Asleep", "Dozing", "Dreaming"])
def test_the_brightness_of_a_dark_screen_is_not_judged(wakefulness: str) -> None:
    said = brightness_of(wakefulness, *[a_display_dump("0.1")] * 3)
    assert isinstance(said, Excuse)
    assert (said.verdict, said.reason) == (Verdict.INCONCLUSIVE, "screen_off")


@pytest.mark.parametrize("second", ["", "0.3", "-1.0", "NaN"])
def test_the_brightness_is_that_of_the_screen_in_use(second: str) -> None:
    said = brightness_of("Awake", *(a_display_dump(level, second=second) for level in ("0.23", "0.51", "0.78")))
    assert isinstance(said, Reading)
    assert said.value == 3
    stuck = brightness_of("Awake", *[a_display_dump("0.23", second=second)] * 3)
    assert isinstance(stuck, Reading)
    assert stuck.value == 1


def test_before_power_states_were_dumped_the_first_screen_tells() -> None:
    said = brightness_of("Awake", *(f"  mBrightness={level}\n  mBrightness=0\n" for level in (60, 130, 200)))
    assert isinstance(said, Reading)
    assert said.value == 3


@pytest.mark.parametrize("level", ["NaN", "-1.0"])
def test_a_level_that_is_no_number_is_no_level(level: str) -> None:
    said = brightness_of("Awake", a_display_dump(level, second="0.3"))
    assert isinstance(said, Excuse)
    assert (said.verdict, said.reason) == (Verdict.INCONCLUSIVE, "not_told")


def test_a_healthy_screen_passes_before_the_camera(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="tecno_14", seed=3, speed=20.0)
    result = phone.run(Glass(), station=True)
    assert result.verdict is Verdict.PASS, result


def test_broken_dots_are_found_and_named(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="vivo_9", seed=2, speed=20.0)
    phone.break_("display.dead_pixels:0.3")
    result = phone.run(Glass(), station=True)
    assert codes(result) == {"display.dead_dots"}, result
    assert {part for found in result.findings for part in found.components} == {"DSP"}


def test_without_a_bench_camera_the_glass_is_not_judged(quick_phone: SimPhone) -> None:
    assert quick_phone.run(Glass()).verdict is Verdict.NOT_SUPPORTED


@pytest.mark.parametrize("probe", [BrightnessFollows(), Framebuffer()])
def test_a_phone_that_is_pulled_out_is_trouble_of_the_link(quick_phone: SimPhone, probe: Probe) -> None:
    quick_phone.unplug()
    result = quick_phone.run(probe)
    assert (result.verdict, result.reason) == (Verdict.ERROR, "link_failed")


def test_a_page_of_one_colour_is_what_any_reader_of_pictures_takes_it_for() -> None:
    for page in Page:
        with Image.open(io.BytesIO(plain_png(page, (70, 90)))) as image:
            picture = np.asarray(image.convert("RGB"))
        assert picture.shape == (90, 70, 3)
        assert plain_ratio(picture, page) == 1.0


def a_photo(level: float) -> NDArray[np.uint8]:
    """A lit screen of 200 x 400 dots before a dark wall, upright, a pixel for each dot."""
    photo = np.zeros((520, 320, 3), np.uint8)
    photo[60:460, 60:260] = round(255 * level ** (1 / 2.2))
    return photo


def test_a_dark_line_does_not_cut_the_screen_in_two() -> None:
    photo = a_photo(0.6)
    photo[:, 120:123] = 0
    found = find_screen(photo, (200, 400))
    assert found is not None
    assert found[1] == pytest.approx(1.0, abs=0.02)


def test_no_screen_is_found_on_a_dark_wall_and_a_blinded_camera_is_noticed() -> None:
    assert find_screen(np.zeros((300, 200, 3), np.uint8), (100, 200)) is None
    assert is_overexposed(a_photo(1.0))
    assert not is_overexposed(a_photo(0.6))
    assert bright_level(a_photo(0.6)) == pytest.approx(0.6, abs=0.01)
