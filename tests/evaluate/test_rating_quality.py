import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import r2_score

from armo.errors import InputError
from armo.evaluate import rating_quality


def planted(rng, n=300):
    truth = rng.random((n, 2))
    observed = np.round(4 * truth) / 4
    observed[rng.random((n, 2)) < 0.3] = np.nan
    return truth + 0.2 * rng.normal(size=(n, 2)), observed


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_agrees_with_oracles_on_the_rated_rows(dtype):
    predicted, observed = (array.astype(dtype) for array in planted(np.random.default_rng(0)))
    quality = rating_quality(predicted, observed, None, ["a", "b"], resamples=50)
    assert list(quality) == ["a", "b"]
    for column, found in enumerate(quality.values()):
        rated = ~np.isnan(observed[:, column])
        y, p = observed[rated, column], predicted[rated, column]
        assert found.count == rated.sum()
        assert found.r2.estimate == pytest.approx(r2_score(y, p), abs=1e-5)
        assert found.rank_correlation.estimate == pytest.approx(stats.spearmanr(y, p).statistic)
        assert found.mse == pytest.approx(np.mean((y - p) ** 2), rel=1e-5)
        assert found.r2.low < found.r2.estimate < found.r2.high
        assert found.reason is None


def test_groups_without_a_rating_do_not_enter():
    predicted, observed = planted(np.random.default_rng(0), n=40)
    observed[:20, 0] = np.nan
    observed[20:, 0] = np.linspace(0, 1, 20)
    quality = rating_quality(
        predicted, observed, np.repeat([f"g{i}" for i in range(10)], 4), ["a", "b"], resamples=20
    )
    assert quality["a"].r2.groups == 5
    assert quality["b"].r2.groups == 10


def test_says_why_something_does_not_exist():
    n = 20
    predicted = np.random.default_rng(0).random((n, 4))
    predicted[:, 3] = 0.5
    observed = np.full((n, 4), np.nan)
    observed[:2, 1] = [0.0, 1.0]
    observed[:, 2] = 1.0
    observed[:, 3] = np.linspace(0, 1, n)
    quality = rating_quality(predicted, observed, None, ["none", "two", "equal", "flat"])
    assert quality["none"].mse is None
    assert "0 rows" in quality["none"].reason
    assert quality["two"].mse is not None
    assert "2 rows" in quality["two"].reason
    assert quality["equal"].r2 is None
    assert "observed ratings are equal" in quality["equal"].reason
    assert quality["flat"].r2.estimate == pytest.approx(0)
    assert quality["flat"].rank_correlation is None
    assert "predictions are equal" in quality["flat"].reason


def test_one_group_has_no_interval():
    predicted, observed = planted(np.random.default_rng(0), n=30)
    found = rating_quality(predicted, observed, ["x"] * 30, ["a", "b"])["a"]
    assert found.r2.low is None
    assert found.r2.estimate > 0


@pytest.mark.parametrize(
    ("names", "message"),
    [(["a"], "names"), (["a", "a"], "different"), (["a", "b"], "infinite|finite")],
)
def test_refuses(names, message):
    predicted, observed = planted(np.random.default_rng(0), n=30)
    observed[3, 1] = np.inf
    with pytest.raises(InputError, match=message):
        rating_quality(predicted, observed, None, names)
