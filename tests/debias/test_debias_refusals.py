"""What `armo.debias.fit` can't use, and what it says."""

import numpy as np
import pytest

from armo import debias
from armo.errors import InputError

GOOD = np.random.default_rng(0).random((6, 3))


def with_column(column, value):
    rewards = GOOD.copy()
    rewards[:, column] = value
    return rewards


@pytest.mark.parametrize(
    ("rewards", "options", "message"),
    [
        (with_column(1, 0.1), {}, "objective 1.*constant"),
        (with_column(1, 1e6 + np.arange(6) * 1e-10), {}, "constant"),
        (GOOD[:2], {}, "at least 3 rows"),
        (with_column(2, np.nan), {}, "finite"),
        (with_column(2, np.inf), {}, "finite"),
        (GOOD, {"verbosity": 3}, "0 to 2, got 3"),
        (GOOD, {"verbosity": -1}, "got -1"),
        (GOOD, {"method": "spearmann"}, "did you mean 'spearman'"),
        (GOOD, {"center": "group"}, "None or 'prompt'"),
        (GOOD, {"center": "prompt"}, "needs groups"),
        (GOOD, {"center": "prompt", "groups": range(6)}, "alone in its group"),
        (GOOD, {"center": "prompt", "groups": [0, 0, 1, 2, 3, 4]}, "at least 3 rows"),
        (GOOD, {"center": "prompt", "groups": [0, 0]}, "groups has 2 rows"),
        (GOOD, {"names": ["a"]}, "names must be 3"),
    ],
)
def test_refuses(rewards, options, message):
    with pytest.raises(InputError, match=message):
        debias.fit(rewards, **{"verbosity": 1, **options})


def test_refuses_verbosity_that_varies_between_prompts_only():
    groups = np.array([0, 0, 1, 1, 2, 2])
    rewards = with_column(1, groups * 0.1)
    debias.fit(rewards, 1)
    with pytest.raises(InputError, match="constant within every prompt"):
        debias.fit(rewards, 1, center="prompt", groups=groups)


def test_apply_refuses_another_number_of_objectives():
    found = debias.fit(GOOD, 1)
    with pytest.raises(InputError, match=r"\[rows, 3\]"):
        found.apply(np.zeros((4, 2)))
