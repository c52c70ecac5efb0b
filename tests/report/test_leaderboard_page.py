"""The page of a comparison: self-contained, escaped, accessible, and drawn."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from itertools import pairwise

import pytest
from tests.report.leaderboard_example import LABELS, example
from tests.report.test_survey_page import (
    HOSTILE,
    Page,
    check_accessible,
    check_links_and_ids,
    check_self_contained,
)

from armo.errors import MissingExtraError
from armo.report.leaderboard import check_extra, page
from armo.report.leaderboard.tradeoff import _place_labels

_FEW = {key: LABELS[key] for key in ("gate", "fixed", "judge")}
_DRAWN = ["comparison", "ahead", "margins", "calibration", "length", "cost"]


@pytest.fixture(scope="module")
def text() -> str:
    return page(example(labels=_FEW))


def test_the_page_needs_nothing_else(text):
    parsed = Page(text)
    check_self_contained(text, parsed)
    check_links_and_ids(parsed)
    check_accessible(parsed)


def test_every_part_is_linked_and_the_drawings_are_there(text):
    parsed = Page(text)
    sections = [one["id"] for one in parsed.of("section")]
    assert {f"#{name}" for name in sections} == {one["href"] for one in parsed.of("a")}
    assert set(_DRAWN) < set(sections)
    assert len(parsed.of("figure")) == len(parsed.of("svg")) == 7
    assert len(parsed.of("figcaption")) == 7


def test_drawings_take_the_pages_colours_and_say_what_they_show(text):
    drawn = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    for one in drawn:
        # Nothing but the page's own colours, which follow light and dark.
        assert set(re.findall(r'(?:fill|stroke)="(#[^"]+|[a-z]+)"', one)) <= {"none", "transparent"}
        assert "nan" not in one.lower()
    assert "ArmoRM + gate 71.1 [69.1, 73.1]" in drawn[0]
    assert "confidence" in drawn[4]


def test_the_same_figures_give_the_same_page(text):
    assert page(example(labels=_FEW)) == text


def test_figures_stand_as_text_too(text):
    shown = " ".join(" ".join(Page(text).text).split())
    assert "not measured here" in shown
    assert "Nemotron-4 340B" in shown
    assert "−" in shown
    assert not re.search(r"\b(nan|inf|None|undefined)\b", shown)


def test_hostile_names_are_shown_and_never_run():
    figures = example(rewardbench=False, labels={"gate": HOSTILE, "fixed": "#010203 <b>"})
    figures["findings"] = [HOSTILE]
    figures["benchmark"]["name"] = HOSTILE
    figures["systems"][0]["categories"][0]["name"] = HOSTILE
    figures["systems"][0]["base"] = HOSTILE
    figures["systems"][-1]["reason"] = HOSTILE
    text = page(figures)
    parsed = Page(text)
    check_self_contained(text, parsed)
    check_links_and_ids(parsed)
    assert not parsed.of("b")
    assert "\u202e" not in text
    assert "<script>alert(1)</script>" in "".join(parsed.text)
    assert "#010203 <b>" in "".join(parsed.text)


def test_one_system_or_none_still_gives_a_page():
    for labels in ({}, {"gate": "gate"}):
        parsed = Page(page(example(labels=labels)))
        assert {"comparison", "quoted"} & {one["id"] for one in parsed.of("section")}


def test_labels_keep_a_line_between_them():
    rows = [{"estimate": value} for value in (70.0, 70.0, 70.1, 50.0, 50.0, 50.0)]
    _place_labels(rows, [50.0, 75.0])
    heights = sorted(row["label"] for row in rows)
    assert all(b - a >= 16 * 25 / 340 - 1e-9 for a, b in pairwise(heights))
    assert min(heights) >= 50.0
    assert max(heights) <= 75.0


def test_a_missing_extra_is_told_with_its_install_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(MissingExtraError, match=r"vl-convert-python.*pip install 'armo\[report\]'"):
        check_extra()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_a_browser_draws_it_without_scripts_or_network(text, tmp_path):
    (tmp_path / "page.html").write_text(text, "utf-8")
    picture = tmp_path / "page.png"
    command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", "--window-size=420,3000"]
    command += [f"--screenshot={picture}", (tmp_path / "page.html").as_uri()]
    subprocess.run(command, check=True, timeout=60, capture_output=True)
    assert picture.stat().st_size > 20_000
