"""The summary of a training run, from its metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from armo.report import parts
from armo.report.bars import bar
from armo.report.console import plain_console
from armo.report.parts import heading, interval, number, unbroken


def summary(metrics: Mapping[str, Any]) -> RenderableType:
    """Return what a run did and found: stages, objectives, penalties, gate against the baselines."""
    return Group(
        heading(f"Reward model {metrics['model']} on {metrics['backbone']['name']}"),
        _data(metrics["data"]),
        _stages(metrics["stages"]),
        heading("Objectives: how well their ratings are predicted on test"),
        Text("labels: train / validation / test; * = at the edge of the grid", style="dim"),
        _objectives(metrics),
        _notes(metrics["regression"]["notes"]),
        heading(_of_debiasing(metrics["verbosity"])),
        _debias(metrics),
        _notes(metrics["debias"]["notes"]),
        heading("Gate: accuracy on the test pairs"),
        _gate(metrics["preferences"]),
        _weights(metrics),
        _notes(metrics["gate"]["notes"]),
        Text(metrics["verdict"], style="bold"),
    )


def summary_text(metrics: Mapping[str, Any]) -> str:
    """Return the summary as plain text."""
    console = plain_console()
    with console.capture() as capture:
        console.print(summary(metrics))
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def _data(data: Mapping[str, Any]) -> RenderableType:
    met = [
        f"{source}: {note} ({count:,}×)"
        for source, notes in data["notes"].items()
        for note, count in notes.items()
    ]
    read = [f"{hub} was read at commit {commit}" for hub, commit in data["commits"].items()]
    made = data["derived_pairs"]
    derived = [f"{made['pairs']:,} pairs were made of the ratings, by {made['by']}"] if made else []
    guarded = _contamination(data["contamination"])
    return Group(_rows(data), _notes([*met, *read, *derived, *guarded]))


def _contamination(found: Mapping[str, Any] | None) -> list[str]:
    if found is None:
        return []
    rows = sum(found["ratings"].values()) + sum(found["preferences"].values())
    done = {"remove": "; they were left out", "report": "; they were trained on"}
    return [
        f"{rows:,} training rows repeat {found['touched']:,} of {found['benchmark_rows']:,} guarded "
        f"benchmark rows{done.get(found['action'], '') if rows else ''}"
    ]


def _rows(data: Mapping[str, Any]) -> Text:
    ratings, pairs = data["ratings"], data["pairs"]
    rejected = data["rejected_rows"]
    return Text(
        f"{data['conversations']:,} distinct conversations of {data['prompts']:,} prompts, "
        f"{data['tokens']:,} tokens\n"
        f"ratings: {_splits(ratings)}\npairs:   {_splits(pairs)}\n"
        + (
            f"{rejected:,} rows could not be used: see rejects.jsonl"
            if rejected
            else "no row rejected"
        )
        + (
            f"; {data['left_out_rows']:,} beyond the recipe's limits: see left_out.jsonl"
            if data["left_out_rows"]
            else ""
        )
    )


def _splits(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def _stages(stages: Mapping[str, Any]) -> Table:
    table = _table("stage", "seconds", "")
    for name, stage in stages.items():
        remark = "kept from an earlier run" if stage["reused"] else ""
        if name == "features":
            remark = f"{stage['tokens']:,} tokens read in this run"
            if stage["tokens_per_second"]:
                speed, flops = stage["tokens_per_second"], stage["flops_per_token"]
                remark += f", {speed:,.0f} tokens/s ({speed * flops / 1e9:,.0f} GFLOP/s)"
        table.add_row(name, f"{stage['seconds']:.1f}", remark)
    return table


def _objectives(metrics: Mapping[str, Any]) -> RenderableType:
    if model := metrics["regression"].get("taken_from"):
        names = ", ".join(objective["name"] for objective in metrics["objectives"])
        return Text(f"kept from model {model}, and not measured here: {names}")
    table = _table("objective", "labels", "α", "R²", "rank correlation", "")
    for record in metrics["regression"]["objectives"]:
        quality = metrics["ratings"].get(record["name"], {})
        labels = record["labels"]
        edge = "*" if record["alpha_at_edge"] else ""
        correlation = quality.get("rank_correlation")
        table.add_row(
            Text(record["name"]),
            " / ".join(f"{labels[split]:,}" for split in ("train", "validation", "test")),
            f"{record['alpha']:.0e}{edge}",
            interval(quality.get("r2")),
            interval(correlation),
            bar(correlation["estimate"], 1.0, 8)
            if correlation
            else Text(quality.get("reason") or ""),
        )
    return table


def _of_debiasing(taken_out: str) -> str:
    liking = f"with '{taken_out}' and " if taken_out else ""
    return f"Debiasing: correlation {liking}with length"


def _debias(metrics: Mapping[str, Any]) -> RenderableType:
    if model := metrics["debias"].get("taken_from"):
        return Text(f"kept from model {model}")
    table = _table(
        "objective", "λ", "on reference", "on test", "within prompts", "with length", "within"
    )
    test = {record["name"]: record for record in metrics["bias"]["test"]}
    for record in metrics["debias"]["objectives"]:
        bias = test.get(record["name"])
        table.add_row(
            Text(record["name"]),
            f"{record['penalty']:+.3f}",
            _change(record),
            _change(bias and bias["verbosity"]),
            _change(bias and bias["verbosity_within"]),
            _change(bias and bias["length"]),
            _change(bias and bias["length_within"]),
        )
    return table


def _change(record: Mapping[str, Any] | None) -> str:
    return f"{record['before']:+.2f} → {record['after']:+.2f}" if record else "–"


def _gate(preferences: Mapping[str, Any]) -> RenderableType:
    if "accuracy" not in preferences:
        return Text(preferences["reason"])
    several = len(preferences["by_source"]) > 1
    table = _table("weights", "accuracy", "pairs", "prompts", "ties", "gate − this")
    for name, record in preferences["accuracy"].items():
        table.add_row(
            name,
            interval(record, 3),
            f"{record['count']:,}",
            f"{record['groups']:,}",
            f"{record['ties']:,}",
            interval(preferences["gate_minus"].get(name), 3, sign=True),
        )
    return Group(table, _by_source(preferences)) if several else table


def _by_source(preferences: Mapping[str, Any]) -> Table:
    """Return accuracies by source, and their mean with every source counting the same."""
    names = list(preferences["accuracy"])
    table = _table("source", "pairs", *names)
    for source, figures in preferences["by_source"].items():
        count = figures[names[0]]["count"]
        plain = (f"{figures[name]['estimate']:.3f}" for name in names[1:])
        table.add_row(Text(source), f"{count:,}", interval(figures[names[0]], 2), *plain)
    macro = preferences["macro"]
    mean = (f"{macro['accuracy'][name]['estimate']:.3f}" for name in names[1:])
    table.add_section()
    table.add_row("mean of sources", "", interval(macro["accuracy"][names[0]], 3), *mean)
    for name in names[1:]:
        difference = interval(macro["gate_minus"][name], 3, sign=True)
        table.add_row(f"  gate − {name}", "", difference, *("" for _ in names[1:]))
    return table


def _weights(metrics: Mapping[str, Any]) -> RenderableType:
    weights = metrics["preferences"].get("weights")
    if not weights:
        return Text("")
    table = _table("objective", "mean weight", "10 % … 90 % of pairs", "")
    largest = max(record["mean"]["estimate"] for record in weights)
    for record in sorted(weights, key=lambda record: -record["mean"]["estimate"]):
        idle = " (idle: debiased away)" if record["name"] == metrics["verbosity"] else ""
        table.add_row(
            Text(record["name"] + idle),
            interval(record["mean"], 3),
            f"{record['low']:.3f} … {record['high']:.3f}",
            bar(record["mean"]["estimate"], largest),
        )
    return table


def _table(first: str, *others: str) -> Table:
    return parts.table(
        unbroken(first), *(number(title, wrap=False) if title else title for title in others)
    )


def _notes(notes: Sequence[str]) -> RenderableType:
    return Group(*(Padding(Text(f"• {note}", style="dim"), (0, 0, 0, 2)) for note in notes))
