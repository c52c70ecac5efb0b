"""A comparison on the terminal: what stands in the tables, at any width."""

from __future__ import annotations

import re

import pytest
from rich.console import Console
from tests.report.leaderboard_example import example

from armo.leaderboard.published import TABLE_1, TABLE_2, figures_of
from armo.report.leaderboard import leaderboard_view
from armo.report.leaderboard.comparison import differences, table_1, table_2
from armo.report.leaderboard.layout import parts_of


def shown(figures, width: int = 160) -> str:
    console = Console(width=width, color_system=None, force_terminal=False, highlight=False)
    with console.capture() as capture:
        console.print(leaderboard_view(figures))
    return capture.get()


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def column(grid, title: str) -> dict[str, str]:
    place = grid.columns.index(title)
    return {row[0]: row[place] for row in grid.rows}


def test_table_1_has_the_form_of_the_papers():
    figures = example(complete=True)
    grid = table_1(figures)
    sections = ["Chat", "Chat Hard", "Safety", "Reasoning", "Prior Sets"]
    assert grid.columns[:3] == ["method", "base model", "score"]
    assert grid.columns[3:8] == sections
    gate = figures["systems"][0]
    assert column(grid, "Chat")["ArmoRM + gate"] == (
        f"{100 * gate['sections'][0]['accuracy']['estimate']:.1f}"
    )
    scores = [float(row[2].split()[0]) for row in grid.rows]
    assert scores == sorted(scores, reverse=True)


def test_partial_sections_are_marked_and_absent_ones_told():
    grid = table_1(example())
    assert grid.columns[2:7] == ["all pairs", "partial score", "Chat", "Chat Hard", "Reasoning"]
    assert all(cell.endswith("(partial)") for cell in column(grid, "Chat").values())
    notes = " ".join(grid.notes)
    assert "nothing of them was judged: Safety, Prior Sets" in notes
    assert "There is no score" in notes
    assert "Chat, partial: chat-easy is absent" in notes


def test_another_benchmark_has_its_categories_in_their_place():
    grid = table_1(example(rewardbench=False))
    assert grid.columns[2:6] == ["all pairs", "maths", "code", "chat"]
    assert "RewardBench" in grid.notes[0]


def test_differences_are_signed_and_leave_the_reference_out():
    figures = example(complete=True)
    grid = differences(figures)
    assert grid is not None
    assert "ArmoRM + gate" not in [row[0] for row in grid.rows]
    record = figures["systems"][1]["score_gate_minus"]
    text = column(grid, "score")["ArmoRM + fixed weights"]
    assert text.startswith(f"{100 * record['estimate']:+.1f} [{100 * record['low']:+.1f},")


def test_table_2_needs_both_of_its_rows():
    figures = example()
    grid = table_2(figures)
    assert grid is not None
    assert [row[0] for row in grid.rows] == ["ArmoRM + fixed weights", "ArmoRM + gate"]
    figures["systems"][1]["available"] = False
    assert table_2(figures) is None


def test_the_papers_rows_are_quoted_apart_and_consistent():
    for row in (*TABLE_1, *TABLE_2):
        score, *sections, prior = figures_of(row)
        # The score follows from the sections, which rules out a digit misread, to the rounding.
        assert (sum(sections) + 0.5 * prior) / 4.5 == pytest.approx(score, abs=0.1)
    parts = {part.name: part for part in parts_of(example())}
    quoted = [row[0] for grid in parts["quoted"].grids for row in grid.rows]
    measured = [row[0] for grid in parts["comparison"].grids for row in grid.rows]
    assert len(quoted) == 10
    assert "ArmoRM + MoE" in quoted
    assert "ArmoRM + MoE" not in measured
    assert "not measured here" in parts["quoted"].title


@pytest.mark.parametrize("width", [40, 80, 160])
@pytest.mark.parametrize("complete", [False, True])
def test_nothing_is_cut_at_any_width(width, complete):
    figures = example(complete=complete)
    text = shown(figures, width)
    assert all(len(line) <= width for line in text.splitlines())
    assert "…" not in text
    words = {
        word
        for grid in _grids(figures)
        for row in grid.rows
        for cell in row
        for word in cell.split()
    }
    assert {word for word in words if len(word) < 14} <= set(text.split())


def test_what_is_not_there_is_told_with_its_reason():
    text = squeezed(shown(example()))
    assert "the recipe's data rates no 'helpfulness'" in text
    assert "LLM-as-a-judge: unparsable (17×)" in text
    assert "LLM-as-a-judge: 3 pairs could not be judged" in text
    assert "The gate does not beat fixed weights" in text


def test_systems_of_one_label_are_told_apart():
    text = squeezed(shown(example(labels={"gate": "same", "fixed": "same"})))
    assert "same (gate)" in text
    assert "same (fixed)" in text


def test_a_comparison_in_which_nothing_ran_still_shows_why():
    figures = example(labels={})
    assert "the recipe's data rates no" in squeezed(shown(figures))


def test_missing_figures_are_dashes():
    figures = example(labels={"gate": "gate", "other": "other"})
    for system in figures["systems"][:2]:
        system["length"]["prefers_longer"] = 0.5
        system["cost"] |= {"parameters": None, "tokens_per_second": None, "pairs": None}
        system["all_pairs"]["accuracy"] |= {"low": None, "high": None}
    figures["systems"][1] |= dict.fromkeys(("by_margin", "calibration", "length", "cost"))
    text = shown(figures)
    assert not re.search(r"\b(nan|inf|None)\b", text)
    assert "50.0" in text


def test_the_unit_of_length_is_told():
    assert "Length is in tokens or characters" in squeezed(shown(example()))


def _grids(figures):
    return [grid for part in parts_of(figures) for grid in part.grids]
