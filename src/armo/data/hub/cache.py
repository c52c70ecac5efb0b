"""Where the library `datasets` keeps a hub set of a given commit, so that no request is needed."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import msgspec

from armo.atomic import atomic_path
from armo.data.hub.faults import not_cached
from armo.errors import DataError

# Stands beside a prepared set and lists the subsets by which it was asked for: a folder's copy has a
# hash for a name, and the default configuration is named on the hub alone.
NOTE = "armo.json"


def cached_builder(repo: str, subset: str, commit: str) -> Any | None:
    """Return the library's builder of a set in its cache, None if this commit is not there.

    Args:
        repo: `owner/name`.
        subset: Configuration or folder; empty for the default one.
        commit: 40 digits.
    """
    from datasets.packaged_modules.cache.cache import Cache

    for folder in _folders(repo, subset):
        if folder.name == commit:
            configuration, version = folder.parts[-3:-1]
            return Cache(
                dataset_name=repo.partition("/")[2],
                repo_id=repo,
                config_name=configuration,
                version=version,
                hash=commit,
            )
    return None


def cached_commit(repo: str, subset: str, revision: str) -> str:
    """Return the commit that a branch or tag meant when the hub was last asked.

    Args:
        repo: `owner/name`.
        subset: Configuration or folder; empty for the default one.
        revision: Branch or tag; empty for the main branch, or for the only commit in the cache.

    Raises:
        DataError: If the cache can't tell.
    """
    from huggingface_hub import constants

    # The layout of this cache is documented, and shared by all libraries of the hub.
    known = Path(constants.HF_HUB_CACHE) / f"datasets--{repo.replace('/', '--')}" / "refs"
    reference = known / (revision or "main")
    if reference.is_file():
        return reference.read_text(encoding="utf-8").strip()
    commits = {folder.name for folder in _folders(repo, subset)}
    if not revision and len(commits) == 1:
        return commits.pop()
    raise DataError(not_cached(repo, subset, revision))


def remember(folder: Path, subset: str) -> None:
    """Note beside a prepared set that this subset means it."""
    subsets = sorted({*_noted(folder), subset})
    # A cache that many share may be one that this user can't write to; it serves without the note.
    with contextlib.suppress(OSError), atomic_path(folder / NOTE) as temporary:
        temporary.write_bytes(msgspec.json.encode({"subsets": subsets}))


def _folders(repo: str, subset: str) -> list[Path]:
    """Return the folders, one a commit, that hold a subset; `configuration/version/commit` each."""
    from datasets import config
    from datasets.naming import camelcase_to_snakecase

    owner, _, name = repo.partition("/")
    root = Path(config.HF_DATASETS_CACHE) / f"{owner}___{camelcase_to_snakecase(name)}"
    prepared = sorted(path.parent for path in root.glob("*/*/*/dataset_info.json"))
    noted = [folder for folder in prepared if subset in _noted(folder)]
    # What other programs have cached has no note.
    return noted or [folder for folder in prepared if folder.parts[-3] == (subset or "default")]


def _noted(folder: Path) -> list[str]:
    try:
        return [*msgspec.json.decode((folder / NOTE).read_bytes())["subsets"]]
    except (OSError, msgspec.DecodeError, KeyError, TypeError):
        return []
