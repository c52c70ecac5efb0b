import pytest

from armo.data.rows import BenchmarkRow
from armo.data.sets import find_set
from armo.errors import InputError
from armo.evaluate.rewardbench_sets import PRIOR_SETS, SECTIONS
from tests.data.sets.benchmarks.converting_benchmarks import convert

PAIR = {
    "prompt": "Name a river of France.",
    "chosen": "The Loire.",
    "chosen_model": "large",
    "rejected": "The Danube.",
    "rejected_model": "small",
    "subset": "alpacaeval-easy",
    "id": 17,
}
TURNS = [
    {"role": "user", "content": "Hello"},
    {"role": "assistant", "content": "Hello, what can I do?"},
    {"role": "user", "content": "Name a river."},
]
PRIOR = {"prompt": TURNS, "chosen": "The Loire.", "rejected": "No.", "subset": "shp", "id": 3}


def test_a_rewardbench_row_is_a_pair():
    (row,), rejects, _ = convert("rewardbench", [PAIR])
    assert rejects == {}
    assert row == BenchmarkRow(
        id="rewardbench/1#17",
        prompt="Name a river of France.",
        chosen="The Loire.",
        rejected="The Danube.",
        subset="alpacaeval-easy",
        source="rewardbench",
    )


@pytest.mark.parametrize("field", ["prompt", "chosen", "rejected", "subset"])
def test_a_row_without_a_field_is_given_up_with_its_name(field):
    rows, rejects, _ = convert("rewardbench", [PAIR, {**PAIR, field: None}, {**PAIR, field: 7}])
    assert len(rows) == 1
    reason = f"{field}: the field is missing: the row has it, but it is null"
    assert rejects["rewardbench/2"] == reason
    assert rejects["rewardbench/3"] == f"{field}: expected text, got int"


def test_a_prior_row_keeps_its_turns():
    (row,), rejects, _ = convert("prior-sets", [PRIOR])
    assert rejects == {}
    assert (row.prompt, row.chosen, row.rejected) == (TURNS, "The Loire.", "No.")
    assert (row.subset, row.source) == ("shp", "prior-sets")


def test_the_split_names_the_subset_before_the_field_does():
    # The hub's own field names parts of a split, which the benchmark does not report.
    raw = [{**PRIOR, "subset": "askacademia", "split": "shp"}, {**PRIOR, "split": "summarize"}]
    rows, _, _ = convert("prior-sets", raw)
    assert [row.subset for row in rows] == ["shp", "summarize"]


def test_the_option_names_the_subset_of_a_file():
    rows, _, _ = convert("prior-sets", [{**PRIOR, "subset": "askacademia"}], subset="shp")
    assert rows[0].subset == "shp"


@pytest.mark.parametrize("subset", ["askacademia", None])
def test_a_prior_row_of_no_known_split_is_given_up(subset):
    rows, rejects, _ = convert("prior-sets", [{**PRIOR, "subset": subset}])
    assert rows == []
    assert f"subset: {subset!r} is no split" in rejects["prior-sets/1"]
    assert "option subset" in rejects["prior-sets/1"]


def test_the_four_splits_that_are_read_are_those_that_the_score_needs():
    known = find_set("prior-sets", "benchmark")
    assert known.split.split("+") == list(SECTIONS[PRIOR_SETS].subsets)
    assert known.rows == sum(subset.pairs for subset in SECTIONS[PRIOR_SETS].subsets.values())


def test_texts_of_an_older_file_alternate_from_the_user_on():
    rows, _, _ = convert("prior-sets", [{**PRIOR, "prompt": [turn["content"] for turn in TURNS]}])
    assert rows[0].prompt == TURNS


@pytest.mark.parametrize(
    "prompt", ["Name a river.", [], [["user", "Hello"]], ["a", {"role": "user"}]]
)
def test_a_prior_prompt_of_another_layout_is_given_up(prompt):
    rows, rejects, _ = convert("prior-sets", [{**PRIOR, "prompt": prompt}])
    assert rows == []
    assert rejects["prior-sets/1"] == "prompt: expected a list of messages"


def test_an_unknown_option_is_refused():
    with pytest.raises(InputError, match="unknown option 'split'"):
        convert("prior-sets", [PRIOR], split="shp")


def test_a_translated_row_keeps_the_subset_of_rewardbench():
    raw = {**PAIR, "language": "deu_Latn", "prompt": "Nenne einen Fluss in Frankreich."}
    (row,), rejects, _ = convert("m-rewardbench", [raw])
    assert rejects == {}
    assert (row.subset, row.category, row.source) == ("alpacaeval-easy", "", "m-rewardbench")


def test_an_older_translated_row_names_its_subset_as_source():
    raw = {**PAIR, "subset": None, "source": "donotanswer", "category": "Safety"}
    (row,), _, _ = convert("m-rewardbench", [raw])
    assert (row.subset, row.category) == ("donotanswer", "Safety")


def test_a_translated_row_without_a_subset_is_given_up():
    rows, rejects, _ = convert("m-rewardbench", [{**PAIR, "subset": None}])
    assert rows == []
    assert rejects["m-rewardbench/1"].startswith("source: the field is missing")
