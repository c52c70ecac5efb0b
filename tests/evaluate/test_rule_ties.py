import math

import numpy as np
import pytest

from armo.errors import InputError
from armo.evaluate.rules import RULES, Question, subset_score

RULE = RULES["ties"]


def question(name, labels, group=""):
    metas = tuple({} for _ in labels)
    return Question(name, group or name, "Ties", "", np.array(labels, dtype=np.float64), metas)


def measured(prompts):
    """Measure `{id: (labels, scores)}`."""
    questions = [question(name, labels) for name, (labels, _) in prompts.items()]
    scores = [np.array(own, dtype=np.float64) for _, own in prompts.values()]
    return {measure.name: measure for measure in RULE.measure(questions, scores)}


def means(prompts):
    return {name: measure.values.mean() for name, measure in measured(prompts).items()}


def score(prompts):
    return subset_score(list(measured(prompts).values()))


EXAMPLE = {
    "ref:1": ([1, 0, 0], [2.0, 1.0, 0.5]),  # gap 2 − 1 = 1: right
    "tied:1": ([1, 1, 0], [3.0, 2.6, 1.0]),  # gap 2.6 − 1 = 1.6, spread 0.4: right
    "ref:2": ([1, 0], [0.0, 0.5]),  # gap −0.5: wrong
    "tied:2": ([1, 1, 1, 0], [4.0, 3.0, 2.0, 1.5]),  # gap 0.5, spread 2: right
}


def test_a_worked_example():
    found = means(EXAMPLE)
    assert found["tied accuracy"] == 1.0  # both
    assert found["reference accuracy"] == 0.5  # the first of two
    assert found["gap above spread"] == 0.5  # 1.6 > 0.4, but 0.5 < 2
    assert found["both gaps above spread"] == 0.5  # min(1, 1.6) > 0.4, but min(−0.5, 0.5) < 2
    # tanh(1 / 0.4 − 1) = tanh(1.5) = 0.905148; tanh(−0.5 / 2 − 1) = tanh(−1.25) = −0.848284
    assert found["gap against spread"] == pytest.approx((0.905148 - 0.848284) / 2, abs=1e-6)
    # 0.3 · 1 + 0.3 · 0.5 + 0.2 · 0.5 + 0.2 · 0.5 + 0.01 · 0.028432
    assert score(EXAMPLE) == pytest.approx(0.65028432, abs=1e-8)


def by_hand(prompts):
    """Score the subset prompt by prompt, with plain Python and no arrays."""
    gap, spread = {}, {}
    for name, (labels, scores) in prompts.items():
        right = [own for label, own in zip(labels, scores, strict=True) if label]
        wrong = [own for label, own in zip(labels, scores, strict=True) if not label]
        gap[name] = min(right) - max(wrong)
        spread[name] = max(right) - min(right)
    parts = {"ref": [], "tied": []}
    for name, own in gap.items():
        parts[name.split(":")[0]].append(1.0 if own > 0 else 0.0)
    numbers = {name[4:] for name in gap if name.startswith("ref:")}
    numbers &= {name[5:] for name in gap if name.startswith("tied:")}
    wide, hard, close = 0.0, 0.0, 0.0
    for number in numbers:
        apart = spread[f"tied:{number}"]
        tied, least = gap[f"tied:{number}"], min(gap[f"tied:{number}"], gap[f"ref:{number}"])
        wide += tied > apart
        hard += least > apart
        if apart > 0:
            close += math.tanh(least / apart - 1)
        else:
            close += (least > 0) - (least < 0)
    total = 0.3 * sum(parts["tied"]) / len(parts["tied"])
    total += 0.3 * sum(parts["ref"]) / len(parts["ref"])
    return total + (0.2 * wide + 0.2 * hard + 0.01 * close) / len(numbers)


@pytest.mark.parametrize("seed", range(20))
def test_agrees_with_plain_python_on_drawn_prompts(seed):
    draw = np.random.default_rng(seed)
    prompts = {}
    for number in range(12):
        # Few distinct scores, so that gaps and spreads of 0 happen; some prompts lack a version.
        if number % 5 != 3:
            prompts[f"ref:{number}"] = ([1, 0, 0], draw.integers(0, 4, 3).tolist())
        if number % 5 != 4:
            labels = [1] * int(draw.integers(2, 5)) + [0] * int(draw.integers(1, 4))
            prompts[f"tied:{number}"] = (labels, draw.integers(0, 4, len(labels)).tolist())
    assert score(prompts) == pytest.approx(by_hand(prompts), abs=1e-12)


