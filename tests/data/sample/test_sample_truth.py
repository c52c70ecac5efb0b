"""The sample as a planted truth: what matters depends on the domain, and raters like long answers."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import spearmanr

from armo.conversation import conversation_key
from armo.data.sample import Sample, generate
from armo.errors import InputError

Array = NDArray[np.float64]


def margins(sample: Sample) -> Array:
    """True qualities of the chosen less those of the rejected answers."""
    pairs = [row.conversations() for row in sample.preferences]
    return np.stack([sample.truth.quality(a) - sample.truth.quality(b) for a, b in pairs])


def domain_index(sample: Sample) -> NDArray[np.intp]:
    return np.asarray(
        [sample.truth.domains.index(row.meta["domain"]) for row in sample.preferences]
    )


def accuracy(scores: Array) -> float:
    return float(np.mean((scores > 0) + 0.5 * (scores == 0)))


def best_fixed(differences: Array) -> Array:
    """Non-negative weights of the lowest logistic loss, found to optimality (it is convex)."""

    def loss(weights: Array) -> tuple[float, Array]:
        scores = differences @ weights
        chance = 1 / (1 + np.exp(np.clip(scores, -50, 50)))
        return float(np.logaddexp(0, -scores).mean()), -(differences * chance[:, None]).mean(0)

    k = differences.shape[1]
    return np.asarray(minimize(loss, np.ones(k), jac=True, bounds=[(0, None)] * k).x)


def test_the_planted_rule_reaches_the_accuracy_that_is_stated(sample: Sample) -> None:
    weights = sample.truth.weight_matrix()[domain_index(sample)]
    reached = accuracy((weights * margins(sample)).sum(1))
    assert reached == pytest.approx(sample.truth.bayes_accuracy)
    assert 0.90 < reached < 0.96


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_no_fixed_weights_come_near_the_planted_rule(seed: int) -> None:
    sample = generate(seed=seed)
    differences = margins(sample)
    rng = np.random.default_rng(0)
    tried = rng.dirichlet(np.full(differences.shape[1], 0.5), size=3000)
    best = max(
        accuracy(differences @ best_fixed(differences)),
        *(accuracy(differences @ weights) for weights in tried),
    )
    assert sample.truth.bayes_accuracy - best > 0.05


def test_weights_of_a_domain_sum_to_one(sample: Sample) -> None:
    weights = sample.truth.weight_matrix()
    assert weights.shape == (len(sample.truth.domains), len(sample.objectives))
    np.testing.assert_allclose(weights.sum(1), 1.0)


def test_expected_top(sample: Sample) -> None:
    truth = sample.truth
    assert truth.expected_top("safety") == {"is_safe"}
    assert truth.expected_top("arithmetic") == {"correctness"}
    assert truth.expected_top("summary") == {"faithfulness"}
    assert truth.expected_top("code") == {"readability", "correctness"}
    assert truth.expected_top("chat") == {"helpfulness", "politeness"}
    with pytest.raises(InputError, match="did you mean 'safety'"):
        truth.expected_top("safty")


def test_the_domain_of_a_prompt_is_that_of_its_rows(sample: Sample) -> None:
    for row in sample.preferences:
        assert sample.truth.domain(row.prompt) == row.meta["domain"]


def test_being_safe_is_unhelpful_both_where_it_matters_and_where_it_does_not(
    sample: Sample,
) -> None:
    names = sample.truth.objectives
    safe, helpful = names.index("is_safe"), names.index("helpfulness")
    differences, domains = margins(sample), domain_index(sample)
    for domain in ("safety", "chat"):
        rows = differences[domains == sample.truth.domains.index(domain)]
        opposed = rows[(rows[:, safe] != 0) & (rows[:, helpful] != 0)]
        assert np.mean(opposed[:, safe] * opposed[:, helpful] < 0) > 0.9, domain


def test_true_verbosity_tells_nothing_of_true_quality(sample: Sample) -> None:
    qualities = np.stack([np.asarray(q) for q in sample.truth.quality_by_conversation.values()])
    verbose = sample.truth.objectives.index("verbosity")
    for index, name in enumerate(sample.truth.objectives):
        if index != verbose:
            assert abs(spearmanr(qualities[:, index], qualities[:, verbose])[0]) < 0.1, name


def rated(sample: Sample, name: str) -> tuple[Array, Array, Array, Array]:
    """Rating in unit scale, true quality, true verbosity and length, of what was rated on `name`."""
    objective = next(o for o in sample.objectives if o.name == name)
    where = sample.truth.objectives.index(name)
    verbose = sample.truth.objectives.index("verbosity")
    found = []
    for row in sample.ratings:
        value = row.ratings.get(name)
        if value is not None:
            quality = sample.truth.quality(row.messages)
            length = float(len(row.messages[-1]["content"]))
            found.append(
                (objective.to_unit(float(value)), quality[where], quality[verbose], length)
            )
    return tuple(np.asarray(found).T)  # type: ignore[return-value]


def inflated(sample: Sample) -> list[str]:
    return [name for name, bias in sample.truth.verbosity_bias.items() if bias > 0]


def test_longer_answers_are_rated_higher_than_they_deserve(sample: Sample) -> None:
    assert len(inflated(sample)) >= 6
    for name in inflated(sample):
        rating, quality, _, length = rated(sample, name)
        design = np.column_stack([quality, np.ones_like(quality)])
        undeserved = rating - design @ np.linalg.lstsq(design, rating, rcond=None)[0]
        assert spearmanr(undeserved, length)[0] > 0.2, name


def test_the_planted_bias_is_the_slope_on_the_rating_of_verbosity(sample: Sample) -> None:
    verbosity, _, true_verbosity, _ = rated(sample, "verbosity")
    unit = np.polyfit(true_verbosity, verbosity, 1)[0]
    for name in inflated(sample):
        rating, quality, verbose, _ = rated(sample, name)
        design = np.column_stack([verbose, quality, np.ones_like(quality)])
        slope = np.linalg.lstsq(design, rating, rcond=None)[0][0]
        assert slope / unit == pytest.approx(sample.truth.verbosity_bias[name], abs=0.07), name


def test_ratings_follow_the_truth(sample: Sample) -> None:
    for name in sample.truth.objectives:
        rating, quality, _, _ = rated(sample, name)
        assert spearmanr(rating, quality)[0] > 0.6, name


def test_every_response_to_a_prompt_differs(sample: Sample) -> None:
    keys = [conversation_key(row.messages) for row in sample.ratings if row.source == "panel"]
    assert len(keys) == len(set(keys))
