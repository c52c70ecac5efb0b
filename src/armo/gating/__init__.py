"""Stage 2: weights for the objectives, from the prompt or fixed, fitted to preference pairs."""

from armo.gating.fit import Progress, fit
from armo.gating.fixed import best_single, fit_fixed, uniform
from armo.gating.gate import Gate
from armo.gating.result import Candidate, FixedWeights, Validation
from armo.gating.settings import PAPER, PRESETS, GateSettings, Preset
from armo.gating.temperature import fit_beta

__all__ = [
    "PAPER",
    "PRESETS",
    "Candidate",
    "FixedWeights",
    "Gate",
    "GateSettings",
    "Preset",
    "Progress",
    "Validation",
    "best_single",
    "fit",
    "fit_beta",
    "fit_fixed",
    "uniform",
]
