"""README.md in a model folder: written, replaced while it is ours, kept once it is edited."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from armo.backbone import Backbone
from armo.errors import ModelError
from armo.persistence import load_folder, make_config, save_folder
from armo.persistence.readme import README, is_untouched, marked
from tests.heads import random_heads


@pytest.fixture
def save(tiny: Backbone, tmp_path: Path):
    heads = random_heads()
    config = make_config(heads, tiny, "verbosity")

    def save(card: str | None) -> Path:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            save_folder(tmp_path / "model", heads, config, None, card)
        return tmp_path / "model" / README

    return save


def test_a_card_is_written_and_replaced_while_nobody_edits_it(save):
    path = save("# One\n")
    assert path.read_text("utf-8").startswith("# One\n")
    assert is_untouched(path.read_bytes())
    assert save("# Two\n").read_text("utf-8").startswith("# Two\n")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert save("# Three\n").read_text("utf-8").startswith("# Three\n")
    load_folder(path.parent)


def test_an_old_card_does_not_outlive_its_model(save):
    save("# One\n")
    assert not save(None).exists()


@pytest.mark.parametrize("edit", ["# Mine\n", "line put in front\n# One\n", b"\xff\xfe"])
def test_an_edited_readme_is_kept_and_told(save, edit):
    path = save("# One\n")
    if isinstance(edit, bytes):
        path.write_bytes(edit)
    else:
        path.write_text(edit + path.read_text("utf-8"), "utf-8")
    edited = path.read_bytes()
    with pytest.raises(UserWarning, match=r"README\.md was edited and is kept"):
        save("# Two\n")
    assert path.read_bytes() == edited
    assert sorted(one.name for one in path.parent.iterdir()) == [
        README, "config.json", "heads.safetensors",
    ]  # fmt: skip


def test_a_folder_with_nothing_but_a_readme_is_not_ours(save, tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / README).write_text("a project")
    with pytest.raises(ModelError, match="holds other files"):
        save("# One\n")
    assert (tmp_path / "model" / README).read_text() == "a project"


def test_the_mark_covers_every_byte():
    text = marked("# One\n\ntext\n")
    assert is_untouched(text.encode())
    for place in range(len(text) - 1):
        changed = text[:place] + ("x" if text[place] != "x" else "y") + text[place + 1 :]
        assert not is_untouched(changed.encode())
    assert not is_untouched((text + "more\n").encode())
    assert not is_untouched(b"")
