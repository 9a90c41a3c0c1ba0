"""Examples that stand in the JSON Schemas of the records: files, so that they can be sent as they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import resources
from typing import Any


def example_of(name: str) -> Callable[[dict[str, Any]], None]:
    """What puts the example of that name into a schema."""

    def add(schema: dict[str, Any]) -> None:
        text = resources.files("reports").joinpath("examples", f"{name}.v1.json").read_text(encoding="utf-8")
        schema["examples"] = [json.loads(text)]

    return add
