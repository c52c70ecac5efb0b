"""What to look at in how ratings go with length, with each other and with themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from armo.survey.agreement import Agreement
from armo.survey.figures import Figures
from armo.survey.finding import Finding, counted, listed
from armo.survey.objectives import ObjectiveFigures
from armo.survey.rating_findings import of_all

LENGTH = 0.4
# On fewer rows a correlation of 0.4 is often chance.
ENOUGH_ROWS = 50
REDUNDANT = 0.95
# A ceiling of 0.7 means that half of the variance is disagreement.
LOW_CEILING = 0.7
# Fewer repeated responses give a ceiling with an interval of no use.
ENOUGH_REPEATED = 20


def relation_findings(figures: Figures) -> Iterator[Finding]:
    """Yield what to look at, in no order."""
    yield from _length(figures.objectives)
    yield from _redundant(figures)
    yield from _ceilings(figures.agreement)
    yield from _contradicting(figures.agreement)
    yield from _apart(figures)


def _length(objectives: Sequence[ObjectiveFigures]) -> Iterator[Finding]:
    for what, values in (
        ("", [(one.length, one.overall.labels, one.name) for one in objectives]),
        (
            " within prompts",
            [(one.length_within, one.rows_within, one.name) for one in objectives],
        ),
    ):
        strong = sorted(
            (-abs(rho), name, f"ρ = {rho:+.2f} on {rows:,} rows")
            for rho, rows, name in values
            if rho is not None and abs(rho) >= LENGTH and rows >= ENOUGH_ROWS
        )
        if strong:
            entries = [(name, figure) for _, name, figure in strong]
            yield Finding(
                "caution",
                f"Ratings follow length{what}",
                f"Spearman's correlation with the length of the response{what} is {LENGTH:g} or "
                f"stronger for {listed(entries)}. A model trained on these may score length.",
                "length",
                0.3 - 0.7 * strong[0][0],
            )


def _redundant(figures: Figures) -> Iterator[Finding]:
    together = figures.together
    pairs = sorted(
        (
            -abs(rho),
            f"{together.objectives[j]} and {together.objectives[i]}",
            rho,
            together.rows[i][j],
        )
        for i, row in enumerate(together.correlations)
        for j, rho in enumerate(row[:i])
        if rho is not None and abs(rho) >= REDUNDANT
    )
    if pairs:
        entries = [(names, f"ρ = {rho:+.3f} on {rows:,} rows") for _, names, rho, rows in pairs]
        yield Finding(
            "caution",
            "Redundant objectives",
            f"{counted(len(pairs), 'pair')} of objectives say nearly the same: {listed(entries)}.",
            "correlations",
            0.4,
        )


def _ceilings(agreement: Sequence[Agreement]) -> Iterator[Finding]:
    low = sorted(
        (one.ceiling.estimate, one.name, one.responses)
        for one in agreement
        if one.ceiling is not None
        and one.ceiling.estimate < LOW_CEILING
        and one.responses >= ENOUGH_REPEATED
    )
    if low:
        entries = [
            (name, f"{ceiling:.2f} from {responses:,} responses")
            for ceiling, name, responses in low
        ]
        yield Finding(
            "caution",
            "Low noise ceiling",
            f"Ratings of one and the same response differ so much that no predictor can reach a "
            f"correlation of {LOW_CEILING:g} with a single rating of {listed(entries)}.",
            "agreement",
            1 - low[0][0] * 0.5,
        )
    unknown = [one for one in agreement if one.responses < ENOUGH_REPEATED]
    if unknown:
        entries = [(one.name, f"{one.responses:,}") for one in unknown]
        yield Finding(
            "note",
            "Noise ceiling unknown",
            f"For {of_all(len(unknown), len(agreement))} fewer than {ENOUGH_REPEATED} responses are "
            f"rated twice, so how far raters agree can't be told: {listed(entries)}.",
            "agreement",
            0.4,
        )


def _contradicting(agreement: Sequence[Agreement]) -> Iterator[Finding]:
    found = sorted(
        (-one.contradicting, one.name, one.responses) for one in agreement if one.contradicting
    )
    if found:
        entries = [(name, f"{-count:,} of {responses:,}") for count, name, responses in found]
        worst = max(-count / responses for count, _, responses in found)
        yield Finding(
            "fault" if worst >= 0.05 else "caution",
            "Contradicting ratings of one response",
            "Rows with one and the same conversation have ratings half the scale or more apart, among "
            f"the responses that are rated twice or more: {listed(entries)}.",
            "agreement",
            0.4 + 0.6 * worst,
        )


def _apart(figures: Figures) -> Iterator[Finding]:
    rows = figures.together.rows
    pairs = [(i, j) for i in range(len(rows)) for j in range(i)]
    never = sum(rows[i][j] == 0 for i, j in pairs)
    if never:
        yield Finding(
            "note",
            "Objectives never rated together",
            f"{never:,} of {counted(len(pairs), 'pair')} of objectives share no row, so how they go "
            "together can't be told from the ratings.",
            "correlations",
            0.3 * never / len(pairs),
        )
