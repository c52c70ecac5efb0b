"""What to look at in the values of ratings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from armo.survey.figures import Figures
from armo.survey.finding import Finding, counted, listed, percent
from armo.survey.objectives import FEWEST, ObjectiveFigures

FEW_LABELS = 200
NEARLY_CONSTANT = 0.9
HEAPED = 0.6
# Share of the variance of ratings that their source alone explains.
SOURCE_TELLS = 0.25


def rating_findings(figures: Figures) -> Iterator[Finding]:
    """Yield what to look at, in no order."""
    yield from _scales(figures.objectives)
    yield from _few_labels(figures.objectives)
    yield from _constant(figures.objectives)
    yield from _heaped(figures.objectives)
    yield from _one_source(figures.objectives)
    yield from _by_source(figures.objectives)


def _scales(objectives: Sequence[ObjectiveFigures]) -> Iterator[Finding]:
    mixed = [
        (one.name, " and ".join(f"[{low:g}, {high:g}]" for low, high in one.scales))
        for one in objectives
        if len(one.scales) > 1
    ]
    if mixed:
        yield Finding(
            "fault",
            "Objectives on several scales",
            f"Rows state different scales for {listed(mixed)}. Rename the objective by source, or "
            "bring the ratings to one scale; figures of these are in unit scale.",
            "objectives",
            1.0,
        )


def _few_labels(objectives: Sequence[ObjectiveFigures]) -> Iterator[Finding]:
    few = sorted(
        (one.overall.labels, one.name) for one in objectives if one.overall.labels < FEW_LABELS
    )
    if few:
        yield Finding(
            "caution",
            "Few labels",
            f"{of_all(len(few), len(objectives))} {_have(len(few))} fewer than {FEW_LABELS} labels: "
            f"{listed([(name, f'{labels:,}') for labels, name in few])}. Of 150 to 220 rows a "
            "regression learns little, and the test split keeps a tenth of them.",
            "objectives",
            0.6 + 0.3 * len(few) / len(objectives),
        )


def _constant(objectives: Sequence[ObjectiveFigures]) -> Iterator[Finding]:
    constant = sorted(
        (-one.overall.commonest_share, one.name, one.overall.commonest)
        for one in objectives
        if one.overall.commonest_share >= NEARLY_CONSTANT
    )
    if constant:
        entries = [(name, f"{value:g} in {percent(-share)}") for share, name, value in constant]
        yield Finding(
            "caution",
            "Nearly constant ratings",
            f"One value makes up {percent(NEARLY_CONSTANT)} or more of the ratings of "
            f"{listed(entries)}. There is little to learn from the rest, and accuracy looks high "
            "for nothing.",
            "objectives",
            -constant[0][0],
        )


def _heaped(objectives: Sequence[ObjectiveFigures]) -> Iterator[Finding]:
    heaped = sorted(
        (-max(one.overall.at_low, one.overall.at_high), one.name, _end(one))
        for one in objectives
        if _is_heaped(one)
    )
    if heaped:
        entries = [(name, f"{percent(-share)} at the {end} end") for share, name, end in heaped]
        yield Finding(
            "caution",
            "Ratings heaped at one end",
            f"{percent(HEAPED)} or more of the ratings stand at one end of the scale for "
            f"{listed(entries)}. The scale does not tell apart what is there.",
            "objectives",
            -heaped[0][0] * 0.7,
        )


def _is_heaped(one: ObjectiveFigures) -> bool:
    # Of two values one end has always the most; a nearly constant objective is told of already.
    ends = max(one.overall.at_low, one.overall.at_high)
    return (
        one.overall.distinct > 2
        and ends >= HEAPED
        and one.overall.commonest_share < NEARLY_CONSTANT
    )


def _end(one: ObjectiveFigures) -> str:
    return "high" if one.overall.at_high >= one.overall.at_low else "low"


def _one_source(objectives: Sequence[ObjectiveFigures]) -> Iterator[Finding]:
    single = [one for one in objectives if len(one.by_source) == 1]
    sources = {source.source for one in objectives for source in one.by_source}
    if single and len(sources) > 1:
        entries = [(one.name, one.by_source[0].source) for one in single]
        yield Finding(
            "note",
            "Objectives rated in one source only",
            f"{of_all(len(single), len(objectives))} {_come(len(single))} from one source each: "
            f"{listed(entries)}. What a model learns for these may be the style of the source; it "
            "can't be tested elsewhere with these data.",
            "missing",
            0.5 + 0.4 * len(single) / len(objectives),
        )


def _by_source(objectives: Sequence[ObjectiveFigures]) -> Iterator[Finding]:
    constant = [
        (f"{one.name} in {part.source}", f"{part.labels:,}, all {part.commonest:g}")
        for one in objectives
        for part in one.by_source
        if part.distinct == 1 < one.overall.distinct and part.labels >= FEWEST
    ]
    if constant:
        yield Finding(
            "caution",
            "Constant in one source",
            f"All ratings are equal in {listed(constant)}, though not elsewhere: to know the source "
            "is to know the rating.",
            "objectives",
            0.55,
        )
    told = sorted((-source_share(one), one.name) for one in objectives if len(one.by_source) > 1)
    told = [entry for entry in told if -entry[0] >= SOURCE_TELLS]
    if told:
        yield Finding(
            "caution",
            "Ratings follow the source",
            f"The source alone explains {percent(SOURCE_TELLS)} or more of the variance of "
            f"{listed([(name, percent(-share)) for share, name in told])}. A model may learn to tell "
            "the sources apart.",
            "objectives",
            -told[0][0],
        )


def source_share(one: ObjectiveFigures) -> float:
    """Return the share of the variance that lies between sources (η²); 0 if there is no variance."""
    overall = one.overall
    between = sum(part.labels * (part.mean - overall.mean) ** 2 for part in one.by_source)
    variance = overall.sd**2
    return between / overall.labels / variance if variance else 0.0


def of_all(part: int, all_of_them: int) -> str:
    """Return how many objectives of all."""
    return f"{part:,} of {counted(all_of_them, 'objective')}"


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _come(number: int) -> str:
    return "comes" if number == 1 else "come"
