"""All figures of a report, as one record that can be written as JSON."""

from __future__ import annotations

import msgspec

from armo.survey.agreement import Agreement
from armo.survey.gather import FileFacts
from armo.survey.labelled import SetFigures
from armo.survey.lengths import PartLengths, Trend
from armo.survey.objectives import ObjectiveFigures
from armo.survey.pairs import Conflicts, PairFigures, ResponsesEach
from armo.survey.prompts import PartFacts, PromptFigures
from armo.survey.together import Together
from armo.survey.unusable import Reason

SCHEMA = 1


class Figures(msgspec.Struct, frozen=True):
    """What the rows of some files look like, in numbers.

    Attributes:
        files: What was read.
        parts: Rows and prompts by kind and source.
        prompts: How rows spread over prompts.
        objectives: Ratings, by objective.
        together: Which objectives are rated together, and their correlations.
        agreement: Repeated ratings, by objective.
        lengths: Lengths, by kind and source.
        trends: Ratings by length, by objective.
        pairs: Pairs, by kind and source.
        conflicts: Preferences that can't all hold; None without pairs.
        responses_each: Distinct responses a prompt among the pairs.
        sets: Prompts with several labelled responses, by source.
        unusable: Rows that can't be used, by reason.
        schema: Version of this record.
    """

    files: list[FileFacts]
    parts: list[PartFacts]
    prompts: PromptFigures
    objectives: list[ObjectiveFigures]
    together: Together
    agreement: list[Agreement]
    lengths: list[PartLengths]
    trends: list[Trend]
    pairs: list[PairFigures]
    conflicts: Conflicts | None
    responses_each: list[ResponsesEach]
    sets: list[SetFigures]
    unusable: list[Reason]
    schema: int = SCHEMA

    @property
    def rows(self) -> int:
        """Return the usable rows of all files."""
        return sum(file.rows for file in self.files)

    @property
    def unusable_rows(self) -> int:
        """Return the rows that can't be used."""
        return sum(file.unusable for file in self.files)

    @property
    def rated_rows(self) -> int:
        """Return the rows of ratings."""
        return sum(part.rows for part in self.parts if part.kind == "ratings")

    @property
    def pair_count(self) -> int:
        """Return the pairs of all kinds."""
        return sum(part.rows for part in self.parts if part.kind in ("preferences", "benchmark"))
