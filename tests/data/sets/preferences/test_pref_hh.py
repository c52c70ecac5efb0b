from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armo.data.sets.preferences.transcript import parse_transcript
from armo.errors import DataError
from tests.data.sets.preferences.converting import convert
from tests.data.sets.preferences.raw_rows_of import hh


def test_transcripts_become_turns():
    made = convert("hh-helpful-base", [hh()])
    assert made.pairs[0].prompt == [
        {"role": "user", "content": "Is it raining?"},
        {"role": "assistant", "content": "Where?"},
        {"role": "user", "content": "Here."},
    ]
    assert made.texts() == [("Yes.", "No.")]
    assert not made.rejects


@pytest.mark.parametrize(
    ("chosen", "rejected", "reason"),
    [
        (
            "\n\nHuman: Hi\n\nAssistant: Hello",
            "\n\nHuman: Ho\n\nAssistant: Hey",
            "chosen[0], rejected[0]: the conversations differ",
        ),
        (
            "\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: So?\n\nAssistant: So.",
            "\n\nHuman: Hi\n\nAssistant: Hey",
            "4 and 2 messages",
        ),
        (
            "\n\nHuman: Hi\n\nAssistant: Hello",
            "\n\nHuman: Hi\n\nAssistant: Hello ",
            "the two responses are equal",
        ),
        (
            "\n\nHuman: Hi\n\nAssistant:",
            "\n\nHuman: Hi\n\nAssistant: Hey",
            "chosen: turn 2 ('Assistant') is empty",
        ),
        (
            "\n\nHuman: Hi\n\nAssistant: Hello",
            "\n\nHuman:  \n\nAssistant: Hey",
            "rejected: turn 1 ('Human') is empty",
        ),
        (
            "\n\nHuman: Hi\n\nHuman: Hi?\n\nAssistant: Hello",
            "\n\nHuman: Hi\n\nAssistant: Hey",
            "chosen: turn 2 is again by 'Human'",
        ),
        (
            "\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: So?",
            "\n\nHuman: Hi\n\nAssistant: Hey",
            "chosen: the last turn must be the assistant's response",
        ),
        (
            "\n\nAssistant: Hello",
            "\n\nHuman: Hi\n\nAssistant: Hey",
            "chosen: turn 1 is again by 'Assistant'",
        ),
        ("Hello", "\n\nHuman: Hi\n\nAssistant: Hey", "chosen: a transcript must start"),
        ("", "\n\nHuman: Hi\n\nAssistant: Hey", "chosen: a transcript must start"),
        ("Oh\n\nHuman: Hi\n\nAssistant: Hello", "", "chosen: a transcript must start"),
    ],
)
def test_malformed_transcripts_are_rejected_with_a_reason(chosen, rejected, reason):
    made = convert("hh-harmless-base", [hh(chosen, rejected), hh()])
    assert len(made.pairs) == 1
    assert reason in made.reason()


def test_a_quoted_speaker_is_a_turn_unless_it_breaks_the_alternation():
    with pytest.raises(DataError, match="turn 2 is again by 'Human'"):
        parse_transcript("\n\nHuman: I wrote\n\nHuman: hi\n\nAssistant: Nice", "chosen")
    quoted = parse_transcript(
        "\n\nHuman: It said\n\nAssistant: no\n\nHuman: Why?\n\nAssistant: x", "c"
    )
    assert [turn["role"] for turn in quoted] == ["user", "assistant", "user", "assistant"]
    # On one line it is but text.
    inline = parse_transcript("\n\nHuman: Say 'Human: hi'\nAssistant: no\n\nAssistant: x", "c")
    assert inline[0]["content"] == "Say 'Human: hi'\nAssistant: no"


def test_a_response_that_plays_on_by_itself_is_rejected():
    longer = hh()["chosen"] + "\n\nHuman: And there?\n\nAssistant: Also."
    assert "6 and 4 messages" in convert("hh-harmless-base", [hh(chosen=longer)]).reason()


WORD = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)


@given(st.lists(st.tuples(WORD, WORD), min_size=1, max_size=4))
def test_any_dialogue_comes_back_as_it_was(dialogue):
    text = "".join(f"\n\nHuman: {asked}\n\nAssistant: {said}" for asked, said in dialogue)
    turns = parse_transcript(text, "chosen")
    assert [turn["content"] for turn in turns] == [word for both in dialogue for word in both]


@given(
    st.lists(st.sampled_from(["\n\nHuman:", "\n\nAssistant:", "\n", " x", "Human:"]), max_size=8)
)
def test_any_text_is_turns_or_a_data_error(pieces):
    try:
        turns = parse_transcript("".join(pieces), "chosen")
    except DataError:
        return
    assert len(turns) % 2 == 0
    assert all(turn["content"] for turn in turns)
