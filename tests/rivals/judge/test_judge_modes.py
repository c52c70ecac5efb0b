"""Pairs judged through a real server: orders, both modes, and what answers come to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.rivals.judge.judge_pairs import ask, assistant, pair, settings, verdicts
from tests.serving.processes import ChatServer

from armo.progress import silent
from armo.rejects import Reject
from armo.rivals.judge import JudgeSystem
from armo.rivals.judge.answers import Answer
from armo.rivals.judge.modes import Pairwise
from armo.rivals.system import Preference


def said(text: str) -> Answer:
    return Answer(key="", about="", text=text)


MANY = [pair(f"p{n}", *(("good", "poor") if n % 3 else ("poor", "good"))) for n in range(30)]


def test_each_pair_is_asked_once_in_an_order_that_never_changes(server: ChatServer, tmp_path: Path):
    given = settings(server.base_url)
    found = ask(given, tmp_path / "one", *MANY)
    assert verdicts(found) == [float(n % 3 > 0) for n in range(30)]
    assert all(isinstance(one, Preference) and one.margin is None for one in found)
    texts = [request["body"]["messages"][1]["content"] for request in server.requests()]
    assert len(texts) == 30
    a_first = sum(("(p0)" in t or "(p3)" in t) or "<answer_A>\ngood" in t for t in texts)
    assert 5 < a_first < 27
    # Elsewhere, alone and in another order of pairs, the very same texts.
    ask(given, tmp_path / "two", *reversed(MANY))
    again = [request["body"]["messages"][1]["content"] for request in server.requests()[30:]]
    assert sorted(again) == sorted(texts)
    # Another seed shows some pairs the other way.
    JudgeSystem(given, tmp_path / "two", seed=1).prefer(MANY, silent)
    assert 0 < len(server.requests()) - 60 < 30


def test_the_request_is_greedy_and_bounded(server: ChatServer, tmp_path: Path):
    ask(settings(server.base_url, max_tokens=2048), tmp_path, pair("p"))
    (request,) = server.requests()
    body = request["body"]
    assert request["path"] == "/v1/chat/completions"
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("m", 0.0, 2048)
    assert set(body) == {"model", "messages", "temperature", "max_tokens"}


def test_swapping_asks_in_both_orders_and_averages(server: ChatServer, tmp_path: Path):
    # Neither is good, so B wins in either order: the orders disagree.
    judge = JudgeSystem(settings(server.base_url, swap=True), tmp_path)
    clear, split = judge.prefer([pair("clear"), pair("split", "x", "y")], silent)
    assert isinstance(clear, Preference)
    assert isinstance(split, Preference)
    assert (clear.verdict, clear.notes, clear.tokens) == (1.0, (), 220)
    assert (split.verdict, split.notes) == (0.5, ("orders disagree",))
    assert len(server.requests()) == 4
    figures = judge.report()
    assert figures["pairs"] == {
        "judged": 2,
        "undecided": 1,
        "unparsable": 0,
        "orders_disagree": 1,
    }
    assert figures["requests"]["first_wins"] == 0.25


def test_what_can_t_be_parsed_counts_a_half_and_says_why(server: ChatServer, tmp_path: Path):
    judge = JudgeSystem(settings(server.base_url), tmp_path)
    kinds = ["null", "cut-short", "reasoned", "unicode", "plain"]
    found = judge.prefer([pair(kind, prompt=kind) for kind in kinds], silent)
    assert verdicts(found) == [0.5, 0.5, 1.0, 1.0, 1.0]
    null, cut, *rest = [one.notes for one in found if isinstance(one, Preference)]
    assert [note for note in null if "no text" in note]
    assert [note for note in cut if "cut at max_tokens" in note]
    assert null[0] == cut[0] == "unparsable"
    assert rest == [(), (), ()]
    assert judge.report()["requests"]["unparsable"] == {"no text": 1, "cut at max_tokens": 1}


def test_one_order_that_can_t_be_parsed_is_half_of_the_average():
    mode = Pairwise(swap=True, seed=0)
    first, second = (name for name, _ in mode.asks(pair("p")))
    for_a = {"a first": "[[A]]", "b first": "[[B]]"}
    assert mode.preference(pair("p"), [said(for_a[first]), said(for_a[second])]).verdict == 1.0
    half = mode.preference(pair("p"), [said(for_a[first]), said("hm")])
    assert half.verdict == 0.75
    assert half.notes == ("unparsable", f"unparsable ({second})")


def test_ratings_give_scores_and_a_margin(server: ChatServer, tmp_path: Path):
    judge = JudgeSystem(settings(server.base_url, mode="rating"), tmp_path)
    pairs = [
        pair("wins", "good good", "good"),
        pair("ties", "good x", "good y"),
        pair("loses", "poor", "good"),
        replace(pair("mute", "good"), b=assistant("null")),
    ]
    wins, ties, loses, mute = judge.prefer(pairs, silent)
    assert isinstance(wins, Preference)
    assert isinstance(mute, Preference)
    assert (wins.verdict, wins.margin, wins.scores) == (1.0, 1.0, (3.0, 2.0))
    assert verdicts([ties, loses]) == [0.5, 0.0]
    assert (mute.verdict, mute.margin, mute.scores) == (0.5, None, None)
    assert mute.notes == ("unparsable", "unparsable (b, no text)")
    assert len(server.requests()) == 8


def test_figures_hold_tokens_price_and_what_is_unknown(server: ChatServer, tmp_path: Path):
    priced = settings(server.base_url, input_price=2.0, output_price=10.0)
    judge = JudgeSystem(priced, tmp_path)
    judge.prefer([pair("1"), pair("2")], silent)
    figures = judge.report()
    assert figures["tokens"] == {"input": 200, "output": 20, "answers_without_usage": 0}
    assert figures["price"] == pytest.approx((200 * 2 + 20 * 10) / 1e6)
    assert figures["answered_as"] == {"m-as-served": 2}
    assert figures["run"]["asked"] == 2
    judge.prefer([pair("3", prompt="mute-usage")], silent)
    figures = judge.report()
    assert figures["tokens"] == {"input": 200, "output": 20, "answers_without_usage": 1}
    assert figures["price"] is None
    assert figures["pairs"]["judged"] == 3
    msgspec.json.encode(figures)


def test_equal_requests_are_asked_once(server: ChatServer, tmp_path: Path):
    same = pair("p")
    judge = JudgeSystem(settings(server.base_url), tmp_path)
    found = judge.prefer([same, same], silent)
    assert len(server.requests()) == 1
    assert found[0] == found[1]
    assert judge.report()["tokens"]["input"] == 100


def test_the_description_changes_with_what_decides_and_with_nothing_else(tmp_path: Path):
    def digest(**changed: object) -> str:
        seed = int(str(changed.pop("seed", 0)))
        given = settings(str(changed.pop("base_url", "http://127.0.0.1:1/v1")), **changed)
        return JudgeSystem(given, tmp_path, seed).description.hash

    decides = [
        {},
        {"model": "n"},
        {"base_url": "http://127.0.0.1:2/v1"},
        {"mode": "rating"},
        {"swap": True},
        {"temperature": 0.5},
        {"max_tokens": 65},
        {"seed": 1},
    ]
    assert len({digest(**change) for change in decides}) == len(decides)
    assert digest() == digest(retries=1, timeout=3.0, concurrency=2, input_price=1.0, label="x")


def test_a_reject_names_the_pair_and_the_reason(server: ChatServer, tmp_path: Path):
    judge = JudgeSystem(settings(server.base_url, retries=1), tmp_path)
    pairs = [
        pair("long", prompt="too-long"),
        pair("fine"),
        pair("ill", prompt="500-always"),
        pair("shut", prompt="filtered"),
    ]
    long, fine, ill, shut = judge.prefer(pairs, silent)
    assert isinstance(long, Reject)
    assert isinstance(ill, Reject)
    assert isinstance(shut, Reject)
    assert isinstance(fine, Preference)
    assert (long.id, ill.id) == ("long", "ill")
    assert "maximum context length is 512" in long.reason
    assert "2 attempts" in ill.reason
    assert "500" in ill.reason
    assert "content filter" in shut.reason
    figures = judge.report()["requests"]
    assert figures["failed"] == {"refused": 2, "status 500": 1}
    assert figures["retries"] == {"status 500": 1}
    # Failures are not kept: the next run asks again for them, and for nothing else.
    before = len(server.requests())
    ask(settings(server.base_url, retries=0), tmp_path, *pairs)
    assert len(server.requests()) - before == 3
