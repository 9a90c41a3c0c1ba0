"""Installing over adb: what is on the phone afterwards, and who says no in which words."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.shell_commands.apk import read_apk
from tests.hwsim.rig import AdbBench, RackProcess, ask, one_phone
from tests.hwsim_profiles.packages import make_apk

if TYPE_CHECKING:
    from pathlib import Path

    from hwsim.unit import Unit

NAME = "org.example.bench"
APK = make_apk(NAME)


def install(unit: Unit, apk: bytes = APK) -> str:
    return ask(unit, f"cmd package install -S {len(apk)}", typed=apk).out


@pytest.mark.parametrize("utf8", [False, True])
def test_name_and_version_are_read_from_the_binary_manifest(utf8: bool) -> None:
    found = read_apk(make_apk("com.some.app", version_code=77, version="2.5-β", utf8=utf8))
    assert found == ("com.some.app", 77, "2.5-β")


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_anything_else_is_no_package(junk: bytes) -> None:
    assert read_apk(junk) is None


@pytest.mark.parametrize("packed_tight", [False, True])
def test_a_damaged_manifest_never_raises(packed_tight: bool) -> None:
    rng = random.Random(5)
    whole = make_apk(NAME, packed_tight=packed_tight)
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(rng.randrange(1, 6)):
            damaged[rng.randrange(30, len(damaged))] = rng.randrange(256)
        read_apk(bytes(damaged))


@pytest.mark.parametrize("name", ["google_16", "samsung_10", "sony_13", "tecno_14", "oneplus_15", "motorola_11"])
def test_an_installed_app_is_listed_and_survives_a_restart(name: str) -> None:
    unit = one_phone(name)
    assert NAME not in ask(unit, "pm list packages").out
    assert install(unit) == "Success\n"
    unit.phone.restart("reboot")
    assert f"package:{NAME} versionCode:3" in ask(unit, "pm list packages -3 --show-versioncode").out.splitlines()
    assert NAME not in ask(unit, "pm list packages -s").out
    assert "    versionName=1.0.2\n" in ask(unit, f"dumpsys package {NAME}").out
    assert ask(unit, f"pm path {NAME}").code == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("xiaomi_12", "INSTALL_FAILED_USER_RESTRICTED: Install canceled by user"),
        ("xiaomi_14", "INSTALL_FAILED_USER_RESTRICTED: Install canceled by user"),
        ("vivo_9", "INSTALL_FAILED_ABORTED: User rejected permissions"),
        ("oppo_13", "INSTALL_FAILED_ABORTED: User rejected permissions"),
        ("honor_10", "INSTALL_FAILED_ABORTED: User rejected permissions"),
    ],
)
def test_makers_that_ask_refuse_in_their_own_words_until_the_owner_agrees(name: str, text: str) -> None:
    unit = one_phone(name)
    assert install(unit) == f"Failure [{text}]\n"
    assert NAME not in ask(unit, "pm list packages").out
    unit.phone.owner_accepts_installs = True
    assert install(unit) == "Success\n"
    assert NAME in ask(unit, "pm list packages").out


def test_the_owner_of_a_pixel_may_say_no_until_the_verifier_is_off() -> None:
    unit = one_phone("google_16")
    unit.phone.owner_accepts_installs = False
    assert install(unit) == "Failure [INSTALL_FAILED_VERIFICATION_FAILURE]\n"
    ask(unit, "settings put global verifier_verify_adb_installs 0")
    assert install(unit) == "Success\n"


def test_a_makers_dialog_does_not_care_for_the_verifier() -> None:
    unit = one_phone("xiaomi_14")
    ask(unit, "settings put global verifier_verify_adb_installs 0; settings put global package_verifier_enable 0")
    assert "USER_RESTRICTED" in install(unit)
    honor = one_phone("honor_10")
    ask(honor, "settings put global verifier_verify_adb_installs 0")
    assert install(honor) == "Success\n"


def test_what_is_no_package_is_refused_before_anybody_is_asked() -> None:
    junk = bytes(4000)
    assert "INSTALL_PARSE_FAILED_NOT_APK" in install(one_phone("google_16"), junk)
    assert install(one_phone("xiaomi_12"), junk) == "Failure [INSTALL_FAILED_USER_RESTRICTED: Invalid apk]\n"


def test_an_older_version_and_a_name_of_the_system_are_refused() -> None:
    unit = one_phone("google_16")
    install(unit, make_apk(NAME, version_code=9))
    assert "INSTALL_FAILED_VERSION_DOWNGRADE" in install(unit)
    assert install(unit, make_apk(NAME, version_code=10, version="2")) == "Success\n"
    assert ask(unit, "pm list packages").out.count(NAME) == 1
    assert "INSTALL_FAILED_UPDATE_INCOMPATIBLE" in install(unit, make_apk("com.android.settings", version_code=999))


def test_a_package_is_installed_from_a_file_of_the_phone() -> None:
    unit = one_phone("google_16")
    unit.files.write("/data/local/tmp/a.apk", APK, mode=0o644, mtime_s=0)
    assert ask(unit, "pm install -r -t /data/local/tmp/a.apk").out == "Success\n"
    missing = ask(unit, "pm install /data/local/tmp/b.apk")
    assert missing == (1, "", "Error: failed to open file /data/local/tmp/b.apk: No such file or directory\n")


def test_pieces_are_installed_in_a_session() -> None:
    unit = one_phone("google_16")
    number = ask(unit, f"cmd package install-create -S {2 * len(APK)}").out.split("[")[1].split("]")[0]
    for piece in ("base", "config"):
        written = ask(unit, f"cmd package install-write -S {len(APK)} {number} {piece} -", typed=APK)
        assert written.out == f"Success: streamed {len(APK)} bytes\n"
    assert ask(unit, f"cmd package install-commit {number}").out == "Success\n"
    assert NAME in ask(unit, "pm list packages").out
    assert ask(unit, f"cmd package install-commit {number}").code == 1


def test_a_real_adb_installs_when_the_owner_has_agreed(tmp_path: Path) -> None:
    (tmp_path / "bench.apk").write_bytes(APK)
    bench, rack = AdbBench(tmp_path), RackProcess("--profile", "xiaomi_14", "--boot-s", "0.2")
    try:
        bench.connect(rack.address())
        command = ("-s", rack.address(), "install", str(tmp_path / "bench.apk"))
        refused = bench.run(*command)
        assert refused.code == 1
        assert "INSTALL_FAILED_USER_RESTRICTED: Install canceled by user" in refused.out + refused.err
        rack.control("owner", installs=True)
        assert "Success" in bench.run(*command).out
        listed = bench.run("-s", rack.address(), "shell", "pm", "list", "packages", "-3").out
        assert f"package:{NAME}" in listed.split()
        assert not rack.control.raw(b'{"cmd":"owner","installs":"yes"}')["ok"]
    finally:
        rack.close()
        bench.close()
