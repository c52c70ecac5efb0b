from __future__ import annotations

import json
import weakref
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.data.test_files import write
from tests.overlap.overlap_rows import ANSWER, LONG, SHORT, best_of, entry

from armo.data import sources
from armo.data.hub import HubRows, HubSet
from armo.errors import DataError, InputError
from armo.overlap import Match, entry_of, find_overlap, find_overlap_of_files
from armo.overlap.texts import normal_form

EDITED = LONG.replace("red book", "blue book")
OTHER_ANSWER = ANSWER.replace("winter", "spring")


def matches(train, benchmark, **settings) -> list[tuple]:
    found: list[Match] = []
    find_overlap(train, benchmark, on_match=found.append, **settings)
    return [(match.train_id, match.benchmark_id, match.kind) for match in found]


@pytest.mark.parametrize(
    ("prompt", "response", "kind"),
    [
        (LONG.upper(), "Nine.", "exact prompt"),
        (EDITED, "Nine.", "near prompt"),
        (f"Please do this: {SHORT} {LONG}", "Nine.", "embedded prompt"),
        ("Name a prime.", ANSWER, "exact response"),
        ("Name a prime.", OTHER_ANSWER, "near response"),
        (LONG, ANSWER, "prompt and response"),
        (EDITED, "five.", "prompt and response"),
        # A stock phrase by itself tells nothing.
        ("Name a prime.", "Five.", None),
        ("Name a prime.", "Seven.", None),
    ],
)
def test_kinds(prompt, response, kind):
    benchmark = [entry("b0", "What?", "Well."), entry("b1", LONG, "Five.", ANSWER)]
    expected = [("t", "b1", kind)] if kind else []
    assert matches([entry("t", prompt, response)], benchmark) == expected


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("prompt", {"p": "exact prompt", "pr": "exact prompt"}),
        ("response", {"r": "exact response", "pr": "exact response"}),
        ("either", {"p": "exact prompt", "r": "exact response", "pr": "prompt and response"}),
        ("both", {"pr": "prompt and response"}),
    ],
)
def test_rules(rule, found):
    train = [entry("p", SHORT, "No."), entry("r", "What?", ANSWER), entry("pr", SHORT, ANSWER)]
    told = matches(train, [entry("b", SHORT, ANSWER)], rule=rule)
    assert {name: kind for name, _, kind in told} == found


def test_the_most_similar_pair_of_responses_is_told():
    found: list[Match] = []
    train = entry("t", "What?", OTHER_ANSWER, ANSWER.lower())
    benchmark = entry_of(best_of("b", "Why?", "No.", OTHER_ANSWER + " So.", ANSWER), "b")
    find_overlap([train], [benchmark], on_match=found.append)
    (match,) = found
    assert (match.kind, match.response_jaccard) == ("exact response", 1.0)
    assert (match.benchmark_text, match.train_text) == (ANSWER, ANSWER.lower())
    assert (match.subset, match.prompt, match.prompt_jaccard) == ("best-of", None, None)


def test_an_embedded_prompt_is_shown_where_it_begins():
    found: list[Match] = []
    train = entry("t", f"{' '.join(map(str, range(500)))}\n{LONG} Thanks.", "x")
    find_overlap([train], [entry("b", LONG, "y")], on_match=found.append)
    assert found[0].train_text == f"… {LONG} Thanks."
    assert found[0].benchmark_text == LONG


def test_long_texts_are_cut_in_snippets():
    found: list[Match] = []
    find_overlap([entry("t", LONG * 9, "x")], [entry("b", LONG * 9, "y")], on_match=found.append)
    assert len(found[0].train_text) == 200
    assert found[0].train_text.endswith("…")


