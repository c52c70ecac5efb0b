from __future__ import annotations

import dataclasses
import gzip
import json
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armo.data.columns import Columns, RatedColumn, mapped_rows
from armo.data.raw import raw_rows
from armo.data.rows import BenchmarkRow, PreferenceRow, RatingRow, ResponsesRow
from armo.data.sets.known import RawRow, Tally
from armo.errors import DataError, InputError
from armo.rejects import Reject

Raw = dict[str, Any]
HELPFUL = {"helpful": RatedColumn("score", (1, 5))}
RATED = Columns(prompt="question", response="answer", objectives=HELPFUL)
PAIRS = Columns(prompt="question", chosen="good", rejected="bad")


def user(text: str) -> Raw:
    return {"role": "user", "content": text}


def assistant(text: str) -> Raw:
    return {"role": "assistant", "content": text}


def convert(
    raw: list[Raw], columns: Columns, row_type: type = RatingRow
) -> tuple[list[Any], list[Reject], dict[str, int]]:
    rejects: list[Reject] = []
    tally = Tally(rejects.append)
    rows = [RawRow(f"mine/{n}", f"mine:{n}", value) for n, value in enumerate(raw, start=1)]
    made = list(mapped_rows(rows, row_type, columns, "mine", tally))
    for row in made:
        row.check()
    return made, rejects, dict(tally.notes)


def one(raw: Raw, columns: Columns, row_type: type = RatingRow) -> Any:
    rows, rejects, _ = convert([raw], columns, row_type)
    assert not rejects
    return rows[0]


def reason(raw: Raw, columns: Columns, row_type: type = RatingRow) -> str:
    rows, rejects, _ = convert([raw], columns, row_type)
    assert not rows
    assert [(reject.id, reject.where) for reject in rejects] == [("mine/1", "mine:1")]
    return rejects[0].reason


def question(**more: Any) -> Raw:
    return {"question": "Why?", "answer": "So.", "score": 4} | more


def test_a_prompt_and_a_response_make_a_rated_conversation():
    row = one(question(), RATED)
    assert row == RatingRow(
        id="mine/1",
        source="mine",
        messages=[user("Why?"), assistant("So.")],
        ratings={"helpful": 4},
        scale={"helpful": (1, 5)},
    )


def test_every_other_column_finds_its_place():
    columns = Columns(
        id="key",
        messages="talk",
        system="rules",
        group="thread",
        source="from_set",
        objectives=HELPFUL,
    )
    talk = [user("Why?"), assistant("So."), user("And?"), assistant("Yes.")]
    row = one(
        {"key": 7, "talk": talk, "rules": "Be brief.", "thread": 3, "from_set": "web", "score": 1},
        columns,
    )
    assert (row.id, row.group, row.source) == ("7", "3", "web")
    assert row.messages == [{"role": "system", "content": "Be brief."}, *talk]


def test_an_empty_system_text_adds_no_message():
    columns = Columns(prompt="question", response="answer", system="rules", objectives=HELPFUL)
    for empty in (None, "", "  "):
        assert one(question(rules=empty), columns).messages[0]["role"] == "user"
    told = reason(question(question=[{"role": "system", "content": "A"}], rules="B"), columns)
    assert told == "rules: the conversation has a system message of its own"


@pytest.mark.parametrize(
    ("written", "understood"),
    [(4, 4), (3.5, 3.5), ("4", 4), (" 4.0 ", 4.0), ("+2", 2), ("1e0", 1.0)],
)
def test_numbers_may_be_texts(written, understood):
    found = one(question(score=written), RATED).ratings["helpful"]
    assert found == understood
    assert type(found) is type(understood)


@pytest.mark.parametrize(
    ("written", "understood"),
    [("true", True), ("Yes", True), ("FALSE", False), ("no", False), (True, True), ("1", 1)],
)
def test_yes_and_no_are_ratings_on_a_scale_of_two(written, understood):
    columns = Columns(
        prompt="question", response="answer", objectives={"safe": RatedColumn("score", (0, 1))}
    )
    assert one(question(score=written), columns).ratings == {"safe": understood}


def test_yes_on_a_wider_scale_is_refused():
    for yes in (True, "yes"):
        assert "yes and no are ratings on the scale [0, 1], not [1, 5]" in reason(
            question(score=yes), RATED
        )


