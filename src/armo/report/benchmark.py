"""The tables of `armo eval`, from its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import RenderableType

from armo.report.benchmark_pairs import pairs_view
from armo.report.benchmark_questions import questions_view


def benchmark_view(figures: Mapping[str, Any]) -> RenderableType:
    """Return what a run over a benchmark found, whichever kind of rows it has."""
    of_pairs = "pairs" in figures["benchmark"]
    return pairs_view(figures) if of_pairs else questions_view(figures)
