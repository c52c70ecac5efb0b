from __future__ import annotations

from tests.report.test_benchmark_tables import interval, text_of


def scored(gate: float, *, fixed: bool = True) -> dict:
    others = {"fixed weights": 0.55} if fixed else {}
    others |= {"uniform": 0.45}
    return {
        "score": {name: interval(value) for name, value in ({"gate": gate} | others).items()},
        "gate_minus": {name: interval(gate - value) for name, value in others.items()},
    }


def subset(name: str, rule: str, measures: list[dict], *, fixed: bool = True) -> dict:
    return {
        **{"name": name, "rule": rule, "prompts": 5, "measures": measures},
        "ties": {"gate": 3, "uniform": 0},
        "weights": {"a": 0.1, "b": 0.2, "wordy": 0.7},
        "alone": {"a": 0.9, "b": -0.2, "wordy": 0.0},
    } | scored(0.651, fixed=fixed)


def measure(name: str, weight: float, *, fixed: bool = True) -> dict:
    return {"name": name, "weight": weight} | scored(0.321, fixed=fixed)


def figures(*, fixed: bool = True, whole: bool = True) -> dict:
    three = [measure(name, 1 / 3, fixed=fixed) for name in ("easy", "normal", "hard")]
    weights = {"uniform": [0.5, 0.5]} | ({"fixed weights": [0.9, 0.1]} if fixed else {})
    return {
        "model": "abc",
        "steering": "safe only v1",
        "verbosity": "wordy",
        "baselines": weights,
        "notes": {},
        "benchmark": {"name": "b", "rows": 9, "questions": 7, "unreadable": 2, "malformed": 1},
        "rules": {"best-of": "the highest is right", "styles": "nine pairs"},
        "totals": [{"rules": ["best-of"]} | scored(0.7, fixed=fixed)] if whole else [],
        "subsets": [
            subset("[red]Focus", "best-of", [measure("accuracy", 1.0, fixed=fixed)], fixed=fixed),
            subset("chat", "styles", three, fixed=fixed),
        ],
        "refused_subsets": {"Ties": "no two belong together"},
        "lost_subsets": {"code": 4},
        "length": {
            "responses": 11,
            "prompts": 5,
            "marginal": dict.fromkeys(["gate", *weights], 0.25),
            "within_prompts": dict.fromkeys(["gate", *weights], -0.125),
        },
    }


def line_of(text: str, start: str) -> list[str]:
    return next(line.split() for line in text.splitlines() if line.strip().startswith(start))


def test_each_subset_has_its_rule_its_scores_and_the_difference():
    text = text_of(figures())
    assert "Reward model abc under safe only v1 on 'b'" in text
    assert "7 of 9 questions were judged; 2 could not be" in text
    assert line_of(text, "[red]Focus") == [
        *("[red]Focus", "best-of", "65.1", "[60.1,", "70.1]", "55.0", "45.0"),
        *("+10.1", "[+5.1,", "+15.1]", "7", "3"),
    ]
    assert "• styles: nine pairs" in text
    assert "…" not in text


def test_a_total_is_there_or_it_is_said_that_there_is_none():
    text = text_of(figures())
    assert line_of(text, "total")[:5] == ["total", "best-of", "70.0", "[65.0,", "75.0]"]
    assert "The total leaves out the rows that could not be judged." in text
    without = text_of(figures(whole=False))
    assert "No total: the rows are not a whole benchmark" in without
    assert "total  " not in without


def test_measures_are_shown_of_scores_that_have_several():
    text = text_of(figures())
    shown = text[text.index("What these scores are made of") : text.index("Rank correlation")]
    assert "Focus" not in shown
    assert [line_of(shown, "chat")[1:3]] == [["easy", "0.33"]]
    assert "hard" in shown
    record = figures()
    del record["subsets"][1]
    assert "What these scores are made of" not in text_of(record)


def test_what_was_not_scored_is_named():
    text = text_of(figures())
    assert "• Ties was not scored: no two belong together" in text
    assert "• code: none of its 4 questions could be read" in text


def test_without_fixed_weights_the_gate_stands_beside_uniform_ones_and_it_is_said():
    text = text_of(figures(fixed=False))
    assert "has no optimal fixed weights" in text
    assert "gate − uniform" in text
    assert "gate − fixed" not in text


def test_weights_and_the_best_objectives_alone_are_named():
    text = text_of(figures())
    assert "wordy (idle) 70%, b 20%, a 10%" in text
    assert "a 90%, wordy 0%, b -20%" in text