def test_counts_by_subset_and_source():
    train = [
        entry("t0", SHORT, "x", source="web"),
        entry("t1", SHORT, ANSWER, source="web"),
        entry("t2", EDITED, "x", source="raters"),
        entry("t3", "What?", "x", source="raters"),
    ]
    benchmark = [
        entry("b0", SHORT, ANSWER, subset="moons"),
        entry("b1", SHORT.lower(), "y", subset="moons"),
        entry("b2", LONG, "y", subset="geese"),
        entry("b3", "Untouched?", "y", subset="geese"),
        entry("b4", "Untouched too?", "y", subset="others"),
    ]
    report = find_overlap(train, benchmark)
    assert report.train_rows == {"web": 2, "raters": 2}
    assert report.benchmark_rows == {"moons": 2, "geese": 2, "others": 1}
    assert report.touched == {"moons": 2, "geese": 1}
    assert [(cell.subset, cell.source, cell.touched, cell.kinds) for cell in report.cells] == [
        ("moons", "web", 2, {"prompt and response": 1, "exact prompt": 1}),
        ("geese", "raters", 1, {"near prompt": 1}),
    ]
    assert report.matches == {"prompt and response": 1, "exact prompt": 3, "near prompt": 1}
    assert [match.benchmark_id for match in report.worst] == ["b0", "b1", "b2"]
    summary = msgspec.json.decode(msgspec.json.encode(report.summary()))
    assert summary["touched"]["geese"] == {"rows": 1, "share": 0.5}
    assert summary["by_source"][1]["kinds"] == {"near prompt": 1}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=6), max_size=6), st.lists(st.text(max_size=6), max_size=6))
def test_equal_prompts_of_any_text_are_found_and_counted_once(train, benchmark):
    report = find_overlap(
        [entry(str(n), text) for n, text in enumerate(train)],
        [entry(str(n), text) for n, text in enumerate(benchmark)],
    )
    known = {normal_form(text) for text in train} - {""}
    assert sum(report.touched.values()) >= sum(normal_form(text) in known for text in benchmark)
    assert (
        sum(report.touched.values())
        == len(report.worst)
        == sum(cell.touched for cell in report.cells)
    )


@pytest.mark.parametrize("threshold", [0.0, 0.05, 1.01, float("nan"), -1.0])
def test_a_threshold_out_of_range_is_refused(threshold):
    with pytest.raises(InputError, match=r"threshold: .* is out of range"):
        find_overlap([], [], threshold)


def raw(name: str, prompt: str, **changes: object) -> dict:
    user = {"role": "user", "content": prompt}
    return {"id": name, "prompt": [user], "chosen": "Yes, so.", "rejected": "No.", **changes}


def test_files_of_any_kind_and_rows_that_cannot_be_read(tmp_path):
    system = {"role": "system", "content": "Be brief."}
    talk = [system, {"role": "user", "content": SHORT}, {"role": "assistant", "content": "Well."}]
    ratings = write(
        tmp_path / "ratings.jsonl.gz",
        [
            {"id": "r1", "messages": talk, "ratings": {"good": 1}, "scale": {"good": [0, 1]}},
            {"id": "r2", "messages": [], "ratings": {"good": 1}, "scale": {"good": [0, 1]}},
        ],
    )
    talks = write(tmp_path / "talks.jsonl", [{"prompt": LONG, "response": "Well."}])
    benchmark = write(
        tmp_path / "benchmark.jsonl",
        [raw("b1", SHORT, subset="a"), "{", raw("b2", EDITED, subset="b")],
    )
    rejects: list = []
    found: list[Match] = []
    report = find_overlap_of_files(
        [ratings, talks], benchmark, on_match=found.append, on_reject=rejects.append
    )
    assert [(match.train_id, match.benchmark_id, match.kind) for match in found] == [
        ("r1", "b1", "exact prompt"),
        (f"{talks}:1", "b2", "near prompt"),
    ]
    assert [match.train_source for match in found] == [str(ratings), str(talks)]
    assert [reject.where for reject in rejects] == [f"{benchmark}:2", f"{ratings}:2"]
    assert report.touched == {"a": 1, "b": 1}


