"""A judge's settings, from a file of its own, and what is checked of them."""

from __future__ import annotations

import math
import os
import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from armo.errors import RecipeError, nearest
from armo.rivals.settings import Judge

_KIND = "judge"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ROUTE = "/chat/completions"


def read_judge(path: Path) -> Judge:
    """Read a judge from a TOML file with the fields of a recipe's `[systems.NAME]`; `kind` may be absent.

    Raises:
        RecipeError: If it is absent, not valid TOML, has an unknown key, or a value is out of range.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecipeError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} can't be read: {error}") from None
    # tomllib's own error is a ValueError, as is that of a number with thousands of digits.
    except (ValueError, RecursionError) as error:
        raise RecipeError(f"{path} is not valid TOML: {error}") from None
    return check_judge(_settings(raw, path), str(path))


def check_judge(settings: Judge, where: str) -> Judge:
    """Return the settings if their values can be used.

    Args:
        settings: As read from a recipe or a file.
        where: File, or file and table, for messages.

    Raises:
        RecipeError: If an address holds a secret or is none, or a number is out of range.
    """
    _check_address(settings.base_url, f"{where}: base_url")
    if not settings.model:
        raise RecipeError(f"{where}: model: give the name by which the endpoint knows the model")
    if settings.api_key_env and not _NAME.fullmatch(settings.api_key_env):
        # It may be the key itself, so it is not repeated.
        raise RecipeError(
            f"{where}: api_key_env: must be the name of an environment variable that holds the key, "
            "never the key itself"
        )
    for name, low in (("max_tokens", 1), ("concurrency", 1), ("retries", 0)):
        if getattr(settings, name) < low:
            raise RecipeError(f"{where}: {name}: must be at least {low}")
    for name in ("timeout", "requests_per_minute"):
        _check_number(getattr(settings, name), f"{where}: {name}", above=True)
    for name in ("temperature", "input_price", "output_price"):
        _check_number(getattr(settings, name), f"{where}: {name}", above=False)
    return settings


def api_key(settings: Judge) -> str:
    """Return the key from the environment, empty if none is to be sent.

    Raises:
        RecipeError: If the variable is not set, or holds what can't be sent.
    """
    name = settings.api_key_env
    if not name:
        return ""
    key = os.environ.get(name, "").strip()
    if not key:
        raise RecipeError(
            f"the judge {settings.model} takes its key from the environment variable {name}, which is "
            "not set: set it, or remove api_key_env for an endpoint without a key"
        )
    if not (key.isascii() and key.isprintable()):
        raise RecipeError(
            f"the environment variable {name} holds no key: it has special characters"
        )
    return key


def _settings(raw: dict[str, Any], path: Path) -> Judge:
    if raw.get("kind", _KIND) != _KIND:
        raise RecipeError(f"{path}: kind: must be '{_KIND}', not {raw['kind']!r}")
    known = [field.name for field in msgspec.structs.fields(Judge)]
    for name in raw.keys() - {*known, "kind"}:
        raise RecipeError(f"{path}: {name}: unknown key{nearest(name, known)}")
    try:
        return msgspec.convert({**raw, "kind": _KIND}, Judge)
    except msgspec.ValidationError as error:
        raise RecipeError(f"{path}: {str(error).replace('$.', '')}") from None


def _check_address(address: str, where: str) -> None:
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        secret = bool(parts.username or parts.password or parts.query or parts.fragment)
        _ = parts.port
    except ValueError:
        usable, secret = False, False
    if secret:
        raise RecipeError(
            f"{where}: give the address alone, without user, password or '?…', which would be written "
            "to files; a key belongs into the environment variable that api_key_env names"
        )
    if not usable:
        raise RecipeError(f"{where}: must be an address such as http://127.0.0.1:8000/v1")
    if parts.path.rstrip("/").endswith(_ROUTE):
        raise RecipeError(f"{where}: leave out '{_ROUTE}', which is added to it")


def _check_number(value: float | None, where: str, *, above: bool) -> None:
    if value is None:
        return
    if not math.isfinite(value) or value < 0 or (above and value == 0):
        raise RecipeError(f"{where}: must be {'above' if above else 'at least'} 0, and finite")
