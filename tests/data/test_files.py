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

from armo.data import ConversationRow, PreferenceRow, QuestionRow, RatingRow, read_rows
from armo.errors import DataError
from armo.rejects import Reject
from tests.tiny import chat


def rating(number: int = 0, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"row {number}",
        "source": "tests",
        "messages": chat("What?", f"That {number}."),
        "ratings": {"good": 3, "safe": True},
        "scale": {"good": [1, 5], "safe": [0, 1]},
    } | changes


def preference(number: int = 0, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"pair {number}",
        "prompt": chat("What?", "")[:1],
        "chosen": [{"role": "assistant", "content": "This."}],
        "rejected": [{"role": "assistant", "content": "That."}],
    } | changes


def write(path: Path, rows: list[Any]) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    text = ("\n".join(lines) + "\n").encode("utf-8", "surrogatepass")
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def read(path: Path, kind: type = RatingRow) -> tuple[list[Any], list[Reject]]:
    rejects: list[Reject] = []
    return [row for _, row in read_rows(path, kind, rejects.append)], rejects


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_good_rows_are_read_as_they_stand(tmp_path, name):
    rows, rejects = read(write(tmp_path / name, [rating(0), "", rating(1, group="g")]))
    assert [row.id for row in rows] == ["row 0", "row 1"]
    assert not rejects
    assert rows[0].rated() == [("good", 3), ("safe", True)]
    assert rows[1].split_group() == "g"


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json"])
def test_a_byte_order_mark_costs_no_row(tmp_path, name):
    text = json.dumps(rating(0)) if name.endswith("l") else json.dumps([rating(0)])
    (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
    rows, rejects = read(tmp_path / name)
    assert (len(rows), rejects) == (1, [])


def test_parquet_rows_are_the_same(tmp_path):
    both = [rating(0), rating(1, ratings={"good": 4.5}, scale={"good": [1, 5]})]
    both[0]["ratings"]["safe"] = 1.0
    pq.write_table(pa.Table.from_pylist(both), tmp_path / "rows.parquet")
    rows, rejects = read(tmp_path / "rows.parquet")
    assert not rejects
    assert [row.rated() for row in rows] == [[("good", 3), ("safe", 1)], [("good", 4.5)]]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{", "not valid JSON"),
        ("[1]", "Expected `object`"),
        (rating(ratings={"good": 9}), r"ratings\.good: 9.* outside its scale \[1, 5\]"),
        (rating(ratings={"good": 10**400}), "ratings|range"),
        (rating(ratings={"good": "3"}), r"ratings\.good: expected a number"),
        (rating(ratings={"good": None}), "no objective is rated"),
        (rating(ratings={"other": 3}), r"scale\.other: no scale"),
        (rating(scale={"good": [5, 1], "safe": [0, 1]}), "low must be below high"),
        (rating(scale={"good": [1], "safe": [0, 1]}), "length 2"),
        (rating(messages=[]), "needs a prompt and a response"),
        (rating(messages=chat("What?", " ")), r"messages\[1\]\.content: the response is empty"),
        (rating(messages=chat("What?", "x")[:1]), "needs a prompt and a response"),
        (rating(messages=[{"role": "user"}]), r"messages"),
        (rating(messages=[{"role": "robot", "content": "x"}] * 2), "unknown role 'robot'"),
        ({name: value for name, value in rating().items() if name != "id"}, "missing.*`id`"),
        (json.dumps(rating(messages=chat("\ud800", "x"))), "not valid JSON|surrogate"),
        ('{"id": NaN}', "not valid JSON"),
    ],
)
def test_bad_rows_are_rejected_with_line_and_reason(tmp_path, row, reason):
    path = write(tmp_path / "rows.jsonl", [rating(1), row, rating(2)])
    rows, rejects = read(path)
    assert [row.id for row in rows] == ["row 1", "row 2"]
    assert len(rejects) == 1
    assert rejects[0].where == f"{path}:2"
    assert re.search(reason, rejects[0].reason), rejects[0].reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (preference(rejected=[{"role": "assistant", "content": "This."}]), "are equal"),
        (preference(chosen=[]), "expected one assistant message"),
        (preference(chosen=[{"role": "user", "content": "This."}]), "prompt \\+ chosen"),
        (preference(prompt=[]), "prompt"),
        (preference(prompt="What?"), "Expected `array`"),
    ],
)
def test_bad_pairs_are_rejected(tmp_path, row, reason):
    rows, rejects = read(write(tmp_path / "p.jsonl", [preference(1), row]), PreferenceRow)
    assert len(rows) == 1
    assert re.search(reason, rejects[0].reason), rejects[0].reason


