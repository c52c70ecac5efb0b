from __future__ import annotations

import pytest

from armo.atomic import atomic_folder, atomic_path, write_json


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "x.json"
    write_json(path, {"a": 1})

    def failing() -> None:
        with atomic_path(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    assert path.read_text() == '{\n  "a": 1\n}\n'
    assert [file.name for file in tmp_path.iterdir()] == ["x.json"]


def test_a_folder_is_replaced_whole(tmp_path):
    for content in ("old", "new"):
        with atomic_folder(tmp_path / "model") as temporary:
            (temporary / content).write_text(content)
    assert [file.name for file in (tmp_path / "model").iterdir()] == ["new"]
    assert [file.name for file in tmp_path.iterdir()] == ["model"]


def test_a_folder_that_fails_leaves_the_old_one(tmp_path):
    with atomic_folder(tmp_path / "model") as temporary:
        (temporary / "old").write_text("old")

    def failing() -> None:
        with atomic_folder(tmp_path / "model") as temporary:
            (temporary / "new").write_text("new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    assert [file.name for file in (tmp_path / "model").iterdir()] == ["old"]
