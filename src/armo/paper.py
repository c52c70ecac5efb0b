"""What the ArmoRM paper fixes: its 19 objectives, their native scales and their maps to unit scale."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from armo.errors import InputError, nearest
from armo.objectives import Objective

VERBOSITY = "helpsteer-verbosity"
"""The objective that debiasing takes out of the others."""

# Where a data set names its own aspects, in the order of the published weight rows.
_ASPECTS: tuple[tuple[str, tuple[str, ...], tuple[float, float], str], ...] = (
    (
        "helpsteer",
        ("helpfulness", "correctness", "coherence", "complexity", "verbosity"),
        (0, 4),
        "helpsteer",
    ),
    ("ultrafeedback", ("overall_score",), (1, 10), "ultrafeedback"),
    # The mathematics set is rated on the same objective.
    ("ultrafeedback", ("instruction_following",), (1, 5), "ultrafeedback, math"),
    ("ultrafeedback", ("truthfulness", "honesty", "helpfulness"), (1, 5), "ultrafeedback"),
    ("beavertails", ("is_safe",), (0, 1), "beavertails-30k"),
    ("prometheus", ("score",), (1, 5), "feedback-collection"),
    ("argilla", ("overall_quality",), (1, 5), "capybara"),
    ("argilla", ("judge_lm",), (1, 10), "openorca"),
    (
        "code",
        ("complexity", "style", "explanation", "instruction-following", "readability"),
        (1, 5),
        "code-ultrafeedback",
    ),
)

PAPER_OBJECTIVES: tuple[Objective, ...] = tuple(
    Objective(
        name=f"{prefix}-{aspect}",
        low=low,
        high=high,
        source=source,
        boolean=aspect == "is_safe",
    )
    for prefix, aspects, (low, high), source in _ASPECTS
    for aspect in aspects
)
"""The 19 objectives in the order of the published checkpoint's regression rows.

The order is that of the authors' merged training set; the paper's appendix lists its sets in another.
`source` holds the names of the known sets that rate the objective.
"""

SCALES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {objective.name: (objective.low, objective.high) for objective in PAPER_OBJECTIVES}
)
"""Lowest and highest native rating of each of the 19, by name."""

UNIT_MAPS: Mapping[str, Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        "paper": MappingProxyType({}),
        "published": MappingProxyType(
            {name: (0.1, 0.9) for name in SCALES if name.startswith("helpsteer-")}
        ),
    }
)
"""What the ends of a native scale become in unit scale, by variant and objective.

`paper`: every scale goes linearly to [0, 1], as the paper says. `published`: HelpSteer's ratings x
become (x + 0.5) / 5, which the card of the checkpoint undoes with 5 x - 0.5. An objective that a
variant does not name goes linearly to [0, 1]; for the fourteen others of the checkpoint this is a
guess, as their maps were never released.
"""


def paper_objectives(unit_map: str = "paper") -> list[Objective]:
    """Return the 19 objectives with the maps to unit scale of a variant, a key of `UNIT_MAPS`.

    Raises:
        InputError: If no variant has that name.
    """
    if unit_map not in UNIT_MAPS:
        raise InputError(
            f"no unit map is called '{unit_map}'{nearest(unit_map, UNIT_MAPS)}; "
            f"use one of {', '.join(UNIT_MAPS)}"
        )
    ends = UNIT_MAPS[unit_map]
    return [_mapped(objective, ends) for objective in PAPER_OBJECTIVES]


def _mapped(objective: Objective, ends: Mapping[str, tuple[float, float]]) -> Objective:
    if objective.name not in ends:
        return objective
    low, high = ends[objective.name]
    return msgspec.structs.replace(objective, unit_low=low, unit_high=high)
