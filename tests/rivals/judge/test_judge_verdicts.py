"""What answers of judges come to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armo.rivals.judge.verdicts import rating, verdict


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A is better. [[A]]", "A"),
        ("[[B]]", "B"),
        # RewardBench looks for A first, wherever it stands.
        ("[[B]] rather than [[A]]", "A"),
        ("[A]", None),
        ("[[a]]", None),
        ("[[C]]", None),
        ("[[ A ]]", None),
        ("［［A］］", None),
        ("", None),
        ("<think>\n[[A]]?\n</think>\n[[B]]", "B"),
        ("<think>\n[[A]] or", None),
        ("Più chiara è la seconda 🙂 [[B]]", "B"),
    ],
)
def test_a_verdict_is_read_to_the_letter(text: str, expected: str | None):
    assert verdict(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[7]]", 7.0),
        ("[[7.5]]", 7.5),
        ("First [[3]], on reflection [[ 8 ]].", 8.0),
        ("[[9/10]]", 9.0),
        ("[[10]]", 10.0),
        ("[[0]]", None),
        ("[[11]]", None),
        ("[[-3]]", None),
        ("[[٧]]", None),
        ("[[1e1]]", None),
        ("7", None),
        ("[7]", None),
        ("", None),
        ("<think>\n[[2]]\n</think>\n[[6]]", 6.0),
    ],
)
def test_a_rating_is_the_last_number_in_double_brackets(text: str, expected: float | None):
    assert rating(text) == expected


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="[]AB0179.<>/think \n"))
def test_any_text_has_a_verdict_and_a_rating_or_none(text: str):
    # The plain rule, where no reasoning is taken out.
    if "<think>" not in text and "</think>" not in text:
        plain = "A" if "[[A]]" in text else "B" if "[[B]]" in text else None
        assert verdict(text) == plain
    found = rating(text)
    assert found is None or 1 <= found <= 10
