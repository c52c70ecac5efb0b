"""What a system says of each pair of a benchmark, once the label is put beside it."""

from __future__ import annotations

import hashlib

import msgspec

from armo.data import BenchmarkRow
from armo.rejects import Reject
from armo.rivals.system import Pair, Preference

# Of these, RewardBench counts a pair that is left open as half won; a tie of scores is lost.
_GIVES_VERDICTS = {"judge"}


class JudgedPair(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A pair as a system sees it.

    Attributes:
        id: Of the benchmark's row.
        credit: 1 if the chosen response wins, 0 if not, 0.5 if a judge leaves it open; None if the pair
            could not be judged.
        margin: Score of the chosen response minus that of the rejected one, or log-odds that the chosen
            one is better; None if there is none.
        scores: Scores of the chosen and of the rejected response, where there are such.
        lengths: Tokens of the two responses, where the system counts them.
        tokens: Tokens that were read and written for it.
        notes: What a reader should know, such as `unparsable`.
        reason: Why it could not be judged.
    """

    id: str
    credit: float | None = None
    margin: float | None = None
    scores: tuple[float, float] | None = None
    lengths: tuple[int, int] | None = None
    tokens: int = 0
    notes: tuple[str, ...] = ()
    reason: str = ""


def blind(row_id: str, row: BenchmarkRow) -> Pair:
    """Return a row as a pair that does not say which response is the chosen one.

    Which of them stands first is decided by the id, so that a liking for a place helps no system.
    """
    chosen, rejected = (messages[-1] for messages in row.conversations())
    prompt = row.conversations()[0][:-1]
    if chosen_is_first(row_id):
        return Pair(row_id, prompt, chosen, rejected)
    return Pair(row_id, prompt, rejected, chosen)


def chosen_is_first(row_id: str) -> bool:
    """Return whether the chosen response of a row stands first in its pair."""
    digest = hashlib.sha256(f"place {row_id}".encode("utf-8", "surrogatepass")).digest()
    return digest[0] % 2 == 0


def labelled(row_id: str, outcome: Preference | Reject, kind: str) -> JudgedPair:
    """Return a preference with the benchmark's label beside it.

    Args:
        row_id: Of the benchmark's row.
        outcome: What the system said of the blind pair.
        kind: Of the system; a judge's open pairs count half, others' ties are lost.
    """
    if isinstance(outcome, Reject):
        return JudgedPair(id=row_id, reason=outcome.reason)
    first = chosen_is_first(row_id)
    won = outcome.verdict if first else 1 - outcome.verdict
    margin, scores = outcome.margin, outcome.scores
    return JudgedPair(
        id=row_id,
        credit=0.0 if won == 0.5 and kind not in _GIVES_VERDICTS else won,
        margin=margin if margin is None or first else -margin,
        scores=scores if scores is None or first else (scores[1], scores[0]),
        tokens=outcome.tokens,
        notes=outcome.notes,
    )
