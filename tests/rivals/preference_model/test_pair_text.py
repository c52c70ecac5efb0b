"""The text that a preference model reads, letter by letter."""

from __future__ import annotations

import pytest

from armo.errors import DataError
from armo.rivals.preference_model.text import has_markers, question, without_reasoning


def assistant(text: str) -> dict[str, object]:
    return {"role": "assistant", "content": text}


PROMPT = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hi"},
    assistant("Yes?"),
    {"role": "user", "content": "Two\nlines"},
]


def test_every_turn_is_written_with_its_role() -> None:
    assert question(PROMPT, assistant("one"), assistant("two")) == (
        "[CONTEXT] \n\n<turn> system\n Be brief.\n\n<turn> user\n Hi\n\n<turn> assistant\n Yes?"
        "\n\n<turn> user\n Two\nlines [RESPONSE A] one [RESPONSE B] two \n"
    )


def test_lists_of_parts_and_tool_calls_are_not_lost() -> None:
    call = {"function": {"name": "add", "arguments": {"y": 2, "x": 1}}}
    parts = {"role": "assistant", "content": [{"type": "text", "text": "part"}]}
    text = question(PROMPT, {"role": "assistant", "content": None, "tool_calls": [call]}, parts)
    assert (
        '[RESPONSE A] {"function":{"arguments":{"x":1,"y":2},"name":"add"}} [RESPONSE B] part'
        in text
    )


def test_reasoning_is_stripped_or_kept() -> None:
    thought = {**assistant("<think>\nhm\n</think>\nyes"), "reasoning_content": "well"}
    _, (stripped,) = without_reasoning(PROMPT, [thought], "strip")
    _, (kept,) = without_reasoning(PROMPT, [thought], "keep")
    assert "[RESPONSE A] yes [RESPONSE B]" in question(PROMPT, stripped, assistant("no"))
    assert "<think>\nwell\n</think>\n<think>\nhm\n</think>\nyes" in question(
        PROMPT, kept, assistant("no")
    )


def test_a_response_of_reasoning_alone_is_refused() -> None:
    with pytest.raises(DataError, match="empty once its reasoning is stripped"):
        without_reasoning(PROMPT, [assistant("<think>hm</think>")], "strip")


@pytest.mark.parametrize("marker", ["[CONTEXT]", "[RESPONSE A]", "[RESPONSE B]", "<turn>"])
def test_markers_of_somebody_else_are_noticed(marker: str) -> None:
    assert has_markers(PROMPT, [assistant(f"see {marker}")])
    assert has_markers([{"role": "user", "content": marker}], [assistant("x")])
    assert not has_markers(PROMPT, [assistant("[RESPONSE C]")])
