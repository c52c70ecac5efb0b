"""What Prometheus' evaluator prompts hold: the instruction, the response, the rubric and the score."""

from __future__ import annotations

import re
from typing import NamedTuple

from armo.errors import DataError

_INSTRUCTION = "###The instruction to evaluate:"
_RESPONSE = "###Response to evaluate:"
_REFERENCE = "###Reference Answer (Score 5):"
_RUBRIC = "###Score Rubrics:"
_VERDICT = re.compile(r"\[RESULT\][\s(]*(-?\d+(?:\.\d+)?)")


class Evaluated(NamedTuple):
    """The parts of an evaluator prompt.

    Attributes:
        instruction: What was asked.
        response: What is rated.
        rubric: The question that the rating answers; empty if the prompt has none.
    """

    instruction: str
    response: str
    rubric: str


def read_evaluator_prompt(prompt: str) -> Evaluated:
    """Take an evaluator prompt apart at its headings.

    The response may itself hold such headings, so it ends at the last one that can follow it.

    Raises:
        DataError: If a heading is missing.
    """
    start = _after(prompt, _INSTRUCTION, 0)
    response_start = _after(prompt, _RESPONSE, start)
    rubric_at = prompt.rfind(_RUBRIC, response_start)
    if rubric_at < 0:
        raise DataError(f"instruction: the evaluator prompt has no heading '{_RUBRIC}'")
    reference_at = prompt.rfind(_REFERENCE, response_start, rubric_at)
    return Evaluated(
        instruction=prompt[start : response_start - len(_RESPONSE)].strip(),
        response=prompt[response_start : rubric_at if reference_at < 0 else reference_at].strip(),
        rubric=_bracketed(prompt[rubric_at + len(_RUBRIC) :]),
    )


def read_verdict(output: str) -> str | None:
    """Return the number that an evaluator's output ends with, `[RESULT] 4`; None if it has none."""
    found = _VERDICT.findall(output)
    return found[-1] if found else None


def _after(prompt: str, heading: str, start: int) -> int:
    at = prompt.find(heading, start)
    if at < 0:
        raise DataError(f"instruction: the evaluator prompt has no heading '{heading}'")
    return at + len(heading)


def _bracketed(rubric: str) -> str:
    question = rubric.strip().partition("\n")[0].strip()
    return question.removeprefix("[").removesuffix("]")
