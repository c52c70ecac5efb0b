"""The commands as people run them: real processes, real files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.heads import random_heads
from tests.tiny import chat

from armo import RewardModel
from armo.backbone import BackboneSettings, load

ARMO = [sys.executable, "-c", "from armo.cli import main; main()"]


@pytest.fixture(scope="module")
def model(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    backbone = load(BackboneSettings(name=str(tiny_folder), dtype="float32"))
    folder = tmp_path_factory.mktemp("cli") / "model"
    RewardModel.from_heads(random_heads(), backbone, "verbosity").save_pretrained(folder)
    return folder


def armo(*arguments: object, stdin: str | None = None, cwd: Path | None = None):
    return subprocess.run(
        [*ARMO, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        stdin=subprocess.DEVNULL if stdin is None else None,
    )


def write_rows(path: Path, count: int) -> Path:
    rows = [{"id": f"r{n}", "messages": chat("the in", "on " * (n % 20 + 1))} for n in range(count)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_help_is_quick_and_has_examples():
    start = time.monotonic()
    for command in ("train", "score", "explain", "rank"):
        found = armo(command, "--help")
        assert found.returncode == 0
        assert "Examples" in found.stdout
    assert "torch" not in armo("--version").stderr
    assert (time.monotonic() - start) < 30


def test_help_does_not_load_torch():
    script = "import sys, armo.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_score_gives_one_decision_a_line_in_order(model, tmp_path):
    source = write_rows(tmp_path / "rows.jsonl", 30)
    out = tmp_path / "decisions.jsonl"
    found = armo("score", model, source, "--out", out)
    assert found.returncode == 0, found.stderr
    decisions = [json.loads(line) for line in out.read_text().splitlines()]
    assert [decision["id"] for decision in decisions] == [f"r{n}" for n in range(30)]
    piped = armo("score", model, source)
    assert [json.loads(line) for line in piped.stdout.splitlines()] == decisions
    assert "30 scored, 0 rejected" in found.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["decisions.jsonl", "rows.jsonl"]


def test_score_names_what_it_cannot_score(model, tmp_path):
    source = write_rows(tmp_path / "rows.jsonl", 3)
    with source.open("a") as file:
        file.write("{\n")
        file.write(json.dumps({"id": "long", "messages": chat("the", "on " * 5000)}) + "\n")
        file.write(json.dumps({"id": "r1", "messages": chat("the", "on")}) + "\n")
    for arguments in (["--out", tmp_path / "d.jsonl"], []):
        found = armo("score", model, source, *arguments, "--rejects", tmp_path / "bad.jsonl")
        assert found.returncode == 0
        assert "3 scored, 3 rejected" in found.stderr
        bad = [json.loads(line) for line in (tmp_path / "bad.jsonl").read_text().splitlines()]
        assert {row["id"] for row in bad} == {f"{source}:4", "long", "r1"}
        (tmp_path / "bad.jsonl").unlink()


def test_score_goes_on_after_a_kill(model, tmp_path):
    source = write_rows(tmp_path / "rows.jsonl", 4000)
    out, whole = tmp_path / "decisions.jsonl", tmp_path / "whole.jsonl"
    assert armo("score", model, source, "--out", whole).returncode == 0

    def written() -> int:
        return sum(path.stat().st_size for path in tmp_path.glob("decisions.jsonl.*.partial"))

    kills = 0
    for _ in range(3):
        size = written()
        process = subprocess.Popen(
            [*ARMO, "score", model, source, "--out", out],
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None:
            if written() > size:
                os.kill(process.pid, signal.SIGKILL)
                kills += 1
                break
            time.sleep(0.002)
        process.wait()
    assert kills
    assert armo("score", model, source, "--out", out).returncode == 0
    ours = [json.loads(line) for line in out.read_text().splitlines()]
    theirs = [json.loads(line) for line in whole.read_text().splitlines()]
    assert [row["id"] for row in ours] == [row["id"] for row in theirs]
    for a, b in zip(ours, theirs, strict=True):
        assert a["score"] == pytest.approx(b["score"], abs=1e-5)
    assert not list(tmp_path.glob("*.partial"))


def test_explain_shows_the_parts_and_the_margin(model):
    found = armo("explain", model, "-p", "the in", "-r", "on", "-r", "x x x")
    assert found.returncode == 0, found.stderr
    for word in (
        "helpful",
        "safe",
        "verbosity",
        "× weight",
        "= contribution",
        "margin",
        "preferred",
    ):
        assert word in found.stdout
    as_json = armo("explain", model, "-p", "the in", "-r", "on", "-r", "x x x", "--json")
    comparison = json.loads(as_json.stdout)["comparison"]
    total = sum(part["contribution"] for part in comparison["objectives"])
    assert total == pytest.approx(comparison["margin"], abs=1e-6)
    assert f"{comparison['margin']:+.4f}" in found.stdout


def test_explain_reads_standard_input_and_files(model, tmp_path):
    question = json.dumps({"id": "q", "prompt": "the in", "responses": ["on", "x", "an an"]})
    from_stdin = armo("explain", model, "--json", stdin=question)
    (tmp_path / "q.jsonl").write_text(question + "\n" + question.replace('"q"', '"q2"') + "\n")
    from_file = armo("explain", model, "--json", "--file", tmp_path / "q.jsonl")
    lines = from_file.stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["q", "q2"]
    assert json.loads(from_stdin.stdout)["decisions"] == json.loads(lines[0])["decisions"]
    assert len(json.loads(lines[0])["decisions"]) == 3
    pretty = json.dumps(json.loads(question), indent=2)
    assert armo("explain", model, "--json", stdin=pretty).stdout == from_stdin.stdout


def test_rank_orders_responses(model):
    flags = ["-p", "the in", "-r", "on", "-r", "x x x", "-r", "an"]
    ranked = json.loads(armo("rank", model, *flags, "--json").stdout)["ranked"]
    scores = [entry["decision"]["score"] for entry in ranked]
    assert scores == sorted(scores, reverse=True)
    table = armo("rank", model, *flags).stdout
    assert table.index(f"#{ranked[0]['index'] + 1}") < table.index(f"#{ranked[2]['index'] + 1}")


def test_steer_changes_the_weights(model, tmp_path):
    steering = tmp_path / "safe.toml"
    steering.write_text('name = "safe only"\n[fixed]\nsafe = 1\n')
    flags = ["-p", "the in", "-r", "on", "--steer", steering]
    decision = json.loads(armo("explain", model, *flags, "--json").stdout)["decisions"][0]
    assert decision["steering"] == "safe only v1"
    assert {part["name"]: part["weight"] for part in decision["objectives"]}["safe"] == 1
    assert "safe only v1" in armo("explain", model, *flags).stdout


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (["train", "none.toml", "--out", "o"], "no such recipe"),
        (["score", "none", "rows.jsonl"], "none: no such folder"),
        (["score", "MODEL", "none.jsonl"], "none.jsonl: no such file"),
        (["score", "MODEL", "empty.jsonl"], "is empty"),
        (["explain", "MODEL", "-p", "the"], "at least one --response"),
        (["explain", "MODEL"], "is empty"),
        (["explain", "MODEL", "-p", "the", "-r", ""], "response is empty"),
        (["explain", "MODEL", "--file", "none.json"], "No such file"),
        (["explain", "MODEL", "--file", "empty.jsonl"], "is empty"),
        (["explain", "MODEL", "--file", "bad.jsonl"], "line 1"),
        (["explain", "MODEL", "--file", "latin.jsonl"], "line 1"),
        (["rank", "MODEL", "-p", "x", "-r", "y", "--steer", "none.toml"], "can't be read"),
        (["rank", "MODEL", "-p", "x", "-r", "on " * 3000], "tokens are more than"),
    ],
)
def test_mistakes_are_one_sentence_without_traceback(model, tmp_path, arguments, match):
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "bad.jsonl").write_text("{]\n")
    (tmp_path / "latin.jsonl").write_bytes(b'{"prompt": "\xff", "responses": ["x"]}\n')
    found = armo(*[model if word == "MODEL" else word for word in arguments], cwd=tmp_path)
    assert found.returncode != 0
    assert found.stderr.startswith("error: ")
    assert match in found.stderr
    assert "Traceback" not in found.stderr


def test_score_never_mixes_two_sources(model, tmp_path):
    first, second = write_rows(tmp_path / "a.jsonl", 3), write_rows(tmp_path / "b.jsonl", 4)
    stale = tmp_path / "d.jsonl.0123456789ab.partial"
    stale.write_text('{"id": "r0"}\n')
    found = armo("score", model, first, "--out", tmp_path / "d.jsonl")
    assert found.returncode == 1
    assert "begun from another file" in found.stderr
    stale.unlink()
    assert armo("score", model, second, "--out", tmp_path / "d.jsonl").returncode == 0
    assert len((tmp_path / "d.jsonl").read_text().splitlines()) == 4


@pytest.mark.parametrize("out", ["rows.jsonl", "."])
def test_score_never_writes_over_its_input_or_a_folder(model, tmp_path, out):
    source = write_rows(tmp_path / "rows.jsonl", 3)
    before = source.read_bytes()
    found = armo("score", model, source, "--out", tmp_path / out)
    assert found.returncode == 1
    assert found.stderr.startswith("error: ")
    assert source.read_bytes() == before


def test_texts_that_look_like_markup_are_shown_as_they_are(model):
    found = armo("explain", model, "-p", "[b]the[/b]", "-r", "the [/INST] tag", "-r", "[red]on")
    assert found.returncode == 0, found.stderr
    for text in ("[b]the[/b]", "the [/INST] tag", "[red]on"):
        assert text in found.stdout
