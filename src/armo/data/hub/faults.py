"""What to tell when a hub set can't be had: one sentence that says what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyarrow as pa

_ELSEWHERE = "download its files elsewhere and name one: SET:FILE, or `file` in a recipe"
# By name, since the libraries have changed the client that they speak HTTP with.
_UNREACHABLE = frozenset(
    {"ConnectionError", "OfflineModeIsEnabled", "RemoteProtocolError", "SSLError", "Timeout"}
    | {"TimeoutException", "NetworkError", "ProxyError"}
)
_NO_FILES = frozenset({"DataFilesNotFoundError", "EmptyDatasetError"})


def library_errors() -> tuple[type[Exception], ...]:
    """Return what the libraries raise where the set or the network is at fault, or may be."""
    from datasets.exceptions import DatasetsError
    from huggingface_hub import errors

    http: type[Exception] = getattr(errors, "HTTPError", OSError)
    entry: type[Exception] = errors.EntryNotFoundError
    plain = (OSError, ValueError, RuntimeError, TypeError, LookupError, ImportError)
    return (*plain, pa.ArrowException, DatasetsError, http, entry)


def sentence(error: BaseException, repo: str, subset: str, revision: str) -> str:
    """Return what an error of the hub's libraries means for a set, and what to do.

    Args:
        error: What they raised; its causes often tell more than itself.
        repo: `owner/name`.
        subset: As it was asked for.
        revision: As it was asked for.
    """
    causes = list(_causes(error))
    for cause in causes:
        if told := _refused(cause, repo, revision) or _unusable(cause, subset):
            return f"hub set '{repo}': {told}"
    if any(_is(cause, _UNREACHABLE | {"LocalEntryNotFoundError"}) for cause in causes):
        return f"hub set '{repo}': {_unreachable(causes[-1])}"
    reason = " ".join(str(causes[-1]).split())[:300] or type(causes[-1]).__name__
    return f"hub set '{repo}': its files can't be read ({reason}); {_ELSEWHERE}"


def not_cached(repo: str, subset: str, revision: str) -> str:
    """Return what to tell of a set that is to be read offline, and is not in the cache."""
    named = f"hub set '{repo}'" + (f", subset '{subset}'" if subset else "")
    at = f" at {revision}" if revision else ""
    return (
        f"{named}: it is not in the cache{at}, and the environment says to stay offline; read it once "
        "without HF_HUB_OFFLINE and HF_DATASETS_OFFLINE, give the revision that is cached, or "
        f"{_ELSEWHERE}"
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    seen: set[int] = set()
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        hidden = None if current.__suppress_context__ else current.__context__
        current = current.__cause__ or hidden


def _is(error: BaseException, names: frozenset[str] | set[str]) -> bool:
    return any(kind.__name__ in names for kind in type(error).__mro__)


def _refused(error: BaseException, repo: str, revision: str) -> str:
    """Return what the hub's answer means, an empty string if this is none."""
    from huggingface_hub import constants

    status = getattr(getattr(error, "response", None), "status_code", None)
    if _is(error, {"GatedRepoError"}):
        page = f"{constants.ENDPOINT}/datasets/{repo}"
        if status == 401:
            return f"it is gated: log in with `hf auth login`, and ask for access at {page}"
        return f"it is gated and this account has no access: ask for it at {page}"
    if _is(error, {"RepositoryNotFoundError"}):
        return (
            f"{constants.ENDPOINT} has no such set, or shows it to some accounts only: check the "
            "name, or log in with `hf auth login`"
        )
    if _is(error, {"RevisionNotFoundError"}):
        return f"it has no revision '{revision or 'main'}': give a commit, a tag or a branch of it"
    return "" if status in (None, 200, 404) else _status(int(status), constants.ENDPOINT)


def _status(status: int, endpoint: str) -> str:
    if status in (401, 403):
        return f"{endpoint} refuses access ({status}): log in with `hf auth login`"
    return (
        f"{endpoint} answered with status {status}: try again later, set HF_ENDPOINT to a mirror, or "
        f"{_ELSEWHERE}"
    )


def _unusable(error: BaseException, subset: str) -> str:
    """Return what is wrong with the repository, an empty string if nothing known is."""
    message = str(error)
    if "scripts are no longer supported" in message:
        return (
            "it needs a script to be read, which is never run: use a copy whose files are Parquet, "
            f"JSON or CSV, or {_ELSEWHERE}"
        )
    if missing := re.search(r"Config name is missing.*?(\[.*?\])", message, re.DOTALL):
        known = missing[1].strip("[]").replace("'", "")
        return f"it has several configurations: name one as `subset`: {known}"
    if _is(error, _NO_FILES):
        where = f"in a configuration or folder '{subset}'" if subset else "in it"
        return f"there are no files {where} that can be read; check the name on the set's page"
    return ""


def _unreachable(error: BaseException) -> str:
    from huggingface_hub import constants

    return (
        f"the hub can't be reached at {constants.ENDPOINT} ({type(error).__name__}): check the "
        "network, set HF_ENDPOINT to a mirror, set HF_HUB_OFFLINE=1 if the set is in the cache, or "
        f"{_ELSEWHERE}"
    )
