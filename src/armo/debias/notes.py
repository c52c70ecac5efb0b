"""What a reader of the penalties should know, in sentences."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from armo.debias.reference import Reference

# What is left after debiasing and still worth a sentence.
_NOTABLE = 0.02


def describe(
    reference: Reference,
    names: list[str],
    roots: NDArray[np.float64],
    penalties: NDArray[np.float64],
    after: NDArray[np.float64],
) -> tuple[str, ...]:
    """Return notes on rows left out and on objectives that need a word.

    Args:
        reference: The reference set.
        names: Names of the objectives, length k.
        roots: Exact penalties, shape `[k]`.
        penalties: Those used: the roots, or what clipping left of them, shape `[k]`.
        after: Correlation with verbosity after debiasing, shape `[k]`.
    """
    constant = np.asarray(reference.constant)
    clipped = penalties != roots
    missed = ~clipped & (np.abs(after) > _NOTABLE)
    emptied = ~constant & np.asarray(
        [not reference.debiased(i, float(penalty)).any() for i, penalty in enumerate(penalties)]
    )
    emptied[reference.verbosity] = False
    remarks = (
        (constant, "Constant on the reference set, so left as they are (penalty 0)"),
        (clipped, "Penalties below 0 were set to 0, so these stay below zero correlation"),
        (penalties < 0, "Negative penalties, which add verbosity to objectives that dislike it"),
        (missed, "Too few rows or too many ties for zero correlation; the nearest step was taken"),
        (emptied, "Nothing is left after debiasing, since these are multiples of verbosity"),
    )
    notes = [f"{remark}: {_listed(names, chosen)}." for chosen, remark in remarks if chosen.any()]
    if reference.left_out:
        notes.insert(0, _left_out(reference))
    return tuple(notes)


def _left_out(reference: Reference) -> str:
    total = len(reference.values) + reference.left_out
    return (
        f"{reference.left_out} of {total} rows are alone in their prompt and were left out: within "
        "prompts they compare with nothing."
    )


def _listed(names: list[str], chosen: NDArray[np.bool_]) -> str:
    return ", ".join(name for name, listed in zip(names, chosen, strict=True) if listed)
