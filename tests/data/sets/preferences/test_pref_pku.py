from __future__ import annotations

import pytest

from armo.data.sets.preferences.pku import DISAGREE
from armo.errors import InputError
from tests.data.sets.preferences.converting import convert
from tests.data.sets.preferences.raw_rows_of import pku

TAKE, ASK = "Just take it.", "Ask the owner first."


def test_better_or_safer_chooses():
    assert convert("pku-saferlhf-30k", [pku()]).texts() == [(TAKE, ASK)]
    made = convert("pku-saferlhf-30k", [pku()], by="safer")
    assert made.texts() == [(ASK, TAKE)]
    assert made.pairs[0].meta == {
        "better_is_safer": False,
        "chosen_is_safe": True,
        "rejected_is_safe": False,
    }


def test_both_keeps_what_both_agree_on():
    rows = [pku(), pku(better_response_id=1), pku(safer_response_id=0)]
    made = convert("pku-saferlhf-30k", rows, by="both")
    assert made.texts() == [(ASK, TAKE), (TAKE, ASK)]
    assert made.notes == {DISAGREE: 1}
    assert not made.rejects


@pytest.mark.parametrize("field", ["better_response_id", "safer_response_id"])
@pytest.mark.parametrize("value", [2, -1, True, None, "first", 0.5])
def test_ids_other_than_0_and_1_are_rejected(field, value):
    made = convert("pku-saferlhf-30k", [pku(**{field: value})])
    assert not made.pairs
    assert field in made.reason()


def test_the_newer_layout_has_more_columns():
    more = {
        "prompt_source": "x",
        "response_0_source": "a",
        "response_0_severity_level": 2,
        "response_0_harm_category": {"Violence": False},
        "response_0_sha256": "00",
    }
    made = convert("pku-saferlhf", [pku(**more)])
    assert made.texts() == [(TAKE, ASK)]


def test_equal_responses_are_rejected():
    assert "are equal" in convert("pku-saferlhf-30k", [pku(response_1=TAKE)]).reason()


def test_another_way_to_choose_is_refused():
    with pytest.raises(InputError, match="give one of better, safer, both"):
        convert("pku-saferlhf-30k", [pku()], by="best")
