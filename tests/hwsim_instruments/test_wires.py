"""Instruments on their real wires: pyserial on a terminal and a socket, OpenCV on the camera's stream."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import serial

from tests.hwsim.rig import RackProcess

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rack() -> Iterator[RackProcess]:
    served = RackProcess("--phones", "2", "--profile", "samsung_14", "--seed", "3")
    yield served
    assert served.close() == 0


def attach(rack: RackProcess, kind: str, **more: object) -> dict[str, Any]:
    return rack.control("instrument", kind=kind, **more)


@contextlib.contextmanager
def port(name: str) -> Iterator[Any]:
    with serial.serial_for_url(name, timeout=3.0) as line:
        yield line


def test_the_um25c_frame_tells_what_the_phone_draws(rack: RackProcess, tmp_path: Path) -> None:
    link = str(tmp_path / "meter")
    told = attach(rack, "um25c", pty=link)
    with port(link) as line:
        line.write(b"\xf0")
        frame = line.read(130)
        model, millivolts, tenths, milliwatts = struct.unpack_from(">HHHI", frame)
        assert (len(frame), model) == (130, 0x09C9)
        assert 4900 < millivolts < 5200
        assert 100.0 < tenths / 10.0 < 520.0
        assert milliwatts == pytest.approx(millivolts * tenths / 10_000.0, rel=0.01)
        rack.control("unplug")
        line.write(b"\xf0")
        assert struct.unpack_from(">H", line.read(130), 4) == (0,)
        rack.control("replug")
        rack.control("ail", id=told["id"], silent=True)
        line.timeout = 0.2
        line.write(b"\xf0")
        assert line.read(1) == b""


def test_the_text_meter_counts_charge_and_owns_up_to_missing_calibration(rack: RackProcess) -> None:
    told = attach(rack, "scpi_meter", phone=1)
    with port(f"socket://127.0.0.1:{told['tcp']}") as line:

        def ask(words: str) -> str:
            line.write(words.encode() + b"\n")
            return bytes(line.readline()).decode().strip()

        assert "USB METER" in ask("*IDN?")
        amperes = float(ask("MEAS:CURR?"))
        rack.control("advance", phone=1, seconds=3600)
        assert float(ask("SENS:CHAR?")) == pytest.approx(amperes * 1000.0, rel=0.5)
        line.write(b"NONSENSE\n")
        assert ask("SYST:ERR?").startswith("-113")
        assert ask("SYST:ERR?").startswith("0,")
        good = float(ask("MEAS:VOLT?"))
        rack.control("ail", id=told["id"], calibrated=False)
        assert ask("CAL:DATE?") == "0000-00-00"
        assert float(ask("MEAS:VOLT?")) > good * 1.04


def test_the_hub_takes_a_phone_away_and_brings_it_back(rack: RackProcess) -> None:
    told = attach(rack, "hub")
    with port(f"socket://127.0.0.1:{told['tcp']}") as line:

        def ask(words: str) -> list[str]:
            line.write(words.encode() + b"\r")
            return bytes(line.read_until(b">> ")).decode().split("\r\n")[:-1]

        assert ask("crf") == []
        assert [row.split(", ")[2] for row in ask("state")] == ["A S", "A S"]
        assert ask("mode o 2") == []
        assert ask("state 2")[0].startswith("2, 0000, D O")
        assert not listens(rack.port(1))
        assert ask("mode s 2") == []
        ask("state")
        assert listens(rack.port(1))
        assert ask("mode x 9") == ["*E402: Invalid parameter"]
        assert ask("A" * 500) == ["*E401: Line too long"]


def listens(number: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", number), 1).close()
    except ConnectionRefusedError:
        return False
    return True


def test_opencv_opens_the_camera_and_sees_the_screen(rack: RackProcess) -> None:
    told = attach(rack, "camera")
    capture = cv2.VideoCapture(told["url"])
    try:
        good, frame = capture.read()
        assert good
        assert frame is not None
        assert frame.shape == (640, 480, 3)
        middle = np.asarray(frame)[200:440, 160:320]
        assert middle.mean() > 2 * np.asarray(frame)[:, :60].mean()
    finally:
        capture.release()
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"http://127.0.0.1:{told['tcp']}/other", timeout=3)


def test_what_makes_no_sense_is_refused(rack: RackProcess) -> None:
    for request in ({"kind": "laser"}, {"kind": "um25c", "pty": "relative"}, {"kind": "um25c", "pty": "/nowhere/x"}):
        assert not rack.control.raw(json.dumps({"cmd": "instrument", **request}).encode())["ok"]
    for line in (b'{"cmd": "ail", "id": 99}', b'{"cmd": "ail", "id": 0, "silent": 3}'):
        assert not rack.control.raw(line)["ok"]


def test_one_instrument_alone_from_the_command_line(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "hwsim.instruments", "light_panel", "--pty", str(tmp_path / "panel")]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as served:
        assert served.stdout is not None
        assert served.stdin is not None
        told = json.loads(served.stdout.readline())
        with port(told["pty"]) as line:
            line.write(b"LEVEL 200\nLEVEL?\n")
            assert line.readline() + line.readline() == b"OK\n200\n"
        served.stdin.close()
        assert served.wait(10) == 0
    assert not (tmp_path / "panel").is_symlink()
