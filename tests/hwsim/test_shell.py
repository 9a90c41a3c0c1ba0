from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.shell_commands.registry import all_commands
from hwsim.shell_commands.syntax import ShellSyntaxError, parse
from tests.hwsim.rig import ask, one_phone

UNIT = one_phone()


@pytest.mark.parametrize(
    ("line", "code", "out"),
    [
        ("echo a  b", 0, "a b\n"),
        ("echo \"a  b\" 'c $x' d\\ e", 0, "a  b c $x d e\n"),
        ("false; echo $?", 0, "1\n"),
        ("true && echo yes || echo no", 0, "yes\n"),
        ("false && echo yes || echo no", 0, "no\n"),
        ("! true", 1, ""),
        ("exit 7", 7, ""),
        ("(exit 3); echo $?", 0, "3\n"),
        ('x=5; echo "[$x]" ${x}', 0, "[5] 5\n"),
        ("echo one two three | wc -w", 0, "3\n"),
        ("for i in a b; do echo x", 1, ""),
        ("for i in a b; do echo -n $i; done", 0, "ab"),
        ("if true; then echo t; else echo f; fi", 0, "t\n"),
        ("if false; then echo t; elif true; then echo e; fi", 0, "e\n"),
        ("echo $(echo inner)", 0, "inner\n"),
        ("nope 2>/dev/null; echo $?", 0, "127\n"),
        ("echo err >/dev/null", 0, ""),
        ("printf '%s-%s\\n' a b", 0, "a-b\n"),
        ("echo hello | grep -c l", 0, "1\n"),
        ("echo hello | grep -q z", 1, ""),
        ("sh -c 'echo sub; exit 4'", 4, "sub\n"),
        ("{ echo a; echo b; } | tail -n 1", 0, "b\n"),
        ("[ -d /sdcard ] && echo folder", 0, "folder\n"),
        ("/system/bin/getprop ro.product.brand", 0, "google\n"),
    ],
)
def test_lines_run_as_in_mksh(line: str, code: int, out: str) -> None:
    answer = ask(UNIT, line)
    assert (answer.out, answer.code) == (out, code)


def test_an_endless_writer_ends_when_its_reader_leaves() -> None:
    assert ask(UNIT, "logcat -b all | head -n 3").out.count("\n") == 3


def test_an_unknown_command_is_127_in_the_words_of_its_android_version() -> None:
    assert ask(UNIT, "nope") == (127, "", "/system/bin/sh: nope: inaccessible or not found\n")
    assert ask(one_phone("vivo_9"), "nope").err == "/system/bin/sh: nope: not found\n"


def test_there_is_no_root() -> None:
    assert ask(UNIT, "su -c id").code == 127
    assert "uid=2000(shell)" in ask(UNIT, "id").out


@pytest.mark.parametrize("path", ["/data/tombstones", "/data/anr", "/sys/fs/pstore", "/data/system", "/data"])
def test_what_a_stock_phone_hides_is_hidden(path: str) -> None:
    answer = ask(UNIT, f"ls {path}")
    assert (answer.code, answer.err) == (1, f"ls: {path}: Permission denied\n")


def test_files_are_written_where_a_stock_phone_lets_the_shell_write() -> None:
    unit = one_phone()
    assert (
        ask(unit, "echo one > /sdcard/a/b.txt; echo two >> /sdcard/a/b.txt; cat /storage/emulated/0/a/b.txt").out
        == "one\ntwo\n"
    )
    assert ask(unit, "echo x > /system/x").code == 1
    assert ask(unit, "rm -r /sdcard/a; ls /sdcard/a").err.endswith("No such file or directory\n")


def test_standard_input_reaches_the_command() -> None:
    assert ask(UNIT, "cat", typed=b"typed\n").out == "typed\n"


def test_a_line_that_nests_without_end_is_refused() -> None:
    deep = "echo x"
    for _ in range(60):
        deep = f"echo $({deep})"
    assert ask(UNIT, deep).code == 0
    assert "syntax" in ask(UNIT, "(" * 200).err or ask(UNIT, "(" * 200).code == 1


ODD_WORDS = (
    *("-n", "-c", "-b", "-v", "-t", "-T", "-d", "-s", "-S", "-1", "-nx", "-c1x", "-n-3", "-E", "x", "", "9" * 30, "-9"),
    *("get", "list", "packages", "put", "call", "iphonesubinfo", "+%s", "/", "/sdcard", "battery", "main", "*"),
    *("--print", "install", "-e", "[", "=", "!", "a{99999}", "system"),
)
ODD = st.lists(st.sampled_from(ODD_WORDS), max_size=3)
HARMLESS = sorted(set(all_commands()) - {"sleep", "logcat", "reboot", "bugreportz", "getevent"})


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(HARMLESS), ODD)
def test_no_command_breaks_on_odd_arguments(command: str, arguments: list[str]) -> None:
    line = " ".join([command, *(f"'{argument}'" for argument in arguments)])
    assert 0 <= ask(UNIT, line, typed=b"some\ninput\n").code <= 255


@settings(max_examples=100, deadline=None)
@given(ODD)
def test_logcat_does_not_break_on_odd_arguments(arguments: list[str]) -> None:
    line = " ".join(["logcat", "-d", *(f"'{argument}'" for argument in arguments)])
    assert ask(UNIT, f"{line} | tail -n 1").code <= 255


@settings(max_examples=300)
@given(st.text(st.sampled_from("ab$'\"\\ |&;<>()`{}?*\n#=!2-"), max_size=40))
def test_the_parser_takes_or_refuses_any_line_and_never_breaks(line: str) -> None:
    with contextlib.suppress(ShellSyntaxError):
        parse(line)
