"""M-RewardBench: RewardBench's sections without its completeness, which no language reaches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.benchmark.small import QUICK, model_on
from tests.benchmark.test_benchmark_reading import write

from armo.backbone import Backbone
from armo.benchmark import evaluate, read_sources
from armo.data.naming import parse_source
from armo.report.benchmark import benchmark_view
from armo.report.console import plain_console

SUBSETS = ("alpacaeval-easy", "mt-bench-hard", "donotanswer", "hep-go", "math-prm")


def raw(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "language": "deu_Latn",
        "prompt": f"the {number}",
        "chosen": "on " * (number % 4 + 1),
        "rejected": "in " * (number % 3 + 1),
        "subset": SUBSETS[number % 5],
    }


def judged(tiny: Backbone, folder: Path, rows: list[dict[str, Any]], layout: str) -> dict[str, Any]:
    path = write(folder / "deu.jsonl", rows)
    found = read_sources([parse_source(f"{layout}:{path}", ["benchmark"])])
    return evaluate(model_on(tiny), found, folder / "out", how=QUICK)


def shown(figures: dict[str, Any]) -> str:
    console = plain_console()
    with console.capture() as captured:
        console.print(benchmark_view(figures))
    return " ".join(captured.get().split())


def test_sections_their_mean_and_all_pairs_are_scored(tiny, tmp_path):
    figures = judged(tiny, tmp_path, [raw(number) for number in range(60)], "m-rewardbench")
    won = {one["name"]: one["accuracy"]["gate"]["estimate"] for one in figures["subsets"]}
    # By RewardBench's counts math-prm stands for 984 pairs, and one language of code for 164.
    reasoning = (164 * won["hep-go"] + 984 * won["math-prm"]) / (164 + 984)
    sections = [*(won[name] for name in SUBSETS[:3]), reasoning]
    bench = figures["rewardbench"]
    assert bench["score"] is None
    assert bench["translated"]["mean"]["accuracy"]["gate"]["estimate"] == pytest.approx(
        np.mean(sections)
    )
    overall = bench["translated"]["all_pairs"]["accuracy"]["gate"]
    assert (overall["count"], overall["estimate"]) == (
        60,
        pytest.approx(np.mean(list(won.values()))),
    )
    lost = (tmp_path / "out" / "misjudged.jsonl").read_text().splitlines()
    ids = [json.loads(line)["id"] for line in lost]
    assert ids
    # The benchmark's own id stands at the end of each.
    assert all(
        int(name.partition("/")[2].partition("#")[0]) - 1 == int(name.partition("#")[2])
        for name in ids
    )
    assert json.loads((tmp_path / "out" / "eval.json").read_text()) == figures
    text = shown(figures)
    assert "mean of sections" in text
    assert "Whether pairs are missing was not asked" in text
    assert "(partial)" not in text
    assert "No score" not in text


def test_without_a_section_there_is_no_mean(tiny, tmp_path):
    rows = [raw(number) for number in range(60) if number % 5]
    figures = judged(tiny, tmp_path, rows, "m-rewardbench")
    assert figures["rewardbench"]["translated"]["mean"] is None
    assert "mean of sections" not in shown(figures)


def test_rewardbench_itself_still_has_to_be_whole(tiny, tmp_path):
    figures = judged(tiny, tmp_path, [raw(number) for number in range(60)], "rewardbench")
    assert figures["rewardbench"]["translated"] is None
    assert "No score: the rows are not the whole benchmark." in shown(figures)
