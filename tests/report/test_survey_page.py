"""The page of `armo data report`, parsed as a browser would."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.survey.survey_rows import labelled, pair, rating, write

from armo.errors import MissingExtraError
from armo.report.survey import check_extra, render, write_page
from armo.report.survey.formats import decimal, plain, ranged, signed
from armo.report.survey.visible import one_line, visible
from armo.survey import survey
from armo.survey.agreement import Range

SECTIONS = [
    "what",
    "sources",
    "objectives",
    "missing",
    "correlations",
    "length",
    "agreement",
    "pairs",
    "examples",
    "unusable",
]
_VOID = {"meta", "img", "br", "link", "input", "hr"}
_ALLOWED_ATTRIBUTES = {"href", "xlink:href"}
HOSTILE = (
    "<script>alert(1)</script>\"' onload=x><img src=http://evil.example/x>&amp;{{7*7}}{% raw %}"
    "\u202eback\u0007\u0000]]>--></style></svg></title>$x_{"
)


class Page(HTMLParser):
    """Collects what matters, and fails on tags that are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def of(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


def page_of(tmp_path: Path, **files) -> tuple[str, Page]:
    paths = [write(tmp_path / f"{name}.jsonl", rows) for name, rows in files.items()]
    text = render(survey(paths))
    return text, Page(text)


def ratings(number: int = 60, name: str = "clear", source: str = "one") -> list[dict]:
    return [
        rating(
            n,
            {name: n % 5, "other": (n * 3) % 4},
            prompt=f"{n // 3}?",
            response="word " * (n % 7 + 1),
            source=source,
        )
        for n in range(number)
    ]


def pairs(number: int = 20, source: str = "one") -> list[dict]:
    return [
        pair(n, "a" * (n % 5 + 1), "b" * 3, prompt=f"{n}?", source=source, meta={"margin": n - 2})
        for n in range(number)
    ]


def check_self_contained(text: str, page: Page) -> None:
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "iframe", "object", "embed", "base", "form", "img"}
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in {"src", "srcset", "action", "srcdoc", "background"}, (tag, name)
            if name in _ALLOWED_ATTRIBUTES:
                assert value is not None
                assert value.startswith("#")
            if name == "style":
                assert "url(" not in (value or "")
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    (policy,) = [one for one in page.of("meta") if "http-equiv" in one]
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def check_links_and_ids(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    for tag, attributes in page.tags:
        if tag in ("a", "use"):
            target = attributes.get("href") or attributes.get("xlink:href")
            assert target is not None
            assert target[1:] in ids


def check_accessible(page: Page) -> None:
    assert page.of("html")[0]["lang"] == "en"
    assert all("scope" in one for one in page.of("th"))
    for drawing in page.of("svg"):
        assert drawing["role"] == "img"
        assert drawing["aria-label"]


def test_the_page_has_its_sections_and_needs_nothing_else(tmp_path):
    text, page = page_of(
        tmp_path, rated=ratings(), pairs=pairs(), many=[labelled(n, [0, 1, 2]) for n in range(4)]
    )
    sections = [one["id"] for one in page.of("section")]
    assert sections == [*SECTIONS[:8], "labelled", *SECTIONS[8:]]
    links = {one["href"] for one in page.of("a")}
    assert {f"#{section}" for section in sections} <= links
    assert len(page.of("svg")) >= 2 + 1 + 3
    check_self_contained(text, page)
    check_links_and_ids(page)
    check_accessible(page)


def test_hostile_text_is_shown_and_never_run(tmp_path):
    rows = ratings(30, HOSTILE, HOSTILE)
    for row in rows:
        row["id"] += HOSTILE
        row["messages"][0]["content"] += HOSTILE
        row["messages"][1]["content"] += HOSTILE
    rows.append({**rows[0], "id": "last", "messages": [{"role": HOSTILE, "content": "x"}] * 2})
    preferred = pairs(8, HOSTILE)
    for row in preferred:
        row["prompt"][0]["content"] += HOSTILE
    first = write(tmp_path / "<img src=x>.jsonl", rows)
    second = write(tmp_path / "pairs.jsonl", preferred)
    text = render(survey([first, second]), title=HOSTILE)
    page = Page(text)
    check_self_contained(text, page)
    check_links_and_ids(page)
    assert "\u202e" not in text
    assert "\u0007" not in text
    assert "\u0000" not in text
    shown = "".join(page.text)
    assert "<script>alert(1)</script>" in shown
    assert "{{7*7}}" in shown
    assert "⟨U+202E⟩back⟨U+0007⟩⟨U+0000⟩" in shown


def test_names_in_drawings_are_no_formulas(tmp_path):
    name = r"$\frac{$ & <b>"
    text, page = page_of(tmp_path, rated=ratings(60, name, name), pairs=pairs(20, name))
    assert not page.of("b")
    drawn = "".join(re.findall(r"<svg.*?</svg>", text, re.DOTALL))
    escaped = r"$\frac{$ &amp; &lt;b&gt;"
    for place in (f">{escaped}<", f">{escaped} (ratings)<", f">{escaped} (preferences)<"):
        assert place in drawn


def test_examples_are_cut(tmp_path):
    rows = ratings(5)
    rows[0]["messages"][1]["content"] = "x" * 5000
    rows[0]["ratings"]["clear"] = 0
    text, _ = page_of(tmp_path, rated=[rows[0]])
    assert "x" * 700 in text
    assert "x" * 701 not in text
    assert "4,300 characters more" in text


def _one_rating():
    return [rating(0, {"clear": 2})]


def _all_equal():
    return [rating(n, {"clear": 2}, response="Same.") for n in range(30)]


@pytest.mark.parametrize(
    "files",
    [
        {"rated": _one_rating()},
        {"rated": _all_equal()},
        {"rated": ratings(4000)},
        {"pairs": [pair(0, "a", "b")]},
        {"pairs": pairs()},
        {"many": [labelled(0, [1, 1])]},
        {"talk": [{"id": "1", "messages": _one_rating()[0]["messages"]}]},
        {"rated": [*_one_rating(), "]", {"id": "x"}]},
        {"rated": [{**_one_rating()[0], "scale": {}}]},
        {"rated": [rating(n, {"clear": 2 + n * 1e-9}) for n in range(50)]},
        {"rated": [rating(0, {"clear": -1e99}, scale=(-1e99, 1e99))]},
        {"rated": [rating(n, {f"o{n}": 1}) for n in range(70)]},
    ],
    ids=lambda files: f"{next(iter(files))}-{len(next(iter(files.values())))}",
)
def test_odd_data_still_give_a_page(tmp_path, files):
    text, page = page_of(tmp_path, **files)
    assert [one["id"] for one in page.of("section") if one["id"] != "labelled"] == SECTIONS
    check_self_contained(text, page)
    check_links_and_ids(page)
    check_accessible(page)
    shown = " ".join(page.text)
    assert not re.search(r"\b(nan|inf|None)\b", shown)


def test_rows_that_cannot_be_used_are_listed_by_reason(tmp_path):
    bad = [{**one, "scale": {}} for one in ratings(7)]
    _, page = page_of(tmp_path, rated=[*ratings(3, source="x"), "]", *bad])
    shown = " ".join(" ".join(page.text).split())
    assert "no scale is given for this objective" in shown
    assert "not valid JSON" in shown
    assert "rated.jsonl:4" in shown
    assert "8 of 11 rows" in shown


def test_the_same_files_give_the_same_page(tmp_path):
    path = write(tmp_path / "rows.jsonl", ratings())
    assert render(survey([path])) == render(survey([path]))


def test_the_page_is_written_whole(tmp_path):
    found = survey([write(tmp_path / "rows.jsonl", ratings())])
    write_page(found, tmp_path / "new" / "report.html", "Ours")
    assert (tmp_path / "new" / "report.html").read_text("utf-8") == render(found, "Ours")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["report.html"]


def test_a_missing_extra_is_told_with_its_install_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtraError, match=re.escape("pip install 'armo[report]'")):
        check_extra()


def test_hidden_characters_are_spelt_out():
    assert visible("a\u202eb\u0000\ue000\u2028") == "a⟨U+202E⟩b⟨U+0000⟩⟨U+E000⟩⟨U+2028⟩"
    assert visible("a\r\nb\tc\rd") == "a\nb\tc\nd"
    assert visible("نمی\u200cخواهم 👩\u200d🔬 é 東京") == "نمی\u200cخواهم 👩\u200d🔬 é 東京"
    assert visible("z" + "\u0316" * 50) == "z" + "\u0316" * 4 + "⟨more marks⟩"
    assert one_line("a\nb" * 50, 5) == "a ba …"


def test_numbers_are_written_alike():
    assert (decimal(-0.001), decimal(None), decimal(-1.5)) == ("0.00", "–", "−1.50")
    assert (signed(0.5), signed(-0.5), signed(-0.001)) == ("+0.50", "−0.50", "+0.00")
    assert (plain(-0.0), plain(-2), plain(0.5)) == ("0", "−2", "0.5")
    assert ranged(Range(0.5, None, None)) == "0.50"
    assert ranged(Range(0.5, -0.25, 1.0)) == "0.50 [−0.25, 1.00]"
