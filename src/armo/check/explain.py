"""Why a line can't be decoded, told with the field where the parser tells only the byte."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from armo.data.raw import fault

_MARK = b"\xef\xbb\xbf"


def undecodable(error: Exception, decode: Callable[[], object]) -> str:
    """Return why a row can't be decoded.

    Args:
        error: What decoding it raised.
        decode: The function that raised it; where it holds the line, its field is looked for.
    """
    line = _line(decode)
    if isinstance(error, UnicodeDecodeError):
        return f"not valid UTF-8: {_place(line)}; save the file as UTF-8"
    if line is not None and line.startswith(_MARK):
        return "a byte order mark stands before the row; save the file as UTF-8 without one"
    found = next(non_finite(_lenient(line)), None) if line is not None else None
    if found is not None:
        name, value = found
        told = "NaN" if math.isnan(value) else "Infinity"
        return f"{name}: {told} is no number of JSON; leave the field out, or write null"
    return fault(error)


def non_finite(value: object, name: str = "") -> Iterator[tuple[str, float]]:
    """Yield the fields that hold NaN or an infinity, with what they hold."""
    if isinstance(value, float) and not math.isfinite(value):
        yield name or "row", value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from non_finite(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from non_finite(inner, f"{name}[{index}]")


def _line(decode: Callable[[], object]) -> bytes | None:
    held = decode.args[0] if isinstance(decode, partial) and decode.args else None
    return bytes(held) if isinstance(held, bytes) else None


def _lenient(line: bytes) -> Any:
    # The standard library reads NaN and Infinity, which JSON has not.
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _place(line: bytes | None) -> str:
    if line is not None:
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            return f"byte {error.start + 1} of the line is {line[error.start]:#04x}"
    return "a byte is none of that encoding"
