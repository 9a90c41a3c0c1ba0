"""Draw the terminal report as SVG, from a real diagnosis: ``python -m docs.tools.terminal_picture OUT.svg``."""

from __future__ import annotations

import argparse
import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console

from agent.cli.names import names
from reports import Diagnosis, Language, print_diagnosis

_WIDTH_CHARACTERS: Final = 110
_FONT_ASPECT: Final = 0.602
"""Width by height of a letter in the common fixed-width fonts (DejaVu Sans Mono, Menlo): lines of boxes meet."""
_DEADLINE_S: Final = 120
_ADDRESSES: Final = re.compile(r"\s*@font-face \{.*?\}|\s*<!--.*?-->", re.DOTALL)
"""The picture names no outside address: where the font is not there, any fixed-width font does."""


def diagnose(fault: str, seed: int) -> Diagnosis:
    """Diagnose one emulated phone in a state directory of its own.

    Raises:
        subprocess.TimeoutExpired: it does not end.
    """
    with tempfile.TemporaryDirectory(prefix="phonebench-picture-") as home:
        done = subprocess.run(
            [sys.executable, "-m", "agent", "diagnose", "--sim", fault, "--seed", str(seed), "--json"],
            env={**os.environ, "PHONEBENCH_HOME": home},
            stdout=subprocess.PIPE,
            timeout=_DEADLINE_S,
            check=False,
        )
    return Diagnosis.model_validate_json(done.stdout)


def draw(diagnosis: Diagnosis, language: Language, title: str) -> str:
    """The report of a diagnosis as SVG."""
    console = Console(
        file=io.StringIO(), record=True, width=_WIDTH_CHARACTERS, force_terminal=True, color_system="truecolor"
    )
    print_diagnosis(console, diagnosis, language, names)
    return _ADDRESSES.sub("", console.export_svg(title=title, unique_id="report", font_aspect_ratio=_FONT_ASPECT))


def main() -> int:
    """Draw the picture and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--fault", default="battery.worn")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lang", type=Language, default=Language.EN)
    asked = parser.parse_args()
    picture = draw(diagnose(asked.fault, asked.seed), asked.lang, f"phonebench diagnose --sim {asked.fault}")
    asked.out.write_text(picture, encoding="utf-8")
    sys.stdout.write(f"{asked.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
