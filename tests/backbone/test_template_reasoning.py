"""Qwen3's format, which takes reasoning out of earlier turns, and what armo does with reasoning."""

from __future__ import annotations

from typing import Any

import pytest

from armo.backbone import ChatTemplate
from armo.errors import DataError
from tests.backbone.template_qwen3 import QWEN3
from tests.backbone.templates import CHATML, Family

USER = "<|im_start|>user\n{}<|im_end|>\n"
ASSISTANT = "<|im_start|>assistant\n{}<|im_end|>\n"
EMPTY = "<think>\n\n</think>\n\n"
THOUGHT = "<think>\nan on\n</think>\n\n"


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def assistant(content: str, **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": content, **more}


CALL = assistant("", tool_calls=[{"function": {"name": "add", "arguments": {"x": 1}}}])
CALLED = '<tool_call>\n{"name": "add", "arguments": {"x": 1}}\n</tool_call>'
TOOL = {"role": "tool", "content": "42"}
ANSWERED = "\n<tool_response>\n42\n</tool_response>"


def prompt_and_answer(
    messages: list[dict[str, Any]], family: Family = QWEN3, **options: Any
) -> tuple[str, str]:
    """What armo reads, cut where it says that the prompt ends."""
    tokenizer = family.tokenizer()
    encoded = ChatTemplate(tokenizer, **options).encode(messages)
    ids, end = encoded.ids, encoded.prompt_length
    return tokenizer.decode(ids[:end]), tokenizer.decode(ids[end:])


@pytest.mark.parametrize(
    "answer",
    [
        assistant("in"),
        assistant(THOUGHT + "in"),
        assistant("<think>an on</think>in"),
        assistant("\n<think>\nan on\n</think>\n\nin"),
        assistant("an on\r\n</think>\r\nin"),
        assistant("an on\n</think>\n\nin"),
        assistant("in", reasoning_content="an on"),
    ],
    ids=["none", "block", "tight", "late", "windows", "opened by the prompt", "field"],
)
@pytest.mark.parametrize("family", [QWEN3, CHATML], ids=lambda family: family.name)
def test_reasoning_is_stripped_in_whatever_form_it_comes(family, answer):
    # Qwen3 itself then sets the empty block, as it does for answers without thinking.
    written = ASSISTANT.format((EMPTY if family is QWEN3 else "") + "in")
    assert prompt_and_answer([user("the"), answer], family) == (USER.format("the"), written)


@pytest.mark.parametrize(
    "text",
    [
        "Put it in <think> tags, then answer.",
        "Close it with </think>, then answer.",
        "`<think>` opens, `</think>` closes.",
    ],
)
def test_an_answer_that_speaks_of_the_tags_is_kept_whole(text):
    assert prompt_and_answer([user("the"), assistant(text)], CHATML)[1] == ASSISTANT.format(text)


def test_qwen3_that_takes_an_answer_for_reasoning_is_refused():
    text = "Close it with </think>, then answer."
    with pytest.raises(DataError, match=r"messages\[1\].*leaves out or changes"):
        prompt_and_answer([user("the"), assistant(text)])


@pytest.mark.parametrize(
    "answer",
    [
        assistant(THOUGHT + "in"),
        assistant("<think>an on</think>in"),
        assistant("in", reasoning_content="an on"),
    ],
    ids=["block", "tight", "field"],
)
def test_reasoning_is_kept_in_the_form_of_the_template(answer):
    read = prompt_and_answer([user("the"), answer], reasoning="keep")
    assert read == (USER.format("the"), ASSISTANT.format(THOUGHT + "in"))


@pytest.mark.parametrize(
    "early", [assistant(THOUGHT + "x"), assistant("x", reasoning_content="an on")]
)
def test_reasoning_of_earlier_turns_is_stripped_or_refused(early):
    messages = [user("the"), early, user("on"), assistant("in")]
    history = USER.format("the") + ASSISTANT.format("x") + USER.format("on")
    assert prompt_and_answer(messages) == (history, ASSISTANT.format(EMPTY + "in"))
    with pytest.raises(DataError, match=r"messages\[1\].*set reasoning = 'strip'"):
        prompt_and_answer(messages, reasoning="keep")


def test_an_earlier_answer_is_the_same_with_and_without_one_after_it():
    early = [user("the"), assistant("x"), user("on")]
    history = USER.format("the") + ASSISTANT.format("x") + USER.format("on")
    for reasoning in ("strip", "keep"):
        read = prompt_and_answer([*early, assistant("in")], reasoning=reasoning)
        assert read == (history, ASSISTANT.format(EMPTY + "in"))


@pytest.mark.parametrize("results", [1, 2])
def test_several_steps_with_tools_keep_the_prompt(results):
    messages = [user("the"), CALL, *[TOOL] * results, assistant("in")]
    steps = "<|im_start|>user" + ANSWERED * results + "<|im_end|>\n"
    prompt = USER.format("the") + ASSISTANT.format(CALLED) + steps
    assert prompt_and_answer(messages) == (prompt, ASSISTANT.format(EMPTY + "in"))


def test_thoughts_between_tools_are_part_of_the_last_answer_and_can_be_kept():
    thinking = {**CALL, "content": THOUGHT + "x"}
    messages = [user("the"), thinking, TOOL, assistant(THOUGHT + "in")]
    prompt, answer = prompt_and_answer(messages, reasoning="keep")
    assert prompt == USER.format("the") + ASSISTANT.format(THOUGHT + "x\n" + CALLED) + (
        "<|im_start|>user" + ANSWERED + "<|im_end|>\n"
    )
    assert answer == ASSISTANT.format(THOUGHT + "in")


def test_a_call_can_be_the_response():
    read = prompt_and_answer([user("the"), CALL])
    assert read == (USER.format("the"), ASSISTANT.format(EMPTY + CALLED))


def test_a_prompt_that_ends_in_an_answer_is_rewritten_and_refused():
    # As the last message it gets the empty block, and loses it to the one that follows.
    with pytest.raises(DataError, match="rewrites the prompt"):
        prompt_and_answer([user("the"), assistant("x"), assistant("in")])


def test_lists_of_parts_are_refused_with_what_to_write_instead():
    with pytest.raises(DataError, match=r"messages\[0\].*leaves out.*as one string"):
        prompt_and_answer([user([{"type": "text", "text": "the"}]), assistant("in")])
