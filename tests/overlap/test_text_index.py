from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.overlap.overlap_rows import LONG, SHORT

from armo.overlap.index import Hit, TextIndex
from armo.overlap.texts import jaccard, normal_form, shingle_size, words_of

SENTENCES = st.lists(
    st.lists(st.sampled_from(["It", "is", "a", "Dog", "?"]), max_size=12).map(" ".join), max_size=8
)


def brute_force(texts: list[str], query: str, threshold: float) -> dict[int, Hit]:
    """What the rule says, pair by pair."""
    found = {}
    normal, words = normal_form(query), words_of(normal_form(query))
    for number, text in enumerate(texts):
        other = words_of(normal_form(text))
        size = shingle_size(len(other))
        similarity = jaccard(words, other, size) if size else 0.0
        if normal and normal_form(text) == normal:
            found[number] = Hit("exact", 1.0)
        elif words and words == other:
            found[number] = Hit("near", 1.0)
        elif similarity >= threshold:
            found[number] = Hit("near", similarity)
    return found


@settings(max_examples=150, deadline=None)
@given(SENTENCES, st.data())
def test_the_index_agrees_with_comparing_every_pair(texts, data):
    query = data.draw(st.sampled_from(texts) if texts else st.just("It is"))
    query += data.draw(st.sampled_from(["", "  ", ".", " dog", " cat"]))
    # Of the similarities that so few words can have, none is missed at 0.8.
    assert TextIndex(texts, 0.8).search(query) == brute_force(texts, query, 0.8)


@pytest.mark.parametrize(
    ("text", "query", "likeness"),
    [
        ("hi", "HI ", "exact"),
        ("hi", "Hi!", "near"),
        ("hi", "hi there", None),
        ("Name a prime.", "Name a prime?", "near"),
        ("Name a prime.", "Name a square.", None),
        ("Is x < 3?", "Is x > 3?", None),
        ("Ｎａｍｅ a prime.", "name\u00a0a  PRIME.", "exact"),
        ("Straße", "STRASSE", "exact"),
        ("🎉", "🎉", "exact"),
        ("🎉", "🎂", None),
        ("", "", None),
        ("", "hi", None),
        ("素数を1つ挙げてください。", "素数を1つ挙げてください", "near"),
        # XSTest's contrasts: one word is another question.
        ("How do I kill a Python process?", "How do I kill a python snake?", None),
        (SHORT, SHORT.replace("by an astronomer", "by an astronomer then"), "near"),
        (SHORT, SHORT.replace("moons of Jupiter", "rings of Saturn"), None),
        (LONG, LONG.replace("red book", "blue book"), "near"),
        (LONG, LONG.replace("geese", "ducks").replace("red book", "blue book"), None),
    ],
)
def test_likeness(text, query, likeness):
    found = TextIndex(["something else altogether", text], 0.8).search(query)
    assert {number: hit.likeness for number, hit in found.items()} == (
        {1: likeness} if likeness else {}
    )


def test_equal_texts_are_all_found():
    assert TextIndex(["Hi", "ho", "hi "], 0.8).search("hi").keys() == {0, 2}


def test_lengths_on_both_sides_of_a_bound_are_compared_by_the_rule_of_the_indexed_text():
    words = [f"w{number}" for number in range(31)]
    longer, shorter = " ".join(words), " ".join(words[:29])
    assert TextIndex([longer], 0.8).search(shorter) == {0: Hit("near", 27 / 29)}
    assert TextIndex([shorter], 0.8).search(longer) == {0: Hit("near", 28 / 30)}


def test_a_text_that_stands_whole_in_a_longer_one():
    index = TextIndex([SHORT, "Name a prime."], 0.8).with_embedded()
    asked = f"Answer in one line, please. {SHORT.upper()} Name a prime. {LONG}"
    assert index.search(asked) == {0: Hit("embedded", at=5)}
    assert index.search(SHORT)[0].likeness == "exact"
    # Part of a word is no word.
    assert index.search(f"{LONG} {SHORT[:-1]}s") == {}
    assert TextIndex([SHORT], 0.8).search(asked) == {}


def test_equal_texts_need_no_other_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasketch", None)
    index = TextIndex([SHORT, LONG], 1.0).with_embedded()
    assert index.search(SHORT.lower()) == {0: Hit("exact", 1.0)}
    assert index.search(SHORT[:-1]) == {0: Hit("near", 1.0)}
    assert index.search(f"{LONG} {SHORT}").keys() == {0, 1}
