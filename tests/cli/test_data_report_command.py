"""`armo data report` on real files."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import pytest
import typer
from tests.survey.survey_rows import pair, rating, write
from typer.testing import CliRunner

from armo.atomic import file_sha256
from armo.cli import data_report
from armo.errors import ArmoError, InputError, MissingExtraError


@pytest.fixture
def data() -> typer.Typer:
    group = typer.Typer()
    data_report.register(group)
    # With one command alone, typer would take its name for a file.
    group.callback()(lambda: None)
    return group


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    rows = [rating(n, {"clear": n % 5}, prompt=f"{n // 2}?") for n in range(40)]
    plain = write(tmp_path / "plain.jsonl", [*rows, "]"])
    path = tmp_path / "ratings.jsonl.gz"
    path.write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
    return path


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    return write(tmp_path / "pairs.jsonl", [pair(n, "ab", "a", prompt=f"{n}?") for n in range(60)])


def run(data: typer.Typer, *arguments: object):
    return CliRunner().invoke(data, ["report", *map(str, arguments)])


def test_help_has_examples(data):
    found = run(data, "--help")
    assert found.exit_code == 0
    assert "armo data report ratings.jsonl.gz" in found.stdout


def test_page_and_figures_of_several_files(data, ratings, pairs, tmp_path):
    out, figures = tmp_path / "report.html", tmp_path / "figures.json"
    found = run(data, ratings, pairs, "--out", out, "--json", figures, "--title", "Ours & theirs")
    assert found.exit_code == 0, found.stderr
    assert "100 rows, 1 more can't be used" in found.stdout
    assert "fault: Rows that can't be used." in found.stdout
    assert "caution: Pairs follow length." in found.stdout
    assert "<h1>Ours &amp; theirs</h1>" in out.read_text("utf-8")
    record = json.loads(figures.read_text("utf-8"))
    files = record["figures"]["files"]
    assert [(file["kind"], file["rows"], file["unusable"]) for file in files] == [
        ("ratings", 40, 1),
        ("preferences", 60, 0),
    ]
    assert [file["sha256"] for file in files] == [file_sha256(ratings), file_sha256(pairs)]
    assert record["figures"]["pairs"][0]["longer"]["estimate"] == 1
    assert "Rows that can't be used" in {one["head"] for one in record["findings"]}


def test_figures_on_standard_output_stand_alone(data, ratings):
    found = run(data, ratings, "--json", "-")
    assert found.exit_code == 0
    record = json.loads(found.stdout)
    assert record["figures"]["objectives"][0]["overall"]["labels"] == 40
    assert "40 rows" in found.stderr
    assert "What is a lake" not in found.stdout


def test_control_characters_do_not_reach_the_terminal(data, tmp_path):
    name = "\u001b[31mred\u202e"
    path = write(tmp_path / "rows.jsonl", [rating(n, {name: 1}, prompt=f"{n}?") for n in range(5)])
    found = run(data, path, "--out", tmp_path / "report.html")
    assert "⟨U+001B⟩[31mred⟨U+202E⟩" in found.stdout
    assert "\u001b" not in found.stdout
    assert "\u202e" not in found.stdout


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (["RATINGS"], "give --out for the page"),
        (["RATINGS", "RATINGS", "--out", "OUT"], "is given twice"),
        (["RATINGS", "--out", "RATINGS"], "is one of the files to read"),
        (["RATINGS", "--out", "OUT", "--json", "OUT"], "give two names"),
        (["NONE", "--out", "OUT"], "no such file"),
        (["EMPTY", "--out", "OUT"], "is empty: it holds no rows"),
        (["OTHER", "--out", "OUT"], "of no native kind"),
    ],
)
def test_mistakes_are_sentences_and_leave_nothing(data, ratings, tmp_path, arguments, match):
    out = tmp_path / "report.html"
    write(tmp_path / "empty.jsonl", [])
    write(tmp_path / "other.jsonl", [{"text": "x"}])
    places = {
        "RATINGS": ratings,
        "OUT": out,
        "NONE": tmp_path / "none.jsonl",
        "EMPTY": tmp_path / "empty.jsonl",
        "OTHER": tmp_path / "other.jsonl",
    }
    before = ratings.read_bytes()
    found = run(data, *[places.get(argument, argument) for argument in arguments])
    assert found.exit_code == 1
    assert isinstance(found.exception, ArmoError)
    assert match in str(found.exception)
    assert not out.exists()
    assert ratings.read_bytes() == before


def test_a_missing_extra_is_told_before_anything_is_read(data, tmp_path, monkeypatch):
    for name in ("jinja2", "markupsafe", "matplotlib"):
        monkeypatch.setitem(sys.modules, name, None)
    found = run(data, tmp_path / "none.jsonl", "--out", tmp_path / "report.html")
    assert isinstance(found.exception, MissingExtraError)
    assert "pip install 'armo[report]'" in str(found.exception)


def test_figures_need_no_extra(data, ratings, monkeypatch):
    for name in ("jinja2", "markupsafe", "matplotlib"):
        monkeypatch.setitem(sys.modules, name, None)
    assert run(data, ratings, "--json", "-").exit_code == 0


def test_a_page_needs_a_file(data):
    found = run(data, "--out", "report.html")
    assert found.exit_code == 2
    assert not isinstance(found.exception, InputError)
