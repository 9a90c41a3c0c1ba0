"""What a bench makes a phone do: current, heat and time follow from the work, and end with it."""

from __future__ import annotations

import asyncio

import pytest

from hwsim.phone.exertion import TORCH_MA, Exertion, exert
from hwsim.phone.misdeeds import CORE_MA
from hwsim.phone.phone import Phone
from hwsim.render.thermal import temperatures
from hwsim.shell_commands.interpreter import Shell
from tests.hwsim.rig import MemoryTerminal
from tests.hwsim_board.emulated import phone_with

PROFILE = "xiaomi_12"


def test_cores_at_work_are_drawn_from_the_battery_at_once_and_no_longer() -> None:
    phone = phone_with("healthy", PROFILE)
    rest_ma = phone.battery.current_ma
    exert(phone, cores=4)
    loaded_ma = phone.battery.current_ma
    exert(phone, cores=-4)
    assert rest_ma - loaded_ma == pytest.approx(4 * CORE_MA, rel=0.1)
    assert phone.battery.current_ma == pytest.approx(rest_ma)


def test_a_lit_flash_draws_until_it_is_dark() -> None:
    phone = phone_with("healthy", PROFILE)
    rest_ma = phone.battery.current_ma
    exert(phone, torch=True)
    assert rest_ma - phone.battery.current_ma == pytest.approx(TORCH_MA, rel=0.1)
    exert(phone, torch=False)
    assert phone.battery.current_ma == pytest.approx(rest_ma)


def test_the_board_warms_like_one_mass_behind_one_resistance() -> None:
    work = Exertion()
    work.take(3.0, inside_k_per_w=3.0, at_s=0.0)
    assert work.board_k(105.0) == pytest.approx(9.0 * (1 - 0.3679), rel=1e-3)
    assert work.board_k(1e5) == pytest.approx(9.0)
    assert work.cores_k(0.0, paste_k_per_w=4.0) == pytest.approx(12.0)
    work.take(0.0, inside_k_per_w=3.0, at_s=1e5)
    assert work.board_k(1e5 + 105.0) == pytest.approx(9.0 * 0.3679, rel=1e-3)


def test_cores_under_load_are_warmer_in_the_thermal_service() -> None:
    phone = phone_with("healthy", PROFILE)

    def core_c() -> float:
        return next(value for name, _kind, value in temperatures(phone) if name == "CPU0")

    before_c = core_c()
    exert(phone, cores=6)
    assert core_c() > before_c + 8


def test_a_charger_passes_on_power_and_not_current() -> None:
    battery = phone_with("healthy", PROFILE).battery
    battery.connect(2000.0, kind="ac", bus_mv=5000.0)
    passed_w = battery.voltage_mv * (battery.current_ma + battery._load_now_ma()) * 1e-6
    assert passed_w == pytest.approx(10.0 * 0.92, rel=0.01)
    assert battery.drawn_ma == pytest.approx(2000.0, rel=0.01)


def shell(phone: Phone, line: str) -> str:
    """What a line of the shell prints, both streams; nothing is left running in it but what runs beside."""

    async def run() -> str:
        terminal = MemoryTerminal()
        await Shell(phone).run(line, terminal)
        return bytes(terminal.out_bytes + terminal.err_bytes).decode()

    return asyncio.run(run())


def test_dd_says_how_long_the_flash_took_and_leaves_the_file() -> None:
    phone = phone_with("healthy", PROFILE)
    said = shell(phone, "dd if=/dev/zero of=/data/local/tmp/x bs=4096 count=2 conv=fsync")
    assert "2+0 records out" in said
    assert "8192 bytes" in said
    assert len(phone.files.read("/data/local/tmp/x")) == 8192
    assert "No such file" in shell(phone, "dd if=/none of=/data/local/tmp/y")


def test_a_command_beside_the_shell_is_not_waited_for_and_ends_at_its_time_out() -> None:
    phone = phone_with("healthy", PROFILE)
    rest_ma = phone.battery.current_ma

    async def run() -> tuple[float, int]:
        await Shell(phone).run("timeout 0.2 sha256sum /dev/zero >/dev/null 2>&1 & echo on", MemoryTerminal())
        for _turn in range(5):  # of the loop, until the command beside has begun
            await asyncio.sleep(0)
        loaded_ma = phone.battery.current_ma
        await asyncio.gather(*phone.programs)
        return loaded_ma, phone.exertion.cores

    loaded_ma, cores_left = asyncio.run(run())
    assert rest_ma - loaded_ma > 100
    assert cores_left == 0
    assert phone.battery.current_ma == pytest.approx(rest_ma, abs=1.0)
