from __future__ import annotations

import math

import pytest

from armo.data.sets.preferences import helpsteer as helpsteer_module
from armo.data.sets.preferences.helpsteer import BEYOND, RETURNED, SINGLE
from armo.data.sets.preferences.scored import CLOSE, TIES
from armo.data.sets.preferences.ultrafeedback import FEWER
from armo.data.sets.rated_code import UNEVEN
from armo.data.sets.ratings.code_ultrafeedback import CODE_ULTRAFEEDBACK as RATINGS
from armo.data.sets.ten_for_one import FIXED, KEPT, LEFT_OUT
from armo.errors import InputError
from tests.data.sets.preferences.converting import convert
from tests.data.sets.preferences.raw_rows_of import code, completion, helpsteer, ultrafeedback
from tests.data.sets.ratings.converting import convert as convert_ratings


def test_helpsteer_pairs_every_two_responses_to_one_prompt():
    rows = [
        helpsteer("Apple.", 4),
        helpsteer("Stone.", 0),
        helpsteer("Red.", 2, prompt="Name a colour."),
        helpsteer("Pear.", 3),
    ]
    made = convert("helpsteer", rows)
    assert made.texts() == [("Apple.", "Stone."), ("Apple.", "Pear."), ("Pear.", "Stone.")]
    assert made.pairs[0].prompt == [{"role": "user", "content": "Name a fruit."}]
    assert made.pairs[0].meta == {"chosen_score": 4, "rejected_score": 0, "margin": 4}
    assert made.notes == {SINGLE: 1}
    assert not made.rejects


def test_helpsteer_drops_ties_and_small_gaps_with_a_count():
    rows = [helpsteer("a", 4), helpsteer("b", 4), helpsteer("c", 3), helpsteer("d", 1)]
    made = convert("helpsteer", rows, min_gap=2)
    assert made.texts() == [("a", "d"), ("b", "d"), ("c", "d")]
    assert made.notes == {TIES: 1, CLOSE: 2}


def test_helpsteer_ranks_by_a_mean_of_attributes():
    rows = [helpsteer("a", 4, correctness=0), helpsteer("b", 3, correctness=3)]
    assert convert("helpsteer", rows).texts() == [("a", "b")]
    made = convert("helpsteer", rows, by="helpfulness+correctness")
    assert made.texts() == [("b", "a")]
    assert made.pairs[0].meta["margin"] == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"helpfulness": 5}, "helpfulness: expected 0 to 4, got 5"),
        ({"helpfulness": "much"}, "helpfulness: expected 0 to 4, got 'much'"),
        ({"helpfulness": None}, "helpfulness: the field is missing"),
        ({"response": 3}, "response: expected text, got int"),
    ],
)
def test_helpsteer_rejects_a_row_alone(changes, reason):
    bad = helpsteer("Apple.", 4) | changes
    made = convert("helpsteer", [bad, helpsteer("Pear.", 3), helpsteer("Stone.", 1)])
    assert made.texts() == [("Pear.", "Stone.")]
    assert reason in made.reason()
    assert made.rejects[0].where == "file:1"


def test_helpsteer_rejects_equal_texts_naming_both_rows():
    made = convert("helpsteer", [helpsteer("Apple.", 4), helpsteer("Apple.", 1)])
    assert "equal" in made.reason()
    assert made.rejects[0].where == "file:1 and file:2"


def test_helpsteer_holds_a_bounded_number_of_prompts(monkeypatch):
    monkeypatch.setattr(helpsteer_module, "_HELD", 2)
    rows = [helpsteer("a", 4, prompt=prompt) for prompt in ("p", "q", "r")]
    made = convert(
        "helpsteer", [*rows, helpsteer("b", 1, prompt="p"), helpsteer("b", 1, prompt="r")]
    )
    assert [pair.prompt[0]["content"] for pair in made.pairs] == ["r"]
    assert made.notes == {RETURNED: 1, SINGLE: 3}


def test_helpsteer_lets_go_of_the_prompt_that_was_longest_unseen(monkeypatch):
    monkeypatch.setattr(helpsteer_module, "_HELD", 2)
    rows = [helpsteer(f"{n}", n, prompt=prompt) for n, prompt in enumerate("pqprp")]
    made = convert("helpsteer", rows)
    assert [pair.prompt[0]["content"] for pair in made.pairs] == ["p", "p", "p"]
    assert RETURNED not in made.notes


