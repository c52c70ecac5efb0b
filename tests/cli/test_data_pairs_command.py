"""`armo data pairs` as people run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.check.rows import assistant, paired, rated, save, user
from tests.cli.test_eval_command import armo

from armo.data import PreferenceRow, read_rows


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    rows = [
        rated(
            number,
            messages=[user(f"Prompt {number // 3}"), assistant(f"Answer {number % 3}")],
            ratings={"depth": 1 + 2 * (number % 3), "wit": 1},
            scale={"depth": [1, 5], "wit": [0, 1]},
        )
        for number in range(6)
    ]
    return save(tmp_path / "ratings.jsonl", [*rows, rated(9, ratings={"depth": 9})])


def test_pairs_are_written_and_counted(ratings: Path):
    out = ratings.with_name("pairs.jsonl.gz")
    found = armo("data", "pairs", ratings, "--by", "depth", "--min-gap", 0.6, "--out", out)
    assert found.returncode == 0, found.stderr
    text = " ".join(found.stdout.split())
    for words in (
        "Pairs by depth",
        "with two or more rated responses 2",
        "pairs made 2",
        "gap too small 4",
        "hand 2",
        f"1 rows can't be used; reasons: {out}.rejects.jsonl",
    ):
        assert words in text
    made = [row for _, row in read_rows(out, PreferenceRow, print)]
    assert [row.chosen[0]["content"] for row in made] == ["Answer 2"] * 2
    assert armo("data", "check", out).returncode == 0


def test_weights_cap_source_and_json(ratings: Path):
    out = ratings.with_name("pairs.jsonl")
    options = ("--by", "depth=0.5,wit=0.5", "--per-prompt", 1, "--source", "mine", "--json")
    found = armo("data", "pairs", ratings, "--out", out, *options)
    assert found.returncode == 0, found.stderr
    record = json.loads(found.stdout)
    assert record["rejects"] == 1
    assert record["report"]["pairs"] == 2
    assert record["report"]["beyond_cap"] == 4
    assert record["report"]["sources"] == {"mine": 2}
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert {row["source"] for row in rows} == {"mine"}
    assert rows[0]["meta"]["by"] == "depth=0.5, wit=0.5"
    assert rows[0]["meta"]["margin"] == pytest.approx(0.5)


def test_preferences_make_no_ratings(tmp_path: Path):
    pairs = save(tmp_path / "pairs.jsonl", [paired(0)])
    found = armo("data", "pairs", pairs, "--by", "depth", "--out", tmp_path / "out.jsonl")
    assert found.returncode == 1
    assert "which response is better, not how good" in found.stderr
    assert "armo train RECIPE --from MODEL" in found.stderr


@pytest.mark.parametrize(
    ("options", "match"),
    [
        (["--by", "deph"], "did you mean 'depth'"),
        (["--by", "wit"], "no pair can be made by wit"),
        (["--by", "depth=x"], "is no number"),
        (["--by", "depth", "--min-gap", "2"], "must be 0 to 1"),
        (["--by", "depth", "--per-prompt", "0"], "at least 1"),
        (["--by", "depth", "--out", "ratings.jsonl", "--force"], "is a file that is read"),
        (["--by", "depth", "--out", "there.jsonl"], "--force to replace it"),
    ],
)
def test_mistakes_are_one_sentence(ratings: Path, options: list[str], match: str):
    ratings.with_name("there.jsonl").write_text("mine\n")
    found = armo("data", "pairs", ratings, "--out", "out.jsonl", *options, cwd=ratings.parent)
    assert found.returncode == 1
    assert match in found.stderr
    assert "Traceback" not in found.stderr
    assert ratings.with_name("there.jsonl").read_text() == "mine\n"
    assert not ratings.with_name("out.jsonl").exists()
