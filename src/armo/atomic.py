"""Writes that either happen whole or not at all: temporary file, fsync, rename."""

from __future__ import annotations

import errno
import glob
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from armo.errors import InputError

_CHUNK = 1 << 20
_STALE_SECONDS = 3600
_SUFFIX = ".armo-tmp"
_ADVICE = {
    errno.ENOSPC: "free some, then run the same command again: what is done is kept",
    errno.EDQUOT: "free some, then run the same command again: what is done is kept",
    errno.EFBIG: "raise the limit, then run the same command again: what is done is kept",
    errno.EROFS: "give a folder that can be written to",
    errno.EACCES: "give a folder that can be written to",
    errno.EPERM: "give a folder that can be written to",
}


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Tell which file a failed write was to become, and what to do.

    The system's own error names no file, or a temporary one.

    Raises:
        OSError: As it was, with `path` in place of these, and advice where there is any.
    """
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        told = "; ".join(filter(None, (reason, _ADVICE.get(error.errno or 0))))
        named = str(error.filename or path)
        where = str(path) if _SUFFIX in named else named
        raise OSError(error.errno or errno.EIO, told, where) from error


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success it is fsynced and renamed, else removed.

    Raises:
        InputError: If something stands there that is no regular file.
        OSError: If it can't be written; see `writing`.
    """
    if path.exists() and not path.is_file():
        # Renaming onto a device would put a file in its place.
        raise InputError(f"{path} is no regular file, so nothing can be written in its place")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_stale(path)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=_SUFFIX, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            temporary.chmod(0o666 & ~_umask())
            sync(temporary)
            temporary.replace(path)
            sync(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder that becomes `path`; an older folder there goes only once it is ready.

    Raises:
        OSError: If it can't be written; see `writing`.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _restore(path)
        name = tempfile.mkdtemp(prefix=f".{path.name}.", suffix=_SUFFIX, dir=path.parent)
        temporary = Path(name)
        try:
            yield temporary
            temporary.chmod(0o777 & ~_umask())
            for file in temporary.rglob("*"):
                sync(file)
            _swap(temporary, path)
            sync(path.parent)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def remove_leftovers(folder: Path, pattern: str = "*") -> None:
    """Remove what killed writes left in a folder; its only writer may do this, before it writes.

    Args:
        folder: The folder, which need not exist.
        pattern: Glob pattern of the files that they were to become.
    """
    for leftover in folder.glob(f".{pattern}.*{_SUFFIX}"):
        _remove(leftover)


def write_text(path: Path, text: str) -> None:
    """Write text atomically, as UTF-8."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write JSON atomically, indented, keys in the order given."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    write_text(path, text + "\n")


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _restore(path: Path) -> None:
    """Mend what a killed process left: an older folder that stepped aside, stale temporary ones."""
    old = path.with_name(f".{path.name}.old")
    if old.exists() and not path.exists():
        old.rename(path)
    _remove_stale(path)


def _remove_stale(path: Path) -> None:
    """Remove what killed writes of this path left; younger ones may be another process's."""
    for stale in path.parent.glob(f".{glob.escape(path.name)}.*{_SUFFIX}"):
        # The other process may be done with it, and have it renamed, in between.
        with suppress(FileNotFoundError):
            if time.time() - stale.stat().st_mtime > _STALE_SECONDS:
                _remove(stale)


def _remove(leftover: Path) -> None:
    if leftover.is_dir():
        shutil.rmtree(leftover, ignore_errors=True)
    else:
        leftover.unlink(missing_ok=True)


def _swap(new: Path, path: Path) -> None:
    if not path.exists():
        new.rename(path)
        return
    # A folder can't be renamed onto a full one; the old one steps aside and is removed last.
    old = path.with_name(f".{path.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    path.rename(old)
    new.rename(path)
    shutil.rmtree(old, ignore_errors=True)


def sync(path: Path) -> None:
    """Wait until a file or folder is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
