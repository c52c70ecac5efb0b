from __future__ import annotations

import os

import pytest

from armo.atomic import atomic_folder, atomic_path, write_json, write_text
from armo.errors import InputError


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


def test_what_is_no_file_is_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="is no regular file"):
        write_text(pipe, "x")
    assert pipe.is_fifo()


def test_old_leftovers_of_the_same_file_go(tmp_path):
    old, young = tmp_path / ".a.txt.old.armo-tmp", tmp_path / ".a.txt.young.armo-tmp"
    for leftover in (old, young):
        leftover.write_text("half")
    os.utime(old, (0, 0))
    write_text(tmp_path / "a.txt", "whole")
    assert not old.exists()
    assert young.exists()
