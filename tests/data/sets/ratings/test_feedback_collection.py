from __future__ import annotations

import os
from pathlib import Path

import pytest

from armo.data.raw import raw_rows
from armo.data.sets.ratings.evaluator import read_evaluator_prompt, read_verdict
from armo.data.sets.ratings.feedback_collection import FEEDBACK_COLLECTION
from tests.data.sets.ratings.converting import convert, without
from tests.data.sets.ratings.raw_rows import EVALUATOR_PROMPT, feedback_collection
from tests.tiny import chat

SCORE = "prometheus-score"


@pytest.mark.parametrize("score", ["2", 2, 2.0, " 2 "])
def test_scores_as_text_and_as_numbers(score):
    made = convert(FEEDBACK_COLLECTION, feedback_collection() | {"orig_score": score})
    row = made.rows[0]
    assert row.messages == chat("Write a haiku on rain.", "Rain on the tin roof")
    assert (row.ratings, row.scale) == ({SCORE: 2}, {SCORE: (1, 5)})
    assert row.meta == {"rubric": "Does it keep to the form?"}
    assert (made.rejects, made.notes) == ([], {})


def test_rows_with_the_evaluator_prompt_alone():
    raw = {"instruction": EVALUATOR_PROMPT, "output": "Feedback: [RESULT] 1 no, [RESULT] 4"}
    made = convert(FEEDBACK_COLLECTION, raw)
    response = "Rain on the tin roof\n###Reference Answer (Score 5):\nis not a heading here"
    assert made.rows[0].messages == chat("Write a haiku on rain.", response)
    assert made.rows[0].ratings == {SCORE: 4}
    assert made.rows[0].meta == {"rubric": "Does it keep to the form?"}
    assert made.noted("read from the evaluator's prompt") == 1
    assert made.noted("read from the evaluator's output") == 1


def test_an_evaluator_prompt_without_a_reference():
    prompt = EVALUATOR_PROMPT.replace("###Reference Answer (Score 5):", "See also:")
    assert read_evaluator_prompt(prompt).response.endswith("Rain falls; the frog sings.")


@pytest.mark.parametrize(
    ("output", "expected"),
    [("[RESULT] 3", "3"), ("[RESULT]5", "5"), ("[RESULT] (4)", "4"), ("[RESULT] A", None),
     ("4", None), ("[RESULT] 45", "45")],
)  # fmt: skip
def test_verdicts(output, expected):
    assert read_verdict(output) == expected


def test_two_scores_that_differ_are_noted():
    made = convert(FEEDBACK_COLLECTION, feedback_collection() | {"orig_score": "5"})
    assert made.rows[0].ratings == {SCORE: 5}
    assert made.noted("differ", "orig_score is kept") == 1


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (feedback_collection() | {"orig_score": "6"}, "orig_score: expected a rating from 1 to 5"),
        (feedback_collection() | {"orig_score": "N/A"}, "orig_score: expected a rating"),
        (feedback_collection() | {"orig_response": ""}, "response is empty"),
        (feedback_collection() | {"orig_response": 3}, "orig_response: expected text, got int"),
        (
            without(feedback_collection(), "orig_score", "output"),
            "orig_score: the field is missing",
        ),
        (without(feedback_collection(), "orig_response", "instruction"), "and so is instruction"),
        ({"instruction": "Hi", "output": "[RESULT] 3"}, "no heading '###The instruction to"),
        (
            {"instruction": EVALUATOR_PROMPT.partition("###Score")[0], "output": "[RESULT] 3"},
            "no heading '###Score Rubrics:'",
        ),
        (
            {"instruction": EVALUATOR_PROMPT, "output": "[RESULT] 45"},
            "expected a rating from 1 to 5, got '45'",
        ),
    ],
)
def test_broken_rows_are_rejected(raw, reason):
    made = convert(FEEDBACK_COLLECTION, raw)
    assert not made.rows
    assert reason in made.reasons[0]


@pytest.mark.skipif(
    "ARMO_RAW_SAMPLES" not in os.environ, reason="ARMO_RAW_SAMPLES names no folder of real rows"
)
def test_real_evaluator_prompts():
    path = Path(os.environ["ARMO_RAW_SAMPLES"], "prometheus-eval", "vicuna_eval.5.json")
    raws = [decode() | {"output": "[RESULT] 3"} for _, decode in raw_rows(path, dict)]
    made = convert(FEEDBACK_COLLECTION, *raws)
    assert len(made.rows) == 5
    for row in made.rows:
        assert "###" not in "".join(message["content"] for message in row.messages)
        assert row.meta["rubric"].endswith("?")
