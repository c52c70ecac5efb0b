"""UltraFeedback's overall scores of 10 that stand for 1, as the set's own authors tell them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from armo.data.sets.fields import number
from armo.data.sets.known import Tally
from armo.data.sets.parts import field_or_none

FINE, OVERALL = "fine-grained_score", "overall_score"
ASPECTS = ("instruction_following", "truthfulness", "honesty", "helpfulness")
SCALES = {FINE: (0.0, 5.0), OVERALL: (1.0, 10.0)} | dict.fromkeys(ASPECTS, (1.0, 5.0))
# Up to the first mean a 10 was a 1 misread; beyond the second it is a 10. Between them the authors
# rated again.
_ONE, _TEN = 2.0, 4.0

_BY_MEAN = "the fine-grained score, or else the aspects' mean,"
FIXED = f"{OVERALL}: 10 where {_BY_MEAN} is at most {_ONE:g}; taken as 1"
KEPT = (
    f"{OVERALL}: 10 where {_BY_MEAN} is at most {_ONE:g}; kept (the option fix_ten_for_one takes it "
    "as 1)"
)
UNCLEAR = f"{OVERALL}: 10 where {_BY_MEAN} is from {_ONE:g} to {_TEN:g}, or not given"
LEFT_OUT = f"{UNCLEAR}; left out, since it may stand for 1"
UNCLEAR_KEPT = f"{UNCLEAR}; kept (the option fix_ten_for_one leaves it out)"


def mended_overall(
    completion: Mapping[str, Any], score: float, tally: Tally, fix_ten_for_one: bool
) -> float | None:
    """Return a completion's overall score, with a 10 that stands for 1 mended on demand.

    The set's first release has 10 for many completions that deserve 1. Its authors took a 10 for a 1
    where the fine-grained score, the mean of the aspects, is at most 2, kept it above 4, and rated
    again between; as nobody rates again here, such a score can't be used.

    Args:
        completion: As the set has it.
        score: Its overall score, 1 to 10.
        tally: Told of every 10 in doubt, whatever becomes of it.
        fix_ten_for_one: Whether to mend; if not, the score stays.

    Returns:
        The score; None for a 10 that may be either.
    """
    if score != SCALES[OVERALL][1]:
        return score
    mean = _mean(completion)
    if mean is not None and mean > _TEN:
        return score
    is_one = mean is not None and mean <= _ONE
    if not fix_ten_for_one:
        tally.note(KEPT if is_one else UNCLEAR_KEPT)
        return score
    tally.note(FIXED if is_one else LEFT_OUT)
    return 1.0 if is_one else None


def _mean(completion: Mapping[str, Any]) -> float | None:
    """Return the stored mean of the aspects, else that of those rated; None if there is neither."""
    stored = _within(FINE, completion.get(FINE))
    if stored is not None:
        return stored
    annotations = completion.get("annotations")
    given = (field_or_none(field_or_none(annotations, aspect), "Rating") for aspect in ASPECTS)
    rated = [_within(aspect, rating) for aspect, rating in zip(ASPECTS, given, strict=True)]
    found = [rating for rating in rated if rating is not None]
    return sum(found) / len(found) if found else None


def _within(name: str, value: object) -> float | None:
    found, (low, high) = number(value), SCALES[name]
    return found if found is not None and low <= found <= high else None
