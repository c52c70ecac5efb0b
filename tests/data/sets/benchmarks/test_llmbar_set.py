import pytest

from armo.errors import InputError
from tests.data.sets.benchmarks.converting_benchmarks import convert

ROW = {"input": "Count to three.", "output_1": "3, 2, 1", "output_2": "1, 2, 3", "label": 2}


def test_the_label_tells_which_output_is_chosen():
    rows, rejects, _ = convert("llmbar", [ROW, {**ROW, "label": 1}], subset="Natural")
    assert rejects == {}
    assert [(row.chosen, row.rejected) for row in rows] == [
        ("1, 2, 3", "3, 2, 1"),
        ("3, 2, 1", "1, 2, 3"),
    ]
    assert (rows[0].prompt, rows[0].source) == ("Count to three.", "llmbar")


@pytest.mark.parametrize(
    ("given", "subset", "category"),
    [
        ("Natural", "Natural", "natural"),
        ("GPTOut", "GPTOut", "adversarial"),
        ("Adversarial-GPTInst", "GPTInst", "adversarial"),
        ("Adversarial_Neighbor", "Neighbor", "adversarial"),
        ("Adversarial/Manual", "Manual", "adversarial"),
    ],
)
def test_the_option_names_the_subset(given, subset, category):
    (row,), _, _ = convert("llmbar", [ROW], subset=given)
    assert (row.subset, row.category) == (subset, category)


def test_without_the_option_a_sentence_asks_for_it():
    with pytest.raises(
        InputError,
        match=r"file:1: neither the row nor .* give the option subset: Natural, Neighbor",
    ):
        convert("llmbar", [ROW])


def test_an_option_that_names_no_subset_is_refused():
    with pytest.raises(InputError, match=r"called 'Adversarial-GPT-Out' \(did you mean 'GPTOut'"):
        convert("llmbar", [ROW], subset="Adversarial-GPT-Out")


@pytest.mark.parametrize("label", [2, 2.0, "2"])
def test_a_table_may_hold_the_label_as_another_type(label):
    (row,), rejects, _ = convert("llmbar", [{**ROW, "label": label}], subset="Natural")
    assert rejects == {}
    assert row.chosen == "1, 2, 3"


@pytest.mark.parametrize("label", [0, 3, "one", True, 1.5])
def test_another_label_is_given_up(label):
    rows, rejects, _ = convert("llmbar", [{**ROW, "label": label}], subset="Natural")
    assert (rows, rejects) == ([], {"llmbar/1": f"label: expected 1 or 2, got {label!r}"})
