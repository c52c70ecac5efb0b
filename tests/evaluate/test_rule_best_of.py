from itertools import product

import numpy as np
import pytest

from armo.errors import InputError
from armo.evaluate.rules import RULES, Question, subset_score

RULE = RULES["best-of"]
SIX = ("Factuality", "Precise IF", "Math", "Safety", "Focus", "Ties")


def question(labels, name="q", group="g"):
    metas = tuple({} for _ in labels)
    return Question(name, group, "Math", "", np.array(labels, dtype=np.float64), metas)


def values(labels, scores):
    questions = [question(own, f"q{place}", f"g{place}") for place, own in enumerate(labels)]
    (measure,) = RULE.measure(questions, [np.array(own, dtype=np.float64) for own in scores])
    assert measure.groups == tuple(f"g{place}" for place in range(len(labels)))
    assert (measure.name, measure.weight) == ("accuracy", 1.0)
    return measure.values.tolist()


def test_a_worked_example():
    # Highest alone: 1. One of two tied at the top: 1/2. One of four: 1/4. Below the top: 0.
    scores = [[3, 1, 1, 2], [3, 3, 1, 2], [0, 0, 0, 0], [1, 2, 0, 0]]
    assert values([[1, 0, 0, 0]] * 4, scores) == [1.0, 0.5, 0.25, 0.0]
    # Their mean: (1 + 1/2 + 1/4 + 0) / 4
    questions = [question([1, 0, 0, 0])] * 4
    measures = RULE.measure(questions, [np.array(own, dtype=np.float64) for own in scores])
    assert subset_score(measures) == pytest.approx(0.4375)


def test_the_place_of_the_right_response_does_not_matter():
    assert values([[0, 0, 1]], [[1, 2, 3]]) == [1.0]
    assert values([[0, 1, 0]], [[1, 2, 3]]) == [0.0]


def test_agrees_with_drawing_among_the_tied():
    # The expected share of right picks, by listing every response that could be picked.
    for labels in product((0, 1), repeat=3):
        if not any(labels):
            continue
        for scores in product((0.0, 1.0, 2.0), repeat=3):
            best = max(scores)
            picks = [label for label, score in zip(labels, scores, strict=True) if score == best]
            assert values([labels], [scores]) == [pytest.approx(sum(picks) / len(picks))]


def test_one_response_that_is_right_is_always_picked():
    assert values([[1]], [[-7.0]]) == [1.0]


def test_a_question_that_can_not_be_won_is_refused():
    with pytest.raises(InputError, match="'q7': no response is labelled right"):
        RULE.measure([question([0, 0], "q7")], [np.zeros(2)])


def test_the_total_is_the_plain_mean_of_the_six_subsets():
    found = {
        name: ("", score) for name, score in zip(SIX, (0.1, 0.2, 0.3, 0.4, 0.5, 0.9), strict=True)
    }
    assert RULE.overall(found) == pytest.approx(2.4 / 6)
    assert RULE.overall({**found, "another": ("", 0.0)}) == pytest.approx(2.4 / 6)


@pytest.mark.parametrize("missing", SIX)
def test_there_is_no_total_while_a_subset_is_missing(missing):
    assert RULE.overall({name: ("", 0.5) for name in SIX if name != missing}) is None
