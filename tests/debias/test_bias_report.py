import numpy as np
import pytest

from armo import debias
from armo.errors import InputError
from armo.evaluate import spearman, spearman_within


def planted(seed=0, prompts=100):
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(prompts), 3)
    level = rng.normal(size=prompts)[groups]
    verbosity = level + rng.normal(size=len(groups))
    lengths = np.round(np.exp(5 + 0.5 * verbosity + 0.3 * rng.normal(size=len(groups))))
    objective = verbosity + rng.normal(size=len(groups))
    rewards = np.stack([objective, verbosity, 2 * verbosity], axis=1)
    return rewards, lengths.astype(np.int64), groups


@pytest.mark.parametrize("center", [None, "prompt"])
def test_every_number_is_the_named_correlation(center):
    rewards, lengths, groups = planted()
    fitted = debias.fit(rewards, 1, center=center, groups=groups)
    debiased = fitted.apply(rewards)
    first, second, third = debias.bias_report(
        rewards, debiased, 1, lengths, groups, ["a", "v", "twice"]
    )
    for target, over_all, inside in (
        (lengths, first.length, first.length_within),
        (rewards[:, 1], first.verbosity, first.verbosity_within),
    ):
        assert over_all.before == pytest.approx(spearman(rewards[:, 0], target))
        assert over_all.after == pytest.approx(spearman(debiased[:, 0], target))
        assert inside.before == pytest.approx(spearman_within(rewards[:, 0], target, groups))
        assert inside.after == pytest.approx(spearman_within(debiased[:, 0], target, groups))
    zeroed = first.verbosity if center is None else first.verbosity_within
    assert abs(zeroed.after) < 1e-3 < zeroed.before
    assert [second.name, second.rows, second.rows_within] == ["v", 300, 300]
    # What is zero, or only the rounding of zero, goes with nothing.
    for emptied in (second, third):
        for liking in (emptied.verbosity, emptied.verbosity_within):
            assert (liking.before, liking.after) == (pytest.approx(1), 0)
        assert emptied.length.after == emptied.length_within.after == 0


def test_float32_rewards_cancel_too():
    rewards, lengths, groups = planted()
    rewards = (rewards * np.array([1, 1, 1.1])).astype(np.float32)
    debiased = debias.fit(rewards, 1).apply(rewards)
    third = debias.bias_report(rewards, debiased, 1, lengths, groups, ["a", "v", "t"])[2]
    assert third.verbosity.after == 0


@pytest.mark.parametrize("groups", [None, range(300)])
def test_without_pairs_in_a_prompt_there_is_nothing_within(groups):
    rewards, lengths, _ = planted()
    records = debias.bias_report(rewards, rewards, 1, lengths, groups, ["a", "b", "c"])
    assert {record.length_within for record in records} == {None}
    assert {record.verbosity_within for record in records} == {None}
    assert records[0].rows_within == 0


def test_rows_alone_in_their_prompt_are_not_counted_within():
    rewards, lengths, groups = planted()
    groups[:3] = [1001, 1002, 1003]
    record = debias.bias_report(rewards, rewards, 1, lengths, groups, ["a", "b", "c"])[0]
    assert (record.rows, record.rows_within) == (300, 297)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"names": ["a"]}, "names must be 3"),
        ({"verbosity": 3}, "verbosity must be"),
        ({"groups": ["a"]}, "groups has 1 rows"),
        ({"rewards": np.zeros((0, 3)), "debiased": np.zeros((0, 3)), "lengths": np.zeros(0)}, "no rows"),
    ],
)  # fmt: skip
def test_refuses(change, message):
    rewards, lengths, groups = planted()
    arguments = {
        "rewards": rewards, "debiased": rewards, "verbosity": 1, "lengths": lengths,
        "groups": groups, "names": ["a", "b", "c"],
    }  # fmt: skip
    with pytest.raises(InputError, match=message):
        debias.bias_report(**{**arguments, **change})
