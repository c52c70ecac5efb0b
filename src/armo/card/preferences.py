"""What the card says of gate, fixed weights and calibration."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from armo.card.words import interval, number, plain


@dataclass(frozen=True)
class WeightsLine:
    """How one way of weighing objectives does on the test pairs.

    Attributes:
        name: Which.
        accuracy: In per cent, with its interval.
        macro: Mean over sources; empty where there is one source.
        gate_minus: What the gate is ahead, in points.
        pairs: How many pairs.
    """

    name: str
    accuracy: str
    macro: str
    gate_minus: str
    pairs: str


def weights_lines(metrics: Mapping[str, Any]) -> list[WeightsLine]:
    """Return the gate and the simpler weights beside it; empty if no pair tells."""
    found = metrics.get("preferences") or {}
    several = len(found.get("by_source") or {}) > 1
    macro = (found.get("macro") or {}).get("accuracy") or {}
    minus = found.get("gate_minus") or {}
    return [
        WeightsLine(
            plain(name),
            interval(record, 1, 100),
            interval(macro.get(name), 1, 100) if several else "",
            interval(minus.get(name), 1, 100),
            f"{record['count']:,}",
        )
        for name, record in (found.get("accuracy") or {}).items()
    ]


def source_counts(metrics: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return test pairs and the gate's accuracy by source of the pairs."""
    found = (metrics.get("preferences") or {}).get("by_source") or {}
    lines = []
    for source, by_weights in found.items():
        gate = next(iter(by_weights.values()))
        lines.append((plain(source), f"{gate['count']:,}", interval(gate, 1, 100)))
    return lines


def calibration(metrics: Mapping[str, Any]) -> str:
    """Return a sentence on the log loss, beside that of a coin; empty if it is not known."""
    loss = (metrics.get("preferences") or {}).get("log_loss")
    if loss is None:
        return ""
    coin = math.log(2)
    if loss["high"] is not None and loss["high"] < coin:
        judged = "It is below a coin’s beyond chance"
    elif loss["low"] is not None and loss["low"] > coin:
        judged = "It is above a coin’s, so the probabilities mislead"
    else:
        judged = "Its interval holds a coin’s, so the probabilities are not shown to say more"
    said = f"Log loss on the test pairs: {interval(loss, 3)}; a coin has {number(coin, '.3f')}."
    return f"{said} {judged}."
