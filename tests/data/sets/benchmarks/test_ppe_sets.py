import numpy as np
import pytest

from armo.evaluate.rules import RULES, Question
from tests.data.sets.benchmarks.converting_benchmarks import convert

VOTE = {
    "question_id": "d1",
    "model_a": "a",
    "model_b": "b",
    "winner": "model_a",
    "prompt": "Tell me a joke.",
    "response_1": "Knock, knock.",
    "response_2": "No.",
    "language": "English",
}
SAMPLED = {
    "question_id": "m1",
    "model_name": "a",
    "prompt": "What is 1 + 1?",
    "scores": [True, False, False, True],
    "response_1": "2",
    "response_2": "3",
    "response_3": "11",
    "response_4": "It is 2.",
    "sampled_conflict_pairs": [[0, 1], [2, 3], [1, 3]],
}


def test_the_winner_is_chosen():
    rows, rejects, _ = convert("ppe-human", [VOTE, {**VOTE, "winner": "model_b"}])
    assert rejects == {}
    assert [(row.chosen, row.rejected) for row in rows] == [
        ("Knock, knock.", "No."),
        ("No.", "Knock, knock."),
    ]
    assert (rows[0].subset, rows[0].category) == ("English", "human preference")


def test_languages_other_than_english_are_a_subset():
    (row,), _, _ = convert("ppe-human", [{**VOTE, "language": "Russian"}])
    assert row.subset == "other languages"


@pytest.mark.parametrize("winner", ["tie", "tie (bothbad)"])
def test_a_tie_is_given_up_and_listed(winner):
    rows, rejects, _ = convert("ppe-human", [{**VOTE, "winner": winner}])
    reason = f"winner: '{winner}', so neither response is preferred"
    assert (rows, rejects) == ([], {"ppe-human/1": reason})


def test_another_winner_is_given_up():
    _, rejects, _ = convert("ppe-human", [{**VOTE, "winner": "a"}])
    assert rejects["ppe-human/1"].startswith("winner: expected 'model_a', 'model_b' or a tie")


@pytest.mark.parametrize(
    ("name", "subset"),
    [
        ("ppe-mmlu-pro", "MMLU-Pro"),
        ("ppe-math", "MATH"),
        ("ppe-gpqa", "GPQA"),
        ("ppe-mbpp-plus", "MBPP-Plus"),
        ("ppe-ifeval", "IFEval"),
    ],
)
def test_responses_are_labelled_and_right_ones_tell_what_they_beat(name, subset):
    (row,), rejects, notes = convert(name, [SAMPLED])
    assert (rejects, notes) == ({}, {})
    assert (row.rule, row.subset, row.category) == ("conflict-pairs", subset, "correctness")
    assert row.source == name
    # Pairs stand in any order and count responses from 0: 0 > 1, 3 > 2, 3 > 1.
    assert [(own.message, own.label, own.meta) for own in row.responses] == [
        ("2", 1, {"beats": [1]}),
        ("3", 0, {}),
        ("11", 0, {}),
        ("It is 2.", 1, {"beats": [2, 1]}),
    ]


def test_the_rule_scores_what_the_adapter_makes():
    (row,), _, _ = convert("ppe-math", [SAMPLED])
    labels = np.array([float(own.label) for own in row.responses])
    question = Question("q", "g", "MATH", "", labels, tuple(own.meta for own in row.responses))
    measures = RULES["conflict-pairs"].measure([question], [np.array([2.0, 1.0, 4.0, 3.0])])
    # 0 > 1 is won (2 > 1), 3 > 2 is lost (3 < 4), 3 > 1 is won (3 > 1); the highest, 2, is wrong.
    assert [measure.values.tolist() for measure in measures] == [[1, 0, 1], [0]]


def test_a_table_may_hold_the_places_of_pairs_as_fractions():
    pairs = [[0.0, 1], [2.0, 3.0]]
    (row,), rejects, _ = convert("ppe-math", [{**SAMPLED, "sampled_conflict_pairs": pairs}])
    assert rejects == {}
    assert [own.meta.get("beats") for own in row.responses] == [[1], None, None, [2]]


def test_a_prompt_whose_responses_agree_has_no_pairs_and_is_noted():
    raw = {**SAMPLED, "scores": [True] * 4, "sampled_conflict_pairs": []}
    rows, rejects, notes = convert("ppe-math", [raw, {**raw, "sampled_conflict_pairs": None}])
    assert (len(rows), rejects) == (2, {})
    assert list(notes.values()) == [2]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sampled_conflict_pairs": [[0, 4]]}, "sampled_conflict_pairs: [0, 4] is no pair of resp"),
        ({"sampled_conflict_pairs": [[0]]}, "sampled_conflict_pairs: [0] is no pair of responses"),
        (
            {"sampled_conflict_pairs": [[0, 3]]},
            "sampled_conflict_pairs: [0, 3] is no pair of a right",
        ),
        (
            {"sampled_conflict_pairs": [[1, 2]]},
            "sampled_conflict_pairs: [1, 2] is no pair of a right",
        ),
        ({"sampled_conflict_pairs": [[0, True]]}, "sampled_conflict_pairs: [0, True] is no pair"),
        ({"sampled_conflict_pairs": [[0, 0.5]]}, "sampled_conflict_pairs: [0, 0.5] is no pair of"),
        ({"sampled_conflict_pairs": [1]}, "sampled_conflict_pairs: 1 is no pair of responses"),
        (
            {"sampled_conflict_pairs": 7},
            "sampled_conflict_pairs: expected a list of pairs, got int",
        ),
        ({"sampled_conflict_pairs": False}, "sampled_conflict_pairs: expected a list of pairs"),
        (
            {"sampled_conflict_pairs": "[[0, 1]]"},
            "sampled_conflict_pairs: expected a list of pairs",
        ),
        ({"scores": [True, 0.5, False, True]}, "scores: expected a list of true and false"),
        ({"scores": None}, "scores: the field is missing"),
        ({"response_4": None}, "response_4: the field is missing"),
    ],
)
def test_a_row_of_another_layout_is_given_up(change, reason):
    rows, rejects, _ = convert("ppe-math", [{**SAMPLED, **change}])
    assert rows == []
    assert rejects["ppe-math/1"].startswith(reason)
