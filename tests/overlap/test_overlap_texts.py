from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armo.overlap.texts import (
    FEWEST_WORDS,
    jaccard,
    normal_form,
    shingle_size,
    shingles,
    word_start,
    words_of,
)
from armo.splits import group_of

WORDS = st.lists(st.sampled_from("abcde"), max_size=12)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("!? … 🎉", []),
        ("Name a prime.", ["name", "a", "prime"]),
        ("x<3 is not x > 3", ["x", "<", "3", "is", "not", "x", ">", "3"]),
        ("ＦＵＬＬ ﬁnal Straße", ["full", "final", "strasse"]),
        ("素数を1つ", ["素", "数", "を", "1", "つ"]),
        ("소수 하나", ["소수", "하나"]),
        ("don't", ["don", "t"]),
    ],
)
def test_words(text, words):
    assert words_of(normal_form(text)) == words


@given(st.text(), st.text())
def test_equal_in_normal_form_is_what_makes_one_group(first, second):
    assert (normal_form(first) == normal_form(second)) == (group_of(first) == group_of(second))
    assert group_of(normal_form(first)) == group_of(first)


@pytest.mark.parametrize(
    ("words", "size"), [(0, None), (FEWEST_WORDS - 1, None), (FEWEST_WORDS, 2), (29, 2), (30, 3)]
)
def test_short_texts_have_short_shingles(words, size):
    assert shingle_size(words) == size


@given(WORDS, WORDS, st.integers(1, 4))
def test_jaccard_is_that_of_the_sets(first, second, size):
    one, other = (
        {tuple(words[start : start + size]) for start in range(len(words) - size + 1)}
        for words in (first, second)
    )
    assert set(shingles(first, size)) == one
    expected = len(one & other) / len(one | other) if one | other else 0.0
    assert jaccard(first, second, size) == expected == jaccard(second, first, size)


@pytest.mark.parametrize("words", [10, 19, 30, 60])
def test_one_replaced_word_costs_what_the_formula_says(words):
    size = shingle_size(words)
    assert size is not None
    text = [f"w{number}" for number in range(words)]
    changed = [*text[: words // 2], "other", *text[words // 2 + 1 :]]
    expected = (words - 2 * size + 1) / (words + 1)
    assert jaccard(text, changed, size) == pytest.approx(expected)


def test_where_a_word_begins():
    text = "One,  two\nthree"
    assert [text[word_start(text, number) :][:3] for number in range(3)] == ["One", "two", "thr"]
    assert word_start(text, 9) == 0
