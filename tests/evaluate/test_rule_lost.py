"""What each rule names as lost, beside what it measures."""

import numpy as np
import pytest

from armo.errors import InputError
from armo.evaluate.rules import RULES, Lost, Question


def question(labels, metas=None, name="q"):
    metas = tuple({} for _ in labels) if metas is None else tuple(metas)
    return Question(name, name, "s", "", np.array(labels, dtype=np.float64), metas)


def lost(rule, questions, *scores):
    return RULES[rule].lost(questions, [np.array(own, dtype=np.float64) for own in scores])


STYLED = question([1, 1, 1, 0, 0, 0], [{"style": style} for style in (2, 0, 1, 1, 0, 2)])


def test_best_of_names_the_best_of_both_sides():
    questions = [question([1, 0, 1, 0]), question([0, 1]), question([1, 1]), question([0, 0])]
    found = lost("best-of", questions, [1, 2, 3, 3], [1, 2], [1, 2], [1, 2])
    assert found == [Lost(0, 2, 3)]


def test_ties_names_the_worst_right_answer_where_the_best_is_right():
    questions = [question([1, 1, 0, 0], name="tied:1"), question([1, 0], name="ref:1")]
    assert lost("ties", questions, [9, 2, 1, 3], [2, 1]) == [Lost(0, 1, 3)]
    measures = RULES["ties"].measure(questions, [np.array([9.0, 2, 1, 3]), np.array([2.0, 1])])
    assert measures[0].values.tolist() == [0]


def test_styles_names_each_pair():
    # Right ones score 1, 2, 3 and wrong ones 0, 2, 4 by style; see the worked example of the rule.
    found = lost("styles", [STYLED], [3, 1, 2, 2, 0, 4])
    assert found == [
        *(Lost(0, 1, wrong) for wrong in (3, 5)),
        *(Lost(0, 2, wrong) for wrong in (3, 5)),
        Lost(0, 0, 5),
    ]
    assert lost("styles", [STYLED], [5, 5, 5, 1, 2, 3]) == []


def test_conflict_pairs_names_each_pair():
    asked = question([1, 0, 1, 0], [{"beats": [1]}, {}, {"beats": [1, 3]}, {}])
    assert lost("conflict-pairs", [asked], [5, 1, 3, 4]) == [Lost(0, 2, 3)]
    assert lost("conflict-pairs", [asked], [1, 1, 2, 0]) == [Lost(0, 0, 1)]


@pytest.mark.parametrize("seed", range(20))
def test_what_is_lost_is_what_is_missing_from_the_shares_of_pairs(seed):
    draw = np.random.default_rng(seed)
    own = draw.integers(0, 5, 6).astype(np.float64)
    measures = RULES["styles"].measure([STYLED], [own])
    won = sum(3 * float(measure.values[0]) for measure in measures)
    assert len(lost("styles", [STYLED], own)) == round(9 - won)
    asked = question([1, 1, 1, 0, 0, 0], [{"beats": [3, 4, 5]}] * 3 + [{}] * 3)
    (accuracy, _) = RULES["conflict-pairs"].measure([asked], [own])
    assert len(lost("conflict-pairs", [asked], own)) == (accuracy.values == 0).sum()


@pytest.mark.parametrize("name", RULES)
def test_numbers_that_do_not_fit_are_refused(name):
    with pytest.raises(InputError, match="no questions"):
        RULES[name].lost([], [])


def test_a_table_has_fields_of_other_rows_as_null():
    asked = question([1, 0, 1, 0], [{"beats": [1]}, {"beats": None}, {"beats": None}, {}])
    scores = [np.array([2.0, 1, 0, 0])]
    assert RULES["conflict-pairs"].measure([asked], scores)[0].values.tolist() == [1]
    tied = question([1, 1, 0], [{"benchmark_id": None}] * 3, "tied:1")
    reference = question([1, 0], [{"benchmark_id": None}] * 2, "ref:1")
    RULES["ties"].measure([tied, reference], [np.array([3.0, 2, 1]), np.array([2.0, 1])])


@pytest.mark.parametrize("beats", [1, "1", True, {"1": 1}])
def test_pairs_that_are_no_list_are_told(beats):
    asked = question([1, 0], [{"beats": beats}, {}])
    with pytest.raises(InputError, match=r"'q': 'beats' is .* give a list of the places"):
        RULES["conflict-pairs"].measure([asked], [np.zeros(2)])
    with pytest.raises(InputError, match="response 0 is paired with True"):
        RULES["conflict-pairs"].measure([question([0, 1], [{"beats": [True]}, {}])], [np.zeros(2)])