def test_helpsteer_pairs_a_response_with_the_last_sixteen_to_its_prompt():
    made = convert("helpsteer", [helpsteer(f"{n}", 4 * (n % 2)) for n in range(20)])
    assert made.notes[BEYOND] == 4
    assert len(made.pairs) + made.notes[TIES] == 16 * 15 / 2 + 4 * 16
    assert ("19", "2") not in made.texts()
    assert ("19", "4") in made.texts()


def test_ultrafeedback_pairs_all_completions_but_ties():
    made = convert(
        "ultrafeedback",
        [
            ultrafeedback(
                completion("a", 2.0),
                completion("b", 4.5),
                completion("c", 2.0),
                completion("d", 1.0),
            )
        ],
    )
    assert made.texts() == [("b", "a"), ("a", "d"), ("b", "c"), ("b", "d"), ("c", "d")]
    assert made.notes == {TIES: 1}
    assert made.pairs[0].id == "ultrafeedback/1/1-0"
    assert made.pairs[0].meta == {
        "chosen_score": 4.5,
        "rejected_score": 2.0,
        "margin": 2.5,
        "chosen_model": "model of b",
        "rejected_model": "model of a",
    }


def test_ultrafeedback_reads_aspects_that_are_text_and_lists_those_that_are_no_number():
    row = ultrafeedback(
        completion("a", 1.0, honesty="5"),
        completion("b", 2.0, honesty="N/A"),
        completion("c", 3.0, honesty="2"),
        completion("d", 4.0, honesty="0"),
    )
    made = convert("ultrafeedback", [row], by="honesty")
    assert made.texts() == [("a", "c")]
    assert [reject.id for reject in made.rejects] == [
        "ultrafeedback/1/completions[1]",
        "ultrafeedback/1/completions[3]",
    ]
    assert "honesty: expected a number, got 'N/A'" in made.rejects[0].reason
    assert "outside its scale [1, 5]" in made.rejects[1].reason


def test_ultrafeedback_counts_rows_of_fewer_completions_and_refuses_one():
    made = convert("ultrafeedback", [ultrafeedback(completion("a", 2.0))])
    assert made.notes == {FEWER: 1}
    assert "1 usable responses" in made.reason()


def test_ultrafeedback_mends_tens_that_stand_for_one():
    row = ultrafeedback(
        completion("bad", 1.5, 10), completion("fair", 3.0, 6), completion("good", 4.8, 10)
    )
    plain = convert("ultrafeedback", [row], by="overall_score")
    assert plain.texts() == [("bad", "fair"), ("good", "fair")]
    assert plain.notes[KEPT] == 1
    mended = convert("ultrafeedback", [row], by="overall_score", fix_ten_for_one=True)
    assert mended.texts() == [("fair", "bad"), ("good", "bad"), ("good", "fair")]
    assert mended.notes[FIXED] == 1
    unclear = ultrafeedback(
        completion("a", 3.0, 10), completion("b", 3.0, 4), completion("c", 3.0, 3)
    )
    made = convert("ultrafeedback", [unclear], by="overall_score", fix_ten_for_one=True)
    assert made.texts() == [("b", "c")]
    assert "may stand for 1" in made.reason()
    assert made.notes[LEFT_OUT] == 1


@pytest.mark.parametrize(("honesty", "bad_is_one"), [("1", True), ("N/A", True), ("5", False)])
def test_ultrafeedback_mends_by_the_aspects_where_the_mean_is_not_stored(honesty, bad_is_one):
    low = dict.fromkeys(("instruction_following", "truthfulness", "helpfulness"), "1")
    high = dict.fromkeys(low, "5")
    ratings = (low if bad_is_one else high) | {"honesty": honesty}
    row = ultrafeedback(completion("ten", None, 10, **ratings), completion("fair", 3.0, 6))
    made = convert("ultrafeedback", [row], by="overall_score", fix_ten_for_one=True)
    assert made.texts() == [("fair", "ten") if bad_is_one else ("ten", "fair")]


def test_ultrafeedback_names_what_a_nested_field_is_missing_from():
    bare = completion("b", 2.0)
    bare["annotations"]["honesty"] = {"Rationale": "So."}
    gone = completion("c", 2.0)
    gone["annotations"] = {"helpfulness": {"Rating": "2"}}
    row = ultrafeedback(completion("a", 1.0), bare, gone, completion("d", 1.0, honesty="5"))
    reasons = [reject.reason for reject in convert("ultrafeedback", [row], by="honesty").rejects]
    assert reasons == [
        "completions[1]: Rating: the field is missing; annotations.honesty has Rationale",
        "completions[2]: honesty: the field is missing; annotations has helpfulness",
    ]


