"""The ways in, through pyserial: a client that is not ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import serial

from hwsim.modem.__main__ import main
from tests.hwsim_modem.rig import ModemProcess

Serve = Callable[..., ModemProcess]


def asked(port: serial.Serial, command: str) -> str:
    port.write(command.encode() + b"\r")
    return str(port.read_until(b"OK\r\n").decode())


def test_pyserial_talks_over_a_terminal_and_finds_the_settings_again(serve: Serve, tmp_path: Path) -> None:
    link = tmp_path / "tty"
    serve("--pty-link", str(link), "--latency-scale", "0")
    with serial.Serial(str(link), timeout=5) as port:
        assert asked(port, "AT") == "AT\r\r\nOK\r\n"
        asked(port, "ATE0")
    with serial.Serial(str(link), timeout=5) as port:
        assert asked(port, "AT+CGMM") == "\r\nBench Modem\r\n\r\nOK\r\n"


def test_pyserial_talks_over_a_socket_and_finds_the_settings_again(serve: Serve) -> None:
    modem = serve("--tcp", "0", "--latency-scale", "0")
    url = f"socket://127.0.0.1:{modem.listening['tcp']}"
    with serial.serial_for_url(url, timeout=5) as port:
        assert asked(port, "ATE0") == "ATE0\r\r\nOK\r\n"
    with serial.serial_for_url(url, timeout=5) as port:
        assert asked(port, "AT+CGMM") == "\r\nBench Modem\r\n\r\nOK\r\n"


def test_a_long_answer_arrives_whole_over_a_terminal(serve: Serve, tmp_path: Path) -> None:
    link = tmp_path / "tty"
    serve("--pty-link", str(link), "--latency-scale", "0")
    with serial.Serial(str(link), timeout=5) as port:
        asked(port, 'ATE0+CPBS="ME"')
        for place in range(1, 101):
            asked(port, f'AT+CPBW={place},"+99900000{place:03d}",145,"Entry number {place}"')
        port.write(b"AT+CPBR=1,100\r")
        said = port.read_until(b"\r\nOK\r\n").decode()
    assert said.count("+CPBR: ") == 100


def test_the_control_channel_rings_sends_breaks_and_tells_the_truth(serve: Serve) -> None:
    modem = serve("--tcp", "0", "--seed", "3")
    with serial.serial_for_url(f"socket://127.0.0.1:{modem.listening['tcp']}", timeout=5) as port:
        asked(port, "ATE0+CLIP=1;+CNMI=2,1;+CREG=1")
        assert modem.control(cmd="ring", **{"from": "+99912"}) == {"ok": True}
        assert b'+CLIP: "+99912",145' in port.read_until(b",0\r\n")
        asked(port, "ATH")
        assert modem.control(cmd="sms", **{"from": "+99912"}, text="hi")["ok"]
        assert port.read_until(b"1\r\n").endswith(b'+CMTI: "SM",1\r\n')
        assert modem.control(cmd="urc", line="^HELLO: 1")["ok"]
        assert port.read_until(b"1\r\n").endswith(b"^HELLO: 1\r\n")
        assert modem.control(cmd="break", fault="sim.not_read")["ok"]
        assert port.read_until(b"0\r\n").endswith(b"+CREG: 0\r\n")
        told = modem.control(cmd="truth")
        assert (told["fault"], told["truth"], told["is_fault"]) == ("sim.not_read", "SIM", True)
        assert not modem.control(cmd="sms", **{"from": "+99912"}, text="hi")["ok"]
        assert not modem.control(cmd="dance")["ok"]
        assert modem.control(cmd="heal")["ok"]
        assert port.read_until(b"1\r\n").endswith(b"+CREG: 1\r\n")


def test_it_ends_on_a_signal_and_takes_its_terminal_away(tmp_path: Path) -> None:
    link = tmp_path / "tty"
    modem = ModemProcess("--pty-link", str(link))
    assert link.is_symlink()
    assert modem.terminate() == 0
    assert not link.is_symlink()


def test_a_file_in_the_way_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tty").write_text("mine", encoding="utf-8")
    assert main(["--pty-link", str(tmp_path / "tty")]) == 64
    assert "File exists" in capsys.readouterr().err
    assert (tmp_path / "tty").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("arguments", [[], ["--tcp", "0", "--fault", "no.such"]])
def test_what_makes_no_sense_is_a_usage_error(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 64
    assert capsys.readouterr().err.startswith("hwsim.modem: ")
