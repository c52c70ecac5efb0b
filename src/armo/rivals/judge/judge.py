"""An LLM as a judge of pairs: asked once for each request, however often it is run."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from armo.progress import Reporter
from armo.rejects import Reject
from armo.rivals.judge.answers import Answer, opened, request_key
from armo.rivals.judge.asking import Failure, Question, ask_all
from armo.rivals.judge.endpoint import check_extra
from armo.rivals.judge.figures import judge_figures
from armo.rivals.judge.modes import Mode, mode_of
from armo.rivals.judge.settings_file import api_key, check_judge
from armo.rivals.settings import Judge
from armo.rivals.system import Description, Pair, Preference


class JudgeSystem:
    """A language model behind an OpenAI-compatible endpoint.

    Args:
        settings: Endpoint, model, mode and limits.
        folder: Where answers are kept as they come; what is there is not asked again.
        seed: Of the order in which two responses are shown.

    Raises:
        RecipeError: If the settings can't be used.
    """

    def __init__(self, settings: Judge, folder: Path, seed: int = 0) -> None:
        self._settings = check_judge(settings, settings.label or "judge")
        self._folder = folder
        self._seed = seed
        self._mode: Mode = mode_of(settings, seed)
        self._answers: dict[str, Answer] = {}
        self._failures: dict[str, Failure] = {}
        self._preferences: dict[tuple[str, ...], Preference] = {}
        self._run = {"asked": 0, "from_cache": 0, "seconds": 0.0}

    @property
    def description(self) -> Description:
        """What it is; its hash holds endpoint, model, wording, mode and sampling."""
        settings = self._settings
        decides = {
            "endpoint": settings.base_url.rstrip("/"),
            "model": settings.model,
            "mode": settings.mode,
            # Ratings know no order.
            "order": (settings.swap, self._seed) if settings.mode == "pairwise" else None,
            "temperature": settings.temperature,
            "max_tokens": settings.max_tokens,
        }
        told = msgspec.json.encode([decides, self._wording()], order="deterministic")
        return Description(
            kind="judge",
            base=settings.model,
            hash=hashlib.sha256(told).hexdigest()[:32],
            details=decides,
        )

    def check_ready(self) -> None:
        """Check what can be checked before anything is asked.

        Raises:
            MissingExtraError: If openai is not installed.
            RecipeError: If the variable with the key is not set.
        """
        check_extra()
        api_key(self._settings)

    def prefer(self, pairs: Sequence[Pair], reporter: Reporter) -> list[Preference | Reject]:
        """Return the preference of each pair, or why there is none, in the order given.

        Answers are kept as they come: killed and called again, it asks for what is missing.

        Raises:
            EndpointError: If the endpoint can't be asked, or no longer.
            StoreError: If another process asks into the same folder.
            MissingExtraError: If something is to be asked, and openai is not installed.
            RecipeError: If something is to be asked, and the variable with the key is not set.
            OSError: If answers can't be written down.
        """
        asked = [self._questions(pair) for pair in pairs]
        distinct = {question.key: question for questions in asked for question in questions}
        for key in distinct:
            self._failures.pop(key, None)
        self._fetch(distinct, reporter)
        return [self._judged(*both) for both in zip(pairs, asked, strict=True)]

    def report(self) -> dict[str, Any]:
        """Return figures over all pairs judged so far; `run` is what this object did itself."""
        figures = judge_figures(
            self._settings,
            self._mode,
            list(self._answers.values()),
            list(self._failures.values()),
            list(self._preferences.values()),
        )
        return figures | {"run": dict(self._run)}

    def _fetch(self, distinct: Mapping[str, Question], reporter: Reporter) -> None:
        """Find the answers to all questions, in the folder or from the endpoint."""
        start = time.monotonic()
        with opened(self._folder) as answers:
            known = {key: answers.by_key[key] for key in distinct if key in answers.by_key}
            self._run["from_cache"] += sum(key not in self._answers for key in known)
            self._answers |= known
            missing = [question for key, question in distinct.items() if key not in known]
            if not missing:
                return
            name = f"asking {self._settings.model}"
            with reporter(name, len(missing), "requests") as advance:

                def told(outcome: Answer | Failure) -> None:
                    if isinstance(outcome, Answer):
                        answers.keep(outcome)
                        self._answers[outcome.key] = outcome
                    else:
                        self._failures[outcome.key] = outcome
                    advance(1)

                ask_all(self._settings, missing, told)
        self._run["asked"] += len(missing)
        self._run["seconds"] += round(time.monotonic() - start, 3)

    def _questions(self, pair: Pair) -> list[Question]:
        return [
            Question(request_key(self._settings, messages), f"{pair.id}: {name}", messages)
            for name, messages in self._mode.asks(pair)
        ]

    def _judged(self, pair: Pair, questions: Sequence[Question]) -> Preference | Reject:
        for question in questions:
            if failure := self._failures.get(question.key):
                return Reject(pair.id, failure.reason, question.about)
        found = self._mode.preference(pair, [self._answers[asked.key] for asked in questions])
        self._preferences[(pair.id, *(question.key for question in questions))] = found
        return found

    def _wording(self) -> list[list[dict[str, str]]]:
        """Return the requests for two small pairs, so that any change of wording changes the hash."""
        asked, answer = {"role": "user", "content": "?"}, {"role": "assistant", "content": "!"}
        prompts = ([asked], [asked, answer, asked])
        return [
            messages
            for prompt in prompts
            for _, messages in self._mode.asks(Pair("", prompt, answer, answer))
        ]
