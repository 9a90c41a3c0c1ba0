"""The real adb server and the rack of the adb tests serve here as well."""

from __future__ import annotations

from tests.hwsim.conftest import adb_bench, rack_on_adb, start_rack

__all__ = ["adb_bench", "rack_on_adb", "start_rack"]
