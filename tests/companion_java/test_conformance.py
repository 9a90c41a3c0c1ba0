"""The emulated companion and the real Java pass the same tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.companion_conformance import CompanionConformance
from tests.companion_java.places import EmulatedPlace, JavaPlace

if TYPE_CHECKING:
    from pathlib import Path

    from tests.companion_place import Place


class TestEmulatedCompanion(CompanionConformance):
    def make_place(self, folder: Path) -> Place:  # noqa: ARG002  an emulated phone keeps nothing in files
        return EmulatedPlace()


class TestJavaCompanion(CompanionConformance):
    def make_place(self, folder: Path) -> Place:
        return JavaPlace(folder)
