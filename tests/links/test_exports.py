"""The package has one door, and it shows what it should."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import agent.links


def test_all_is_sorted_and_exists() -> None:
    assert agent.links.__all__ == sorted(agent.links.__all__, key=lambda name: (not name.isupper(), name))
    assert all(hasattr(agent.links, name) for name in agent.links.__all__)


def test_every_public_name_is_documented() -> None:
    for info in pkgutil.iter_modules(agent.links.__path__, "agent.links."):
        module = importlib.import_module(info.name)
        assert module.__doc__
        for name, thing in vars(module).items():
            ours = getattr(thing, "__module__", "") == info.name
            if ours and not name.startswith("_") and (inspect.isclass(thing) or inspect.isfunction(thing)):
                assert thing.__doc__, f"{info.name}.{name}"
