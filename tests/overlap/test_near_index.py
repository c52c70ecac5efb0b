from __future__ import annotations

import random
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armo.errors import MissingExtraError
from armo.overlap.near import PERMUTATIONS, RECALL, NearIndex, bands
from armo.overlap.texts import jaccard, shingles

# Few different words, so that similar texts are common.
TEXTS = st.lists(st.lists(st.sampled_from("abc"), min_size=3, max_size=9), max_size=6)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.lists(st.sampled_from("abc"), max_size=10), st.sampled_from([0.5, 0.7, 0.8]))
def test_what_is_found_is_what_brute_force_finds(texts, query, threshold):
    indexed = dict(enumerate(texts))
    found = NearIndex(indexed, 2, threshold).search(query)
    similar = {number: jaccard(query, words, 2) for number, words in indexed.items()}
    # MinHash may miss one in a thousand at the threshold itself: those examples would not be stable
    # evidence, while what is found must be right always.
    assert found.items() <= {n: v for n, v in similar.items() if v >= threshold}.items()
    assert {n for n, v in similar.items() if v == 1} <= found.keys()
    missed = [v for n, v in similar.items() if v >= threshold and n not in found]
    assert all(value < threshold + 0.1 for value in missed)


def edited(words: list[str], edits: int, rng: random.Random) -> list[str]:
    words = list(words)
    for _ in range(edits):
        place = rng.randrange(len(words))
        words[place : place + rng.choice((0, 1, 1, 2))] = [f"new{rng.randrange(50)}"]
    return words


@pytest.mark.parametrize("threshold", [0.5, 0.8, 0.9])
def test_recall_near_the_threshold(threshold):
    rng = random.Random(0)
    texts = {n: [f"w{rng.randrange(300)}" for _ in range(rng.randint(30, 90))] for n in range(200)}
    index = NearIndex(texts, 3, threshold)
    planted = found = 0
    while planted < 300:
        number = rng.randrange(len(texts))
        copy = edited(texts[number], rng.randint(1, 10), rng)
        value = jaccard(copy, texts[number], 3)
        if threshold <= value < threshold + 0.08:
            planted += 1
            found += index.search(copy).get(number) == value
    assert found / planted >= 0.99


@given(st.floats(0.1, 0.99))
def test_bands_give_the_recall_that_is_promised(threshold):
    count, rows = bands(threshold)
    assert count * rows <= PERMUTATIONS
    assert 1 - (1 - threshold**rows) ** count >= RECALL
    if rows < PERMUTATIONS // 2:
        fewer = PERMUTATIONS // (rows + 1)
        assert 1 - (1 - threshold ** (rows + 1)) ** fewer < RECALL


def test_a_query_without_shingles_finds_nothing():
    index = NearIndex({0: ["a", "b", "c"]}, 2, 0.5)
    assert index.search([]) == index.search(["a"]) == {}


def test_rounding_at_the_threshold_rules_out_nothing():
    # 7 of 10 shingles, where 0.7 * 10 is 7.000000000000001.
    texts = {0: list("abcdefgh")}
    query = list("abcdefghxyz")
    assert jaccard(query, texts[0], 2) == 0.7
    assert NearIndex(texts, 2, 0.7).search(query) == {0: 0.7}


def test_without_datasketch_the_install_line_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasketch", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'armo\[overlap\]'"):
        NearIndex({0: ["a", "b"]}, 2, 0.8)


def test_a_shared_template_is_not_cut_into_shingles_for_every_comparison(monkeypatch):
    template = [f"w{n}" for n in range(60)]
    texts = {n: [*template, f"own{n}"] for n in range(40)}
    index = NearIndex(texts, 3, 0.8)
    queries = [[*template, f"other{n}"] for n in range(40)]
    cut = 0

    def counted(words, size):
        nonlocal cut
        cut += 1
        return shingles(words, size)

    monkeypatch.setattr("armo.overlap.near.shingles", counted)
    assert all(len(index.search(query)) == len(texts) for query in queries)
    assert cut <= len(texts) + 4 * len(queries)


def test_what_is_kept_of_proposed_texts_is_bounded(monkeypatch):
    monkeypatch.setattr("armo.overlap.near._MOST_KEPT", 150)
    template = [f"w{n}" for n in range(60)]
    texts = {n: [*template, f"own{n}"] for n in range(10)}
    index = NearIndex(texts, 3, 0.8)
    for _ in range(3):
        found = index.search([*template, "other"])
        assert found == {n: jaccard([*template, "other"], words, 3) for n, words in texts.items()}
        assert sum(map(len, index._kept._made.values())) <= 150
