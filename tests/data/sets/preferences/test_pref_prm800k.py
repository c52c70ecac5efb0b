from __future__ import annotations

import pytest

from armo.data.sets.preferences.prm800k import (
    BEYOND,
    CUT,
    NEUTRAL,
    NO_PAIR,
    REPEATED,
    UNRATED,
)
from armo.errors import InputError
from tests.data.sets.preferences.converting import convert
from tests.data.sets.preferences.raw_rows_of import prm800k, step

FIRST = step(("2 + 2 = 4.", 1))
FORK = step(("It is 7.", -1), ("4 + 2 = 6.", 1), ("So, 6.", 1), ("So, 8.", -1), chosen=None)


def test_a_fork_gives_two_partial_solutions():
    made = convert("prm800k", [prm800k(FIRST, FORK)])
    assert made.texts() == [("2 + 2 = 4.\n4 + 2 = 6.", "2 + 2 = 4.\nIt is 7.")]
    assert made.pairs[0].prompt == [{"role": "user", "content": "What is 2 + 2 + 2?"}]
    assert made.pairs[0].id == "prm800k/1/1.1-0"
    assert made.pairs[0].meta == {"step": 1}
    assert made.notes == {BEYOND: 3}
    assert not made.rejects


def test_more_pairs_of_a_step_on_demand():
    made = convert("prm800k", [prm800k(FIRST, FORK)], per_step=9)
    assert len(made.pairs) == 4
    assert not made.notes


def test_neutral_unrated_and_flagged_steps_are_in_no_pair_but_counted():
    fork = step(("a", 0), ("b", None), ("c", -1), ("d", 1), chosen=None)
    fork["completions"][3]["flagged"] = True
    made = convert("prm800k", [prm800k(FIRST, fork)])
    assert not made.pairs
    assert made.notes == {NEUTRAL: 1, UNRATED: 2, NO_PAIR: 1}
    assert not made.rejects


def test_the_step_gone_on_with_may_count_as_good():
    fork = step(("Halve it.", 0), ("Stop.", -1), chosen=0)
    assert not convert("prm800k", [prm800k(fork)]).pairs
    made = convert("prm800k", [prm800k(fork)], chosen_is_good=True)
    assert made.texts() == [("Halve it.", "Stop.")]


def test_a_step_that_the_labeller_wrote_counts_as_good_and_is_gone_on_with():
    written = {"text": "2 + 2 = 4.", "rating": None, "source": "human", "flagged": False}
    steps = [step(("2 + 2 = 5.", -1), chosen=None, human=written), FORK]
    made = convert("prm800k", [prm800k(*steps)])
    assert made.texts() == [
        ("2 + 2 = 4.", "2 + 2 = 5."),
        ("2 + 2 = 4.\n4 + 2 = 6.", "2 + 2 = 4.\nIt is 7."),
    ]
    without = convert("prm800k", [prm800k(*steps)], use_human=False)
    assert without.texts() == made.texts()[1:]


@pytest.mark.parametrize("chosen", [None, 7, -1, True, False, 0.5, float("nan"), "first"])
def test_a_solution_is_read_up_to_where_its_way_is_lost(chosen):
    lost = step(("2 + 2 = 4.", 1), chosen=chosen)
    made = convert("prm800k", [prm800k(lost, FORK)])
    assert not made.pairs
    assert made.notes == {CUT: 1, NO_PAIR: 1}


@pytest.mark.parametrize("chosen", [0, 0.0, "0"])
def test_a_table_may_hold_the_way_on_as_another_type(chosen):
    made = convert("prm800k", [prm800k(step(("2 + 2 = 4.", 1), chosen=chosen), FORK)])
    assert made.texts() == [("2 + 2 = 4.\n4 + 2 = 6.", "2 + 2 = 4.\nIt is 7.")]
    assert CUT not in made.notes


def test_rows_that_several_people_rated_are_counted():
    made = convert("prm800k", [prm800k(FIRST, FORK, is_quality_control_question=True)])
    assert len(made.pairs) == 1
    assert made.notes[REPEATED] == 1


def test_faults_are_rejected_by_their_part():
    fork = step(("a", 2), ("", 1), ("good", 1), ("bad", -1), chosen=None)
    made = convert("prm800k", [prm800k(FIRST, fork)])
    assert made.texts() == [("2 + 2 = 4.\ngood", "2 + 2 = 4.\nbad")]
    assert [reject.id for reject in made.rejects] == [
        "prm800k/1/steps[1].completions[0]",
        "prm800k/1/steps[1].completions[1]",
    ]
    assert "rating: expected -1, 0 or 1, got 2" in made.rejects[0].reason
    assert "the step is empty" in made.rejects[1].reason


def test_earlier_pairs_stand_where_a_later_step_is_broken():
    fork = step(("4 + 2 = 6.", 1), ("It is 7.", -1))
    made = convert("prm800k", [prm800k(fork, step(completions="none"))])
    assert len(made.pairs) == 1
    assert "steps[1]: completions: expected a list" in made.reason()


def test_null_completions_and_one_text_rated_both_ways():
    assert convert("prm800k", [prm800k(step(completions=None))]).notes == {NO_PAIR: 1}
    assert "equal" in convert("prm800k", [prm800k(step(("a", 1), ("a", -1)))]).reason()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"question": "2 + 2"}, "question: expected an object"),
        ({"question": {}}, "problem: the field is missing; question has no fields"),
        ({"label": {"steps": None}}, "steps: the field is missing: label has it, but it is null"),
    ],
)
def test_broken_rows_are_rejected(changes, reason):
    assert reason in convert("prm800k", [prm800k(FIRST, **changes)]).reason()


def test_no_pairs_of_a_step_is_refused():
    with pytest.raises(InputError, match="at least 1"):
        convert("prm800k", [prm800k(FORK)], per_step=0)
