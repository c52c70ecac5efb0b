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
from armo.evaluate.rewardbench import (
    Scores,
    SectionScore,
    SubsetScore,
    rewardbench,
    weighted_score,
)
from armo.evaluate.strata import bootstrap_strata

__all__ = [
    "Accuracy",
    "Interval",
    "RatingQuality",
    "Scores",
    "SectionScore",
    "SubsetScore",
    "accuracy",
    "bootstrap_mean",
    "bootstrap_statistic",
    "bootstrap_strata",
    "log_loss",
    "paired_difference",
    "pearson",
    "pearson_within",
    "rating_quality",
    "rewardbench",
    "spearman",
    "spearman_within",
    "weighted_score",
    "within",
]
