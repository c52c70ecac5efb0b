"""What judging costs: a system judges some pairs anew, and the time is taken."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from armo.progress import silent
from armo.rivals.scored import ScoredSystem
from armo.rivals.system import Pair, Preference, System


def measured_cost(system: System, pairs: Sequence[Pair]) -> dict[str, Any] | None:
    """Return the time and tokens of judging pairs, after one of them to warm up.

    Args:
        system: Who judges.
        pairs: The same for every system.

    Returns:
        None if it can judge none of them.
    """
    system.prefer(pairs[:1], silent)
    start = time.perf_counter()
    outcomes = system.prefer(pairs, silent)
    seconds = time.perf_counter() - start
    judged = [one for one in outcomes if isinstance(one, Preference)]
    if not judged:
        return None
    tokens = sum(one.tokens for one in judged)
    dtype, device = _where(system)
    return _per_thousand(len(judged), seconds, tokens or None) | {
        "parameters": system.description.parameters,
        "dtype": dtype,
        "device": device,
        "price_per_1k_pairs": None,
    }


def reported_cost(report: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a judge behind an endpoint cost, from its own account: asking again would cost more.

    Returns:
        None if nothing was judged. Speeds are None where this run asked for nothing, since a kept
        answer takes no time.
    """
    judged, answered, asked = (
        report["pairs"]["judged"],
        report["requests"]["answered"],
        report["run"]["asked"],
    )
    if not judged:
        return None
    written = report["tokens"]
    known = [count for count in (written["input"], written["output"]) if count is not None]
    seconds = report["run"]["seconds"] * answered / asked if asked else None
    price = report["price"]
    return _per_thousand(judged, seconds, sum(known) or None) | {
        "parameters": None,
        "dtype": None,
        "device": report["endpoint"],
        "price_per_1k_pairs": None if price is None else 1000 * price / judged,
    }


def _per_thousand(pairs: int, seconds: float | None, tokens: int | None) -> dict[str, Any]:
    return {
        "pairs": pairs,
        "seconds": seconds,
        "tokens": tokens,
        "tokens_per_second": tokens / seconds if tokens and seconds else None,
        "seconds_per_1k_pairs": None if seconds is None else 1000 * seconds / pairs,
    }


def _where(system: System) -> tuple[str | None, str | None]:
    """Return the number format and the device, where the system says them."""
    source: Any = system.model.backbone if isinstance(system, ScoredSystem) else system
    dtype = getattr(source, "dtype", None) or system.description.details.get("dtype")
    # Both kinds of system hold their language model alike.
    device = getattr(getattr(source, "_model", None), "device", None)
    return dtype, None if device is None else str(device)
