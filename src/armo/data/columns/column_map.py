"""What a column map says: which column of a foreign layout holds which part of a native row."""

from __future__ import annotations

from dataclasses import dataclass, field

from armo.data.rows import BenchmarkRow, PreferenceRow, RatingRow
from armo.data.sets.known import NativeRow
from armo.errors import InputError
from armo.objectives import scale_complaint


@dataclass(frozen=True)
class RatedColumn:
    """The column that rates an objective.

    Attributes:
        column: Its name, or a dotted path (`annotations.honesty.Rating`).
        scale: Lowest and highest native rating.
        map: What these become in unit scale; where it is absent, what the recipe says of the
            objective, or else 0 and 1.
    """

    column: str
    scale: tuple[float, float]
    map: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        for what, (low, high) in (("scale", self.scale), ("map", self.map or (0.0, 1.0))):
            if complaint := scale_complaint(low, high):
                raise InputError(
                    f"column '{self.column}': [{low:g}, {high:g}] is no {what}: {complaint}"
                )


@dataclass(frozen=True)
class Columns:
    """The columns of each part of a native row: names, or dotted paths into nested columns.

    Ratings need `messages`, or `prompt` and `response`. Pairs need `chosen` and `rejected`, and
    `prompt` unless these are whole conversations; those of a benchmark also `subset`.

    Attributes:
        id: Unique in the source; the row's place where no column is named.
        messages: A whole conversation, as a list or as JSON text.
        prompt: One user message as text, or all messages before the response.
        response: The rated response: text, or one message.
        system: Text of a system message that goes before.
        chosen: The preferred response: text, one message, or a whole conversation.
        rejected: The other response, likewise.
        group: What keeps rows together in a split.
        source: Data set that a row comes from, where rows of several are mixed.
        subset: Part of a benchmark.
        category: What several subsets have in common.
        objectives: The column that rates each objective, by the objective's name.
    """

    id: str = ""
    messages: str = ""
    prompt: str = ""
    response: str = ""
    system: str = ""
    chosen: str = ""
    rejected: str = ""
    group: str = ""
    source: str = ""
    subset: str = ""
    category: str = ""
    objectives: dict[str, RatedColumn] = field(default_factory=dict)

    def complaint(self, row_type: type[NativeRow]) -> str:
        """Return why no rows of a type can be made with this map, or an empty string."""
        if row_type is RatingRow:
            if bool(self.messages) == bool(self.prompt and self.response):
                return (
                    "ratings need the columns messages, or prompt and response, and not all three"
                )
            return "" if self.objectives else "ratings need at least one objective with its column"
        if row_type not in (PreferenceRow, BenchmarkRow):
            return "a column map makes ratings or pairs, not rows with several labelled responses"
        if not (self.chosen and self.rejected):
            return "pairs need the columns chosen and rejected"
        needs_subset = row_type is BenchmarkRow and not self.subset
        return "pairs of a benchmark need the column subset" if needs_subset else ""

    def conversation_columns(self) -> list[str]:
        """Return the named columns without which no row can be made."""
        needed = (self.messages, self.prompt, self.response, self.chosen, self.rejected)
        return [column for column in (*needed, self.subset) if column]

    def named(self) -> list[str]:
        """Return all named columns."""
        others = (self.id, self.system, self.group, self.source, self.category)
        rated = (rated.column for rated in self.objectives.values())
        return [*self.conversation_columns(), *filter(None, others), *rated]