def test_ultrafeedback_rejects_one_broken_completion_or_the_row():
    broken = completion("b", None)
    made = convert(
        "ultrafeedback", [ultrafeedback(completion("a", 2.0), broken, completion("c", 1))]
    )
    assert made.texts() == [("a", "c")]
    assert made.rejects[0].id == "ultrafeedback/1/completions[1]"
    assert "list of objects" in convert("ultrafeedback", [ultrafeedback("text")]).reason()


def test_code_ultrafeedback_joins_ratings_by_model():
    made = convert("code-ultrafeedback", [code()])
    assert made.texts() == [("c: x + y", "a: x + y"), ("c: x + y", "b: x + y")]
    assert made.notes == {TIES: 1}
    meta = made.pairs[0].meta
    assert (meta["preference"], meta["margin"], meta["chosen_model"]) == ("style", 3, "c")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"model": "a", "rating": "N/A"},
            "annotations[1].rating: expected a rating from 1 to 5, got 'N/A'",
        ),
        (
            {"model": "a", "rating": "6"},
            "annotations[1].rating: expected a rating from 1 to 5, got '6'",
        ),
        (
            {"model": "a", "rating": None},
            "rating: the field is missing: annotations[1] has it, but",
        ),
        (
            {"model": "a", "note": ""},
            "rating: the field is missing; annotations[1] has model, note",
        ),
        ({"model": "z", "rating": "2"}, "annotations: no annotation names the model 'a'"),
        ({"model": "b", "rating": "2"}, "annotations: no annotation names the model 'a'"),
        ("none", "annotations: no annotation names the model 'a'"),
    ],
)
def test_code_ultrafeedback_rejects_a_response_without_a_clear_rating(change, reason):
    row = code()
    row["annotations"][1] = change
    made = convert("code-ultrafeedback", [row])
    assert reason in made.rejects[0].reason
    assert made.rejects[0].id == "code-ultrafeedback/1/responses[0]"


def test_code_ultrafeedback_rejects_a_response_that_is_rated_twice():
    row = code()
    row["annotations"].append({"model": "a", "rating": "4", "rationale": "Fair."})
    made = convert("code-ultrafeedback", [row])
    assert made.texts() == [("c: x + y", "b: x + y")]
    assert "annotations: several annotations name the model 'a'" in made.reason()
    assert made.notes[UNEVEN] == 1


def test_code_ultrafeedback_rejects_the_row_by_a_preference_that_there_is_not():
    made = convert("code-ultrafeedback", [code(preference="speed")])
    assert not made.pairs
    assert "preference: unknown coding preference 'speed'" in made.reason()


def test_code_ultrafeedback_joins_a_model_that_answered_twice_by_place():
    answers = [{"model": "a", "response": "first"}, {"model": "a", "response": "second"}]
    ratings = [{"model": "a", "rating": "2"}, {"model": "a", "rating": "4"}]
    made = convert("code-ultrafeedback", [code(responses=answers, annotations=ratings)])
    assert made.texts() == [("second", "first")]
    assert not made.rejects


def test_code_ultrafeedback_takes_the_same_responses_for_ratings_and_for_pairs():
    unrated = code()
    unrated["annotations"][1] = {"model": "a", "rating": None}
    again = code()
    again["responses"].append({"model": "a", "response": "again"})
    for row in (code(), unrated, again, code(preference="speed"), code(preference=" style")):
        rated = {made.messages[-1]["content"] for made in convert_ratings(RATINGS, row).rows}
        pairs = convert("code-ultrafeedback", [row])
        paired = {text for pair in pairs.texts() for text in pair}
        assert paired == rated


@pytest.mark.parametrize(
    ("name", "options", "match"),
    [
        ("helpsteer", {"by": "helpfullness"}, "did you mean 'helpfulness'"),
        ("helpsteer", {"by": "helpfulness+"}, "option 'by'"),
        ("helpsteer", {"min_gap": -1}, "at least 0"),
        ("ultrafeedback", {"by": "overall"}, "overall_score"),
        ("ultrafeedback", {"min_gap": math.nan}, "at least 0"),
        ("ultrafeedback", {"fix_ten_for_one": True}, "needs by = 'overall_score'"),
        ("code-ultrafeedback", {"min_gap": "1"}, "must be of type float"),
        ("code-ultrafeedback", {"min_gap": True}, "must be of type float, got True"),
        ("helpsteer", {"gap": 1}, "unknown option"),
    ],
)
def test_options_without_a_meaning_are_refused(name, options, match):
    rows = {"helpsteer": helpsteer("a", 1), "code-ultrafeedback": code()}
    with pytest.raises(InputError, match=match):
        convert(name, [rows.get(name, ultrafeedback(completion("a", 1.0)))], **options)
