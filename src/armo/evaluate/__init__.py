"""Statistics for judging a reward model: intervals, correlations, ratings and preferences."""

from armo.evaluate.bootstrap import (
    Interval,
    bootstrap_mean,
    bootstrap_statistic,
    paired_difference,
)
from armo.evaluate.correlation import (
    pearson,
    pearson_within,
    spearman,
    spearman_within,
    within,
)
from armo.evaluate.preferences import Accuracy, accuracy, log_loss
from armo.evaluate.ratings import RatingQuality, rating_quality

__all__ = [
    "Accuracy",
    "Interval",
    "RatingQuality",
    "accuracy",
    "bootstrap_mean",
    "bootstrap_statistic",
    "log_loss",
    "paired_difference",
    "pearson",
    "pearson_within",
    "rating_quality",
    "spearman",
    "spearman_within",
    "within",
]
