import numpy as np
import pytest

from armo.errors import InputError
from armo.evaluate.rules import RULES, Question, subset_score

RULE = RULES["conflict-pairs"]
FIVE = ("MMLU-Pro", "MATH", "GPQA", "MBPP-Plus", "IFEval")


def question(labels, beats, name="q"):
    metas = tuple({"beats": beats[place]} if place in beats else {} for place in range(len(labels)))
    return Question(name, name, "MATH", "", np.array(labels, dtype=np.float64), metas)


def measured(questions, scores):
    measures = RULE.measure(questions, [np.array(own, dtype=np.float64) for own in scores])
    return {measure.name: measure for measure in measures}


def test_a_worked_example():
    # q1: 0 > 1 won (3 > 1), 2 > 1 won (2 > 1), 2 > 3 lost (2 = 2). q2: 1 > 0 lost (0 < 5).
    questions = [
        question([1, 0, 1, 0], {0: [1], 2: [1, 3]}, "q1"),
        question([0, 1], {1: [0]}, "q2"),
    ]
    found = measured(questions, [[3, 1, 2, 2], [5, 0]])
    assert found["accuracy"].values.tolist() == [1, 1, 0, 0]
    assert found["accuracy"].groups == ("q1", "q1", "q1", "q2")
    # The highest of q1 is right, that of q2 is wrong.
    assert found["best of all"].values.tolist() == [1, 0]
    assert subset_score(list(found.values())) == 0.5


def test_ties_at_the_top_share_the_pick_and_lose_their_pairs():
    found = measured([question([1, 0, 0], {0: [1, 2]})], [[4, 4, 4]])
    assert found["accuracy"].values.tolist() == [0, 0]
    assert found["best of all"].values.tolist() == [pytest.approx(1 / 3)]


def test_a_prompt_without_pairs_counts_for_the_pick_alone():
    questions = [
        question([1, 1], {}, "easy"),
        question([0, 0], {}, "hard"),
        question([1, 0], {0: [1]}),
    ]
    found = measured(questions, [[1, 2], [1, 2], [2, 1]])
    assert found["accuracy"].values.tolist() == [1]
    assert found["best of all"].values.tolist() == [1, 0, 1]


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_counting_all_pairs(seed):
    draw = np.random.default_rng(seed)
    questions, scores, won = [], [], []
    for place in range(6):
        labels = draw.integers(0, 2, 8)
        own = draw.integers(0, 4, 8)
        wrong = [int(one) for one in np.flatnonzero(labels == 0)]
        beats = {int(one): wrong for one in np.flatnonzero(labels)}
        won += [own[first] > own[second] for first in beats for second in wrong]
        questions.append(question(labels, beats, f"q{place}"))
        scores.append(own)
    assert measured(questions, scores)["accuracy"].values.tolist() == won


@pytest.mark.parametrize(
    ("labels", "beats", "told"),
    [
        ([1, 0], {}, "none of 1 questions has a pair"),
        ([1, 0], {0: [2]}, "paired with 2, but the responses are 0 to 1"),
        ([1, 0], {0: [-1]}, "paired with -1"),
        ([1, 0], {0: ["1"]}, "paired with '1'"),
        ([1, 1], {0: [1]}, "0 and 1 are no pair of a right and a wrong one"),
        ([0, 0], {0: [1]}, "no pair of a right"),
    ],
)
def test_what_is_no_pair_is_refused_in_a_sentence(labels, beats, told):
    with pytest.raises(InputError, match=told):
        measured([question(labels, beats)], [[1, 0]])


def test_the_total_is_the_plain_mean_of_the_five_sets():
    found = {name: ("correctness", score) for name, score in zip(FIVE, range(5), strict=True)}
    assert RULE.overall(found) == 2.0


@pytest.mark.parametrize("missing", FIVE)
def test_there_is_no_total_while_a_set_is_missing(missing):
    assert RULE.overall({name: ("", 0.5) for name in FIVE if name != missing}) is None
