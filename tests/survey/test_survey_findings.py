"""Each fault, planted, is found; data without it are not blamed."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest

from armo.survey import survey
from armo.survey.finding import SEVERITIES, Finding, counted, listed, ordered, percent
from tests.survey.survey_rows import labelled, pair, rating, write


def sound_ratings(number: int = 400) -> list[dict]:
    """Return ratings by two raters who mostly agree, from two sources, that nothing is wrong with."""
    draw = random.Random(3)
    rows = []
    for n in range(0, number, 2):
        first, second = draw.choice([0, 1, 2, 3, 4]), draw.choice([0, 1, 2, 3, 4])
        words = "word " * draw.randrange(3, 30) + f"{n}"
        for again in range(2):
            ratings = {"clear": min(4, first + again * draw.randrange(2)), "deep": second}
            rows.append(
                rating(
                    n + again,
                    ratings,
                    prompt=f"{n % 200}?",
                    response=words,
                    source=f"source {(n // 2) % 2}",
                )
            )
    return rows


def sound_pairs(number: int = 200) -> list[dict]:
    return [
        pair(n, "a" * (2 + n % 2), "b" * (3 - n % 2), prompt=f"{n}?", meta={"margin": 1 + n % 3})
        for n in range(number)
    ]


def heads(tmp_path: Path, *files: list) -> set[str]:
    return set(texts(tmp_path, *files))


def texts(tmp_path: Path, *files: list) -> dict[str, str]:
    paths = [write(tmp_path / f"{n}.jsonl", rows) for n, rows in enumerate(files)]
    findings = survey(paths).findings
    assert findings == ordered(findings)
    return {finding.head: finding.text for finding in findings}


def test_sound_data_have_only_the_note_that_conversations_repeat(tmp_path):
    found = heads(tmp_path, sound_ratings(), sound_pairs())
    assert found == {"Conversations that are rated in several rows"}


def _with(objective: str, value) -> list[dict]:
    rows = sound_ratings()
    for number, row in enumerate(rows):
        chosen = value(number, row)
        if chosen is not None:
            row["ratings"][objective] = chosen
            row["scale"][objective] = (0, 4)
    return rows


def _length(row) -> int:
    return len(row["messages"][1]["content"])


_CHANGED = {
    "Objectives on several scales": lambda: [
        rating(999, {"clear": 5}, scale=(1, 5), source="source 0"),
        *sound_ratings(),
    ],
    "Few labels": lambda: _with("new", lambda n, row: n % 5 if n < 150 else None),
    "Nearly constant ratings": lambda: _with("new", lambda n, row: 1 if n % 15 else 3),
    "Ratings heaped at one end": lambda: _with("new", lambda n, row: 4 if n % 10 < 7 else n % 4),
    "Objectives rated in one source only": lambda: _with(
        "new", lambda n, row: n % 5 if row["source"] == "source 0" else None
    ),
    "Constant in one source": lambda: _with(
        "new", lambda n, row: 2 if row["source"] == "source 0" else n // 2 % 5
    ),
    "Ratings follow the source": lambda: _with(
        "new", lambda n, row: n // 4 % 3 + (2 if row["source"] == "source 0" else 0)
    ),
    "Ratings follow length": lambda: _with("new", lambda n, row: min(4, _length(row) / 40)),
    "Ratings follow length within prompts": lambda: _with(
        "new", lambda n, row: min(4, _length(row) / 40)
    ),
    "Redundant objectives": lambda: _with("new", lambda n, row: row["ratings"]["clear"]),
    "Low noise ceiling": lambda: _with("new", lambda n, row: random.Random(n).choice([0, 1, 2])),
    "Contradicting ratings of one response": lambda: _with("new", lambda n, row: n % 2 * 3),
    "Noise ceiling unknown": lambda: _with("new", lambda n, row: None if n % 2 else n // 2 % 5),
    "Objectives never rated together": lambda: [
        *sound_ratings(),
        *(
            rating(1000 + n, {"new": n // 2 % 5}, prompt=f"{n // 4}?", response=f"{n // 2}")
            for n in range(400)
        ),
    ],
    "Rows that can't be used": lambda: [*sound_ratings(), "]"],
    "Prompts with very many responses": lambda: [
        *sound_ratings(),
        *(
            rating(1000 + n, {"clear": n % 5}, prompt="0?", response=f"{n}" * 9, source="source 0")
            for n in range(60)
        ),
    ],
    "Sources with few prompts": lambda: [
        *sound_ratings(),
        rating(999, {"clear": 1}, source="small"),
    ],
    "Very long conversations": lambda: [
        *sound_ratings(),
        rating(999, {"clear": 1}, prompt="0?", response="x" * 16_001, source="source 0"),
    ],
}


@pytest.mark.parametrize("head", _CHANGED)
def test_planted_faults_of_ratings_are_found(tmp_path, head):
    assert head in heads(tmp_path, _CHANGED[head]())


_PAIRS = {
    "Pairs follow length": lambda: [pair(n, "aa", "b", prompt=f"{n}?") for n in range(60)],
    "The same pair in both orders": lambda: [
        *sound_pairs(),
        pair(998, "x", "yy", prompt="0?"),
        pair(999, "yy", "x", prompt="0?"),
    ],
    "Preferences that go in circles": lambda: [
        *sound_pairs(),
        *(pair(900 + n, "xyz"[n], "yzx"[n], prompt="0?") for n in range(3)),
    ],
    "Margins below 0": lambda: [*sound_pairs(), pair(999, "x", "yy", meta={"margin": -1})],
    "Margins of 0": lambda: [*sound_pairs(), pair(999, "x", "yy", meta={"margin": 0})],
    "Pairs of equal responses": lambda: [pair(0, "x", "x") | {"subset": "s"}],
    "Prompts whose labels are all equal": lambda: [labelled(0, [1, 1])],
}


@pytest.mark.parametrize("head", _PAIRS)
def test_planted_faults_of_pairs_are_found(tmp_path, head):
    assert head in heads(tmp_path, _PAIRS[head]())


def test_benchmark_prompts_among_the_training_rows(tmp_path):
    benchmark = [pair(n, "x", "yy", prompt=f"{n}?") | {"subset": "s"} for n in range(190, 210)]
    found = texts(tmp_path, sound_pairs(), benchmark)
    assert found["Benchmark prompts among the training rows"].startswith(
        "10 of 20 benchmark prompts (50%)"
    )


def test_pairs_of_different_prompts_never_contradict(tmp_path):
    rows = [pair(0, "x", "yy", prompt="0?"), pair(1, "yy", "x", prompt="1?")]
    assert "The same pair in both orders" not in heads(tmp_path, rows)


def test_findings_are_ordered_worst_first():
    drawn = itertools.product(SEVERITIES, (0.1, 0.9))
    findings = [Finding(severity, "x", "x", "what", weight) for severity, weight in drawn]
    random.Random(0).shuffle(findings)
    assert [(one.severity, one.weight) for one in ordered(findings)] == [
        ("fault", 0.9),
        ("fault", 0.1),
        ("caution", 0.9),
        ("caution", 0.1),
        ("note", 0.9),
        ("note", 0.1),
    ]


def test_words_of_findings():
    assert listed([("a", "1"), ("b", "2"), ("c", "3")], 2) == "a (1), b (2) and 1 more"
    assert (counted(1, "pair"), counted(2000, "pair")) == ("1 pair", "2,000 pairs")
    shares = (0, 0.0001, 0.004, 0.5, 0.996, 0.9999, 1)
    assert [percent(share) for share in shares] == [
        "0%",
        "<0.1%",
        "0.4%",
        "50%",
        "99.6%",
        ">99.9%",
        "100%",
    ]


def test_a_file_that_is_given_again_is_told_from_second_opinions(tmp_path):
    once = sound_ratings()[::2]
    again = [row | {"id": f"again {row['id']}"} for row in once]
    found = texts(tmp_path, once, again)
    told = found["Repeated ratings that are copies"]
    assert told.startswith("200 of 200 rated rows that repeat a conversation (100%)")
    assert "Conversations that are rated in several rows" not in found
    # One rating more or less is a difference, as is another value.
    for changed in ({"deep": 3}, {"clear": 1, "deep": 2}):
        others = [row | {"ratings": changed} for row in again]
        figures = survey(
            [write(tmp_path / "once.jsonl", once), write(tmp_path / "others.jsonl", others)]
        ).figures.prompts
        equal = sum(row["ratings"] == changed for row in once)
        assert (figures.copies, figures.equal_copies) == (200, equal)
