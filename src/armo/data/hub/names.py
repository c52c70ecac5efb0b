"""What the names in a hub set mean: the commit of a branch, and whether a subset is a folder."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import PurePosixPath

from armo.data.hub.cache import cached_commit
from armo.errors import DataError, nearest

# How long the hub may take to say which commit is meant.
_SECONDS = 10
_COMMIT = re.compile(r"[0-9a-f]{40}")


def offline() -> bool:
    """Return whether the environment says that nothing may be asked of the hub."""
    from datasets import config
    from huggingface_hub import constants

    return bool(config.HF_HUB_OFFLINE or constants.HF_HUB_OFFLINE)


def commit_of(repo: str, subset: str, revision: str) -> str:
    """Return the commit that a revision means today; offline, what it meant when last asked for.

    Args:
        repo: `owner/name`.
        subset: Configuration or folder; empty for the default one.
        revision: Commit, tag or branch; empty for the main branch.
    """
    from huggingface_hub import HfApi, hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    if _COMMIT.fullmatch(revision):
        return revision
    if offline():
        return cached_commit(repo, subset, revision)
    branch = revision or None
    # Asked once, without the many trials of a download: a hub that is down is told at once.
    commit = HfApi().dataset_info(repo, revision=branch, timeout=_SECONDS).sha
    # Every set has this file or is known not to; with the answer the cache keeps what was meant.
    with suppress(EntryNotFoundError):
        hf_hub_download(repo, "README.md", repo_type="dataset", revision=branch)
    return str(commit)


def subset_argument(repo: str, subset: str, commit: str, path: str) -> dict[str, str]:
    """Return the argument by which the library finds a subset: `name`, or `data_dir` for a folder.

    Args:
        repo: `owner/name`.
        subset: Configuration or folder.
        commit: 40 digits.
        path: What the library knows the repository by.

    Raises:
        DataError: If the repository has neither.
    """
    from datasets import get_dataset_config_names
    from huggingface_hub import HfApi

    configurations = get_dataset_config_names(path, revision=commit)
    if subset in configurations:
        return {"name": subset}
    files = HfApi().list_repo_files(repo, repo_type="dataset", revision=commit)
    folders = {str(folder) for file in files for folder in PurePosixPath(file).parents} - {"."}
    if subset.strip("/") in folders:
        return {"data_dir": subset}
    known = list(dict.fromkeys([*configurations, *sorted(folders)]))
    raise DataError(
        f"hub set '{repo}': no configuration or folder '{subset}'"
        f"{nearest(subset, known)}; it has {', '.join(known)}"
    )