def test_equal_scores_everywhere_are_worth_nothing():
    assert score({"ref:1": ([1, 0], [5, 5]), "tied:1": ([1, 1, 0], [5, 5, 5])}) == 0.0


def test_a_spread_of_zero_is_below_any_gap():
    up = means({"ref:1": ([1, 0], [2, 1]), "tied:1": ([1, 1, 0], [2, 2, 1])})
    assert up["gap against spread"] == 1.0
    down = means({"ref:1": ([1, 0], [1, 2]), "tied:1": ([1, 1, 0], [2, 2, 1])})
    assert down["gap against spread"] == -1.0


def test_a_perfect_score_is_a_little_above_one():
    # The weights 0.3 + 0.3 + 0.2 + 0.2 + 0.01 are the benchmark's.
    perfect = {"ref:1": ([1, 0], [9, 0]), "tied:1": ([1, 1, 0], [9, 9, 0])}
    assert score(perfect) == pytest.approx(1.01)


def test_margins_take_only_prompts_that_are_there_in_both_versions():
    alone = {**EXAMPLE, "tied:3": ([1, 1, 0], [0.0, 9.0, 1.0]), "ref:4": ([1, 0], [1.0, 0.0])}
    found = measured(alone)
    assert len(found["tied accuracy"].values) == 3
    assert len(found["reference accuracy"].values) == 3
    assert len(found["gap above spread"].values) == 2


def test_order_does_not_matter():
    assert score(dict(reversed(EXAMPLE.items()))) == pytest.approx(score(EXAMPLE))


def test_values_carry_the_groups_of_their_questions():
    names = list(EXAMPLE)
    questions = [question(name, EXAMPLE[name][0], f"prompt {name[-1]}") for name in names]
    measures = RULE.measure(questions, [np.array(EXAMPLE[name][1]) for name in names])
    assert {measure.groups for measure in measures} == {("prompt 1", "prompt 2")}


def test_the_id_of_the_benchmark_may_stand_in_the_meta():
    named = [
        Question(
            f"rewardbench-2/{place}",
            "g",
            "Ties",
            "",
            np.array(labels, dtype=np.float64),
            tuple({"benchmark_id": name} for _ in labels),
        )
        for place, (name, (labels, _)) in enumerate(EXAMPLE.items())
    ]
    measures = RULE.measure(named, [np.array(own) for _, own in EXAMPLE.values()])
    assert subset_score(measures) == pytest.approx(score(EXAMPLE))


@pytest.mark.parametrize(
    ("prompts", "told"),
    [
        ({"17": ([1, 0], [1, 0])}, "'ref:N' or 'tied:N'"),
        ({"ref:": ([1, 0], [1, 0])}, "'ref:N' or 'tied:N'"),
        ({"ref:1": ([1, 0], [1, 0]), "tied:2": ([1, 1, 0], [1, 1, 0])}, "no two belong together"),
        ({"ref:1": ([1, 0], [1, 0])}, "1 reference and 0 tied"),
        ({"ref:1": ([1, 1], [1, 0])}, "2 right of 2"),
        ({"ref:1": ([0], [1])}, "0 right of 1"),
        ({"ref:1": ([1, 0], [1, 0]), "tied:1": ([1, 0], [1, 0])}, "only one right answer"),
    ],
)
def test_what_can_not_be_scored_is_refused_in_a_sentence(prompts, told):
    with pytest.raises(InputError, match=told):
        measured(prompts)


def test_a_version_that_is_there_twice_is_refused():
    twice = [question("ref:1", [1, 0]), question("ref:1", [1, 0])]
    with pytest.raises(InputError, match="'ref:1' is there already"):
        RULE.measure(twice, [np.array([1.0, 0.0])] * 2)


def test_the_total_is_the_one_of_the_whole_benchmark():
    assert RULE.overall is RULES["best-of"].overall
