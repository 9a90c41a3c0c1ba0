"""Emulated phones for demonstration, tests and evaluation: a child process that speaks adb on the wire.

This is the only module that knows of them, and it knows a command and a control socket. Which fault a phone has is
asked of the control socket by whoever evaluates, after the verdict is written; no link carries it.
"""

from __future__ import annotations

import json
import select
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO, Any, Final, Self

from probes import BadInput, SetupError, show

_READY_S: Final = 20.0
_ANSWER_S: Final = 30.0
_STOP_S: Final = 5.0
_MAX_ANSWER_BYTES: Final = 1 << 20

CHAOS: Final = ("slow", "cut", "reset", "garbage", "truncate")
"""What chance may do to an answer."""


@dataclass(frozen=True, slots=True)
class RackSpec:
    """What to emulate; the same spec gives the same phones, bit for bit.

    ``chaos`` names what may happen to an answer (``CHAOS``) and ``chaos_ratio`` how many of them it happens to;
    ``unplugs_per_min`` is how often each cable is pulled. Chance comes from ``seed``, too. A fault is written
    ``id:severity@when``, several of one phone are joined by ``+``. ``modems`` serves the AT ports of the phones;
    ``speed`` is how many of their seconds pass in one of ours. ``fastboot`` serves the boot loaders, ``sound`` a
    virtual sound card for the bench of each. ``cassettes`` are files of recorded phones, one for each, in place of
    emulated ones. ``usb`` puts the phones on an emulated bus, in ``usb_mode``, which programs see that are started
    with the variables of ``Rack.usb``.
    """

    faults: tuple[str, ...] = ("healthy",)
    phones: int = 1
    seed: int = 1
    profile: str = ""
    base_port: int = 0
    chaos: tuple[str, ...] = ()
    chaos_ratio: float = 0.1
    unplugs_per_min: float = 0.0
    modems: bool = False
    speed: float = 1.0
    cassettes: tuple[str, ...] = ()
    fastboot: bool = False
    sound: bool = False
    usb: bool = False
    usb_mode: str = "adb"

    def argv(self, control: Path) -> list[str]:
        """Command line of the child."""
        if self.cassettes:
            argv = [sys.executable, "-m", "hwsim", "cassette", "--until-eof", "--base-port", str(self.base_port)]
            return [*argv, "--control", str(control), "--", *self.cassettes]
        argv = [sys.executable, "-m", "hwsim", "serve", "--until-eof", "--phones", str(self.phones)]
        argv += ["--seed", str(self.seed), "--base-port", str(self.base_port), "--control", str(control)]
        for fault in self.faults:
            argv += ["--fault", fault]
        if self.fastboot:
            argv.append("--fastboot")
        if self.sound:
            argv += ["--sound", str(control.parent / "sound")]
        if self.modems:
            argv += ["--modems", str(control.parent)]
        if self.usb:
            argv += ["--usb", str(control.parent / "usb"), "--usb-mode", self.usb_mode]
        for kind in self.chaos:
            argv += ["--chaos", kind]
        argv += ["--chaos-ratio", str(self.chaos_ratio), "--unplug-rate", str(self.unplugs_per_min)]
        argv += ["--speed", str(self.speed)]
        return argv + (["--profile", self.profile] if self.profile else [])


