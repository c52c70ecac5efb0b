"""Taking verbosity out of the rewards: equations 2 and 3 of the ArmoRM paper."""

from armo.debias.estimate import fit
from armo.debias.report import BeforeAfter, Bias, bias_report
from armo.debias.result import Debias, penalty_matrix

__all__ = ["BeforeAfter", "Bias", "Debias", "bias_report", "fit", "penalty_matrix"]
