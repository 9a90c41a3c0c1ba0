"""Analysers of signals: pure functions on numpy arrays, each checked against numbers that others published.

Every module is imported by its name (``from probes.signals import allan, sweep``): only what is used is loaded.
A result says whether it holds (``valid``, ``reasons``), misuse raises a `SignalError`.
"""

from __future__ import annotations

from probes.signals._validity import (
    Judged,
    Reason,
    SignalError,
    WrongRate,
    WrongShape,
    WrongType,
    WrongValue,
)

__all__ = ["Judged", "Reason", "SignalError", "WrongRate", "WrongShape", "WrongType", "WrongValue"]
