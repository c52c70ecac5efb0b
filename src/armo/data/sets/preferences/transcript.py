r"""Transcripts in one text: turns that start with `Human:` or `Assistant:` after an empty line."""

from __future__ import annotations

import re

from armo.data.sets.fields import Message
from armo.errors import DataError

_SPEAKER = re.compile(r"(?:\A\s*|\n\n)(Human|Assistant):")
_ROLES = {"Human": "user", "Assistant": "assistant"}


def parse_transcript(transcript: str, field: str) -> list[Message]:
    """Return the turns of a transcript as messages, without white space around them.

    Nothing marks where a speaker only quotes such a line. A quoted `Human:` in the human's own turn, or
    `Assistant:` in the assistant's, breaks the alternation, and the transcript is refused; any other
    quotation is read as the turn that it looks like.

    Raises:
        DataError: If it does not start with the human, the speakers do not alternate, a turn is
            empty, or it does not end with the assistant.
    """
    marks = list(_SPEAKER.finditer(transcript))
    if not marks or marks[0].start() > 0:
        raise DataError(f"{field}: a transcript must start with 'Human:'")
    ends = [*(mark.start() for mark in marks[1:]), len(transcript)]
    turns = []
    for index, (mark, end) in enumerate(zip(marks, ends, strict=True)):
        speaker = mark.group(1)
        if speaker != ("Human", "Assistant")[index % 2]:
            raise DataError(
                f"{field}: turn {index + 1} is again by '{speaker}'; turns must alternate"
            )
        content = transcript[mark.end() : end].strip()
        if not content:
            raise DataError(f"{field}: turn {index + 1} ('{speaker}') is empty")
        turns.append({"role": _ROLES[speaker], "content": content})
    if turns[-1]["role"] != "assistant":
        raise DataError(f"{field}: the last turn must be the assistant's response")
    return turns
