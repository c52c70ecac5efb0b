"""Many requests at once: bounded, paced, and tried again where that may help."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

from armo.rivals.judge.answers import Answer
from armo.rivals.judge.endpoint import Endpoint
from armo.rivals.judge.errors import EndpointError, PassingError, RefusedError
from armo.rivals.judge.pacer import Pacer
from armo.rivals.settings import Judge

_FIRST_WAIT, _LONGEST_WAIT = 0.5, 60.0
_MOST_PATIENCE = 300.0
# So many requests that failed for good, one after another, are no accident.
_IN_A_ROW = 10


@dataclass(frozen=True)
class Question:
    """A request to be sent.

    Attributes:
        key: Of the request; see `answers.request_key`.
        about: What it is about, for people.
        messages: What is sent.
    """

    key: str
    about: str
    messages: Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Failure:
    """A question that stays without an answer.

    Attributes:
        key: Of the request.
        reason: A sentence.
        kind: A few words, by which failures are counted.
        retries: Failed attempts that were repeated, by reason.
    """

    key: str
    reason: str
    kind: str
    retries: Mapping[str, int]


Told: TypeAlias = Callable[[Answer | Failure], None]


def ask_all(settings: Judge, questions: Sequence[Question], told: Told) -> None:
    """Ask every question, and tell each outcome as it comes.

    Args:
        settings: Endpoint, concurrency, limits.
        questions: In the order in which they are sent.
        told: Called with each outcome, one at a time.

    Raises:
        EndpointError: If asking on would be in vain; what was told before stays told.
        MissingExtraError: If openai is not installed.
        RecipeError: If the variable with the key is not set.
    """
    _run(_Asking(settings, told).ask(questions))


class _Asking:
    def __init__(self, settings: Judge, told: Told) -> None:
        self._settings = settings
        self._told = told
        self._endpoint = Endpoint(settings)
        self._pacer = Pacer(settings.requests_per_minute)
        self._reached = False
        self._in_a_row = 0

    async def ask(self, questions: Sequence[Question]) -> None:
        left = iter(questions)
        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(min(self._settings.concurrency, len(questions))):
                    workers.create_task(self._work(left))
        except BaseExceptionGroup as group:
            # All workers end with the first that fails, so the others have nothing to add.
            raise group.exceptions[0] from None
        finally:
            await self._endpoint.close()

    async def _work(self, left: Iterator[Question]) -> None:
        for question in left:
            outcome = await self._outcome(question)
            self._told(outcome)

    async def _outcome(self, question: Question) -> Answer | Failure:
        retries: Counter[str] = Counter()
        while True:
            await self._pacer.turn()
            try:
                answer = await self._answer(question, retries)
            except RefusedError as error:
                self._reached, self._in_a_row = True, 0
                return Failure(question.key, str(error), "refused", retries)
            except PassingError as error:
                if retries.total() == self._settings.retries:
                    return self._given_up(question, error, retries)
                await self._wait(error, retries.total())
                retries[error.reason] += 1
            else:
                self._reached, self._in_a_row = True, 0
                return answer

    async def _answer(self, question: Question, retries: Mapping[str, int]) -> Answer:
        start = time.monotonic()
        found = await self._endpoint.complete(question.messages)
        return Answer(
            key=question.key,
            about=question.about,
            text=found.text,
            model=found.model,
            finish_reason=found.finish_reason,
            prompt_tokens=found.prompt_tokens,
            completion_tokens=found.completion_tokens,
            seconds=round(time.monotonic() - start, 3),
            retries=dict(retries),
        )

    async def _wait(self, error: PassingError, before: int) -> None:
        if error.absent and not self._reached:
            raise self._nothing_there(error)
        self._reached = self._reached or not error.absent
        if error.wait is None:
            # Jitter keeps requests that failed together from coming back together.
            longest = min(_FIRST_WAIT * 2**before, _LONGEST_WAIT)
            await asyncio.sleep(longest * random.uniform(0.5, 1.0))
        elif error.wait > _MOST_PATIENCE:
            raise self._stop(f"it asks to wait {error.wait:,.0f} seconds ({error.reason})")
        else:
            self._pacer.pause(error.wait)

    def _given_up(self, question: Question, error: PassingError, retries: Counter[str]) -> Failure:
        if error.absent:
            raise self._nothing_there(error)
        self._in_a_row += 1
        if self._in_a_row >= _IN_A_ROW:
            raise self._stop(f"{self._in_a_row} requests in a row failed, the last: {error.reason}")
        tries = retries.total() + 1
        reason = f"the judge did not answer in {tries} attempts, the last: {error.reason}"
        return Failure(question.key, reason, error.reason, retries)

    def _nothing_there(self, error: PassingError) -> EndpointError:
        return self._stop(
            f"nothing answers there ({error.absent}); is the server up, and base_url right?"
        )

    def _stop(self, why: str) -> EndpointError:
        return EndpointError(
            f"the judge {self._settings.model} at {self._settings.base_url} can't be asked: {why}; "
            "answers so far are kept: run the same again to go on"
        )


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end, also where a loop runs already, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(work)
        return
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()
