"""What a check says of rows, one fault or oddity at a time, and of whole files."""

from __future__ import annotations

import gzip
import json
import re
import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armo.data import RatingRow, read_rows
from armo.data.rows import PreferenceRow
from tests.check.rows import assistant, look, look_at_all, paired, rated, save, user

NAN = json.dumps(rated(7)).replace(": 3}", ": NaN}")
INFINITE = json.dumps(rated(7)).replace(": 3}", ": -Infinity}")

RATING_FAULTS: dict[str, tuple[Any, str]] = {
    "cut off": ('{"id": "x"', "not valid JSON"),
    "no object": ("[1]", "Expected `object`"),
    "not UTF-8": (b'{"id": "\xff"}', "not valid UTF-8: byte 9 of the line is 0xff"),
    "byte order mark": (b"\xef\xbb\xbf" + json.dumps(rated(7)).encode(), "byte order mark"),
    "NaN": (NAN, r"^ratings\.depth: NaN is no number of JSON"),
    "infinity": (INFINITE, r"^ratings\.depth: Infinity is no number of JSON"),
    "beyond floats": (NAN.replace("NaN", "1e999"), r"^ratings\.depth: Infinity is no number"),
    "NaN of meta": (NAN.replace("NaN}", '3}, "meta": {"a": [0, NaN]}'), r"^meta\.a\[1\]: NaN"),
    "unknown role": (
        rated(7, messages=[{"role": "robot", "content": "x"}, assistant("y")]),
        r"messages\[0\]\.role: unknown role 'robot'",
    ),
    "empty response": (
        rated(7, messages=[user("x"), assistant(" \n")]),
        r"messages\[1\]\.content: the response is empty",
    ),
    "user last": (rated(7, messages=[user("x"), user("y")]), r"messages\[1\]\.role: the last"),
    "no user": (rated(7, messages=[assistant("x")] * 2), "no message has the role 'user'"),
    "outside its scale": (rated(7, ratings={"depth": 6}), r"ratings\.depth: 6 is outside"),
    "no scale": (rated(7, ratings={"wit": 1}), r"scale\.wit: no scale"),
    "two scales": (
        rated(7, scale={"depth": [0, 5]}),
        r"scale\.depth: \[0, 5\], where earlier rows have \[1, 5\]",
    ),
    "empty group": (rated(7, group=" "), "group: it is empty"),
    "id twice": (rated(0, ratings={"depth": 2}), "id: 'r0' stands on an earlier line"),
    "id a list": (rated(7, id=[7]), "got `array` - at `id`"),
}
PAIR_FAULTS: dict[str, tuple[Any, str]] = {
    "both equal": (paired(7, rejected=[assistant("The first.")]), "the two responses are equal"),
    "two messages": (paired(7, chosen=[assistant("x")] * 2), "chosen: expected one assistant"),
    "prompt a text": (paired(7, prompt="x"), "Expected `array`, got `str` - at `prompt`"),
}


@pytest.mark.parametrize("name", RATING_FAULTS)
def test_a_faulty_rating_is_told_with_line_and_field(tmp_path: Path, name: str):
    row, reason = RATING_FAULTS[name]
    path = save(tmp_path / "rows.jsonl", [rated(0), rated(1), "", row, rated(2)])
    found = look(path)
    assert (found.kind, found.good, found.faulty) == ("ratings", 3, 1)
    assert not found.clean
    assert found.faults[0].where == f"{path}:4"
    assert re.search(reason, found.faults[0].reason), found.faults[0].reason
    assert [one.count for one in found.reasons] == [1]


@pytest.mark.parametrize("name", PAIR_FAULTS)
def test_a_faulty_pair_is_told_with_line_and_field(tmp_path: Path, name: str):
    row, reason = PAIR_FAULTS[name]
    found = look(save(tmp_path / "pairs.jsonl", [paired(0), row]))
    assert (found.kind, found.good, found.faulty) == ("preferences", 1, 1)
    assert found.faults[0].where.endswith(":2")
    assert re.search(reason, found.faults[0].reason), found.faults[0].reason


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([user("a"), user("b"), assistant("c")], "two in a row have the role 'user'"),
        ([user("a"), assistant("b"), assistant("c")], "two in a row have the role 'assistant'"),
        ([assistant("a"), user("b"), assistant("c")], "the first is the assistant's"),
        (
            [user("a"), {"role": "system", "content": "b"}, assistant("c")],
            "one of the role 'system' is not first",
        ),
        ([user(" "), assistant("c")], "a message before the response is blank"),
    ],
)
def test_odd_turns_are_counted_and_used(tmp_path: Path, messages: list[Any], reason: str):
    rows = [rated(0), rated(1, messages=messages), rated(2, messages=messages)]
    found = look(save(tmp_path / "rows.jsonl", rows))
    assert found.clean
    assert [(one.count, one.example.id) for one in found.warnings] == [(2, "r1")]
    assert reason in found.warnings[0].reason


