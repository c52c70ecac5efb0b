"""`armo data check` as people run it: real processes, real files, exit status and all."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.check.rows import assistant, paired, rated, save
from tests.cli.test_eval_command import armo


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return save(tmp_path / "good.jsonl", [rated(number) for number in range(4)])


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    strange = rated(4, source="\x1b[31mred\n[bold]x[/bold]")
    equal = rated(5, ratings={"depth": 9})
    return save(
        tmp_path / "bad.jsonl", [rated(0), strange, equal, equal | {"id": "x"}, b"\xff", "{"]
    )


def test_good_files_are_told_and_end_with_0(good: Path, tmp_path: Path):
    pairs = save(tmp_path / "pairs.jsonl", [paired(0), paired(1, chosen=[assistant("x")])])
    found = armo("data", "check", good, pairs)
    assert found.returncode == 0, found.stderr
    text = " ".join(found.stdout.split())
    assert "4 rows: 4 good, 0 faulty" in text
    assert "depth 4 1 to 5 1 2.5 4" in text
    assert "All 2 files" in text
    assert "together 6 6 0" in text


def test_faults_are_told_with_their_lines_and_end_with_1(bad: Path):
    found = armo("data", "check", bad, "--limit-faults", 2)
    assert found.returncode == 1
    assert "Traceback" not in found.stderr
    text = " ".join(found.stdout.split())
    assert "6 rows: 2 good, 4 faulty" in text
    assert "ratings.depth: … is outside its scale […, …] 2 line 3" in text
    assert "line 4: ratings.depth: 9 is outside its scale [1, 5]" in text
    assert "and 2 more" in text
    # What a row says neither colours the terminal nor is taken for markup.
    assert "\x1b" not in found.stdout
    assert r"\x1b[31mred\n[bold]x[/bold]" in found.stdout


def test_json_for_machines(bad: Path, good: Path):
    found = armo("data", "check", bad, good, "--json")
    assert found.returncode == 1
    record = json.loads(found.stdout)
    assert record["clean"] is False
    assert record["total"]["rows"] == 10
    assert record["total"]["faulty"] == 4
    first, second = record["files"]
    assert (first["name"], first["rows"], first["good"]) == (str(bad), 6, 2)
    assert first["reasons"][0]["count"] == 2
    assert first["faults"][0]["where"] == f"{bad}:3"
    assert second["faults"] == []


def test_fix_writes_beside_the_file_and_not_twice(bad: Path):
    found = armo("data", "check", bad, "--fix")
    assert found.returncode == 0, found.stderr
    fixed = bad.with_name("bad.fixed.jsonl")
    assert f"2 good rows: {fixed}" in found.stdout
    assert f"4 faulty rows, with reasons: {fixed}.rejects.jsonl" in found.stdout
    assert armo("data", "check", fixed).returncode == 0
    again = armo("data", "check", bad, "--fix")
    assert again.returncode == 1
    assert "--force to replace it" in again.stderr
    assert armo("data", "check", bad, "--fix", "--force").returncode == 0


def test_fix_of_nothing_good_ends_with_1(tmp_path: Path):
    path = save(tmp_path / "bad.jsonl", [rated(0, ratings={"depth": 9})])
    found = armo("data", "check", path, "--fix")
    assert found.returncode == 1
    assert "no row is good" in found.stdout


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (["none.jsonl"], "none.jsonl: no such file"),
        (["GOOD", "--kind", "rating"], "did you mean 'ratings'"),
        (["GOOD", "--out", "x.jsonl"], "give --fix too"),
        (["GOOD", "--fix", "--out", "GOOD", "--force"], "is a file that is read"),
        (["nothing-like-it:good.jsonl"], "no such file, and no known set"),
        (["helpsteer:good.jsonl"], "give --kind: ratings, preferences"),
        (["rm-bench:good.jsonl,subset=chatt"], "did you mean 'chat'"),
    ],
)
def test_mistakes_are_one_sentence_and_end_with_1(good: Path, arguments: list[str], match: str):
    given = [str(good) if argument == "GOOD" else argument for argument in arguments]
    found = armo("data", "check", *given, cwd=good.parent)
    assert found.returncode == 1
    assert found.stderr.splitlines()[-1].startswith("error: ")
    assert match in found.stderr
    assert "Traceback" not in found.stderr


def test_a_check_loads_no_language_model(good: Path):
    import subprocess

    code = (
        "import sys\n"
        "from armo.cli import main\n"
        f"sys.argv = ['armo', 'data', 'check', {str(good)!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted({'torch', 'transformers', 'datasets', 'scipy'} & set(sys.modules)))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "[]"


def test_help_has_examples():
    found = armo("data", "check", "--help")
    assert found.returncode == 0
    assert "armo data check ratings.jsonl --fix" in found.stdout
