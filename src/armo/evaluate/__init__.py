"""Statistics for judging a reward model: intervals, correlations, ratings and preferences."""

from armo.evaluate.bootstrap import (
    Interval,
    bootstrap_mean,
    bootstrap_statistic,
    paired_difference,
)
from armo.evaluate.calibration import (
    Calibration,
    CalibrationBin,
    MarginBin,
    accuracy_by_margin,
    calibration,
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
    subset_shares,
    weighted_score,
)
from armo.evaluate.strata import bootstrap_strata

__all__ = [
    "Accuracy",
    "Calibration",
    "CalibrationBin",
    "Interval",
    "MarginBin",
    "RatingQuality",
    "Scores",
    "SectionScore",
    "SubsetScore",
    "accuracy",
    "accuracy_by_margin",
    "bootstrap_mean",
    "bootstrap_statistic",
    "bootstrap_strata",
    "calibration",
    "log_loss",
    "paired_difference",
    "pearson",
    "pearson_within",
    "rating_quality",
    "rewardbench",
    "spearman",
    "spearman_within",
    "subset_shares",
    "weighted_score",
    "within",
]
