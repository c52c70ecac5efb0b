"""The reference set, checked and brought into the form that correlations are taken in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from armo.debias.rounding import is_constant, without_rounding
from armo.errors import InputError
from armo.evaluate.correlation import within
from armo.evaluate.inputs import Groups, finite

_FEWEST = 3


@dataclass(frozen=True, eq=False)
class Reference:
    """Rewards on the reference set.

    Attributes:
        values: Rewards, centred within prompts if that was asked for, shape `[n, k]`.
        verbosity: Index of the verbosity objective.
        magnitudes: Largest size of each raw reward, shape `[k]`.
        precision: Type that the rewards were given in.
        left_out: Rows alone in their prompt, which centring drops.
    """

    values: NDArray[np.float64]
    verbosity: int
    magnitudes: NDArray[np.float64]
    precision: np.dtype[np.floating]
    left_out: int

    @cached_property
    def constant(self) -> list[bool]:
        """Whether each objective is the same in all rows, up to rounding."""
        return [
            is_constant(self.column(objective), float(magnitude), self.precision)
            for objective, magnitude in enumerate(self.magnitudes)
        ]

    def column(self, objective: int) -> NDArray[np.float64]:
        """Return one objective's rewards, contiguous, shape `[n]`."""
        return np.ascontiguousarray(self.values[:, objective])

    def debiased(self, objective: int, penalty: float) -> NDArray[np.float64]:
        """Return one objective's rewards less the penalty, zeros if only rounding is left."""
        size = self.magnitudes[objective] + abs(penalty) * self.magnitudes[self.verbosity]
        rest = self.column(objective) - penalty * self.column(self.verbosity)
        return without_rounding(rest, float(size), self.precision)


def make_reference(
    rewards: NDArray[np.floating], verbosity: int, center: str | None, groups: Groups | None
) -> Reference:
    """Check the rewards and centre them within prompts if asked.

    Raises:
        InputError: See `armo.debias.fit`.
    """
    raw = finite(rewards, "rewards", dimensions=2)
    if not 0 <= verbosity < raw.shape[1]:
        raise InputError(
            f"verbosity must be the index of one of {raw.shape[1]} objectives, 0 to "
            f"{raw.shape[1] - 1}, got {verbosity}"
        )
    values = _prepared(raw, center, groups)
    if len(values) < _FEWEST:
        raise InputError(
            f"debiasing needs at least {_FEWEST} rows of reference rewards, got {len(values)}; use "
            "a larger reference set"
        )
    reference = Reference(
        values=values,
        verbosity=verbosity,
        magnitudes=np.abs(raw).max(axis=0),
        precision=rewards.dtype,
        left_out=len(raw) - len(values),
    )
    if reference.constant[verbosity]:
        where = " within every prompt" if center else ""
        raise InputError(
            f"the verbosity reward (objective {verbosity}) is constant{where} on the reference set, "
            "so nothing can be told about it; use more varied responses or another objective"
        )
    return reference


def _prepared(
    raw: NDArray[np.float64], center: str | None, groups: Groups | None
) -> NDArray[np.float64]:
    if center is None:
        return raw
    if center != "prompt":
        raise InputError(f"center must be None or 'prompt', got '{center}'")
    if groups is None:
        raise InputError("center='prompt' needs groups: the prompt of every row")
    values = within(raw, groups)
    if len(values) == 0:
        raise InputError(
            "center='prompt' needs prompts with two responses or more, but every row is alone in "
            "its group; check the groups, or leave center out"
        )
    return values
