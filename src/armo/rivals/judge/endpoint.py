"""One request to an OpenAI-compatible endpoint, and what became of it."""

from __future__ import annotations

import asyncio
import email.utils
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from armo.conversation import text_of
from armo.errors import MissingExtraError
from armo.rivals.judge.errors import EndpointError, PassingError, RefusedError
from armo.rivals.judge.settings_file import api_key
from armo.rivals.settings import Judge

if TYPE_CHECKING:
    from openai import APIConnectionError, APIStatusError, AsyncOpenAI

_CONNECT_SECONDS = 10.0
_MOST_CHARACTERS = 300
# Timeouts, conflicts and limits of rate; all from 500 on are added to them.
_PASSING = {408, 409, 425, 429}
# What belongs to one request: servers have no common code for it.
_OF_ONE_REQUEST = {400, 413, 422}
_TOO_LONG = re.compile(
    r"context.?(length|size|window)|too (long|large)|maximum.{0,20}(length|tokens)|max_new_tokens",
    re.IGNORECASE,
)
_FILTERED = re.compile(r"content.?(filter|policy|management)", re.IGNORECASE)
_NOTHING_THERE = ("ConnectError", "ConnectTimeout", "ProxyError")


@dataclass(frozen=True)
class Completion:
    """An answer as the endpoint gave it.

    Attributes:
        text: Empty if the model said nothing, as in a refusal or where it only reasoned.
        model: Name of the model that answered, as the endpoint gives it.
        finish_reason: Why it ended, such as `stop` or `length`.
        prompt_tokens: Tokens that were read, None if the endpoint does not say.
        completion_tokens: Tokens that were written, None likewise.
    """

    text: str
    model: str = ""
    finish_reason: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class Endpoint:
    """A judge's endpoint, asked through the library openai.

    Args:
        settings: Address, model and sampling.

    Raises:
        MissingExtraError: If openai is not installed.
        RecipeError: If the variable with the key is not set.
    """

    def __init__(self, settings: Judge) -> None:
        self._settings = settings
        self._key = api_key(settings)
        self._client = _client(settings, self._key)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def complete(self, messages: Sequence[Mapping[str, str]]) -> Completion:
        """Ask once.

        Raises:
            PassingError: If it failed in a way that may pass.
            RefusedError: If this request alone can't be answered.
            EndpointError: If no request can.
        """
        import openai

        try:
            async with asyncio.timeout(self._settings.timeout):
                response = await self._client.chat.completions.with_raw_response.create(
                    model=self._settings.model,
                    messages=[dict(message) for message in messages],  # type: ignore[misc]
                    temperature=self._settings.temperature,
                    max_tokens=self._settings.max_tokens,
                    extra_headers=None if self._key else {"Authorization": openai.Omit()},
                )
        except (TimeoutError, openai.APITimeoutError) as error:
            raise PassingError("timed out", absent=_absent(error)) from None
        except openai.APIConnectionError as error:
            raise _of_connection(error) from None
        except openai.APIStatusError as error:
            raise self._of_status(error) from None
        return _completion(response.content)

    def _of_status(self, error: APIStatusError) -> Exception:
        status = error.status_code
        said = self._said(error)
        if error.code == "insufficient_quota":
            return self._stop(f"it says that the quota is used up: {said}")
        if status in _PASSING or status >= 500:
            return PassingError(f"status {status}", wait=retry_after(error.response.headers))
        if status in _OF_ONE_REQUEST and (_TOO_LONG.search(said) or _FILTERED.search(said)):
            return RefusedError(f"the judge's endpoint refused it: {said}")
        return self._stop(f"it answered with status {status}: {said}{_advice(status)}")

    def _stop(self, why: str) -> EndpointError:
        return EndpointError(
            f"the judge {self._settings.model} at {self._settings.base_url} can't be asked: {why}"
        )

    def _said(self, error: APIStatusError) -> str:
        """Return what the server said in one short line, without the key."""
        body = error.body
        told = body.get("message") or body.get("detail") if isinstance(body, Mapping) else body
        line = " ".join(str(told or "nothing more").split())
        if self._key:
            line = line.replace(self._key, "***")
        return line if len(line) <= _MOST_CHARACTERS else f"{line[:_MOST_CHARACTERS]}…"


def check_extra() -> None:
    """Raise MissingExtraError unless openai is installed."""
    try:
        import openai  # noqa: F401 - only whether it is there
    except ImportError:
        raise MissingExtraError(
            "an LLM as a judge needs openai, which is not installed: pip install 'armo[judge]'"
        ) from None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a server asks to wait, given as seconds or as a date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        parsed = email.utils.parsedate_tz(value)
        seconds = email.utils.mktime_tz(parsed) - time.time() if parsed else -1.0
    # A comparison with NaN is false as well.
    return seconds if 0 <= seconds < float("inf") else None


def _client(settings: Judge, key: str) -> AsyncOpenAI:
    check_extra()
    from openai import AsyncOpenAI, Omit, Timeout

    # The library would else send what it finds in the environment to whatever endpoint this is.
    headers: dict[str, Any] = {"OpenAI-Organization": Omit(), "OpenAI-Project": Omit()}
    return AsyncOpenAI(
        api_key=key or "none",
        base_url=settings.base_url,
        timeout=Timeout(settings.timeout, connect=min(settings.timeout, _CONNECT_SECONDS)),
        max_retries=0,
        default_headers=headers,
    )


def _of_connection(error: APIConnectionError) -> PassingError:
    absent = _absent(error)
    return PassingError("no connection" if absent else "connection lost", absent=absent)


def _absent(error: BaseException) -> str:
    """Return why nothing was reached, empty if something was; by name, since openai hides the class."""
    cause = error.__cause__
    name = type(cause).__name__
    return f"{name}: {cause}".rstrip(": ") if name in _NOTHING_THERE else ""


def _advice(status: int) -> str:
    if status in (401, 403):
        return " (is the key in the variable that api_key_env names the right one?)"
    return " (are base_url and model right?)" if status == 404 else ""


class _Message(msgspec.Struct):
    content: str | list[dict[str, Any]] | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Body(msgspec.Struct):
    choices: list[_Choice]
    model: str | None = None
    usage: _Usage | None = None


def _completion(content: bytes) -> Completion:
    try:
        body = msgspec.json.decode(content, type=_Body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise PassingError("malformed answer") from None
    if not body.choices:
        raise PassingError("answer without choices")
    choice, usage = body.choices[0], body.usage or _Usage()
    return Completion(
        text=text_of({"content": choice.message.content}),
        model=body.model or "",
        finish_reason=choice.finish_reason or "",
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
    )
