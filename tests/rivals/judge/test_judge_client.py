"""Retries, limits and refusals, against a real server process."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from tests.rivals.judge.judge_pairs import ask, pair, settings, verdicts
from tests.serving.chat_server import KEY
from tests.serving.processes import ChatServer, free_port

from armo.errors import RecipeError
from armo.progress import silent
from armo.rivals.judge import EndpointError, JudgeSystem
from armo.rivals.judge.endpoint import retry_after
from armo.rivals.judge.pacer import Pacer

PASSING = {
    "429-once": "status 429",
    "500-once": "status 500",
    "cut-once": "connection lost",
    "halved-once": "connection lost",
    "malformed-once": "malformed answer",
    "empty-once": "answer without choices",
}


def test_what_may_pass_is_tried_again(server: ChatServer, tmp_path: Path):
    judge = JudgeSystem(settings(server.base_url), tmp_path)
    found = judge.prefer([pair(kind, prompt=kind) for kind in PASSING], silent)
    assert verdicts(found) == [1.0] * len(PASSING)
    assert len(server.requests()) == 2 * len(PASSING)
    figures = judge.report()["requests"]
    assert figures["failed"] == {}
    expected: dict[str, int] = {}
    for reason in PASSING.values():
        expected[reason] = expected.get(reason, 0) + 1
    assert figures["retries"] == expected


def test_a_request_that_hangs_is_dropped_and_tried_again(server: ChatServer, tmp_path: Path):
    judge = JudgeSystem(settings(server.base_url, timeout=0.8), tmp_path)
    assert verdicts(judge.prefer([pair("p", prompt="hang-once")], silent)) == [1.0]
    assert judge.report()["requests"]["retries"]["timed out"] >= 1


def test_a_server_that_asks_to_wait_is_left_alone_so_long(server: ChatServer, tmp_path: Path):
    given = settings(server.base_url, concurrency=1)
    ask(given, tmp_path, pair("first", prompt="429-once"), pair("second"))
    times = [request["time"] for request in server.requests()]
    assert len(times) == 3
    assert times[1] - times[0] >= 0.3


def test_no_more_requests_run_at_once_than_allowed(server: ChatServer, tmp_path: Path):
    given = settings(server.base_url, model="slow", concurrency=3)
    ask(given, tmp_path, *(pair(str(n)) for n in range(12)))
    assert server.seen()["most_at_once"] in (2, 3)


def test_requests_keep_to_the_rate(server: ChatServer, tmp_path: Path):
    given = settings(server.base_url, requests_per_minute=1200)
    start = time.monotonic()
    ask(given, tmp_path, *(pair(str(n)) for n in range(8)))
    assert time.monotonic() - start >= 7 * 0.05
    assert len(server.requests()) == 8


def test_no_turn_comes_early_nor_during_a_pause():
    async def turns() -> list[float]:
        pacer, start, released = Pacer(1200), time.monotonic(), []

        async def one() -> None:
            await pacer.turn()
            released.append(time.monotonic() - start)
            if len(released) == 2:
                pacer.pause(0.3)

        await asyncio.gather(*(one() for _ in range(5)))
        return released

    first, second, *later = asyncio.run(turns())
    assert first >= 0
    assert second >= 0.05
    # Those that waited for their turn already wait for the pause as well.
    assert all(time >= second + 0.3 - 0.01 for time in later)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("missing", ["404", "no such model", "base_url and model"]),
        ("bad", ["400", "temperature is not known here"]),
        ("locked", ["401", "api_key_env"]),
        ("broke", ["quota", "pay first"]),
        ("later", ["86,400 seconds", "kept"]),
        ("broken", ["in a row", "status 500"]),
    ],
)
def test_what_will_not_pass_stops_the_run(
    server: ChatServer, tmp_path: Path, model: str, words: list[str]
):
    given = settings(
        server.base_url, model=model, concurrency=2, retries=0 if words[0] == "in a row" else 3
    )
    with pytest.raises(EndpointError) as stopped:
        ask(given, tmp_path, *(pair(str(n)) for n in range(20)))
    for word in [*words, model, server.base_url]:
        assert word in str(stopped.value)
    assert len(server.requests()) <= (11 if model == "broken" else 2)


def test_an_absent_endpoint_is_told_at_once(tmp_path: Path):
    address = f"http://127.0.0.1:{free_port()}/v1"
    start = time.monotonic()
    with pytest.raises(EndpointError, match="nothing answers there") as stopped:
        ask(settings(address), tmp_path, *(pair(str(n)) for n in range(500)))
    assert time.monotonic() - start < 20
    assert address in str(stopped.value)


def test_the_key_comes_from_its_variable_and_goes_nowhere_else(
    server: ChatServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("JUDGE_KEY", KEY)
    judge = JudgeSystem(
        settings(server.base_url, model="locked", api_key_env="JUDGE_KEY"), tmp_path
    )
    assert verdicts(judge.prefer([pair("p")], silent)) == [1.0]
    assert server.requests()[0]["headers"]["authorization"] == f"Bearer {KEY}"
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"good" not in kept  # only what the model said
    told = "".join(capfd.readouterr())
    for text in (kept.decode(), told, repr(judge.report()), repr(judge.description)):
        assert KEY not in text
    # A server that repeats the key does not get it into the message.
    monkeypatch.setenv("JUDGE_KEY", f"{KEY}-wrong")
    with pytest.raises(EndpointError) as stopped:
        judge.prefer([pair("q")], silent)
    assert "wrong key Bearer ***" in str(stopped.value)


def test_without_a_key_none_is_sent_whatever_the_environment_holds(
    server: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "stray")
    ask(settings(server.base_url), tmp_path, pair("p"))
    headers = server.requests()[0]["headers"]
    assert "authorization" not in headers
    assert "stray" not in headers.values()


def test_a_key_that_is_not_set_is_missed_before_anything_is_asked(
    server: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("JUDGE_KEY", raising=False)
    judge = JudgeSystem(settings(server.base_url, api_key_env="JUDGE_KEY"), tmp_path)
    for attempt in (judge.check_ready, lambda: judge.prefer([pair("p")], silent)):
        with pytest.raises(RecipeError, match="JUDGE_KEY, which is not set"):
            attempt()
    assert server.requests() == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2", 2.0), ("0.5", 0.5), ("-1", None), ("nan", None), ("inf", None), ("soon", None)],
)
def test_waits_are_read_as_seconds(value: str, expected: float | None):
    assert retry_after({"retry-after": value}) == expected


def test_waits_are_read_as_dates():
    from email.utils import formatdate

    found = retry_after({"retry-after": formatdate(time.time() + 100, usegmt=True)})
    assert found is not None
    assert 98 < found <= 100
    assert retry_after({"retry-after": formatdate(time.time() - 100, usegmt=True)}) is None
    assert retry_after({}) is None
