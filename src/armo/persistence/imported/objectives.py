"""The objectives of foreign heads, as a command line names them."""

from __future__ import annotations

from armo.errors import InputError
from armo.objectives import Objective, check_unique
from armo.paper import paper_objectives

PAPER = "paper"


def parse_objectives(text: str) -> list[Objective]:
    """Return the objectives of a comma list, in order.

    `paper` stands for the paper's 19 in the published order. One of their names has its published scale;
    another is in [0, 1], unless it is written `NAME=LOW:HIGH`.

    Raises:
        InputError: If a name is empty or repeated, or a scale is none.
    """
    known = {objective.name: objective for objective in paper_objectives("published")}
    if text.strip() == PAPER:
        return list(known.values())
    objectives = [_objective(part.strip(), known) for part in text.split(",")]
    check_unique(objectives)
    return objectives


def _objective(text: str, known: dict[str, Objective]) -> Objective:
    name, has_scale, scale = text.partition("=")
    if not has_scale:
        return known.get(name) or Objective(name=name, low=0, high=1)
    low, _, high = scale.partition(":")
    try:
        return Objective(name=name.strip(), low=float(low), high=float(high))
    except ValueError as error:
        # An objective's own complaint says more.
        reason = f": {error}" if isinstance(error, InputError) else ""
        raise InputError(
            f"objective '{text}' can't be read{reason}; write NAME, or NAME=LOW:HIGH with the ends of "
            "its scale, such as helpfulness=0:4"
        ) from None
