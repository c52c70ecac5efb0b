"""Two readings of a pair, one in each order, and what they say together."""

from __future__ import annotations

import math


def margin(ab: float, ba: float) -> float:
    """Return the log-odds that `a` is better, from the mean probability over both orders.

    `p = (σ(ab) + σ(−ba)) / 2`. It is worked out in logarithms, so that it is finite however sure the
    model is; exchanging the responses changes its sign and nothing else.

    Args:
        ab: Logit of A less that of B where `a` is called A.
        ba: The same where `b` is called A.
    """
    return _log_sum(_log_sigmoid(ab), _log_sigmoid(-ba)) - _log_sum(
        _log_sigmoid(-ab), _log_sigmoid(ba)
    )


def _log_sigmoid(x: float) -> float:
    return min(x, 0.0) - math.log1p(math.exp(-abs(x)))


def _log_sum(x: float, y: float) -> float:
    return max(x, y) + math.log1p(math.exp(-abs(x - y)))
