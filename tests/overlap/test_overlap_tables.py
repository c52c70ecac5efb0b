from __future__ import annotations

from tests.overlap.overlap_rows import LONG, SHORT, entry

from armo.overlap import find_overlap
from armo.report.console import plain_console
from armo.report.overlap import overlap_view

TRAIN = [entry("t0", SHORT, "x", source="[b]web"), entry("t1", SHORT.lower(), "x", source="raters")]
BENCHMARK = [entry("b0", SHORT, "y", subset="moons"), entry("b1", LONG, "y", subset="moons")]


def shown(report, examples: int = 5) -> str:
    console = plain_console()
    with console.capture() as capture:
        console.print(overlap_view(report, examples))
    return capture.get()


def test_a_subset_of_several_sources_has_a_line_for_any():
    lines = [line.split() for line in shown(find_overlap(TRAIN, BENCHMARK)).splitlines()]
    assert ["moons", "[b]web", "2", "1", "50.0%", "1"] in lines
    assert ["moons", "raters", "2", "1", "50.0%", "1"] in lines
    assert ["moons", "any", "source", "2", "1", "50.0%"] in lines


def test_the_examples_are_as_many_as_asked_for():
    train = [*TRAIN, entry("t2", LONG, "x")]
    report = find_overlap(train, BENCHMARK)
    assert shown(report).count("benchmark 'b") == 2
    assert "The worst 1 of 2" in shown(report, 1)
    assert "The worst" not in shown(report, 0)


def test_nothing_found_is_said_with_what_was_looked_for():
    text = shown(find_overlap(TRAIN, BENCHMARK[1:], threshold=1))
    assert "0 of 1 benchmark rows repeated in 2 training rows; equal texts only." in text
    assert "training source" not in text
