"""Answers of judges, kept as they come, so that no request is paid for twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from armo.errors import StoreError
from armo.journal import Journal
from armo.locks import only_writer
from armo.rivals.settings import Judge

FILE = "answers.journal"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A request that was answered.

    Attributes:
        key: Of the request; see `request_key`.
        about: Pair and order or response, for people who read the file.
        text: What the model said.
        model: That answered, as the endpoint names it.
        finish_reason: Why it ended.
        prompt_tokens: Tokens that were read, None if unknown.
        completion_tokens: Tokens that were written, None if unknown.
        seconds: From sending the request that succeeded to its answer.
        retries: Failed attempts before it, by reason.
    """

    key: str
    about: str
    text: str
    model: str = ""
    finish_reason: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    seconds: float = 0.0
    retries: dict[str, int] = {}


class Answers:
    """All answers in a folder, and a place for more."""

    def __init__(self, journal: Journal[Answer]) -> None:
        self._journal = journal
        self.by_key = {answer.key: answer for answer in journal.earlier}

    def keep(self, answer: Answer) -> None:
        """Write an answer down at once."""
        self._journal.extend([answer])
        self.by_key[answer.key] = answer


@contextmanager
def opened(folder: Path) -> Iterator[Answers]:
    """Open the answers in a folder, alone.

    Raises:
        StoreError: If another process asks there, or the answers are of another version.
        OSError: If the folder can't be written to.
    """
    with only_writer(folder / ".lock", f"asking a judge in {folder}"):
        try:
            journal = Journal(folder / FILE, Answer)
        except msgspec.DecodeError as error:
            raise StoreError(
                f"{folder / FILE} was written by another version of armo ({error}); "
                "give another folder, or remove it to ask again"
            ) from None
        with journal:
            yield Answers(journal)


def request_key(settings: Judge, messages: Sequence[Mapping[str, str]]) -> str:
    """Return a hash of all that decides an answer; the order of two responses is in the messages."""
    request = {
        "endpoint": settings.base_url.rstrip("/"),
        "model": settings.model,
        "messages": messages,
        "temperature": settings.temperature,
        "max_tokens": settings.max_tokens,
    }
    return hashlib.sha256(msgspec.json.encode(request, order="deterministic")).hexdigest()[:32]