class Rack:
    """Emulated phones, up while the block runs. They end with us: the child watches the end of its standard input."""

    def __init__(self, spec: RackSpec) -> None:
        self._spec = spec
        self._folder = Path(tempfile.mkdtemp(prefix="phonebench-rack-"))
        self._control = self._folder / "control"
        self._process: subprocess.Popen[bytes] | None = None
        self.addresses: tuple[str, ...] = ()
        self.modems: tuple[dict[str, Any], ...] = ()
        self.fastboot_ports: tuple[int, ...] = ()
        self.sound_clients: tuple[dict[str, str], ...] = ()
        self.usb: dict[str, str] = {}
        self.usb_places: tuple[tuple[str, str], ...] = ()

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def ask(self, command: str, phone: int = 0, **arguments: object) -> dict[str, Any]:
        """Send one command to the control socket, e.g. ``unplug``, and return the answer.

        Raises:
            SetupError: the rack is gone or refuses.
        """
        line = json.dumps({"cmd": command, "phone": phone, **arguments}).encode() + b"\n"
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(_ANSWER_S)
                connection.connect(str(self._control))
                connection.sendall(line)
                with connection.makefile("rb") as file:
                    answer = json.loads(file.readline(_MAX_ANSWER_BYTES))
        except (OSError, ValueError) as error:
            raise SetupError(f"the rack of emulated phones does not answer: {error}") from error
        if not isinstance(answer, dict) or not answer.get("ok"):
            raise SetupError(f"the rack of emulated phones refuses {command}: {show(str(answer))}")
        return answer

    def wait(self, tell: Callable[[dict[str, Any]], None] = lambda _event: None) -> None:
        """Wait until the phones are gone, or until Ctrl-C; ``tell`` gets what chance does meanwhile.

        Raises:
            SetupError: the phones went away by themselves.
        """
        process = self._process
        if process is None or process.stdout is None or process.stdin is None:
            return
        try:
            self._listen(process.stdout, tell)
        except KeyboardInterrupt:
            process.stdin.close()
            end = Timer(_STOP_S, process.kill)
            end.start()
            with suppress(KeyboardInterrupt):
                self._listen(process.stdout, tell)  # what chance had done by then is told, too
            end.cancel()
            return
        if code := process.wait():
            raise SetupError(f"the emulated phones ended with exit code {code}; their seed was {self._spec.seed}")

    @staticmethod
    def _listen(events: IO[bytes], tell: Callable[[dict[str, Any]], None]) -> None:
        while line := events.readline(_MAX_ANSWER_BYTES):
            tell(json.loads(line))

    def close(self) -> None:
        """Take the phones away."""
        if self._process is not None:
            if self._process.stdin is not None:
                self._process.stdin.close()
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> None:
        errors = (self._folder / "errors").open("w+b")
        with errors:
            self._process = subprocess.Popen(
                self._spec.argv(self._control),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
            line = _first_line(self._process)
            if not line:
                errors.seek(0)
                said = show(errors.read(2000).decode(errors="replace").strip().rsplit("\n", 1)[-1])
                raise BadInput(said or "the emulated phones did not start", step="start rack")
        told = json.loads(line)
        phones = told["phones"]
        self.usb = told.get("usb", {})
        self.usb_places = tuple((phone["usb"], phone["serial"]) for phone in phones if "usb" in phone)
        self.addresses = tuple(f"127.0.0.1:{phone['port']}" for phone in phones)
        self.modems = tuple(phone["modem"] for phone in phones if "modem" in phone)
        self.sound_clients = tuple(phone["sound"] for phone in phones if "sound" in phone)
        self.fastboot_ports = tuple(phone["fastboot"] for phone in phones if "fastboot" in phone)


def _first_line(process: subprocess.Popen[bytes]) -> bytes:
    if process.stdout is None:
        return b""
    ready, _, _ = select.select([process.stdout], [], [], _READY_S)
    return process.stdout.readline(_MAX_ANSWER_BYTES) if ready else b""


def list_faults() -> list[dict[str, Any]]:
    """The fault library, as the emulator prints it.

    Raises:
        SetupError: the emulator cannot be run.
    """
    return list(_listed("faults", "--json"))


def list_profiles() -> list[str]:
    """The kinds of phone that can be emulated.

    Raises:
        SetupError: the emulator cannot be run.
    """
    return [str(one["name"]) if isinstance(one, dict) else str(one) for one in _listed("profiles", "--json")]


def list_held_out() -> dict[str, Any]:
    """What nothing may be tuned on.

    ``profiles`` are kinds of phone; ``severities`` has bins of each fault, ``severity_bins`` of them between 0 and 1.

    Raises:
        SetupError: the emulator cannot be run.
    """
    return dict(_listed("split"))


def _listed(*words: str) -> Any:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "hwsim", *words], capture_output=True, timeout=_READY_S, check=True
        )
        return json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise SetupError(f"the emulated phones cannot be listed: {error}") from error
