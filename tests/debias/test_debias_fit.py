"""Penalties against SciPy, a brute-force search over all steps, and their invariances."""

import time

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from armo import debias
from armo.evaluate import pearson, pearson_within, spearman, spearman_within


def planted(seed=0, n=400, slopes=(0.0, 0.8, -0.6, 2.0), dtype=np.float64):
    """Rewards that lean on the last, verbosity, with these slopes."""
    rng = np.random.default_rng(seed)
    verbosity = rng.normal(size=n)
    columns = [slope * verbosity + rng.normal(size=n) for slope in slopes]
    return np.stack([*columns, verbosity], axis=1).astype(dtype), len(slopes)


def plateau_by_brute_force(objective, verbosity):
    """The middle of the zeros of SciPy's Spearman, from every λ at which two rows change places."""
    i, j = np.triu_indices(len(objective), 1)
    gap = verbosity[i] - verbosity[j]
    steps = np.unique((objective[i] - objective[j])[gap != 0] / gap[gap != 0])
    points = np.concatenate([[steps[0] - 1], (steps[1:] + steps[:-1]) / 2, [steps[-1] + 1]])
    signs = np.array(
        [np.sign(np.round(np.cov(stats.rankdata(objective - p * verbosity),
                                 stats.rankdata(verbosity))[0, 1], 9)) for p in points]
    )  # fmt: skip
    assert (np.diff(signs) <= 0).all()
    first, last = np.flatnonzero(signs <= 0)[0], np.flatnonzero(signs >= 0)[-1]
    return (steps[first - 1] + steps[last]) / 2


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1), st.integers(3, 14))
def test_middle_of_the_plateau_on_continuous_rewards(seed, n):
    rng = np.random.default_rng(seed)
    verbosity = rng.normal(size=n)
    objective = rng.normal() * verbosity + rng.normal(size=n)
    found = debias.fit(np.stack([objective, verbosity], axis=1), 1).penalties[0]
    assert found == pytest.approx(plateau_by_brute_force(objective, verbosity), abs=1e-8)


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1), st.integers(4, 14))
def test_middle_of_the_plateau_on_discrete_ratings(seed, n):
    rng = np.random.default_rng(seed)
    verbosity, objective = rng.integers(0, 4, size=(2, n)).astype(float)
    assume(np.ptp(verbosity) > 0 and np.ptp(objective) > 0)
    found = debias.fit(np.stack([objective, verbosity], axis=1), 1).penalties[0]
    assert found == pytest.approx(plateau_by_brute_force(objective, verbosity), abs=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("method", "oracle"), [("spearman", stats.spearmanr), ("pearson", stats.pearsonr)]
)
def test_correlation_is_zero_afterwards(method, oracle, dtype):
    rewards, v = planted(dtype=dtype)
    found = debias.fit(rewards, v, method)
    after = found.apply(rewards)
    for objective in range(v):
        left = oracle(after[:, objective], rewards[:, v]).statistic
        # One swap of neighbours is worth up to 12 / n².
        assert abs(left) <= 12 / 400**2
        assert found.before[objective] == pytest.approx(
            oracle(rewards[:, objective], rewards[:, v]).statistic, abs=1e-6
        )
        assert found.after[objective] == pytest.approx(left, abs=1e-6)
    assert found.penalties[2] < -0.3
    assert found.notes == (
        "Negative penalties, which add verbosity to objectives that dislike it: "
        + ("objective 2." if found.penalties[0] >= 0 else "objective 0, objective 2."),
    )


@pytest.mark.parametrize("method", ["spearman", "pearson"])
def test_verbosity_itself_becomes_zero(method):
    rewards, v = planted()
    found = debias.fit(rewards, v, method)
    assert found.penalties[v] == 1
    assert not found.apply(rewards)[:, v].any()
    assert (found.before[v], found.after[v]) == (pytest.approx(1), 0)


