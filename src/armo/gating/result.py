"""What a fit records, and fixed weights: the simplest thing that it returns."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Float64, Int

from armo.errors import InputError
from armo.gating.pairs import check_differences
from armo.gating.settings import GateSettings

# What the gate and the rules that stand beside it are called, in figures and tables alike.
GATE, FIXED, SINGLE, UNIFORM = "gate", "fixed weights", "best single objective", "uniform"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One row of the table that validation chose from.

    Attributes:
        settings: What was trained; None for the fixed weights, the row to beat.
        loss: Validation loss at the kept step, at that step's best temperature; None without
            validation pairs.
        accuracy: Validation accuracy at the kept step.
        best_step: The step kept.
        steps: The steps run.
        beta: β at the kept step, as learned on the training pairs.
    """

    settings: GateSettings | None
    loss: float | None
    accuracy: float | None
    best_step: int
    steps: int
    beta: float


@dataclass(frozen=True, kw_only=True)
class Validation:
    """Figures on the validation pairs.

    Attributes:
        pairs: Validation pairs; 0 if there were none, and then loss and accuracy are None.
        loss: Weighted mean of `−log σ(β · margin)` with the final β.
        accuracy: Weighted share of pairs ranked right, a tie counting one half.
        best_step: The training step kept; 0 is the fixed weights that training started from.
        steps: The training steps run before it stopped.
        candidates: All rows that were compared, the fixed weights first.
    """

    pairs: int = 0
    loss: float | None = None
    accuracy: float | None = None
    best_step: int = 0
    steps: int = 0
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class FixedWeights:
    """One vector of weights for all prompts.

    Attributes:
        weights: ≥ 0, sum 1.
        beta: Turns a margin of scores into a probability, `σ(β · margin)`.
        optimality: Largest entry of the projected gradient where the solver ended (`fit_fixed`);
            0 for weights that were not solved for.
        validation: Figures on the validation pairs.
        notes: Sentences for the reader of a report.
    """

    weights: Float64[np.ndarray, " objectives"]
    beta: float
    optimality: float = 0.0
    validation: Validation = field(default_factory=Validation)
    notes: tuple[str, ...] = ()

    def margins(
        self,
        differences: Float[np.ndarray, "pairs objectives"],
        prompts: Float[np.ndarray, "prompts features"] | None = None,
        prompt_index: Int[np.ndarray, " pairs"] | None = None,
    ) -> Float64[np.ndarray, " pairs"]:
        """Return the score differences `Σ w · r'`; takes a gate's arguments and needs no prompts."""
        checked = check_differences(differences)
        check_objectives(checked.shape[1], len(self.weights))
        margins: Float64[np.ndarray, " pairs"] = checked @ self.weights
        return margins


def check_objectives(got: int, expected: int) -> None:
    """Raise InputError unless there is one weight for each column of the differences."""
    if got != expected:
        raise InputError(
            f"there are weights for {expected} objectives, but {got} differences a pair"
        )