@pytest.mark.parametrize("nothing", [None, "", "  ", "N/A", "nan", "null", float("nan")])
def test_what_is_no_rating_is_missing_and_noted(nothing):
    columns = Columns(
        prompt="question",
        response="answer",
        objectives=HELPFUL | {"clear": RatedColumn("clarity", (1, 5))},
    )
    rows, rejects, notes = convert([question(clarity=nothing)], columns)
    assert not rejects
    assert rows[0].ratings == {"helpful": 4}
    assert rows[0].scale == {"helpful": (1, 5)}
    assert notes == {"clear: no rating, as the cell is empty, NaN or N/A": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        "good",
        "4/5",
        "3,5",
        [4],
        {"value": 4},
        float("inf"),
        "-inf",
        10**400,
        "9" * 400,
        "9" * 5000,
    ],
)
def test_any_other_rating_rejects_its_row_and_names_the_column(wrong):
    assert reason(question(score=wrong), RATED).startswith("score: expected a number, yes or no")


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)))
def test_a_rating_is_a_finite_number_or_missing_or_refused(value):
    rows, rejects, notes = convert_unchecked(question(score=value))
    if rows and rows[0].ratings:
        found = rows[0].ratings["helpful"]
        assert isinstance(found, bool | int | float)
        assert abs(found) < float("inf")
        assert found == value or isinstance(value, str)
    assert len(rejects) == (not rows)
    assert bool(notes) == bool(rows and not rows[0].ratings)


def convert_unchecked(raw: Raw) -> tuple[list[Any], list[Reject], dict[str, int]]:
    rejects: list[Reject] = []
    tally = Tally(rejects.append)
    rows = list(mapped_rows([RawRow("a", "b", raw)], RatingRow, RATED, "mine", tally))
    return rows, rejects, dict(tally.notes)


def test_nested_columns_are_reached_by_a_path_unless_a_column_has_that_name():
    columns = Columns(
        prompt="a.question",
        response="replies.1.text",
        objectives={"honest": RatedColumn("notes.honesty.Rating", (1, 5))},
    )
    raw = {
        "a": {"question": "Inner?"},
        "replies": [{"text": "No."}, {"text": "Yes."}],
        "notes": {"honesty": {"Rating": "3"}},
    }
    row = one(raw, columns)
    assert row.messages == [user("Inner?"), assistant("Yes.")]
    assert row.ratings == {"honest": 3}
    assert one(raw | {"a.question": "Outer?"}, columns).messages[0] == user("Outer?")


def test_sharegpt_messages_are_understood():
    columns = Columns(messages="talk", objectives=HELPFUL)
    talk = [
        {"from": "system", "value": "Be kind."},
        {"from": "human", "value": "Why?", "weight": 0},
        {"from": "gpt", "value": "So.", "weight": 1},
    ]
    row = one({"talk": talk, "score": 2}, columns)
    assert row.messages == [
        {"role": "system", "content": "Be kind."},
        user("Why?"),
        assistant("So."),
    ]


def test_tool_calls_stay_and_other_fields_of_a_message_go():
    columns = Columns(messages="talk", objectives=HELPFUL)
    call = {"role": "assistant", "content": None, "tool_calls": [{"name": "look", "arguments": {}}]}
    talk = [
        user("Why?") | {"date": "today", "tool_calls": None},
        call,
        {"role": "tool", "content": "x"},
    ]
    row = one({"talk": [*talk, assistant("So.")], "score": 2}, columns)
    assert row.messages == [user("Why?"), call, {"role": "tool", "content": "x"}, assistant("So.")]


def test_messages_may_be_json_text_but_a_prompt_that_looks_so_is_a_prompt():
    talk = [user("Why?"), assistant("So.")]
    columns = Columns(messages="talk", objectives=HELPFUL)
    assert one({"talk": " " + json.dumps(talk), "score": 2}, columns).messages == talk
    assert one(question(question="[1, 2] sums to?"), RATED).messages[0] == user("[1, 2] sums to?")
    assert "talk: the text is no JSON list" in reason({"talk": "[{'role': 1", "score": 2}, columns)
    assert "talk: expected a list of messages, got 'Why?'" in reason(
        {"talk": "Why?", "score": 2}, columns
    )
    assert "talk[0]: a message needs role and content, or from and value; it has text" in reason(
        {"talk": [{"text": "Why?"}], "score": 2}, columns
    )


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("Yes.", "No."),
        ([assistant("Yes.")], [assistant("No.")]),
        (assistant("Yes."), {"from": "gpt", "value": "No."}),
        ([user("Why?"), assistant("Yes.")], [user("Why?"), assistant("No.")]),
    ],
)
def test_a_side_of_a_pair_is_a_text_a_message_or_a_conversation(good, bad):
    row = one({"question": "Why?", "good": good, "bad": bad}, PAIRS, PreferenceRow)
    assert row == PreferenceRow(
        id="mine/1",
        source="mine",
        prompt=[user("Why?")],
        chosen=[assistant("Yes.")],
        rejected=[assistant("No.")],
    )


