"""Runs that are killed, run again, or run twice at once."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from tests.rivals.judge.judge_pairs import PAIRS, ask, pair, settings
from tests.serving.processes import ChatServer

from armo.errors import StoreError
from armo.journal import Journal
from armo.progress import silent
from armo.rivals.judge import JudgeSystem
from armo.rivals.judge.answers import FILE, Answer
from armo.rivals.settings import Judge


def start(server: ChatServer, folder: Path) -> BaseProcess:
    """Start a run in a process of its own, and wait until it has some answers."""
    given = settings(server.base_url, model="slow", concurrency=2)
    # Forked, since openai takes seconds to import.
    child = multiprocessing.get_context("fork").Process(target=_ask_all, args=(given, folder))
    child.start()
    while len(server.requests()) < 8:
        assert child.is_alive()
        time.sleep(0.01)
    return child


def _ask_all(given: Judge, folder: Path) -> None:
    # A shell's background job ignores interrupts, and so would all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    ask(given, folder, *PAIRS)


def kept(folder: Path) -> dict[str, Answer]:
    with Journal(folder / FILE, Answer) as journal:
        return {answer.key: answer for answer in journal.earlier}


def asked(server: ChatServer) -> list[str]:
    return [request["body"]["messages"][1]["content"] for request in server.requests()]


def test_a_killed_run_goes_on_where_it_was(server: ChatServer, tmp_path: Path):
    given = settings(server.base_url, model="slow", concurrency=16)
    whole = ask(given, tmp_path / "whole", *PAIRS)
    server.forget()
    child = start(server, tmp_path / "out")
    with pytest.raises(StoreError, match="another process is asking a judge"):
        ask(given, tmp_path / "out", *PAIRS)
    child.kill()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    done = len(kept(tmp_path / "out"))
    assert 4 <= done < 60
    before = len(asked(server))
    assert before - done <= 2  # those under way
    assert ask(given, tmp_path / "out", *PAIRS) == whole
    assert len(asked(server)) - before == 60 - done
    # And a third time nothing at all.
    judge = JudgeSystem(given, tmp_path / "out")
    assert judge.prefer(PAIRS, silent) == whole
    assert len(asked(server)) - before == 60 - done
    assert judge.report()["run"]["asked"] == 0
    assert judge.report()["run"]["from_cache"] == 60


def test_an_interrupted_run_ends_at_once_and_keeps_its_answers(
    server: ChatServer, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    child = start(server, tmp_path)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGINT)
    child.join(60)
    assert child.exitcode == 1
    assert capfd.readouterr().err.strip().endswith("KeyboardInterrupt")
    assert 4 <= len(kept(tmp_path)) < 60


def test_a_half_written_line_is_asked_again(server: ChatServer, tmp_path: Path):
    given = settings(server.base_url)
    whole = ask(given, tmp_path, *PAIRS[:5])
    journal = tmp_path / FILE
    os.truncate(journal, journal.stat().st_size - 9)
    assert ask(given, tmp_path, *PAIRS[:5]) == whole
    assert len(asked(server)) == 6
    assert len(kept(tmp_path)) == 5


def test_what_changes_the_request_asks_again(server: ChatServer, tmp_path: Path):
    for changed in ({}, {"model": "n"}, {"temperature": 0.5}, {"max_tokens": 9}):
        ask(settings(server.base_url, **changed), tmp_path, PAIRS[0])
    assert len(asked(server)) == 4
    # What does not change it asks nothing, and needs no server.
    ask(settings(f"{server.base_url}/", retries=9, timeout=1.0), tmp_path, PAIRS[0])
    assert len(asked(server)) == 4


def test_answers_are_kept_with_what_they_cost(server: ChatServer, tmp_path: Path):
    ask(settings(server.base_url), tmp_path, pair("p", prompt="500-once"))
    (answer,) = kept(tmp_path).values()
    assert answer.about in ("p: a first", "p: b first")
    assert answer.text.startswith("Mine is [[")
    assert (answer.model, answer.finish_reason) == ("m-as-served", "stop")
    assert (answer.prompt_tokens, answer.completion_tokens) == (100, 10)
    assert answer.retries == {"status 500": 1}
    assert 0 < answer.seconds < 5


def test_answers_of_another_version_are_refused(server: ChatServer, tmp_path: Path):
    class Other(Answer, frozen=True, kw_only=True):
        text: int  # type: ignore[assignment]

    with Journal(tmp_path / FILE, Other) as journal:
        journal.extend([Other(key="k", about="", text=1)])
    with pytest.raises(StoreError, match="another version of armo"):
        ask(settings(server.base_url), tmp_path, PAIRS[0])


def test_it_works_where_a_loop_runs_already(server: ChatServer, tmp_path: Path):
    async def notebook() -> int:
        return len(ask(settings(server.base_url), tmp_path, *PAIRS[:2]))

    assert asyncio.run(notebook()) == 2
