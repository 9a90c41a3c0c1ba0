"""Signatures of a user's own: found without code, and every mistake told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes import BadInput
from probes.logs import LogSource, load_signatures, read_own_signatures, scan

GOOD = """
[[signature]]
id = "touch.acme_own"
pattern = "acme_ts: no answer"
code = "touch.bus_nack"
parts = ["TCH"]
strength = "strong"
klass = "component"
source = "ACME driver"
examples = ["acme_ts: no answer"]
"""
BAD = {
    ('strength = "strong"', 'strength = "mighty"'): "strength: ",
    ('id = "touch.acme_own"', 'id = "touch"'): "id: ",
    ('id = "touch.acme_own"', 'id = "storage.io_error"'): "id: comes twice",
    ('parts = ["TCH"]', 'parts = ["XYZ"]'): "no such component",
    ('pattern = "acme_ts: no answer"', 'pattern = "acme_ts(: no answer"'): "pattern: ",
    ('pattern = "acme_ts: no answer"', 'pattern = "(?=acme)acme_ts"'): "pattern: ",
    ('source = "ACME driver"', 'source = "ACME driver"\nunless = "("'): "pattern: ",
    ('source = "ACME driver"', 'source = "ACME driver"\nunless = "no answer"'): "examples.0: ",
    ('examples = ["acme_ts: no answer"]', 'examples = ["other"]'): "examples.0: ",
    ('source = "ACME driver"', 'source = "ACME"\nrule = { cleared_by = ["a.b"] }'): "refers to unknown ['a.b']",
    ('source = "ACME driver"', 'sauce = "ACME driver"'): "sauce: ",
}


def test_an_own_signature_finds_what_ours_do_not(tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_text(GOOD, encoding="utf-8")
    own, problems = read_own_signatures(tmp_path)
    assert problems == ()
    log = LogSource("kernel", [b"[ 90.0] acme_ts: no answer\n"])
    assert scan([log]).findings == ()
    (finding,) = scan([log], catalogue=load_signatures() + own).findings
    assert (finding.code, finding.signature_ids) == ("touch.bus_nack", ("touch.acme_own",))


@pytest.mark.parametrize("change", BAD)
def test_a_mistake_is_one_line_with_file_line_and_field(change: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_text("# first line" + GOOD.replace(*change), encoding="utf-8")
    _, problems = read_own_signatures(tmp_path)
    assert problems
    assert all(problem.startswith("acme.toml:2: ") and "\n" not in problem for problem in problems)
    assert any(BAD[change] in problem for problem in problems)


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    two = GOOD.replace('"strong"', '"mighty"') + GOOD.replace("acme_own", "acme_two").replace('"TCH"', '"Q"')
    (tmp_path / "a.toml").write_text(two, encoding="utf-8")
    (tmp_path / "b.toml").write_text("[[signature\n", encoding="utf-8")
    (tmp_path / "c.toml").write_bytes(b"# \xff\n")
    (tmp_path / "d.toml").write_text("[extra]\na = 1\n", encoding="utf-8")
    _, problems = read_own_signatures(tmp_path)
    assert [problem.split(" ", 1)[0] for problem in problems] == [
        "a.toml:2:",
        "a.toml:12:",
        "b.toml:1:",
        "c.toml:1:",
        "d.toml:1:",
        "d.toml:1:",
    ]


def test_a_folder_without_signatures_is_bad_input(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "gone.toml"):
        with pytest.raises(BadInput):
            read_own_signatures(place)