def test_repeated_ids_are_rejected(tmp_path):
    rows, rejects = read(write(tmp_path / "rows.jsonl", [rating(1), rating(1)]))
    assert len(rows) == 1
    assert "earlier line" in rejects[0].reason


def test_ids_are_not_kept(tmp_path):
    path = write(tmp_path / "rows.jsonl", [rating(n, id=f"{n:01000}") for n in range(3000)])
    rows = read_rows(path, RatingRow, print)
    next(rows)
    tracemalloc.start()
    try:
        assert sum(1 for _ in rows) == 2999
        assert tracemalloc.get_traced_memory()[1] < 1_500_000
    finally:
        tracemalloc.stop()


def test_ratings_beyond_float_range_do_not_crash(tmp_path):
    huge = rating(ratings={"good": 3})
    line = json.dumps(huge).replace(": 3", ": 1e999")
    rows, rejects = read(write(tmp_path / "rows.jsonl", [line]))
    assert not rows
    assert len(rejects) == 1


@pytest.mark.parametrize(
    ("name", "raw", "match"),
    [
        ("none.jsonl", None, "no such file"),
        ("empty.jsonl", b"", "is empty"),
        ("blank.jsonl", b"\n \n", "is empty"),
        ("text.jsonl.gz", b"not gzip", "damaged"),
        ("cut.jsonl.gz", gzip.compress(b"{}\n" * 9999)[:-20], "damaged"),
        ("rows.parquet", b"PAR1 not parquet", "damaged"),
    ],
)
def test_files_that_cannot_be_read_are_a_sentence(tmp_path, name, raw, match):
    path = tmp_path / name
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(DataError, match=match):
        read(path)


def test_bytes_that_are_not_utf8_are_one_reject(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"id": "\xff"}\n' + json.dumps(rating()).encode() + b"\n")
    rows, rejects = read(path)
    assert len(rows) == 1
    assert len(rejects) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "messages", "role", "content", "ratings", "scale", "prompt", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(JSON, min_size=1, max_size=4),
    kind=st.sampled_from([RatingRow, PreferenceRow, ConversationRow, QuestionRow]),
)
def test_any_json_is_a_row_or_a_reject(tmp_path_factory, rows, kind):
    path = tmp_path_factory.mktemp("any") / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    good, rejects = read(path, kind)
    assert len(good) + len(rejects) == len(rows)


def test_conversation_rows_take_messages_or_prompt_and_response(tmp_path):
    rows = [
        {"messages": chat("What?", "That.")},
        {"id": 7, "prompt": "What?", "response": "That."},
        {"prompt": chat("What?", "x")[:1], "response": {"role": "assistant", "content": "That."}},
        {"prompt": "What?"},
    ]
    good, rejects = read(write(tmp_path / "rows.jsonl", rows), ConversationRow)
    assert [row.conversation() for row in good] == [chat("What?", "That.")] * 3
    assert "needs 'messages'" in rejects[0].reason


def test_questions_take_responses_or_a_pair():
    pair = QuestionRow(
        prompt="What?", chosen="This.", rejected=[{"role": "assistant", "content": "x"}]
    )
    assert pair.answers() == ["This.", {"role": "assistant", "content": "x"}]
    with pytest.raises(DataError, match="at least one"):
        QuestionRow(prompt="What?").check()
    with pytest.raises(DataError, match="response 2"):
        QuestionRow(prompt="What?", responses=["x", ""]).check()


def test_deep_nesting_and_malformed_tool_calls_are_rejects(tmp_path):
    deep = '{"id": "deep", "messages": ' + "[" * 100_000
    calls = [rating(n, messages=chat("a", "b")) for n in range(3)]
    calls[0]["messages"][1]["tool_calls"] = "abc"
    calls[1]["messages"][1]["tool_calls"] = [{"function": "f"}]
    rows, rejects = read(write(tmp_path / "rows.jsonl", [deep, *calls]))
    assert [row.id for row in rows] == ["row 2"]
    assert len(rejects) == 3
    assert "tool_calls" in rejects[1].reason
