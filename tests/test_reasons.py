from __future__ import annotations

import pytest

from armo.reasons import Reasons, general
from armo.rejects import Reject


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "ratings.bleu2: 9.5 is outside its scale [0, 1]",
            "ratings.bleu2: … is outside its scale […, …]",
        ),
        (
            "messages[12].role: unknown role 'ro: bot'; use one of user, tool",
            "messages[…].role: unknown role '…'; use one of user, tool",
        ),
        ("not valid UTF-8: byte 7 of the line", "not valid UTF-8: byte … of the line"),
        ("prompt + chosen: messages[3]: no", "prompt + chosen: messages[…]: no"),
        ("x: the assistant's response, not 'user'", "x: the assistant's response, not '…'"),
        ("chosen, rejected: the two are equal", "chosen, rejected: the two are equal"),
        ("x: got -1.5e-7", "x: got …"),
        ('x: got "a 1"', "x: got '…'"),
        ("it can't be read, so it can't count", "it can't be read, so it can't count"),
    ],
)
def test_values_go_and_fields_stay(sentence, expected):
    assert general(sentence) == expected


def test_reasons_are_counted_with_their_first_row():
    reasons = Reasons()
    for number in (3, 5, 8):
        reasons.add(Reject(f"r{number}", f"ratings.a: {number} is too much", f"f:{number}"))
    reasons.add(Reject("x", "ratings.b: 1 is too much", "f:9"))
    found = list(reasons)
    assert [(one.reason, one.count) for one in found] == [
        ("ratings.a: … is too much", 3),
        ("ratings.b: … is too much", 1),
    ]
    assert reasons.places(found[0]) == ["f:3", "f:5", "f:8"]
    assert found[0].example == Reject("r3", "ratings.a: 3 is too much", "f:3")


def test_a_reason_for_every_row_stays_in_bounds():
    reasons = Reasons()
    letters = "abcdefghij"
    for number in range(1000):
        name = "".join(letters[int(digit)] for digit in str(number))
        reasons.add(Reject(name, f"{name}: " + "wrong " * 500, ""))
    found = list(reasons)
    assert len(found) == 201
    assert found[0].reason == "other reasons"
    assert sum(one.count for one in found) == 1000
    assert all(len(one.reason) <= 301 and len(one.example.reason) <= 301 for one in found)
