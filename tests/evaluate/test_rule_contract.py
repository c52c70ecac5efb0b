import numpy as np
import pytest

from armo.errors import InputError
from armo.evaluate.rules import RULES, Measure, Question, find_rule, subset_score


def question(labels, metas=None, name="q1"):
    metas = tuple({} for _ in labels) if metas is None else metas
    return Question(name, "g", "s", "", np.array(labels, dtype=np.float64), metas)


def test_a_score_is_the_weighted_sum_of_means():
    measures = [
        Measure("one", 0.25, np.array([1.0, 0.0]), ("a", "b")),
        Measure("two", 0.5, np.array([1.0]), ("a",)),
        Measure("shown", 0.0, np.array([9.0]), ("a",)),
    ]
    # 0.25 · 1/2 + 0.5 · 1 + 0 · 9
    assert subset_score(measures) == pytest.approx(0.625)


def test_rules_are_found_by_name():
    assert [find_rule(name) for name in RULES] == list(RULES.values())
    assert all(rule.describe and rule.name == name for name, rule in RULES.items())


def test_an_unknown_rule_is_named_with_its_nearest():
    with pytest.raises(InputError, match=r"'best_of' \(did you mean 'best-of'\?\); known: best-of"):
        find_rule("best_of")


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_every_rule_refuses_scores_that_are_not_finite(name, bad):
    with pytest.raises(InputError, match="'q1': a score or label is not finite"):
        RULES[name].measure([question([1, 0])], [np.array([1.0, bad])])


@pytest.mark.parametrize("name", RULES)
def test_every_rule_refuses_labels_that_are_not_finite(name):
    with pytest.raises(InputError, match="'q1': a score or label is not finite"):
        RULES[name].measure([question([1, np.nan])], [np.zeros(2)])


@pytest.mark.parametrize("name", RULES)
def test_every_rule_refuses_numbers_that_do_not_fit(name):
    measure = RULES[name].measure
    with pytest.raises(InputError, match="no questions"):
        measure([], [])
    with pytest.raises(InputError, match="0 arrays, but there are 1 questions"):
        measure([question([1, 0])], [])
    with pytest.raises(InputError, match=r"2 labels, 2 metas and scores of shape \[3\]"):
        measure([question([1, 0])], [np.zeros(3)])
    with pytest.raises(InputError, match="2 labels, 1 metas"):
        measure([question([1, 0], ({},))], [np.zeros(2)])


@pytest.mark.parametrize("name", RULES)
def test_no_rule_has_a_total_of_nothing(name):
    assert RULES[name].overall({}) is None
