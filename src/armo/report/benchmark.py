"""The tables of `armo eval`, from its figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from armo.gating.result import FIXED, GATE, UNIFORM
from armo.report.parts import heading, interval

_TOP = 3
_GAPS_SHOWN = 4


def benchmark_view(figures: Mapping[str, Any]) -> RenderableType:
    """Return what a run over a benchmark found: sections, subsets, length, weights."""
    steering = f" under {figures['steering']}" if figures["steering"] else ""
    title = f"Reward model {figures['model']}{steering} on '{figures['benchmark']['name']}'"
    return Group(
        heading(title),
        _counts(figures["benchmark"]),
        *_rewardbench(figures["rewardbench"]),
        *_categories(figures["categories"]),
        heading("Subsets: accuracy in % [95 % interval], every pair alike"),
        _accuracies([(subset["name"], subset) for subset in figures["subsets"]]),
        *_lost(figures["lost_subsets"]),
        *_no_fixed(figures["baselines"]),
        heading("Rank correlation of score and length"),
        _length(figures["length"]),
        heading(
            "Objectives: the largest mean weights by prompts, and who ranks most pairs right alone"
        ),
        _weights(figures),
    )


def _counts(benchmark: Mapping[str, Any]) -> Text:
    text = f"{benchmark['pairs']:,} of {benchmark['rows']:,} pairs were judged"
    if benchmark["unreadable"]:
        text += f"; {benchmark['unreadable']:,} could not be: see rejects.jsonl"
    if benchmark["malformed"]:
        text += f" ({benchmark['malformed']:,} of them are malformed and in no subset)"
    return Text(text)


def _rewardbench(bench: Mapping[str, Any] | None) -> Iterator[RenderableType]:
    if bench is None:
        yield Text("No subset of RewardBench is in the file.", style="dim")
        return
    yield heading("RewardBench: accuracy in % [95 % interval], subsets by the benchmark's counts")
    lines = []
    for section in bench["sections"]:
        mark = "" if section["complete"] else " (partial)"
        if "accuracy" in section:
            lines.append((section["name"] + mark, section))
    for name, key in (("score", "score"), ("without prior sets", "without_prior_sets")):
        if bench[key] is not None:
            lines.append((name, bench[key]))
    yield _accuracies(lines)
    if bench["score"] is None:
        yield Text("No score: the file is not the whole benchmark.", style="bold")
    for section in bench["sections"]:
        yield from _gaps(section)


def _gaps(section: Mapping[str, Any]) -> Iterator[RenderableType]:
    gaps: Sequence[str] = section["gaps"]
    if gaps:
        shown = "; ".join(gaps[:_GAPS_SHOWN])
        more = f"; and {len(gaps) - _GAPS_SHOWN} more" if len(gaps) > _GAPS_SHOWN else ""
        yield Padding(Text(f"• {section['name']}: {shown}{more}", style="dim"), (0, 0, 0, 2))


def _categories(categories: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    if categories:
        yield heading("Outside RewardBench: accuracy in % [95 % interval], every pair alike")
        yield _accuracies([(line["name"], line) for line in categories])


def _accuracies(lines: Sequence[tuple[str, Mapping[str, Any]]]) -> Table:
    """Return a table of parts of the benchmark, each with its name.

    One difference fits: from the strongest weights that the gate has to beat. eval.json has both.
    """
    known = bool(lines) and FIXED in lines[0][1]["accuracy"]
    rival, difference = (FIXED, "gate − fixed") if known else (UNIFORM, "gate − uniform")
    table = _table("", "gate", "fixed", "uniform", difference, "pairs", "ties")
    for name, line in lines:
        accuracy = line["accuracy"]
        table.add_row(
            Text(name),
            _percent(accuracy[GATE]),
            _estimate(accuracy.get(FIXED)),
            _estimate(accuracy[UNIFORM]),
            _percent(line["gate_minus"][rival], sign=True),
            f"{accuracy[GATE]['count']:,}",
            f"{accuracy[GATE]['ties']:,}",
        )
    return table


def _lost(lost: Mapping[str, int]) -> Iterator[RenderableType]:
    for name, count in lost.items():
        yield Text(f"• {name}: none of its {count:,} pairs could be read", style="dim")


def _no_fixed(baselines: Mapping[str, Any]) -> Iterator[RenderableType]:
    if FIXED not in baselines:
        yield Text(
            "The model's metrics.json has no optimal fixed weights, so the gate stands beside uniform "
            "ones alone; train it again to have them.",
            style="bold",
        )


def _length(length: Mapping[str, Any]) -> RenderableType:
    table = _table("weights", "over all responses", "within prompts")
    for name, marginal in length["marginal"].items():
        table.add_row(name, f"{marginal:+.2f}", f"{length['within_prompts'][name]:+.2f}")
    counts = f"{length['responses']:,} distinct responses to {length['prompts']:,} prompts"
    return Group(Text(counts, style="dim"), table)


def _weights(figures: Mapping[str, Any]) -> Table:
    table = _table("", "prompts")
    table.add_column("weighs most")
    table.add_column("right alone")
    for subset in figures["subsets"]:
        shares = sorted(subset["weights"].items(), key=lambda share: -share[1])[:_TOP]
        # Weight on what was debiased away adds nothing to a score.
        idle = {figures["verbosity"]: " (idle)"}
        said = ", ".join(f"{name}{idle.get(name, '')} {share:.0%}" for name, share in shares)
        best = sorted(subset["alone"].items(), key=lambda part: -part[1])[:_TOP]
        alone = ", ".join(f"{name} {share:.0%}" for name, share in best)
        table.add_row(Text(subset["name"]), f"{subset['prompts']:,}", Text(said), Text(alone))
    return table


def _estimate(record: Mapping[str, Any] | None) -> str:
    return "–" if record is None else f"{100 * record['estimate']:.1f}"


def _percent(record: Mapping[str, Any] | None, *, sign: bool = False) -> str:
    return interval(record, 1, sign=sign, unit=100)


def _table(first: str, *others: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(first, no_wrap=True)
    for title in others:
        # Where a terminal is narrow an interval goes on below its estimate; nothing is cut off.
        table.add_column(title, justify="right")
    return table
