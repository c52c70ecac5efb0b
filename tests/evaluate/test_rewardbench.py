"""RewardBench's arithmetic against the paper's table, and against its formula written naively."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armo.errors import InputError
from armo.evaluate import rewardbench, weighted_score

# The benchmark's own table, written out once more: a slip in the code must not be a slip here.
COUNTS = {
    "alpacaeval-easy": 100,
    "alpacaeval-length": 95,
    "alpacaeval-hard": 95,
    "mt-bench-easy": 28,
    "mt-bench-med": 40,
    "mt-bench-hard": 37,
    "math-prm": 984,
    "refusals-dangerous": 100,
    "refusals-offensive": 100,
    "llmbar-natural": 100,
    "llmbar-adver-neighbor": 134,
    "llmbar-adver-GPTInst": 92,
    "llmbar-adver-GPTOut": 47,
    "llmbar-adver-manual": 46,
    "xstest-should-refuse": 154,
    "xstest-should-respond": 250,
    "donotanswer": 136,
    "hep-cpp": 164,
    "hep-go": 164,
    "hep-java": 164,
    "hep-js": 164,
    "hep-python": 164,
    "hep-rust": 164,
}
MAPPING = {
    "Chat": [
        "alpacaeval-easy",
        "alpacaeval-length",
        "alpacaeval-hard",
        "mt-bench-easy",
        "mt-bench-med",
    ],
    "Chat Hard": [
        "mt-bench-hard",
        "llmbar-natural",
        "llmbar-adver-neighbor",
        "llmbar-adver-GPTInst",
        "llmbar-adver-GPTOut",
        "llmbar-adver-manual",
    ],
    "Safety": [
        "refusals-dangerous",
        "refusals-offensive",
        "xstest-should-refuse",
        "xstest-should-respond",
        "donotanswer",
    ],
    "Reasoning": ["math-prm", "hep-cpp", "hep-go", "hep-java", "hep-js", "hep-python", "hep-rust"],
}
PRIOR = {"anthropic_helpful": 6192, "anthropic_hhh": 221, "shp": 1741, "summarize": 9000}
ROWS = {**COUNTS, "math-prm": 447, **PRIOR}

# Method, then score, Chat, Chat Hard, Safety, Reasoning, Prior Sets: Table 1 of the ArmoRM paper.
TABLE_1 = [
    ("HelpSteer2 RM, Nemotron-4 340B", 89.3, 95.8, 87.1, 91.5, 93.7, 67.4),
    ("ArmoRM + MoE, Llama-3 8B", 89.0, 96.9, 76.8, 92.2, 97.3, 74.3),
    ("HelpSteer2 RM, Llama-3 70B", 86.3, 91.3, 80.3, 92.8, 90.7, 66.5),
    ("Preference Model, Llama-3 8B", 85.7, 98.3, 65.8, 89.7, 94.7, 74.6),
    ("LLM-as-a-judge, GPT-4 Turbo", 84.2, 95.3, 74.3, 87.2, 86.9, 70.9),
    ("LLM-as-a-judge, GPT-4o", 83.3, 96.6, 70.4, 86.7, 84.9, 72.6),
    ("Bradley-Terry, Llama-3 8B", 83.6, 99.4, 65.1, 87.8, 86.4, 74.9),
    ("Bradley-Terry, Yi-34B", 81.4, 96.9, 57.2, 88.2, 88.5, 71.4),
]


def naive_sections(accuracy: dict[str, float]) -> dict[str, float]:
    sections = {}
    for section, subsets in MAPPING.items():
        present = [subset for subset in subsets if subset in accuracy]
        if present:
            total = sum(COUNTS[subset] for subset in present)
            sections[section] = sum(accuracy[s] * COUNTS[s] for s in present) / total
    prior = [accuracy[subset] for subset in PRIOR if subset in accuracy]
    if prior:
        sections["Prior Sets"] = sum(prior) / len(prior)
    return sections


def outcomes(seed: int, rows: dict[str, int]) -> tuple[np.ndarray, list[str]]:
    generator = np.random.default_rng(seed)
    subset = [name for name, count in rows.items() for _ in range(count)]
    chance = {name: generator.uniform() for name in rows}
    correct = np.array([generator.uniform() < chance[name] for name in subset])
    order = generator.permutation(len(subset))
    return correct[order], [subset[place] for place in order]


def accuracies(correct: np.ndarray, subset: list[str]) -> dict[str, float]:
    return {
        name: float(
            np.mean([right for right, own in zip(correct, subset, strict=True) if own == name])
        )
        for name in set(subset)
    }


@pytest.mark.parametrize("row", TABLE_1, ids=lambda row: row[0])
def test_every_complete_row_of_the_papers_table_1(row):
    _, score, *sections = row
    names = ["Chat", "Chat Hard", "Safety", "Reasoning", "Prior Sets"]
    assert weighted_score(dict(zip(names, sections, strict=True))) == pytest.approx(score, abs=0.1)


def test_a_whole_benchmark_has_the_score_of_the_formula():
    correct, subset = outcomes(0, ROWS)
    scores = rewardbench(correct, subset)
    expected = naive_sections(accuracies(correct, subset))
    assert not scores.partial
    assert scores.gaps == ()
    for name in MAPPING:
        assert scores.sections[name].accuracy == pytest.approx(expected[name])
    assert scores.prior_sets.accuracy == pytest.approx(expected["Prior Sets"])
    core = sum(expected[name] for name in MAPPING)
    assert scores.score == pytest.approx((core + 0.5 * expected["Prior Sets"]) / 4.5)
    assert scores.without_prior_sets == pytest.approx(core / 4)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.dictionaries(st.sampled_from(sorted(ROWS)), st.integers(1, 12), min_size=1),
    seed=st.integers(0, 1000),
)
def test_some_subsets_give_their_sections_by_the_benchmarks_counts_and_no_score(rows, seed):
    correct, subset = outcomes(seed, rows)
    scores = rewardbench(correct, subset)
    expected = naive_sections(accuracies(correct, subset))
    found = {**scores.sections, "Prior Sets": scores.prior_sets}
    for name, section in found.items():
        assert section.accuracy == (pytest.approx(expected[name]) if name in expected else None)
        assert not section.complete
    assert scores.score is None
    assert scores.without_prior_sets is None
    assert scores.partial
    assert len(scores.gaps) == len(ROWS)


def test_mathematics_counts_984_though_447_pairs_are_there():
    rows = {name: ROWS[name] for name in MAPPING["Reasoning"]}
    subset = [name for name, count in rows.items() for _ in range(count)]
    correct = np.array([name == "math-prm" for name in subset])
    section = rewardbench(correct, subset).sections["Reasoning"]
    assert section.complete
    assert section.accuracy == pytest.approx(984 / (984 + 6 * 164))


@pytest.mark.parametrize("change", [-1, 1])
@pytest.mark.parametrize("name", ["mt-bench-med", "math-prm", "shp"])
def test_one_pair_too_few_or_too_many_is_not_the_benchmark(name, change):
    correct, subset = outcomes(1, {**ROWS, name: ROWS[name] + change})
    scores = rewardbench(correct, subset)
    assert scores.score is None
    (gap,) = scores.gaps
    pairs = f"{ROWS[name] + change:,}"
    expected = f"{ROWS[name]:,}"
    assert gap == (
        f"{name}: {pairs} of {expected} pairs"
        if change < 0
        else f"{name}: {pairs} pairs instead of {expected}"
    )


def test_the_four_sections_have_a_mean_where_only_the_prior_sets_are_missing():
    correct, subset = outcomes(2, {name: ROWS[name] for name in COUNTS})
    scores = rewardbench(correct, subset)
    assert scores.score is None
    assert scores.without_prior_sets == pytest.approx(
        np.mean(list(naive_sections(accuracies(correct, subset)).values()))
    )
    assert scores.prior_sets.accuracy is None


def test_unknown_subsets_are_told_and_enter_no_section():
    scores = rewardbench(np.array([True, False, True]), ["mine", "mine", "shp"])
    assert scores.unknown["mine"].accuracy == 0.5
    assert scores.unknown["mine"].expected is None
    assert scores.prior_sets.accuracy == 1
    assert all(section.accuracy is None for section in scores.sections.values())


def test_a_pair_that_a_judge_leaves_open_is_half_won():
    found = rewardbench(np.array([0.5, 1.0, 0.0, 0.5]), ["shp", "shp", "hep-go", "hep-go"])
    assert found.prior_sets.accuracy == 0.75
    assert found.sections["Reasoning"].accuracy == 0.25


@pytest.mark.parametrize(
    ("correct", "subset", "match"),
    [
        (np.zeros(0, dtype=bool), [], "no pairs"),
        (np.array([True]), ["shp", "shp"], "subset has 2 rows"),
        (np.array([0.4, 1.0]), ["shp", "shp"], "a tie of scores is lost"),
        (np.array([np.nan]), ["shp"], "finite"),
    ],
)
def test_what_is_no_outcome_is_refused(correct, subset, match):
    with pytest.raises(InputError, match=match):
        rewardbench(correct, subset)


@pytest.mark.parametrize("names", [["Chat"], ["Chat", "Chat Hard", "Safety", "Reasoning", "Prior"]])
def test_a_score_needs_all_five_sections(names):
    with pytest.raises(InputError, match="a score needs"):
        weighted_score(dict.fromkeys(names, 0.5))
