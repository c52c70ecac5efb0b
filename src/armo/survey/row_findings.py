"""What to look at among prompts, lengths and rows that can't be used."""

from __future__ import annotations

from collections.abc import Iterator

from armo.survey.figures import Figures
from armo.survey.finding import Finding, counted, listed, percent
from armo.survey.lengths import LONG_CONVERSATION

FEW_PROMPTS = 50
# One prompt with this many responses, and this share of all, weighs on every mean.
DOMINATING_RESPONSES = 20
DOMINATING_SHARE = 0.01
TOP_SHARE = 0.1
# Of fewer rows that are equal, chance may have made some.
ENOUGH_COPIES = 20
NEARLY_ALL = 0.95


def row_findings(figures: Figures) -> Iterator[Finding]:
    """Yield what to look at, in no order."""
    yield from _unusable(figures)
    yield from _dominating(figures)
    yield from _overlap(figures)
    yield from _copies(figures)
    yield from _few_prompts(figures)
    yield from _long(figures)


def _unusable(figures: Figures) -> Iterator[Finding]:
    bad = figures.unusable_rows
    if not bad:
        return
    share = bad / (bad + figures.rows)
    reasons = [(one.reason, f"{one.rows:,}") for one in figures.unusable]
    yield Finding(
        "fault",
        "Rows that can't be used",
        f"{bad:,} of {counted(bad + figures.rows, 'row')} ({percent(share)}): {listed(reasons, 3)}.",
        "unusable",
        0.5 + 0.5 * share,
    )


def _dominating(figures: Figures) -> Iterator[Finding]:
    prompts = figures.prompts
    share = prompts.most / max(1, prompts.responses)
    one = prompts.most >= DOMINATING_RESPONSES and share >= DOMINATING_SHARE
    many = prompts.prompts >= 100 and prompts.top_share >= TOP_SHARE
    if one or many:
        yield Finding(
            "caution",
            "Prompts with very many responses",
            f"The most frequent 1% of the prompts have {percent(prompts.top_share)} of all "
            f"responses, and one prompt has {prompts.most:,} ({percent(share)}). In means and losses "
            f"over rows they count {100 * prompts.top_share:.0f} times as much as prompts do on average.",
            "sources",
            max(prompts.top_share, share),
        )


def _overlap(figures: Figures) -> Iterator[Finding]:
    prompts = figures.prompts
    if prompts.in_both:
        share = prompts.in_both / prompts.benchmark
        yield Finding(
            "fault",
            "Benchmark prompts among the training rows",
            f"{prompts.in_both:,} of {counted(prompts.benchmark, 'benchmark prompt')} "
            f"({percent(share)}) also stand in ratings or preferences; `armo data overlap` finds "
            "near-duplicates too.",
            "sources",
            0.5 + 0.5 * share,
        )


def _copies(figures: Figures) -> Iterator[Finding]:
    prompts, rated = figures.prompts, figures.rated_rows
    share = prompts.equal_copies / max(1, prompts.copies)
    if share >= NEARLY_ALL and prompts.equal_copies >= ENOUGH_COPIES:
        yield Finding(
            "caution",
            "Repeated ratings that are copies",
            f"{prompts.equal_copies:,} of {counted(prompts.copies, 'rated row')} that repeat a "
            f"conversation ({percent(share)}) repeat all of its ratings too. People who rate by "
            "themselves differ more often, so these are copies: they count double, and make agreement "
            "and noise ceiling look higher than they are. Leave them out.",
            "agreement",
            0.9 * share,
        )
    elif prompts.copies:
        yield Finding(
            "note",
            "Conversations that are rated in several rows",
            f"{prompts.copies:,} of {counted(rated, 'rated row')} repeat the conversation of an "
            f"earlier one ({counted(prompts.repeated, 'conversation')} in all). They measure "
            "disagreement if other people rated them, and count double if they are copies.",
            "agreement",
            prompts.copies / max(1, rated),
        )


def _few_prompts(figures: Figures) -> Iterator[Finding]:
    few = sorted(
        (part.prompts, f"{part.source} in {part.kind}")
        for part in figures.parts
        if part.prompts < FEW_PROMPTS
    )
    if few:
        entries = [(name, f"{prompts:,}") for prompts, name in few]
        yield Finding(
            "note",
            "Sources with few prompts",
            f"{counted(len(few), 'source')} {'has' if len(few) == 1 else 'have'} fewer than "
            f"{FEW_PROMPTS} prompts: {listed(entries)}. Figures on such a source alone say little.",
            "sources",
            0.6,
        )


def _long(figures: Figures) -> Iterator[Finding]:
    long = sum(part.long for part in figures.lengths)
    if long:
        total = sum(part.responses for part in figures.lengths)
        longest = max(part.conversation.highest for part in figures.lengths)
        yield Finding(
            "note",
            "Very long conversations",
            f"{long:,} of {counted(total, 'conversation')} have more than {LONG_CONVERSATION:,} "
            f"characters (about 4,000 tokens of English); the longest has {longest:,.0f}. A backbone "
            "whose context is shorter can't read them.",
            "length",
            0.2 + 0.8 * long / total,
        )