def test_whole_conversations_need_no_prompt():
    earlier = [user("Why?"), assistant("So."), user("Sure?")]
    raw = {"good": [*earlier, assistant("Yes.")], "bad": [*earlier, assistant("No.")]}
    assert one(raw, Columns(chosen="good", rejected="bad"), PreferenceRow).prompt == earlier


def test_a_prompt_that_is_not_in_the_conversations_is_noted():
    raw = {
        "question": "What?",
        "good": [user("Why?"), assistant("Yes.")],
        "bad": [user("Why?"), assistant("No.")],
    }
    rows, _, notes = convert([raw], PAIRS, PreferenceRow)
    assert rows[0].prompt == [user("Why?")]
    assert notes == {"question: differs from the conversations' own turns, which are used": 1}


def test_conversations_that_part_before_the_end_are_rejected():
    raw = {"good": [user("Why?"), assistant("A")], "bad": [user("How?"), assistant("B")]}
    told = reason(raw, Columns(chosen="good", rejected="bad"), PreferenceRow)
    assert told.startswith("good, bad: the conversations differ before their last message")


def test_responses_alone_need_a_prompt():
    told = reason({"good": "A", "bad": "B"}, Columns(chosen="good", rejected="bad"), PreferenceRow)
    assert told == "good: a response alone needs a prompt; name its column in the map"


def test_a_pair_of_a_benchmark_has_its_subset():
    columns = Columns(
        prompt="question", chosen="good", rejected="bad", subset="part", category="area"
    )
    raw = {"question": "Why?", "good": "Yes.", "bad": "No.", "part": "easy", "area": None}
    row = one(raw, columns, BenchmarkRow)
    assert (row.subset, row.category, row.prompt) == ("easy", "", [user("Why?")])
    assert one(raw | {"area": "chat"}, columns, BenchmarkRow).category == "chat"
    assert reason(raw | {"part": None}, columns, BenchmarkRow) == "part: the cell is empty"


@pytest.mark.parametrize("empty", [{"question": None}, {"answer": None}])
def test_an_empty_cell_rejects_its_row_and_no_other(empty):
    rows, rejects, _ = convert([question(), question(**empty), question()], RATED)
    assert [row.id for row in rows] == ["mine/1", "mine/3"]
    assert [reject.reason for reject in rejects] == [f"{next(iter(empty))}: the cell is empty"]


def test_an_absent_column_is_an_error_with_the_nearest_name():
    columns = Columns(prompt="questoin", response="answer", objectives=HELPFUL)
    expected = (
        r"source 'mine': no column 'questoin' \(did you mean 'question'\?\) in its first 3 rows; "
        r"they have question, answer, score"
    )
    with pytest.raises(DataError, match=expected):
        convert([question()] * 3, columns)
    with pytest.raises(DataError, match="in its first 20 rows"):
        convert([question()] * 30, columns)


