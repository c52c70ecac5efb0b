"""Keep the libraries' own bars, advice and notices of renamed arguments out of armo's output."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from armo.backbone.quiet import quiet_transformers


@contextmanager
def quiet_training() -> Iterator[None]:
    """Silence what transformers, TRL and PEFT say while they train, errors excepted."""
    with quiet_transformers(), warnings.catch_warnings():
        # TRL still hands transformers arguments by their old names.
        warnings.simplefilter("ignore", FutureWarning)
        warnings.filterwarnings("ignore", category=UserWarning, module="peft")
        yield
