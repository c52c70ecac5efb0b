"""`armo data overlap` as people run it: real processes, real files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.data.test_files import preference, write
from tests.overlap.overlap_rows import LONG, SHORT

ARMO = [sys.executable, "-c", "from armo.cli import main; main()"]
EDITED = LONG.replace("red book", "blue book")


def armo(*arguments: object, cwd: Path):
    return subprocess.run(
        [*ARMO, "data", "overlap", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )


def user(text: str) -> list[dict]:
    return [{"role": "user", "content": text}]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    train = [
        preference(0, prompt=user(EDITED), source="[red]web"),
        preference(1, prompt=user(SHORT.lower()), source="raters"),
        preference(2, prompt=user("What else?"), source="raters"),
    ]
    write(tmp_path / "train.jsonl.gz", [*train[:2], "{"])
    write(tmp_path / "more.jsonl", train[2:])
    rows = [preference(n, prompt=user(text)) for n, text in enumerate((LONG, SHORT, "Why not?"))]
    subsets = ("geese", "moons", "rest")
    write(
        tmp_path / "benchmark.jsonl",
        [row | {"id": name, "subset": name} for row, name in zip(rows, subsets, strict=True)],
    )
    return tmp_path


def test_help_has_examples(tmp_path):
    found = armo("--help", cwd=tmp_path)
    assert found.returncode == 0
    assert "armo data overlap preferences.jsonl rewardbench" in found.stdout


def test_tables_matches_and_rejects(files):
    found = armo(
        "train.jsonl.gz",
        "more.jsonl",
        "benchmark.jsonl",
        "--out",
        "o.jsonl",
        "--match",
        "prompt",
        cwd=files,
    )
    assert found.returncode == 0, found.stderr
    text = " ".join(found.stdout.split())
    for words in (
        "2 of 3 benchmark rows (66.7%) repeated in 3 training rows",
        "near-duplicates from a Jaccard similarity of 0.8",
        "[red]web",
        "Subsets that have none: 1 of 3",
        "near prompt, Jaccard 0.83 in geese",
        "exact prompt in moons",
    ):
        assert words in text
    lines = [json.loads(line) for line in (files / "o.jsonl").read_text().splitlines()]
    assert [(line["train_id"], line["benchmark_id"], line["kind"]) for line in lines] == [
        ("pair 0", "geese", "near prompt"),
        ("pair 1", "moons", "exact prompt"),
    ]
    assert lines[0]["train_file"] == "train.jsonl.gz"
    rejects = (files / "o.jsonl.rejects.jsonl").read_text().splitlines()
    assert [json.loads(line)["where"] for line in rejects] == ["train.jsonl.gz:3"]
    assert "unreadable rows: 1" in found.stderr


def test_json_and_the_status(files):
    arguments = ("more.jsonl", "train.jsonl.gz", "benchmark.jsonl", "--match", "prompt", "--json")
    found = armo(*arguments, cwd=files)
    assert found.returncode == 0
    summary = json.loads(found.stdout)
    assert summary["touched"]["moons"] == {"rows": 1, "share": 1.0}
    assert summary["unreadable"] == 1
    assert (files / "overlap.rejects.jsonl").exists()
    failed = armo(*arguments, "--fail", cwd=files)
    assert failed.returncode == 1
    assert json.loads(failed.stdout) == summary
    assert "error" not in failed.stderr
    clean = armo("more.jsonl", "benchmark.jsonl", "--match", "prompt", "--fail", cwd=files)
    assert clean.returncode == 0
    assert "0 of 3 benchmark rows repeated in 1 training rows" in " ".join(clean.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (("none.jsonl", "benchmark.jsonl"), "none.jsonl: no such file"),
        (("more.jsonl", "none.jsonl"), "none.jsonl: no such file"),
        (("more.jsonl", "benchmark.jsonl", "--match", "prompts"), "did you mean 'prompt'?"),
        (("more.jsonl", "benchmark.jsonl", "--threshold", "7"), "threshold: 7 is out of range"),
        (("benchmark.jsonl", "benchmark.jsonl"), "both to train on and as the benchmark"),
    ],
)
def test_mistakes_are_one_sentence_and_leave_no_file(files, arguments, match):
    found = armo(*arguments, "--out", "o.jsonl", cwd=files)
    assert found.returncode == 1
    assert found.stderr.splitlines()[-1].startswith("error: ")
    assert match in " ".join(found.stderr.split())
    assert "Traceback" not in found.stderr
    assert not list(files.glob("*o.jsonl*"))


@pytest.mark.parametrize("target", ["more.jsonl", "benchmark.jsonl", "./more.jsonl"])
def test_an_input_is_never_overwritten(files, target):
    before = (files / target).read_bytes()
    found = armo("more.jsonl", "benchmark.jsonl", "--out", target, cwd=files)
    assert found.returncode == 1
    assert "is an input, which would be overwritten" in found.stderr
    assert (files / target).read_bytes() == before