def test_native_preferences_may_be_the_benchmark(tmp_path):
    sides = {side: [{"role": "assistant", "content": side}] for side in ("chosen", "rejected")}
    pairs = [raw(f"p{n}", f"What is {n}?", source="mine", **sides) for n in range(3)]
    one = write(tmp_path / "one.jsonl", pairs)
    other = write(tmp_path / "other.jsonl", pairs[1:])
    report = find_overlap_of_files([one], other, on_reject=lambda _: None)
    assert report.benchmark_rows == {"mine": 2}
    assert report.matches == {"prompt and response": 2}


def test_nothing_usable_is_no_all_clear(tmp_path):
    good = write(tmp_path / "good.jsonl", [raw("b1", SHORT, subset="a")])
    bad = write(tmp_path / "bad.jsonl", [raw("b1", SHORT, subset="")])
    for train, benchmark in ((good, bad), (bad, good)):
        with pytest.raises(
            DataError, match=r"bad.jsonl: none of its rows can be used; the first: "
        ):
            find_overlap_of_files([train], benchmark, on_reject=lambda _: None)
    with pytest.raises(InputError, match="both to train on and as the benchmark"):
        find_overlap_of_files([good], tmp_path / "." / "good.jsonl", on_reject=lambda _: None)
    with pytest.raises(DataError, match="no such file"):
        find_overlap_of_files([tmp_path / "none.jsonl"], good, on_reject=lambda _: None)


def test_progress_counts_every_row(tmp_path):
    from contextlib import contextmanager

    told: list = []

    @contextmanager
    def reporter(name: str, total: int, unit: str):
        told.append(total)
        yield told.append

    train = write(
        tmp_path / "t.jsonl", [raw("1", "What?", subset="a"), "{", raw("2", "Why?", subset="a")]
    )
    benchmark = write(tmp_path / "b.jsonl", [raw("b1", SHORT, subset="a")])
    find_overlap_of_files([train], benchmark, on_reject=lambda _: None, reporter=reporter)
    assert told == [3, 1, 1, 1]


class Text(str):
    """A text that can be watched; str itself can't."""


def test_training_rows_are_not_kept():
    alive: weakref.WeakSet[Text] = weakref.WeakSet()
    most = 0

    def train():
        nonlocal most
        for number in range(300):
            text = Text(f"{LONG} {number}")
            alive.add(text)
            yield entry(str(number), text, ANSWER)
            most = max(most, len(alive))

    report = find_overlap(train(), [entry("b", LONG, ANSWER)])
    assert report.matches == {"prompt and response": 300}
    assert 0 < most < 5


def test_matches_are_written_as_they_are_read_back():
    found: list[Match] = []
    find_overlap([entry("t", EDITED, "x")], [entry("b", LONG, "y")], on_match=found.append)
    line = msgspec.json.encode(found[0])
    assert msgspec.json.decode(line, type=Match) == found[0]
    assert json.loads(line)["prompt_jaccard"] == pytest.approx(30 / 36)


def test_a_known_benchmark_is_read_from_the_hub_by_its_name(tmp_path, monkeypatch):
    prompt = "How many moons does the planet Mars have, and what are they called?"
    row = {"id": 1, "prompt": prompt, "chosen": "Two.", "rejected": "One.", "subset": "hep-go"}
    asked = []

    def hub(wanted: HubSet) -> HubRows:
        asked.append((wanted.repo, wanted.split))
        return HubRows("c" * 40, iter([row]), 1)

    monkeypatch.setattr(sources, "hub_rows", hub)
    pair = {
        "id": "p",
        "prompt": [{"role": "user", "content": prompt.upper()}],
        "chosen": [{"role": "assistant", "content": "Phobos and Deimos."}],
        "rejected": [{"role": "assistant", "content": "None."}],
    }
    train = tmp_path / "pairs.jsonl"
    train.write_text(json.dumps(pair) + "\n")
    found = find_overlap_of_files([train], Path("rewardbench"), on_reject=print)
    assert asked == [("allenai/reward-bench", "filtered")]
    assert sum(found.matches.values()) == 1
