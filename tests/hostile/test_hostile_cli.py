"""The command line on hostile files: exit code 1, one sentence, no traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_cli import armo
from tests.data.test_files import write
from tests.hostile.strict import check_sentence, good_pairs, good_ratings

HUGE = "9" * 5000
DATA = '[data]\nratings = ["r.jsonl"]\npreferences = ["p.jsonl"]\n'
LENGTH = '[objectives]\nverbosity = "length"\n'


def bad(**changes: object) -> list[dict[str, object]]:
    return [row | changes for row in good_ratings(4)]


CASES = {
    "deep recipe": (["a = " + "[" * 100_000], None, "is not valid TOML"),
    "huge number": ([DATA + f"[gate]\nseed = {HUGE}"], None, "is not valid TOML"),
    "foreign home": ([DATA.replace("r.jsonl", "~nobody/r")], None, "no such file"),
    "all missing": ([DATA], bad(ratings={"good": None}), "not rated|no objective|no rated row"),
    "wide scale": (
        [DATA + LENGTH],
        bad(scale={"good": [-1e308, 1e308]}),
        "of its 4 rows.*is no scale",
    ),
    "NUL": ([DATA + LENGTH], ["\0\0"], "none of its 1 rows.*malformed"),
    "not UTF-8": ([DATA + LENGTH], ["\ud800"], "none of its 1 rows.*malformed"),
}


@pytest.mark.parametrize("kind", CASES)
def test_training_on_what_nobody_meant(tiny_folder: Path, tmp_path: Path, kind: str):
    import re

    (recipe,), ratings, match = CASES[kind]
    backbone = f"[backbone]\nname = {json.dumps(str(tiny_folder))}\n"
    (tmp_path / "recipe.toml").write_text(backbone + recipe)
    write(tmp_path / "r.jsonl", ratings or good_ratings(4))
    write(tmp_path / "p.jsonl", good_pairs(4))
    found = armo("train", tmp_path / "recipe.toml", "--out", tmp_path / "out")
    assert found.returncode == 1, found.stderr
    assert "Traceback" not in found.stderr
    sentence = found.stderr[found.stderr.index("error: ") :]
    check_sentence(sentence)
    assert re.search(match, sentence), sentence