def test_turns_in_order_are_not_odd(tmp_path: Path):
    tools = [{"role": "tool", "content": "1"}, {"role": "tool", "content": "2"}]
    call = {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f"}}]}
    messages = [
        {"role": "system", "content": "s"},
        {"role": "developer", "content": "d"},
        user("a"),
        call,
        *tools,
        assistant("b"),
    ]
    assert not look(save(tmp_path / "rows.jsonl", [rated(0), rated(1, messages=messages)])).warnings


def test_pairs_that_repeat_or_contradict_an_earlier_one(tmp_path: Path):
    turned = {"chosen": [assistant("The second.")], "rejected": [assistant("The first.")]}
    nearly = paired(4, rejected=[assistant("The  first.\n")])
    rows = [paired(0), paired(0, id="again"), paired(0, id="turned", **turned), nearly, paired(5)]
    found = look(save(tmp_path / "pairs.jsonl", rows))
    assert found.clean
    assert {one.example.id: one.reason for one in found.warnings} == {
        "again": "chosen, rejected: the same pair stands in an earlier row",
        "turned": "chosen, rejected: the same pair stands in an earlier row the other way round",
        "p4": "chosen, rejected: they differ in white space at most",
    }


def test_counts_of_objectives_sources_prompts_and_lengths(tmp_path: Path):
    rows = [
        rated(0, ratings={"depth": 1, "safe": True}, scale={"depth": [1, 5], "safe": [0, 1]}),
        rated(1, ratings={"depth": 4, "safe": None}, source=""),
        rated(2, ratings={"safe": 0}, scale={"safe": [0, 1]}, messages=rated(1)["messages"]),
        rated(3, messages=[user("how FAR is 1?"), assistant("x" * 100)]),
    ]
    path = save(tmp_path / "rows.jsonl", rows)
    found = look(path)
    assert found.objectives == [
        {
            "name": "depth",
            "low": 1.0,
            "high": 5.0,
            "boolean": False,
            "count": 3,
            "lowest": 1.0,
            "mean": 3.0,
            "highest": 4.0,
        },
        {
            "name": "safe",
            "low": 0.0,
            "high": 1.0,
            "boolean": True,
            "count": 2,
            "lowest": 0.0,
            "mean": 0.5,
            "highest": 1.0,
        },
    ]
    assert found.sources == {"hand": 3, "": 1}
    # The last prompt differs from the one before in case alone, which makes one group of them.
    assert (found.prompts, found.groups) == (3, 2)
    assert found.response_characters["longest"] == 100
    assert found.response_characters["longest_at"] == f"{path}:4"
    assert found.response_characters["mean"] == (14 * 3 + 100) / 4


def test_an_objective_that_is_always_alike_is_told(tmp_path: Path):
    rows = [rated(number, ratings={"depth": 2}) for number in range(3)]
    found = look(save(tmp_path / "rows.jsonl", rows))
    assert [(one.reason, one.count) for one in found.warnings] == [
        ("ratings.depth: all are 2, so they teach nothing", 3)
    ]


def test_only_so_many_faults_are_kept_but_all_are_counted(tmp_path: Path):
    rows = [rated(0), *[rated(number, ratings={"depth": 9}) for number in range(1, 50)]]
    found = look(save(tmp_path / "rows.jsonl", rows), shown=3)
    assert (found.faulty, len(found.faults), found.reasons[0].count) == (49, 3, 49)


def test_files_that_cannot_be_read_do_not_stop_the_others(tmp_path: Path):
    whole = save(tmp_path / "whole.jsonl", [rated(0), rated(1)])
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(whole.read_bytes() * 500)[:-9])
    foreign = save(tmp_path / "foreign.jsonl", ['{"a": 1}'])
    found = look_at_all(save(tmp_path / "none.jsonl", []), foreign, cut, whole)
    assert [bool(file.unreadable) for file in found.files] == [True, True, True, False]
    assert not found.clean
    assert found.files[3].good == 2
    assert "damaged" in found.files[2].unreadable
    assert found.record()["total"]["unreadable"] == 3


