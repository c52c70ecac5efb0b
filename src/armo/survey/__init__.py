"""What a data set looks like, in numbers: ratings, pairs, lengths, agreement, and what to look at."""

from armo.survey.figures import Figures
from armo.survey.finding import Finding
from armo.survey.survey import Survey, survey

__all__ = ["Figures", "Finding", "Survey", "survey"]
