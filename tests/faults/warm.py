"""`armo` commands as processes of their own, forked from a parent that has torch loaded already.

A killed run is started hundreds of times; importing torch anew each time would take most of an hour.
The process is real all the same: it runs the command line's `main`, and dies by signals and limits.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "armo.cli",
        "armo.training.pipeline",
        "armo.report.summary",
        "armo.gating.network",
        "armo.gating.train",
        "transformers.models.llama.modeling_llama",
        "transformers.models.auto.modeling_auto",
        "tests.faults.warm",
    ]
)


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit status (negative: killed by a signal) and its messages."""

    status: int
    stderr: str


def start(log: Path, *arguments: object, under: Callable[[], None] | None = None) -> BaseProcess:
    """Start a command; `under` is called in the process first, and may limit it.

    Args:
        log: File for its standard error.
        arguments: What stands after `armo`.
        under: A function of a module.
    """
    process = _CONTEXT.Process(target=_command, args=(log, [*map(str, arguments)], under))
    process.start()
    return process


def run(log: Path, *arguments: object, under: Callable[[], None] | None = None) -> Ended:
    """Run a command to its end."""
    process = start(log, *arguments, under=under)
    process.join(120)
    assert process.exitcode is not None, "the command hangs"
    return Ended(process.exitcode, log.read_text())


def _command(log: Path, arguments: list[str], under: Callable[[], None] | None) -> None:
    from armo.cli import main

    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    os.dup2(descriptor, 2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.argv = ["armo", *arguments]
    if under is not None:
        under()
    main()
