"""What several commands share: options, loading a model, reading a question."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from armo.conversation import as_prompt, as_response, text_of
from armo.errors import DataError, InputError

if TYPE_CHECKING:
    from armo.data import QuestionRow
    from armo.model import RewardModel

ModelArgument = Annotated[
    Path, typer.Argument(help="Model folder, or the folder that `armo train` left.")
]
SteerOption = Annotated[
    Path | None, typer.Option("--steer", help="Steering file (TOML or JSON) that changes weights.")
]
BackboneOption = Annotated[
    str | None, typer.Option(help="Where the backbone is now, if it moved: a folder or hub name.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
PromptOption = Annotated[str | None, typer.Option("--prompt", "-p", help="The prompt, as text.")]
ResponseOption = Annotated[
    list[str] | None,
    typer.Option("--response", "-r", help="A response, as text; repeat for several."),
]
FileOption = Annotated[
    Path | None,
    typer.Option(
        "--file",
        "-f",
        help='JSONL with "prompt" and "responses" (or "chosen" and "rejected"); - is stdin.',
    ),
]


def load_model(path: Path, steer: Path | None, backbone: str | None) -> RewardModel:
    """Load a model, under a steering if one is given."""
    from armo.model import RewardModel
    from armo.steering import read_steering

    # A wrong steering file is told before the backbone takes its seconds to load.
    steering = None if steer is None else read_steering(steer)
    return RewardModel.from_pretrained(path, backbone=backbone).with_steering(steering)


def read_questions(
    prompt: str | None, responses: list[str] | None, file: Path | None
) -> list[tuple[str, QuestionRow]]:
    """Return the questions that flags, a file or standard input ask, with their ids.

    Raises:
        InputError: If flags are missing or given together with a file.
        DataError: If a row of the file can't be used.
    """
    from armo.data import QuestionRow

    if prompt is not None or responses:
        if file is not None:
            raise InputError("give --prompt and --response, or --file, not both")
        if prompt is None or not responses:
            raise InputError("give a --prompt and at least one --response")
        row = QuestionRow(prompt=prompt, responses=list(responses))
        row.check()
        return [("0", row)]
    if file is not None and str(file) != "-":
        return _questions(file.read_bytes(), str(file))
    if file is None and sys.stdin.isatty():
        raise InputError("give --prompt and --response, --file, or JSON on standard input")
    return _questions(sys.stdin.buffer.read(), "standard input")


def texts_of(row: QuestionRow) -> tuple[str, list[str]]:
    """Return the last prompt text and the response texts of a question."""
    prompt = as_prompt(row.prompt)
    return text_of(prompt[-1]), [text_of(as_response(answer)) for answer in row.answers()]


def _questions(raw: bytes, name: str) -> list[tuple[str, QuestionRow]]:
    from armo.data import QuestionRow

    try:
        # One object may be spread over many lines; several stand one a line.
        rows = [("0", msgspec.json.decode(raw, type=QuestionRow))]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        rows = _question_lines(raw, name)
    if not rows:
        raise DataError(f"{name} is empty: it holds no question")
    for where, row in rows:
        try:
            row.check()
        except DataError as error:
            raise DataError(f"{name}, {where}: {error}") from None
    return [(where if row.id is None else str(row.id), row) for where, row in rows]


def _question_lines(raw: bytes, name: str) -> list[tuple[str, QuestionRow]]:
    from armo.data import QuestionRow

    rows = []
    for number, line in enumerate(raw.splitlines(), start=1):
        if line.strip():
            try:
                rows.append((f"line {number}", msgspec.json.decode(line, type=QuestionRow)))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise DataError(f"{name}, line {number}: {error}") from None
    return rows
