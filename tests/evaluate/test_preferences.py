import numpy as np
import pytest

from armo.errors import InputError
from armo.evaluate import Interval, accuracy, log_loss


def test_ties_lose_and_are_counted():
    won = accuracy(np.array([1.0, 0.0, -1.0, 2.0]))
    assert isinstance(won, Interval)
    assert (won.estimate, won.ties, won.count) == (0.5, 1, 4)


def test_ties_of_weight_zero_are_not_counted():
    won = accuracy(np.array([1.0, 0.0, 0.0]), weights=np.array([1.0, 1.0, 0.0]))
    assert (won.estimate, won.ties, won.count) == (0.5, 1, 2)


def test_groups_enter():
    won = accuracy(np.array([1.0, 1.0, -1.0]), ["a", "a", "b"])
    assert won.groups == 2
    assert accuracy(np.array([1.0, 1.0]), ["a", "a"]).low is None


def test_log_loss_is_log_two_for_no_margin_and_the_formula_otherwise():
    assert log_loss(np.zeros(3), 5.0) == pytest.approx(np.log(2))
    margins = np.random.default_rng(0).normal(size=50)
    expected = -np.log(1 / (1 + np.exp(-2 * margins))).mean()
    assert log_loss(margins, 2.0) == pytest.approx(expected)


def test_log_loss_of_huge_margins_is_finite():
    assert log_loss(np.array([1e6, -1e6], dtype=np.float32), 10.0) == pytest.approx(5e6)


@pytest.mark.parametrize("beta", [0.0, -1.0, float("nan"), float("inf")])
def test_log_loss_refuses_beta(beta):
    with pytest.raises(InputError, match="beta"):
        log_loss(np.ones(2), beta)


def test_refuses_no_pairs():
    with pytest.raises(InputError, match="no pairs"):
        log_loss(np.zeros(0), 1.0)
    with pytest.raises(InputError, match="no rows"):
        accuracy(np.zeros(0))
