import numpy as np
import pytest

from armo.evaluate.rules import RULES, Question, subset_score
from tests.data.sets.benchmarks.converting_benchmarks import convert

FOUR = {
    "id": "120",
    "prompt": "What is 7 · 8?",
    "chosen": ["56"],
    "rejected": ["54", "65", "78"],
    "num_correct": 1,
    "num_incorrect": 3,
    "total_completions": 4,
    "models": ["a", "b", "c", "d"],
    "subset": "Math",
    "additional_metadata": {"category": None},
}
REFERENCE = {
    **FOUR,
    "id": "ref:4",
    "prompt": "Name the capital of Peru.",
    "chosen": ["Lima"],
    "rejected": ["Quito", "Cusco"],
    "num_incorrect": 2,
    "models": ["a"],
    "subset": "Ties",
}
TIED = {
    **REFERENCE,
    "id": "tied:4",
    "prompt": "Name a country of South America.",
    "chosen": ["Peru", "Chile", "Bolivia"],
    "rejected": ["Spain"],
    "num_correct": 3,
    "num_incorrect": 1,
}


def test_a_prompt_has_one_right_response_and_three_wrong_ones():
    (row,), rejects, _ = convert("rewardbench-2", [FOUR])
    assert rejects == {}
    assert (row.id, row.prompt, row.source) == (
        "rewardbench-2/1#120",
        "What is 7 · 8?",
        "rewardbench-2",
    )
    assert (row.rule, row.subset, row.group) == ("best-of", "Math", None)
    assert [(own.message, own.label, own.meta) for own in row.responses] == [
        ("56", 1, {"model": "a"}),
        ("54", 0, {"model": "b"}),
        ("65", 0, {"model": "c"}),
        ("78", 0, {"model": "d"}),
    ]


def test_both_versions_of_a_tied_prompt_are_linked_and_drawn_together():
    (reference, tied), rejects, _ = convert("rewardbench-2", [REFERENCE, TIED])
    assert rejects == {}
    assert (reference.rule, tied.rule) == ("ties", "ties")
    assert reference.split_group() == tied.split_group()
    assert reference.responses[0].meta == {"model": "a", "benchmark_id": "ref:4"}
    assert [own.meta["benchmark_id"] for own in tied.responses] == ["tied:4"] * 4
    assert [own.label for own in tied.responses] == [1, 1, 1, 0]


def test_the_rule_scores_what_the_adapter_makes():
    rows, _, _ = convert("rewardbench-2", [REFERENCE, TIED])
    questions = [
        Question(
            str(row.id),
            row.split_group(),
            row.subset,
            row.category,
            np.array([float(own.label) for own in row.responses]),
            tuple(own.meta for own in row.responses),
        )
        for row in rows
    ]
    scores = [np.array([2.0, 0.0, 0.0]), np.array([3.0, 3.0, 3.0, 0.0])]
    assert subset_score(RULES["ties"].measure(questions, scores)) == pytest.approx(1.01)


@pytest.mark.parametrize("models", [None, [], ["a", "b"], "a"])
def test_models_that_fit_no_response_are_left_out(models):
    (row,), rejects, _ = convert("rewardbench-2", [{**FOUR, "models": models}])
    assert rejects == {}
    assert [own.meta for own in row.responses] == [{}] * 4


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"num_correct": 2}, "num_correct: 2, but chosen holds 1"),
        ({"num_incorrect": 2}, "num_incorrect: 2, but rejected holds 3"),
        ({"chosen": "56"}, "chosen: expected a list of texts"),
        ({"chosen": []}, "chosen: the list is empty"),
        ({"rejected": ["54", None]}, "rejected: expected a list of texts"),
        ({"subset": "Ties"}, "id: '120' in Ties should be 'ref:N' or 'tied:N'"),
        ({"subset": "Ties", "id": "ref:"}, "id: 'ref:' in Ties should be 'ref:N' or 'tied:N'"),
    ],
)
def test_a_row_of_another_layout_is_given_up(change, reason):
    rows, rejects, _ = convert("rewardbench-2", [{**FOUR, **change}])
    assert (rows, rejects) == ([], {"rewardbench-2/1": reason})


def test_counts_may_be_missing():
    raw = {name: value for name, value in FOUR.items() if not name.startswith("num_")}
    rows, rejects, _ = convert("rewardbench-2", [raw])
    assert (len(rows), rejects) == (1, {})
