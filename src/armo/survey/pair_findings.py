"""What to look at among pairs and labelled responses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from armo.survey.figures import Figures
from armo.survey.finding import Finding, counted, listed, percent
from armo.survey.labelled import SetFigures
from armo.survey.pairs import Conflicts, PairFigures
from armo.survey.relation_findings import LENGTH

# Of fewer pairs a share of longer ones says little.
ENOUGH_PAIRS = 50


def pair_findings(figures: Figures) -> Iterator[Finding]:
    """Yield what to look at, in no order."""
    yield from _length(figures.pairs)
    yield from _conflicts(figures.conflicts)
    yield from _margins(figures.pairs)
    yield from _equal(figures.pairs)
    yield from _undecided(figures.sets)


def _length(pairs: Sequence[PairFigures]) -> Iterator[Finding]:
    # With share p of longer ones, length and preference have a rank correlation of 2p − 1.
    strong = [
        (abs(2 * one.longer.estimate - 1), one)
        for one in pairs
        if one.longer is not None
        and one.pairs - one.same_length >= ENOUGH_PAIRS
        and abs(2 * one.longer.estimate - 1) >= LENGTH
    ]
    if strong:
        strong.sort(key=lambda entry: (-entry[0], entry[1].source))
        entries = [(_name(one), _longer(one)) for _, one in strong]
        yield Finding(
            "caution",
            "Pairs follow length",
            "The chosen response is the longer one far more or far less often than half the time: "
            f"{listed(entries)}. Choosing the longer one, or always the shorter, "
            "would be right as often.",
            "pairs",
            0.3 + 0.7 * strong[0][0],
        )


def _longer(one: PairFigures) -> str:
    assert one.longer is not None  # noqa: S101 - the caller looked
    text = f"longer in {percent(one.longer.estimate)}"
    if one.longer.low is None or one.longer.high is None:
        return text
    return f"{text}, 95% interval {100 * one.longer.low:.0f} to {100 * one.longer.high:.0f}"


def _name(one: PairFigures) -> str:
    return f"all {one.kind}" if one.source == "all" else f"{one.source} in {one.kind}"


def _conflicts(found: Conflicts | None) -> Iterator[Finding]:
    if found is not None and found.both_orders:
        share = found.both_orders / found.distinct
        yield Finding(
            "fault",
            "The same pair in both orders",
            f"{counted(found.both_orders, 'pair')} of {found.distinct:,} ({percent(share)}), on "
            f"{counted(found.prompts, 'prompt')}: each row contradicts another.",
            "pairs",
            0.4 + 0.6 * share,
        )
    if found is not None and found.in_cycles:
        yield Finding(
            "caution",
            "Preferences that go in circles",
            f"{counted(found.in_cycles, 'response')} of {counted(found.prompts_in_cycles, 'prompt')} "
            "can't be put into any order (A over B over C over A).",
            "pairs",
            0.4,
        )


def _margins(figures: Sequence[PairFigures]) -> Iterator[Finding]:
    stated = [(one, one.margins) for one in figures if one.margins and one.source != "all"]
    for count, head, text in (
        (
            [(_name(one), m.negative, m.pairs) for one, m in stated],
            "Margins below 0",
            "The margin says that the rejected response is better",
        ),
        (
            [(_name(one), m.zero, m.pairs) for one, m in stated],
            "Margins of 0",
            "The margin says that neither response is better",
        ),
    ):
        some = [(name, f"{bad:,} of {pairs:,}") for name, bad, pairs in count if bad]
        if some:
            yield Finding("caution", head, f"{text}: {listed(some)}.", "pairs", 0.5)


def _equal(pairs: Sequence[PairFigures]) -> Iterator[Finding]:
    equal = [(_name(one), f"{one.equal:,}") for one in pairs if one.equal and one.source != "all"]
    if equal:
        yield Finding(
            "caution",
            "Pairs of equal responses",
            f"Chosen and rejected are the same text, so no model can be right: {listed(equal)}.",
            "pairs",
            0.5,
        )


def _undecided(sets: Sequence[SetFigures]) -> Iterator[Finding]:
    rows = [(one.source, f"{one.undecided:,} of {one.rows:,}") for one in sets if one.undecided]
    if rows:
        yield Finding(
            "caution",
            "Prompts whose labels are all equal",
            f"No response is better than another in {listed(rows)}.",
            "labelled",
            0.4,
        )
