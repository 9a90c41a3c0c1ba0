"""The package has one public door, and everything public is documented."""

from __future__ import annotations

import dataclasses
import inspect

import probes.formats as door


def test_all_is_sorted_and_complete() -> None:
    public = {name for name, value in vars(door).items() if not name.startswith("_") and not inspect.ismodule(value)}
    public -= {"annotations", "Callable", "Mapping", "MappingProxyType"}
    assert sorted(public) == sorted(door.__all__)
    assert len(set(door.__all__)) == len(door.__all__)


def test_every_parser_is_registered_under_its_own_name() -> None:
    parsers = {name.removeprefix("parse_"): getattr(door, name) for name in door.__all__ if name.startswith("parse_")}
    assert dict(door.PARSERS) == parsers
    assert list(door.PARSERS) == sorted(door.PARSERS)


def test_every_public_name_has_a_docstring_and_every_record_is_frozen() -> None:
    for name in door.__all__:
        value = getattr(door, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert (value.__doc__ or "").strip(), name
        if inspect.isclass(value):
            assert dataclasses.is_dataclass(value), name
            parameters = value.__dataclass_params__  # type: ignore[attr-defined]  # typeshed does not show it
            assert parameters.frozen, name
            assert hasattr(value, "__slots__"), name
