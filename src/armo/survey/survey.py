"""From files to figures, findings and examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armo.progress import Reporter, silent
from armo.survey.agreement import agreement
from armo.survey.examples import PairExample, RatedExample
from armo.survey.figures import Figures
from armo.survey.finding import Finding, ordered
from armo.survey.gather import Gathered, gather
from armo.survey.labelled import set_figures
from armo.survey.lengths import part_lengths, trends
from armo.survey.objectives import describe_objectives
from armo.survey.pair_findings import pair_findings
from armo.survey.pairs import conflicts, pair_figures, responses_each
from armo.survey.prompts import part_facts, prompt_figures
from armo.survey.rating_findings import rating_findings
from armo.survey.relation_findings import relation_findings
from armo.survey.row_findings import row_findings
from armo.survey.tables import Part
from armo.survey.together import rated_together
from armo.survey.unusable import unusable_rows

_RULES = (rating_findings, relation_findings, pair_findings, row_findings)


@dataclass(frozen=True)
class Survey:
    """What there is to say of some files.

    Attributes:
        figures: The numbers.
        findings: What to look at, worst first.
        rated_examples: The lowest- and the highest-rated response of every objective.
        pair_examples: Some pairs of every kind and source.
    """

    figures: Figures
    findings: list[Finding]
    rated_examples: dict[str, tuple[RatedExample, RatedExample]]
    pair_examples: dict[Part, list[PairExample]]

    def record(self) -> dict[str, Any]:
        """Return findings and figures for JSON; texts of the data are left out."""
        return {"findings": self.findings, "figures": self.figures}


def survey(paths: Sequence[Path], reporter: Reporter = silent) -> Survey:
    """Read native files of any kinds in one pass and return what they look like.

    Memory grows by some 60 bytes a response, 20 a rating, and 13 to 27 a row for what tells repeated
    ids.

    Args:
        paths: Files of ratings, preferences, benchmark pairs, labelled responses or conversations.
        reporter: Told of the rows read, then of the figures made.

    Raises:
        InputError: If no file is given, or one twice.
        DataError: If a file can't be read, holds no rows, or rows of no native kind.
    """
    gathered = gather(paths, reporter)
    figures = figures_of(gathered, reporter)
    findings = [one for rule in _RULES for one in rule(figures)]
    return Survey(figures, ordered(findings), gathered.examples.ends(), gathered.examples.pairs())


def figures_of(gathered: Gathered, reporter: Reporter = silent) -> Figures:
    """Return all figures of what was gathered."""
    columns = gathered.columns
    responses, ratings = columns.frozen_responses(), columns.frozen_ratings()
    pairs, sets = columns.frozen_pairs(), columns.frozen_sets()
    makers: dict[str, Callable[[], Any]] = {
        "parts": lambda: part_facts(gathered, responses),
        "prompts": lambda: prompt_figures(ratings, responses),
        "objectives": lambda: describe_objectives(ratings, responses),
        "together": lambda: rated_together(ratings, responses),
        "agreement": lambda: agreement(ratings, responses),
        "lengths": lambda: part_lengths(responses),
        "trends": lambda: trends(ratings, responses),
        "pairs": lambda: pair_figures(pairs, responses),
        "conflicts": lambda: conflicts(pairs, responses) if len(pairs.chosen) else None,
        "responses_each": lambda: responses_each(pairs, responses),
        "sets": lambda: set_figures(sets, responses),
    }
    made = {}
    with reporter("figures", len(makers), "parts") as advance:
        for name, make in makers.items():
            made[name] = make()
            advance(1)
    return Figures(files=gathered.files, unusable=unusable_rows(gathered.unusable), **made)
