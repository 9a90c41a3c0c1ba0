"""The jar that is shipped: what it was built from, what it holds, and what it wants of Android."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from docs.tools import companion_build
from docs.tools.companion_build import CACHE, HASHES, JAR, JAVA, MAX_JAR_BYTES, CannotBuild
from tests.companion_java.dex import Dex, read_dex
from tests.companion_java.places import missing

REFERENCES = Path(__file__).parent / "android_refs.txt"


def shipped() -> Dex:
    with zipfile.ZipFile(JAR) as jar:
        return read_dex(jar.read("classes.dex"))


def test_the_jar_is_the_one_that_its_hash_names_and_the_sources_are_those_it_was_built_from() -> None:
    assert HASHES.read_text(encoding="ascii") == companion_build.describe(JAR.read_bytes())


def test_the_jar_is_small_and_holds_one_dex_for_android_9_and_later() -> None:
    assert JAR.stat().st_size <= MAX_JAR_BYTES
    with zipfile.ZipFile(JAR) as jar:
        (entry,) = jar.infolist()
    assert (entry.filename, entry.date_time) == ("classes.dex", (1980, 1, 1, 0, 0, 0))
    assert shipped().version == b"039"


def test_no_class_of_androids_is_in_it() -> None:
    classes = shipped().classes
    assert {name.rpartition(".")[0] for name in classes} == {"pbc"}
    assert "pbc.Main" in classes


def test_it_wants_no_more_of_android_than_is_written_down() -> None:
    """A new line here is a promise that Android 9 to 16 have it, or that the code asks for the version first."""
    wanted = sorted(name for name in shipped().members if name.startswith("android."))
    listed = [line for line in REFERENCES.read_text(encoding="ascii").splitlines() if not line.startswith("#")]
    plain, hidden = listed[: listed.index("")], listed[listed.index("") + 1 :]
    assert plain == wanted
    assert hidden == sorted(set(hidden))
    assert set(hidden) <= shipped().strings


def test_every_hidden_name_of_the_source_is_written_down() -> None:
    hidden = REFERENCES.read_text(encoding="ascii").partition("\n\n")[2].splitlines()
    source = (JAVA / "src" / "pbc" / "Workplace.java").read_text(encoding="utf-8")
    said = {
        part
        for part in source.split('"')[1::2]
        if part.startswith(("android.", "m", "s", "get", "app")) and " " not in part
    }
    assert said <= set(hidden)


@pytest.mark.slow
def test_the_sources_give_the_committed_bytes() -> None:
    fetched = (CACHE / "d8.jar").exists() or "PHONEBENCH_D8" in os.environ
    if not fetched and os.environ.get("PHONEBENCH_REQUIRE_CLIENTS") != "1":
        pytest.skip("d8 was not fetched: run python -m docs.tools.companion_build --check once")
    try:
        jar = companion_build.build()
    except CannotBuild as error:
        missing(str(error))
    with zipfile.ZipFile(io.BytesIO(jar)) as built:
        assert read_dex(built.read("classes.dex")) == shipped()
    assert jar == JAR.read_bytes()
