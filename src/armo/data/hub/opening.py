"""Rows of a set on the hub, through the library `datasets`."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armo.data.hub.arrow_rows import rows_of
from armo.data.hub.cache import cached_builder, remember
from armo.data.hub.faults import library_errors, not_cached, sentence
from armo.data.hub.names import commit_of, offline, subset_argument
from armo.errors import DataError, MissingExtraError, nearest

# Rows that are decoded at once; a row may be a conversation of many pages.
_BATCH = 256
_REPO = re.compile(r"\w[\w.-]*/\w[\w.-]*")


@dataclass(frozen=True)
class HubSet:
    """A set on the hub.

    Attributes:
        repo: Its name, `owner/name`.
        subset: A configuration of it, or else a folder; the set's default where it is empty.
        split: A split, or several joined by `+`, which are read one after the other.
        revision: Commit, tag or branch; the newest commit of the main branch where it is empty.
        streaming: Read it over the network each time instead of from a copy in the cache, for sets
            that no disk here would hold.
    """

    repo: str
    subset: str = ""
    split: str = "train"
    revision: str = ""
    streaming: bool = False

    def complaint(self) -> str:
        """Return why this can't be a set of the hub, or an empty string if it can."""
        if not _REPO.fullmatch(self.repo):
            return "a set of the hub is named owner/name"
        if not all(self.splits()):
            return f"'{self.split}' names no split; join several with '+', as in 'train+test'"
        return ""

    def splits(self) -> list[str]:
        """Return the names of the splits, in order."""
        return [name.strip() for name in self.split.split("+")]


@dataclass(frozen=True)
class HubRows:
    """Rows of a set on the hub.

    Attributes:
        commit: The commit that is read, in 40 digits.
        rows: The rows, once, in order, as plain Python values; null is None. Rows of several splits
            say which in the field `split`, if they have no such field of their own.
        total: How many there are, if known.
    """

    commit: str
    rows: Iterator[dict[str, Any]]
    total: int | None


def hub_rows(wanted: HubSet) -> HubRows:
    """Open a set on the hub: from the cache if it is there, else downloaded into the cache.

    No code of a repository is ever run. A set that is pinned to a commit and cached is read without
    any request, and so is every cached set where the environment sets HF_HUB_OFFLINE or
    HF_DATASETS_OFFLINE.

    Raises:
        DataError: If the set, the subset, the split or the revision is unknown, access is refused, the
            hub can't be reached, or the files can't be read; says what to do.
        MissingExtraError: If `datasets` is not installed.
    """
    if complaint := wanted.complaint():
        raise DataError(f"hub set '{wanted.repo}': {complaint}")
    library = _library()
    with _quiet(library):
        try:
            commit = commit_of(wanted.repo, wanted.subset, wanted.revision)
            builder = cached_builder(wanted.repo, wanted.subset, commit)
            if builder is None:
                builder = _prepared(wanted, commit, library)
            parts = [(name, _part(wanted, builder, name)) for name in wanted.splits()]
        except library_errors() as error:
            raise DataError(_told(error, wanted)) from None
    counts = [_count(builder, name) for name, _ in parts]
    total = None if None in counts else sum(count or 0 for count in counts)
    return HubRows(commit, _rows(wanted, parts), total)


def _library() -> Any:
    try:
        return importlib.import_module("datasets")
    except ImportError:
        raise MissingExtraError(
            "sets of the hub need the package datasets: pip install 'armo[hub]'"
        ) from None


@contextmanager
def _quiet(library: Any) -> Iterator[None]:
    """Show progress bars only where somebody sees them redrawn."""
    from huggingface_hub import utils

    seen = sys.stderr.isatty()
    shown = [] if seen else [each for each in (library, utils) if not _without_bars(each)]
    for each in shown:
        each.disable_progress_bars()
    try:
        yield
    finally:
        for each in shown:
            each.enable_progress_bars()


def _without_bars(library: Any) -> bool:
    return bool(library.are_progress_bars_disabled())


def _prepared(wanted: HubSet, commit: str, library: Any) -> Any:
    """Return a builder of the set's files at a commit, downloaded unless they are to be streamed."""
    if offline():
        raise DataError(not_cached(wanted.repo, wanted.subset, commit))
    # The library would take a folder of that name in the working directory for the set.
    path = f"hf://datasets/{wanted.repo}" if Path(wanted.repo).exists() else wanted.repo
    named = subset_argument(wanted.repo, wanted.subset, commit, path) if wanted.subset else {}
    builder = library.load_dataset_builder(path, revision=commit, **named)
    if builder.hash != commit:
        # Where it fails on a commit, the library takes any older copy that it finds in the cache.
        raise DataError(
            f"hub set '{wanted.repo}': the files of commit {commit} can't be had, or none of them can "
            "be read; try again later, or give the revision that is cached"
        )
    files = builder.config.data_files
    for split in wanted.splits() if files else ():
        _check_split(wanted, split, list(map(str, files)))
    if not wanted.streaming:
        builder.download_and_prepare()
        remember(Path(builder.cache_dir), wanted.subset)
    return builder


def _part(wanted: HubSet, builder: Any, split: str) -> Any:
    """Return the tables of a split, undecoded: images and sound stay bytes."""
    if builder.info.splits:
        _check_split(wanted, split, list(builder.info.splits))
    if wanted.streaming and not Path(builder.cache_dir).is_dir():
        return builder.as_streaming_dataset(split=split).with_format("arrow")
    return builder.as_dataset(split=split).with_format("arrow")


def _check_split(wanted: HubSet, split: str, known: list[str]) -> None:
    if split not in known:
        raise DataError(
            f"hub set '{wanted.repo}': no split '{split}'{nearest(split, known)}; "
            f"it has {', '.join(known)}"
        )


def _count(builder: Any, split: str) -> int | None:
    known = (builder.info.splits or {}).get(split)
    return None if known is None else int(known.num_examples)


def _told(error: BaseException, wanted: HubSet) -> str:
    return sentence(error, wanted.repo, wanted.subset, wanted.revision)


def _rows(wanted: HubSet, parts: list[tuple[str, Any]]) -> Iterator[dict[str, Any]]:
    added = [{"split": name} if len(parts) > 1 else {} for name, _ in parts]
    for (_, tables), mark in zip(parts, added, strict=True):
        try:
            for table in tables.iter(batch_size=_BATCH):
                for row in rows_of(table):
                    yield mark | row
        except library_errors() as error:
            raise DataError(_told(error, wanted)) from None
