"""Every dump of every kind of phone says how far its layout is known."""

from __future__ import annotations

import tomllib
from collections import Counter
from importlib import resources
from typing import Any

import pytest

from hwsim.phone.profile import profiles
from hwsim.shell_commands import dumpsys
from tests.hwsim.rig import PROFILES, one_phone

TOOLS_TEXT = (
    "getprop,df,mount,dmesg,logcat,power_supply,health_descriptor,getevent,bugreport,service call,pm list packages,"
    "batterystats --checkin,activity exit-info,ps,top,screencap,content,tradeinmode,settings"
)
TOOLS = frozenset(TOOLS_TEXT.split(","))


def rows() -> list[dict[str, Any]]:
    text = resources.files("hwsim.render").joinpath("layouts.toml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)["layout"]
    return found


def standing(dump: str, profile: str) -> list[str]:
    """What the table says of one dump on one kind of phone: one entry, where the table is right."""
    of_dump = [row for row in rows() if row["dump"] == dump]
    named = [row["standing"] for row in of_dump if profile in row["profiles"]]
    return named or [row["standing"] for row in of_dump if "others" in row["profiles"]]


@pytest.mark.parametrize("name", PROFILES)
def test_each_dump_of_a_phone_has_one_row(name: str) -> None:
    phone = one_phone(name).phone
    printed = {service for service in dumpsys.services(phone) if dumpsys.dump(phone, service, [])}
    missing = {dump for dump in printed | TOOLS if len(standing(dump, name)) != 1}
    assert not missing, "add them to hwsim/render/layouts.toml"


def test_a_row_says_where_its_layout_was_seen_or_that_nobody_has_verified_it() -> None:
    for row in rows():
        assert row["standing"] == "unverified" or row["standing"].startswith("seen in "), row


def test_rows_name_dumps_and_profiles_that_there_are() -> None:
    known = {service for name in PROFILES for service in dumpsys.services(one_phone(name).phone)} | TOOLS
    for row in rows():
        assert row["dump"] in known, row
        assert row["profiles"], row
        assert set(row["profiles"]) <= {*profiles(), "others"}, row
    assert max(Counter((row["dump"], name) for row in rows() for name in row["profiles"]).values()) == 1


def test_there_are_twelve_kinds_of_eight_versions_and_more_than_five_makers() -> None:
    known = profiles()
    assert len(known) == 12
    assert {int(profile.release) for profile in known.values()} == set(range(9, 17))
    assert len({profile.manufacturer for profile in known.values()}) >= 9
    assert {profile.family for profile in known.values()} == {"qcom", "mtk", "exynos", "gs", "kirin", "sprd"}
