"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("agent", "fixtures", "hwsim", "probes", "reports")
SOURCES = (*PACKAGES, "docs", "benchmarks")
DOORS = (
    "agent.benches",
    "agent.links",
    "agent.localizer",
    "fixtures",
    "probes",
    "probes.formats",
    "probes.logs",
    "reports",
    "reports.service",
)
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_LINES_TWICE = 6
BORROWED = {"Any", "Callable", "Final", "Mapping", "MappingProxyType", "annotations"}
IMPORTED_AS = {
    "fpdf2": "fpdf",
    "libusb-package": "libusb_package",
    "opencv-python-headless": "cv2",
    "pillow": "PIL",
    "pyserial": "serial",
    "pyusb": "usb",
}
FORBIDDEN_ROOMS = {"utils", "common", "helpers", "core", "misc", "manager"}


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, timeout=30, check=False)  # noqa: S607  git is where PATH says
    if done.returncode:
        pytest.skip("no git here, or not a clone")
    files = (ROOT / name for name in done.stdout.decode().split("\0") if name)
    return [file for file in files if file.is_file()]


def test_imports_point_one_way() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_no_file_and_no_function_is_too_long_to_read() -> None:
    assert [line for file in modules(*SOURCES) for line in too_long(file)] == []


def too_long(file: Path) -> Iterator[str]:
    text, name = file.read_text(encoding="utf-8"), file.relative_to(ROOT)
    if (lines := text.count("\n")) > MAX_FILE_LINES:
        yield f"{name}: {lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MAX_FUNCTION_LINES:
                yield f"{name}: {node.name} has {lines} lines"


def test_nothing_is_written_twice() -> None:
    places: dict[str, list[str]] = {}
    for file in modules(*SOURCES):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                if body and (node.end_lineno or node.lineno) - body[0].lineno >= MAX_LINES_TWICE:
                    shape = "".join(ast.dump(statement) for statement in body)
                    places.setdefault(shape, []).append(f"{file.relative_to(ROOT)}: {node.name}")
    assert [same for same in places.values() if len(same) > 1] == []


def test_no_room_has_a_name_that_says_nothing() -> None:
    names = {file.stem for file in modules(*PACKAGES, "tests")} | {
        file.parent.name for file in modules(*PACKAGES, "tests")
    }
    assert not {name.strip("_") for name in names} & FORBIDDEN_ROOMS


@pytest.mark.parametrize("name", DOORS)
def test_what_a_door_lists_is_what_it_shows(name: str) -> None:
    door = importlib.import_module(name)
    for key in door.__all__:  # some doors load a name when it is first asked for
        getattr(door, key)
    shown = {key for key, value in vars(door).items() if not key.startswith("_") and not isinstance(value, ModuleType)}
    assert shown - BORROWED == set(door.__all__)
    assert list(door.__all__) == sorted(set(door.__all__), key=_as_the_formatter_sorts)


def _as_the_formatter_sorts(name: str) -> tuple[int, str]:
    kind = 0 if name.isupper() else 1 if name[0].isupper() else 2
    return kind, name


@pytest.mark.slow
def test_the_wheel_holds_code_and_data_but_no_tests(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    rooms = {name.partition("/")[0] for name in names}
    assert {room for room in rooms if not room.endswith(".dist-info")} == set(PACKAGES)
    data = {str(file.relative_to(ROOT)) for suffix in ("toml", "po", "mo") for file in _data(suffix)}
    assert data
    assert data <= names
    assert not [name for name in names if "__pycache__" in name]


def _data(suffix: str) -> Iterator[Path]:
    for package in PACKAGES:
        yield from (ROOT / package).rglob(f"*.{suffix}")


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys, io, json; from agent.cli.entry import main; "
        "out, sys.stdout = sys.stdout, io.StringIO(); code = main(['--help']); sys.stdout = out; "
        "print(json.dumps([code, sorted(sys.modules)]))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, timeout=60, check=True)
    code, loaded = json.loads(done.stdout)
    assert code == 0
    assert not {"adbutils", "hyperscan", "numpy", "platformdirs", "pydantic", "rich", "sqlalchemy"} & set(loaded)
    assert len(loaded) < 250, "an import makes --help slow"


def test_no_tracked_file_names_a_place_of_one_machine() -> None:
    home = re.compile(rb"(?<![\w.])/(?:" + b"|".join((b"work", b"root", b"opt")) + rb"/[\w.-]+|home/(?!user\b)\w+)")
    guilty = [
        f"{file.relative_to(ROOT)}: {found[0].decode(errors='replace')}"
        for file in tracked()
        if (found := home.search(file.read_bytes()))
    ]
    assert not guilty


def test_lock_files_have_hashes_and_no_address() -> None:
    for file in ROOT.glob("requirements*.lock"):
        text = file.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index-url" not in text
        pins = re.findall(r"^[a-z0-9._-]+==\S+.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)+", text, re.MULTILINE)
        assert len(pins) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE))


def test_every_dependency_is_used_and_every_one_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = {"requirements.lock": project["project"]["dependencies"]}
    groups |= {f"requirements-{name}.lock": wanted for name, wanted in project["dependency-groups"].items()}
    for lock, wanted in groups.items():
        locked = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
        assert {re.split(r"[>=<]", one)[0] for one in (*wanted, *groups["requirements.lock"])} <= locked
    code = "\n".join(file.read_text(encoding="utf-8") for file in modules(*PACKAGES))
    names = [re.split(r"[>=<]", one)[0] for one in groups["requirements.lock"]]
    uses = {name: rf'^\s*(?:import|from) {IMPORTED_AS.get(name, name)}\b|find_spec\("{name}"\)' for name in names}
    assert [name for name, use in uses.items() if not re.search(use, code, re.MULTILINE)] == []