def test_files_together_may_share_ids_and_differ_in_scales(tmp_path: Path):
    first = save(tmp_path / "a.jsonl", [rated(0), rated(1)])
    other = {"ratings": {"depth": 0}, "scale": {"depth": [0, 1]}}
    second = save(
        tmp_path / "b.jsonl",
        [rated(1, **other), rated(2, ratings={"depth": 1}, scale={"depth": [0, 1]})],
    )
    pairs = save(tmp_path / "p.jsonl", [paired(0, id="r0"), paired(1)])
    found = look_at_all(first, second, pairs)
    assert found.clean
    assert sorted((one.count, one.example.where) for one in found.warnings) == [
        (1, str(second)),
        (1, f"{second}:1"),
    ]
    assert f"where {first} has [1, 5]" in next(
        one.reason for one in found.warnings if one.reason.startswith("scale.depth")
    )


def test_nan_of_a_parquet_file_is_a_fault_of_its_field(tmp_path: Path):
    rows = [rated(0), rated(1)]
    rows[1]["ratings"] = {"depth": float("nan")}
    rows[0]["ratings"] = {"depth": 2.0}
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    found = look(tmp_path / "rows.parquet")
    assert found.good == 1
    assert "ratings.depth: nan is no rating" in found.faults[0].reason


def test_other_kinds_are_checked_too(tmp_path: Path):
    responses = {
        "id": 1,
        "prompt": "Pick one.",
        "responses": [{"message": "a", "label": 1}, {"message": "b", "label": 0}],
        "rule": "best",
        "subset": "s",
    }
    found = look(save(tmp_path / "b.jsonl", [responses, responses | {"id": 2, "subset": ""}]))
    assert (found.kind, found.good, found.faulty) == ("responses", 1, 1)
    talks = [{"prompt": "x", "response": "y"}, {"messages": [user("x"), assistant("y")]}, {"id": 1}]
    found = look(save(tmp_path / "c.jsonl", talks))
    assert (found.kind, found.good, found.faulty) == ("conversations", 2, 1)
    assert found.prompts == 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 6) | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["role", "content", "depth"]), inner, max_size=2)
    ),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(
    changes=st.lists(
        st.dictionaries(
            st.sampled_from(
                ["id", "messages", "ratings", "scale", "meta", "source", "prompt", "chosen"]
            ),
            VALUES,
            max_size=2,
        ),
        max_size=4,
    ),
    kind=st.sampled_from(["ratings", "preferences"]),
)
def test_rows_are_good_exactly_where_training_reads_them(tmp_path_factory, changes, kind):
    """Without several scales or empty groups, a check refuses what `read_rows` does, and no more."""
    make, row_type = {"ratings": (rated, RatingRow), "preferences": (paired, PreferenceRow)}[kind]
    rows = [make(number, **change) for number, change in enumerate(changes, start=1)]
    for row in rows:
        if isinstance(row.get("scale"), dict):
            row["scale"] = {"depth": [1, 5]}
    path = save(tmp_path_factory.mktemp("any") / "rows.jsonl", [make(0), *rows])
    rejects: list[Any] = []
    good = [row_id for row_id, _ in read_rows(path, row_type, rejects.append)]
    found = look(path, kind)
    assert found.good == len(good)
    assert [fault.where for fault in found.faults] == [reject.where for reject in rejects]


def test_memory_does_not_grow_with_rows(tmp_path: Path):
    """A row costs the 64 bits of its id, its prompt and its group, and room for these to grow."""

    def peak(rows: int) -> int:
        path = save(tmp_path / "rows.jsonl", [rated(number) for number in range(rows)])
        tracemalloc.start()
        assert look(path).good == rows
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert (peak(2500) - peak(500)) / 2000 < 3 * 27 * 2


def test_ratings_of_another_layout_are_not_lost_unseen(tmp_path: Path):
    raw = {"prompt": "Why?", "response": "So.", "helpfulness": 3, "language": "en"}
    found = look(save(tmp_path / "raw.jsonl", [raw]))
    (warning,) = found.warnings
    assert warning.reason.startswith("helpfulness: a number that no such row has")
