"""What other libraries raise while they train and save, as sentences."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from armo.atomic import writing
from armo.errors import MissingExtraError

# Neither raises an OSError where a file can't be written.
_SAFETENSORS = re.compile(r"\(os error (\d+)\)")
_TORCH = ("inline_container", "PytorchStreamWriter")


@contextmanager
def telling(folder: Path) -> Iterator[None]:
    """Tell what a user can mend of a training's failures.

    Args:
        folder: Of the fine-tuning, named where a failed write names no file.

    Raises:
        OSError: If something can't be written, with the place and what to do.
        MissingExtraError: If an optimiser or a tracker needs what is not installed.
    """
    with writing(folder):
        try:
            yield
        except SafetensorError as error:
            found = _SAFETENSORS.search(str(error))
            if found is None:
                raise
            raise OSError(int(found[1]), "", str(folder)) from error
        except RuntimeError as error:
            if not any(name in str(error) for name in _TORCH):
                raise
            raise OSError(_reason(error), "", str(folder)) from error
        except ImportError as error:
            raise MissingExtraError(f"this fine-tuning needs more packages: {error}") from error


def _reason(error: RuntimeError) -> int:
    """Return why torch could not write; it hides the system's own error, mostly a full disk."""
    before = error.__context__
    return (isinstance(before, OSError) and before.errno) or errno.ENOSPC