def test_matrix_equals_the_loop():
    rewards, v = planted()
    found = debias.fit(rewards, v)
    loop = np.empty_like(rewards)
    for i in range(v + 1):
        loop[:, i] = rewards[:, i] - found.penalties[i] * rewards[:, v]
    np.testing.assert_allclose(rewards @ found.matrix, loop, atol=1e-12)
    np.testing.assert_array_equal(found.apply(rewards), rewards @ found.matrix)


def test_pearson_is_the_slope_of_least_squares():
    rewards, v = planted()
    found = debias.fit(rewards, v, "pearson")
    slopes = np.polyfit(rewards[:, v], rewards[:, :v], 1)[0]
    np.testing.assert_allclose(found.penalties[:v], slopes, rtol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("method", ["spearman", "pearson"])
@pytest.mark.parametrize("center", [None, "prompt"])
def test_a_multiple_of_verbosity_leaves_nothing(method, center, dtype):
    verbosity = np.random.default_rng(0).random(100).astype(dtype)
    rewards = np.stack([3 * verbosity, verbosity, -0.3 * verbosity + 1], axis=1).astype(dtype)
    found = debias.fit(
        rewards, 1, method, center=center, groups=np.arange(100) // 4, names=["a", "v", "b"]
    )
    np.testing.assert_allclose(found.penalties, [3, 1, -0.3], rtol=1e-5)
    assert not found.after.any()
    assert "Nothing is left after debiasing, since these are multiples of verbosity: a, b." in (
        found.notes
    )


@settings(max_examples=40)
@given(
    st.floats(0.01, 100), st.floats(0.01, 100), st.floats(-5, 5), st.floats(-5, 5),
    st.sampled_from(["spearman", "pearson"]),
)  # fmt: skip
def test_penalties_follow_scale_and_ignore_shift(a, b, shift, v_shift, method):
    rewards, v = planted(n=60)
    plain = debias.fit(rewards, v, method).penalties[:v]
    moved = a * rewards + shift
    moved[:, v] = b * rewards[:, v] + v_shift
    np.testing.assert_allclose(
        debias.fit(moved, v, method).penalties[:v], plain * a / b, rtol=1e-6, atol=1e-9 * a / b
    )


@settings(max_examples=15)
@given(st.permutations(range(30)))
def test_row_order_does_not_matter(order):
    rewards, v = planted(n=30)
    np.testing.assert_allclose(
        debias.fit(rewards[list(order)], v).penalties, debias.fit(rewards, v).penalties, atol=1e-9
    )


def test_nonnegative_clips_at_zero():
    rewards, v = planted()
    exact = debias.fit(rewards, v)
    clipped = debias.fit(rewards, v, nonnegative=True, names=["a", "b", "c", "d", "v"])
    np.testing.assert_array_equal(clipped.penalties, np.maximum(exact.penalties, 0))
    assert clipped.after[2] == clipped.before[2] < -0.3
    assert any("set to 0" in note and "c" in note for note in clipped.notes)


@pytest.mark.parametrize("method", ["spearman", "pearson"])
def test_a_constant_objective_is_left_alone(method):
    rewards, v = planted()
    rewards[:, 1] = 0.1
    found = debias.fit(rewards, v, method, names=["a", "flat", "c", "d", "v"])
    assert (found.penalties[1], found.before[1], found.after[1]) == (0, 0, 0)
    assert "Constant on the reference set, so left as they are (penalty 0): flat." in found.notes


def test_says_where_ties_leave_no_zero():
    verbosity = np.repeat([0.0, 1.0], [30, 20])
    rewards = np.stack([np.repeat([0.0, 1.0, 1.0], [28, 2, 20]), verbosity], axis=1)
    found = debias.fit(rewards, 1, names=["coarse", "v"])
    assert found.penalties[0] == pytest.approx(1)
    assert 0.02 < abs(found.after[0]) <= 1
    assert any("too many ties" in note and "coarse" in note for note in found.notes)


def by_prompt(seed=0, prompts=150, dtype=np.float64):
    """Within prompts the objective likes verbosity; prompts that get long answers score low."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(prompts), 4)
    level = rng.normal(size=prompts)[groups]
    inner = rng.normal(size=len(groups))
    objective = 0.7 * inner - 2 * level + rng.normal(size=len(groups))
    return np.stack([objective, inner + level], axis=1).astype(dtype), groups


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("method", "inside", "overall"),
    [("spearman", spearman_within, spearman), ("pearson", pearson_within, pearson)],
)
def test_centring_makes_the_correlation_within_prompts_zero(method, inside, overall, dtype):
    rewards, groups = by_prompt(dtype=dtype)
    centred = debias.fit(rewards, 1, method, center="prompt", groups=groups)
    marginal = debias.fit(rewards, 1, method)
    assert centred.penalties[0] > 0.5
    assert marginal.penalties[0] < 0
    verbosity = rewards[:, 1]
    assert abs(inside(centred.apply(rewards)[:, 0], verbosity, groups)) < 1e-4
    assert abs(overall(centred.apply(rewards)[:, 0], verbosity)) > 0.3
    assert abs(overall(marginal.apply(rewards)[:, 0], verbosity)) < 1e-4
    assert abs(inside(marginal.apply(rewards)[:, 0], verbosity, groups)) > 0.3
    assert abs(centred.after[0]) < 1e-4


def test_rows_alone_in_their_prompt_do_not_count():
    rewards, groups = by_prompt(prompts=20)
    lone = np.random.default_rng(1).normal(size=(7, 2)) * 50
    found = debias.fit(
        np.concatenate([rewards, lone]), 1, center="prompt",
        groups=[*groups.tolist(), *(f"alone {i}" for i in range(7))],
    )  # fmt: skip
    plain = debias.fit(rewards, 1, center="prompt", groups=groups)
    assert found.penalties[0] == pytest.approx(plain.penalties[0], abs=1e-9)
    assert found.rows == 80
    assert found.notes[0].startswith("7 of 87 rows are alone in their prompt")


@settings(max_examples=40)
@given(arrays(np.float64, (12, 3), elements=st.integers(-4, 4).map(float)), st.booleans())
@example(np.tile([[1.0, 0.0, 2.0], [1.0, 1.0, 2.0]], (6, 1)), True)
def test_any_ratings_give_finite_answers(rewards, centred):
    assume(np.ptp(rewards[:, 1].reshape(4, 3), axis=1).any())
    for method in ("spearman", "pearson"):
        found = debias.fit(
            rewards, 1, method, center="prompt" if centred else None, groups=np.arange(12) // 3
        )
        for values in (found.penalties, found.before, found.after, found.matrix):
            assert np.isfinite(values).all()
        assert (np.abs(found.after) <= 1).all()


def test_extreme_scales():
    rewards, v = planted(n=50)
    plain = debias.fit(rewards, v).penalties[:v]
    for scale in (1e-60, 1e60):
        tiny = rewards.copy()
        tiny[:, v] *= scale
        for method in ("spearman", "pearson"):
            found = debias.fit(tiny, v, method).penalties[:v] * scale
            assert np.isfinite(found).all()
            if method == "spearman":
                np.testing.assert_allclose(found, plain, rtol=1e-9)


def test_an_outlier_in_verbosity_only_widens_the_search():
    rewards, v = planted(n=200)
    rewards[0, v] = 1e9
    found = debias.fit(rewards, v)
    assert (np.abs(found.after[:v]) < 1e-3).all()
    assert found.penalties[1] == pytest.approx(0.8, abs=0.3)


def test_hundred_thousand_rows_take_seconds():
    rng = np.random.default_rng(0)
    verbosity = rng.normal(size=100_000)
    rewards = rng.normal(size=(100_000, 6)) + np.linspace(-1, 2, 6) * verbosity[:, None]
    rewards[:, 4] = verbosity
    # Processor time, since the wall clock is shared; about 1 is usual.
    start = time.process_time()
    found = debias.fit(rewards, 4, center="prompt", groups=np.arange(100_000) // 2)
    assert time.process_time() - start < 8
    assert (np.abs(found.after) < 1e-6).all()
