import pytest

from tests.data.sets.benchmarks.converting_benchmarks import convert

ROW = {
    "pair_id": "5f0e",
    "original_id": 1420,
    "source": "mmlu-pro-law",
    "question": "Which of these is a tort? (A) … (B) …",
    "response_model": "some-model",
    "response_A": "It is (A).",
    "response_B": "It is (B).",
    "label": "A>B",
}


def test_the_label_tells_which_response_is_chosen():
    rows, rejects, _ = convert("judgebench", [ROW, {**ROW, "label": "B>A"}])
    assert rejects == {}
    assert [(row.chosen, row.rejected) for row in rows] == [
        ("It is (A).", "It is (B)."),
        ("It is (B).", "It is (A)."),
    ]
    assert rows[0].prompt == ROW["question"]
    assert [row.id for row in rows] == ["judgebench/1#5f0e", "judgebench/2#5f0e"]
    assert rows[0].source == "judgebench"


@pytest.mark.parametrize(
    ("source", "category"),
    [
        ("mmlu-pro-computer science", "knowledge"),
        ("livebench-reasoning", "reasoning"),
        ("livebench-math", "math"),
        ("livecodebench", "coding"),
    ],
)
def test_the_source_tells_the_category(source, category):
    (row,), _, _ = convert("judgebench", [{**ROW, "source": source}])
    assert (row.subset, row.category) == (source, category)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"label": "A=B"}, "label: expected 'A>B' or 'B>A', got 'A=B'"),
        ({"source": "gpqa"}, "source: 'gpqa' begins with none of mmlu-pro"),
        ({"response_A": None}, "response_A: the field is missing"),
    ],
)
def test_a_row_of_another_layout_is_given_up(change, reason):
    rows, rejects, _ = convert("judgebench", [{**ROW, **change}])
    assert rows == []
    assert rejects["judgebench/1"].startswith(reason)


def test_equal_responses_stay_and_are_for_the_benchmark_to_count_as_lost():
    rows, rejects, _ = convert("judgebench", [{**ROW, "response_B": ROW["response_A"]}])
    assert (len(rows), rejects) == (1, {})
