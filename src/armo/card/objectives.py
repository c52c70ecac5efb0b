"""The lines of the card's table of objectives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from armo.card.cautions import length_records
from armo.card.words import NOTHING, change, interval, number, plain
from armo.objectives import Objective
from armo.persistence.layout import ModelConfig


@dataclass(frozen=True)
class ObjectiveLine:
    """An objective as text: every field but `length` and `length_within` is of the first table."""

    name: str
    scale: str
    source: str
    labels: str
    alpha: str
    r2: str
    rank_correlation: str
    penalty: str
    weight: str
    length: str
    length_within: str


def objective_lines(config: ModelConfig, metrics: Mapping[str, Any]) -> list[ObjectiveLine]:
    """Return one line an objective, with dashes for what is not known."""
    regression = _by_name((metrics.get("regression") or {}).get("objectives"))
    penalties = _by_name((metrics.get("debias") or {}).get("objectives"))
    weights = _by_name((metrics.get("preferences") or {}).get("weights"))
    bias = _by_name(length_records(metrics))
    ratings = metrics.get("ratings") or {}
    lines = []
    for objective in config.objectives:
        name = objective.name
        fit, quality = regression.get(name), ratings.get(name) or {}
        tie = bias.get(name) or {}
        lines.append(
            ObjectiveLine(
                name=plain(name),
                scale=_scale(objective),
                source=plain(objective.source or NOTHING),
                labels=_labels(fit),
                alpha=_alpha(fit),
                r2=interval(quality.get("r2")),
                rank_correlation=interval(quality.get("rank_correlation")),
                penalty=number((penalties.get(name) or {}).get("penalty"), "+.3f"),
                weight=_weight(weights.get(name)),
                length=change(tie.get("length")),
                length_within=change(tie.get("length_within")),
            )
        )
    return lines


def _by_name(records: Any) -> dict[str, Mapping[str, Any]]:
    return {one["name"]: one for one in records or []}


def _scale(objective: Objective) -> str:
    if objective.boolean:
        return "no or yes"
    return f"{objective.low:g} to {objective.high:g}"


def _labels(fit: Mapping[str, Any] | None) -> str:
    if fit is None:
        return NOTHING
    return " / ".join(f"{fit['labels'][split]:,}" for split in ("train", "validation", "test"))


def _alpha(fit: Mapping[str, Any] | None) -> str:
    if fit is None:
        return NOTHING
    return f"{fit['alpha']:g}" + (" (edge)" if fit["alpha_at_edge"] else "")


def _weight(record: Mapping[str, Any] | None) -> str:
    return NOTHING if record is None else f"{100 * record['mean']['estimate']:.1f} %"
