"""Errors that a user can mend. Anything else that escapes armo is a bug of ours."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ArmoError(Exception):
    """Base of every error raised on purpose.

    The message is for people: what is wrong, where, and what to do about it. The command line prints
    it without a traceback and exits with status 1.
    """


class InputError(ArmoError, ValueError):
    """An argument of a Python call has the wrong shape, range or content."""


class DataError(ArmoError):
    """A row or a file of ratings, preferences or conversations can't be used."""


class RecipeError(ArmoError):
    """A recipe is not valid TOML, has an unknown key, or asks for something impossible."""


class BackboneError(ArmoError):
    """The language model, its tokenizer or its chat template can't be used as a feature extractor."""


class StoreError(ArmoError):
    """A feature store is damaged, locked, or was made from something else."""


class ModelError(ArmoError):
    """A saved reward model is damaged, of a newer schema, or belongs to another backbone."""


class MissingExtraError(ArmoError):
    """An optional dependency is not installed; the message holds the install line."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `" (did you mean 'x'?)"` for the known name closest to `name`, else an empty string."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" (did you mean '{close[0]}'?)" if close else ""
