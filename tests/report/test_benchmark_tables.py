from __future__ import annotations

from armo.report.benchmark import benchmark_view
from armo.report.console import plain_console


def interval(estimate: float, *, ties: int | None = None, spread: float | None = 0.05) -> dict:
    ends = (None, None) if spread is None else (estimate - spread, estimate + spread)
    record = {"estimate": estimate, "low": ends[0], "high": ends[1], "count": 7, "groups": 7}
    return record | ({} if ties is None else {"ties": ties})


def part(name: str, *, fixed: bool = True, **more: object) -> dict:
    others = {"fixed weights": 0.55} if fixed else {}
    others |= {"uniform": 0.45}
    return {
        "name": name,
        "accuracy": {"gate": interval(0.651, ties=3)}
        | {other: interval(value, ties=0) for other, value in others.items()},
        "gate_minus": {other: interval(0.651 - value) for other, value in others.items()},
    } | more


def figures(*, fixed: bool = True, whole: bool = False) -> dict:
    sections = [
        part(name, fixed=fixed, complete=whole, gaps=[] if whole else ["hep-go: 1 of 164 pairs"])
        for name in ("Chat", "Chat Hard", "Safety", "Reasoning", "Prior Sets")
    ]
    weights = {"uniform": [0.5, 0.5]} | ({"fixed weights": [0.9, 0.1]} if fixed else {})
    names = ["gate", *weights]
    return {
        "model": "abc",
        "steering": None,
        "verbosity": "wordy",
        "baselines": weights,
        "notes": {},
        "benchmark": {"name": "b", "rows": 9, "pairs": 7, "unreadable": 2, "malformed": 0},
        "rewardbench": {
            "score": part("", fixed=fixed) if whole else None,
            "without_prior_sets": part("", fixed=fixed) if whole else None,
            "sections": sections,
        },
        "categories": [part("RM-Bench", fixed=fixed)],
        "all_categories": None,
        "subsets": [
            part(
                "rmbench-safety-response",
                fixed=fixed,
                prompts=5,
                weights={"a": 0.1, "b": 0.2, "wordy": 0.4, "c": 0.3},
                alone={"a": 0.9, "b": 0.2, "wordy": 0.0, "c": 0.5},
            )
        ],
        "lost_subsets": {"mt-bench-hard": 4},
        "length": {
            "responses": 11,
            "prompts": 5,
            "marginal": dict.fromkeys(names, 0.25),
            "within_prompts": dict.fromkeys(names, -0.125),
        },
    }


def text_of(record: dict) -> str:
    console = plain_console()
    with console.capture() as capture:
        console.print(benchmark_view(record))
    return capture.get()


def test_a_partial_benchmark_is_marked_in_every_section_and_has_no_score():
    text = text_of(figures())
    assert text.count("(partial)") == 5
    assert "No score: the rows are not the whole benchmark." in text
    assert "• Chat Hard: hep-go: 1 of 164 pairs" in text
    assert "2 could not be: see rejects.jsonl" in text
    assert "mt-bench-hard: none of its 4 pairs could be read" in text


def test_a_whole_benchmark_has_a_score_and_no_mark():
    text = text_of(figures(whole=True))
    assert "partial" not in text
    assert "No score" not in text
    line = next(line for line in text.splitlines() if line.split()[:1] == ["score"])
    assert "65.1 [60.1, 70.1]" in line
    assert "without prior sets" in text


def test_lines_fit_and_nothing_is_cut_off():
    text = text_of(figures())
    assert "…" not in text
    line = next(line for line in text.splitlines() if "rmbench-safety-response" in line)
    assert line.split()[1:] == [
        *("65.1", "[60.1,", "70.1]", "55.0", "45.0", "+10.1", "[+5.1,", "+15.1]", "7", "3")
    ]


def test_without_fixed_weights_the_gate_stands_beside_uniform_ones_and_it_is_said():
    text = text_of(figures(fixed=False))
    assert "has no optimal fixed weights" in text
    assert "gate − uniform" in text
    assert "gate − fixed" not in text
    assert "has no optimal fixed weights" not in text_of(figures())


def test_an_interval_that_is_unknown_is_left_out():
    record = figures()
    record["categories"][0]["accuracy"]["gate"] = interval(0.5, ties=0, spread=None)
    line = next(line for line in text_of(record).splitlines() if "RM-Bench" in line)
    assert line.split()[1:3] == ["50.0", "55.0"]


def test_the_three_weightiest_objectives_are_named_and_idle_weight_is_told():
    assert "wordy (idle) 40%, c 30%, b 20%" in text_of(figures())


def test_what_reading_met_is_told_with_its_count():
    record = figures() | {"notes": {"prompts without pairs": 1234}}
    assert "• 1,234×: prompts without pairs" in text_of(record)
    assert "×" not in text_of(figures())


def test_several_categories_have_a_line_together():
    assert "all of these" not in text_of(figures())
    record = figures() | {"all_categories": part("", fixed=True)}
    assert "all of these" in text_of(record)
