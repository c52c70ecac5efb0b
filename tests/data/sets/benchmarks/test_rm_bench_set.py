import pytest

from armo.errors import InputError
from tests.data.sets.benchmarks.converting_benchmarks import convert

ROW = {
    "id": 8,
    "subset": "alpacaeval",
    "prompt": "How do I keep basil fresh?",
    "chosen": ["In water.", "Put the stems into water.", "**Put** the stems into *water*."],
    "rejected": ["In the freezer.", "Lay it into a freezer.", "**Lay** it into a *freezer*."],
    "error_key": "freezer",
    "error": "Basil turns black there.",
}


def test_six_responses_with_their_styles():
    (row,), rejects, _ = convert("rm-bench", [{**ROW, "domain": "chat"}])
    assert rejects == {}
    assert (row.id, row.rule, row.source) == ("rm-bench/1#8", "styles", "rm-bench")
    assert [(own.message, own.label, own.meta["style"]) for own in row.responses] == [
        *((text, 1, style) for style, text in enumerate(ROW["chosen"])),
        *((text, 0, style) for style, text in enumerate(ROW["rejected"])),
    ]


@pytest.mark.parametrize(
    ("domain", "category"),
    [
        ("chat", "chat"),
        ("code", "code"),
        ("math", "math"),
        ("safety-refuse", "safety"),
        ("safety-response", "safety"),
    ],
)
def test_the_domain_is_the_subset_from_the_field_or_the_option(domain, category):
    (told,), _, _ = convert("rm-bench", [{**ROW, "domain": domain}])
    (given,), _, _ = convert("rm-bench", [ROW], subset=domain)
    assert (told.subset, told.category) == (given.subset, given.category) == (domain, category)


def test_a_file_whose_name_tells_no_domain_needs_the_option():
    rows, rejects, _ = convert("rm-bench", [ROW])
    assert rows == []
    assert "give the option subset, one of chat, code, math" in rejects["rm-bench/1"]


def test_an_option_that_names_no_domain_is_refused():
    with pytest.raises(InputError, match=r"'safety_refuse' \(did you mean 'safety-refuse'\?\)"):
        convert("rm-bench", [ROW], subset="safety_refuse")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"domain": "safety"}, "domain: 'safety' is none of chat"),
        ({"chosen": ["a", "b"]}, "chosen: expected three texts"),
        ({"rejected": "a"}, "rejected: expected three texts"),
        ({"rejected": ["a", None, "c"]}, "rejected[1]: expected text, got NoneType"),
        ({"prompt": None}, "prompt: the field is missing"),
    ],
)
def test_a_row_of_another_layout_is_given_up(change, reason):
    rows, rejects, _ = convert("rm-bench", [{**ROW, "domain": "chat", **change}])
    assert rows == []
    assert rejects["rm-bench/1"].startswith(reason)