def test_a_rating_that_comes_late_is_no_error_and_one_that_never_comes_is():
    columns = Columns(
        prompt="question",
        response="answer",
        objectives=HELPFUL | {"depth": RatedColumn("levels", (0, 9))},
    )
    early = [question()] * 30
    rows, _, _ = convert([*early, question(levels=3)], columns)
    assert rows[-1].ratings == {"helpful": 4, "depth": 3}
    with pytest.raises(DataError, match="no column 'levels' in its first 30 rows"):
        convert(early, columns)
    with pytest.raises(DataError, match=r"no column 'levels' \(did you mean 'level'\?\)"):
        convert([*[question(level=3)] * 20, question(levels=3)], columns)


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.jsonl"])
def test_a_column_that_is_empty_in_every_row_is_a_column(tmp_path, name):
    path = tmp_path / name
    rows = [question(rules=None, clarity=None)] * 30
    if name == "a.csv":
        path.write_text("\n".join(["question,answer,score,rules,clarity", *["Why?,So.,4,,"] * 30]))
    elif name == "a.parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_text("\n".join(map(json.dumps, rows)))
    columns = Columns(
        prompt="question",
        response="answer",
        system="rules",
        objectives=HELPFUL | {"clear": RatedColumn("clarity", (1, 5))},
    )
    raw = [decode() for _, decode in raw_rows(path, dict)]
    made, rejects, notes = convert(raw, columns)
    assert not rejects
    assert [(row.messages[0]["role"], row.ratings) for row in made] == [
        ("user", {"helpful": 4})
    ] * 30
    assert notes == {"clear: no rating, as the cell is empty, NaN or N/A": 30}
    missing = dataclasses.replace(columns, system="rulse")
    with pytest.raises(DataError, match=r"no column 'rulse' \(did you mean 'rules'\?\)"):
        convert(raw, missing)


def test_rows_of_a_table_are_written_without_empty_cells(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,\n")
    ((_, decode),) = raw_rows(path, dict)
    assert decode() == {"a": "1"}
    assert msgspec.json.encode(decode()) == b'{"a":"1"}'
    assert msgspec.convert(decode(), dict[str, str]) == {"a": "1"}


def test_no_rows_are_no_absent_column():
    assert convert([], RATED) == ([], [], {})


@pytest.mark.parametrize(
    ("columns", "row_type", "complaint"),
    [
        (Columns(prompt="a", objectives=HELPFUL), RatingRow, "messages, or prompt and response"),
        (
            Columns(messages="m", prompt="a", response="b", objectives=HELPFUL),
            RatingRow,
            "not all three",
        ),
        (Columns(messages="m"), RatingRow, "at least one objective"),
        (Columns(prompt="a", chosen="b"), PreferenceRow, "chosen and rejected"),
        (PAIRS, BenchmarkRow, "need the column subset"),
        (PAIRS, ResponsesRow, "several labelled responses"),
    ],
)
def test_a_map_that_can_make_no_row_is_refused(columns, row_type, complaint):
    with pytest.raises(InputError, match=f"columns of 'mine': .*{complaint}"):
        convert([question()], columns, row_type)


def test_a_map_is_read_from_toml():
    written = """
    prompt = "question"
    response = "answer"
    [objectives]
    helpful = {column = "score", scale = [1, 5]}
    "is safe" = {column = "safe", scale = [0, 1], map = [0.1, 0.9]}
    """
    columns = msgspec.convert(tomllib.loads(written), Columns)
    assert columns.objectives["helpful"] == RatedColumn("score", (1, 5))
    assert columns.objectives["is safe"].map == (0.1, 0.9)
    with pytest.raises(msgspec.ValidationError, match="no scale: low must be below high"):
        msgspec.convert(tomllib.loads(written.replace("[1, 5]", "[5, 1]")), Columns)
    with pytest.raises(msgspec.ValidationError, match="no map: low must be below high"):
        msgspec.convert(tomllib.loads(written.replace("[0.1, 0.9]", "[1, 0]")), Columns)


def write(path: Path, rows: list[Raw]) -> Path:
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
        return path
    head = ",".join(rows[0])
    cells = [",".join(json.dumps(str(row[name])) for name in rows[0]) for row in rows]
    lines = [head, *cells] if ".csv" in path.name.lower() else [json.dumps(row) for row in rows]
    content = "\n".join(lines).encode()
    path.write_bytes(gzip.compress(content) if path.suffix.lower() == ".gz" else content)
    return path


@pytest.mark.parametrize(
    "name", ["a.csv", "a.csv.gz", "a.parquet", "a.jsonl", "a.jsonl.gz", "A.JSONL.GZ", "A.CSV"]
)
def test_every_kind_of_file_gives_the_same_rows(tmp_path, name):
    path = write(tmp_path / name, [question(), question(answer="Thus.", score=2)])
    raw = [decode() for _, decode in raw_rows(path, dict)]
    rows, rejects, _ = convert(raw, RATED)
    assert not rejects
    assert [row.ratings["helpful"] for row in rows] == [4, 2]
    assert rows[1].messages == [user("Why?"), assistant("Thus.")]
