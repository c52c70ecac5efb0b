"""What is kept of rows: kinds, prompts, lengths, examples, reasons."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import contextmanager

import msgspec
import pytest

from armo.data.counting import row_count
from armo.errors import InputError
from armo.survey import survey
from tests.survey.survey_rows import labelled, pair, rating, write


def test_all_kinds_are_read_together(tmp_path):
    talk = {"id": "t", "messages": rating(0, {"a": 1})["messages"]}
    files = {
        "ratings": [rating(n, {"a": n}, prompt=f"{n}?") for n in range(3)],
        "preferences": [pair(0, "x", "yy", prompt="0?")],
        "benchmark": [pair(0, "x", "yy", prompt="9?") | {"subset": "s"}],
        "responses": [labelled(0, [1, 0, 0], prompt="8?")],
        "conversations": [talk],
    }
    figures = survey([write(tmp_path / f"{k}.jsonl", rows) for k, rows in files.items()]).figures
    assert [file.kind for file in figures.files] == list(files)
    assert {part.kind: part.rows for part in figures.parts} == {k: len(r) for k, r in files.items()}
    assert {part.kind: part.responses for part in figures.lengths} == {
        "ratings": 3,
        "preferences": 2,
        "benchmark": 2,
        "responses": 3,
        "conversations": 1,
    }
    assert figures.prompts.prompts == 6
    assert (figures.prompts.training, figures.prompts.benchmark, figures.prompts.in_both) == (
        3,
        2,
        0,
    )
    assert figures.pair_count == 2
    assert b"NaN" not in msgspec.json.encode(figures)
    assert msgspec.json.decode(msgspec.json.encode(figures), type=type(figures)) == figures


def test_lengths_are_of_the_response_and_of_the_conversation(tmp_path):
    rows = [rating(n, {"a": 1}, prompt="four", response="ab " * n + "z") for n in range(101)]
    (part,) = survey([write(tmp_path / "rows.jsonl", rows)]).figures.lengths
    assert (part.characters.lowest, part.characters.median, part.characters.highest) == (
        1,
        151,
        301,
    )
    assert (part.words.p5, part.words.p95) == (6, 96)
    assert part.conversation.highest == 305
    assert part.long == 0


def test_trends_go_from_the_shortest_to_the_longest(tmp_path):
    rows = [rating(n, {"a": n // 25}, response="x" * (n + 1)) for n in range(100)]
    (trend,) = survey([write(tmp_path / "rows.jsonl", rows)]).figures.trends
    assert sum(step.ratings for step in trend.steps) == 100
    assert [step.rating for step in trend.steps] == sorted(step.rating for step in trend.steps)
    assert (trend.steps[0].rating, trend.steps[-1].rating) == (0, 3)
    equal = [rating(n, {"a": n % 5}, response="same") for n in range(100)]
    (trend,) = survey([write(tmp_path / "equal.jsonl", equal)]).figures.trends
    assert len(trend.steps) == 1


def test_examples_do_not_depend_on_the_order_of_rows(tmp_path):
    rows = [rating(n, {"a": n % 5, "b": 2}, response=f"Answer {n}.") for n in range(50)]
    preferred = [pair(n, f"x{n}", "yy", source="pq"[n % 2]) for n in range(50)]
    shuffled, others = rows[:], preferred[:]
    random.Random(0).shuffle(shuffled)
    random.Random(1).shuffle(others)
    first = survey([write(tmp_path / "1.jsonl", rows), write(tmp_path / "2.jsonl", preferred)])
    second = survey([write(tmp_path / "3.jsonl", shuffled), write(tmp_path / "4.jsonl", others)])
    assert first.rated_examples == second.rated_examples
    assert first.pair_examples == second.pair_examples
    lowest, highest = first.rated_examples["a"]
    assert (lowest.rating, highest.rating) == (0, 4)
    assert {part: len(kept) for part, kept in first.pair_examples.items()} == {
        ("preferences", "p"): 2,
        ("preferences", "q"): 2,
    }


def test_prompts_are_counted_over_sources(tmp_path):
    rows = [rating(n, {"a": 1}, prompt=f"{n % 2}?", source="xy"[n % 2]) for n in range(6)]
    rows.append({**rating(6, {"a": 1}, source="x"), "group": "own"})
    figures = survey([write(tmp_path / "rows.jsonl", rows)]).figures
    assert [(part.source, part.rows, part.prompts) for part in figures.parts] == [
        ("x", 4, 2),
        ("y", 3, 1),
    ]
    assert (figures.prompts.prompts, figures.prompts.most) == (3, 3)
    assert (figures.prompts.copies, figures.prompts.repeated) == (4, 2)


def test_progress_is_told_of_every_row(tmp_path):
    rows = [*(rating(n, {"a": 1}) for n in range(600)), {"id": "bad"}]
    path = write(tmp_path / "rows.jsonl", rows)
    told = Counter()

    @contextmanager
    def reporter(what, total, unit):
        told[what, unit] -= total
        yield lambda amount: told.update({(what, unit): amount})

    survey([path], reporter)
    assert told == {("rows.jsonl", "rows"): 0, ("figures", "parts"): 0}
    assert row_count(path) == 601


def test_rows_that_cannot_be_used_are_counted_by_reason_with_places(tmp_path):
    bad = [rating(n, {"a": 9}) | {"id": f"bad {n}"} for n in range(5)]
    said = rating(9, {"a": 1}) | {"messages": [{"role": "user", "content": "x"}]}
    path = write(tmp_path / "rows.jsonl", [rating(8, {"a": 1}), *bad, said])
    first, second = survey([path]).figures.unusable
    assert (first.rows, first.reason) == (5, "ratings.a: … is outside its scale […, …]")
    assert first.example == "ratings.a: 9 is outside its scale [0, 4]"
    assert first.places == [f"{path}:{line}" for line in (2, 3, 4)]
    assert (second.rows, second.places) == (1, [f"{path}:7"])


def test_no_file_and_one_file_twice_are_refused(tmp_path):
    with pytest.raises(InputError, match="at least one file"):
        survey([])
    path = write(tmp_path / "rows.jsonl", [rating(0, {"a": 1})])
    with pytest.raises(InputError, match="given twice"):
        survey([path, tmp_path / ".." / tmp_path.name / "rows.jsonl"])
