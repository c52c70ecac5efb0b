"""`armo rank`."""

from __future__ import annotations

import sys

import typer

from armo.cli.common import (
    BackboneOption,
    FileOption,
    JsonOption,
    ModelArgument,
    PromptOption,
    ResponseOption,
    SteerOption,
    load_model,
    read_questions,
    texts_of,
)

_HELP = """Order responses to a prompt from best to worst.

Examples:

    armo rank runs/sample -p "Name a prime." -r "7" -r "9" -r "I like primes."

    armo rank runs/sample --file questions.jsonl --json > ranked.jsonl
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rank", help=_HELP)(_rank)


def _rank(
    model: ModelArgument,
    prompt: PromptOption = None,
    response: ResponseOption = None,
    file: FileOption = None,
    steer: SteerOption = None,
    backbone: BackboneOption = None,
    json: JsonOption = False,
) -> None:
    questions = read_questions(prompt, response, file)
    loaded = load_model(model, steer, backbone)

    import msgspec
    from rich.text import Text

    from armo.report.console import console
    from armo.report.decisions import ranking_table

    screen = console()
    for name, question in questions:
        ranked = loaded.rank(question.prompt, question.answers())
        if json:
            line = msgspec.json.encode({"id": name, "ranked": ranked})
            sys.stdout.buffer.write(line + b"\n")
        else:
            text, texts = texts_of(question)
            screen.print(Text.assemble(("prompt: ", "bold"), text))
            screen.print(ranking_table(ranked, texts))
