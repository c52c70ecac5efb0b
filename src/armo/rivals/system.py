"""What every system of a comparison can do: say which of two responses it prefers, and how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from armo.conversation import Conversation, Message
from armo.progress import Reporter
from armo.rejects import Reject


@dataclass(frozen=True)
class Pair:
    """Two responses to one prompt. Which of them is the better one is not said.

    Attributes:
        id: Names the pair in results; also decides a random order, so that it never changes.
        prompt: All messages before the response.
        a: One response.
        b: The other.
    """

    id: str
    prompt: Conversation
    a: Message
    b: Message

    def conversations(self) -> tuple[list[Message], list[Message]]:
        """Return the prompt followed by each response."""
        return [*self.prompt, self.a], [*self.prompt, self.b]


@dataclass(frozen=True)
class Preference:
    """How a system sees a pair.

    Attributes:
        margin: Score of `a` minus that of `b`, or log-odds that `a` is better; None if the system says
            no more than who wins.
        verdict: 1 if `a` wins, 0 if `b` does, 0.5 if it can't be told.
        scores: Scores of `a` and `b`, where there are such.
        tokens: Tokens that were read and written for it.
        notes: What a reader should know, such as `unparsable`; counted over a benchmark.
    """

    margin: float | None
    verdict: float
    scores: tuple[float, float] | None = None
    tokens: int = 0
    notes: tuple[str, ...] = ()


def from_margin(
    margin: float, scores: tuple[float, float] | None = None, tokens: int = 0
) -> Preference:
    """Return the preference that a difference of scores stands for."""
    verdict = 0.5 if margin == 0 else float(margin > 0)
    return Preference(margin, verdict, scores, tokens)


@dataclass(frozen=True)
class Description:
    """What a table says of a system, and what its results depend on.

    Attributes:
        kind: Such as `bradley-terry`.
        base: Backbone or model behind it.
        hash: Of everything that decides a preference.
        parameters: Weights that a token passes through; None if unknown, as behind an endpoint.
        beta: What turns a margin into a probability, `σ(β · margin)`; None if margins are absent.
        details: Anything else worth showing, such as steps or coefficients.
    """

    kind: str
    base: str
    hash: str
    parameters: int | None = None
    beta: float | None = None
    details: dict[str, Any] = field(default_factory=dict)


@runtime_checkable
class System(Protocol):
    """A judge of pairs."""

    @property
    def description(self) -> Description:
        """What it is."""
        ...

    def prefer(self, pairs: Sequence[Pair], reporter: Reporter) -> list[Preference | Reject]:
        """Return the preference of each pair, or why there is none, in the order given."""
        ...
