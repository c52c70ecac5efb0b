"""`armo explain`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

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
from armo.conversation import as_prompt, as_response

if TYPE_CHECKING:
    from rich.console import Console

    from armo.data import QuestionRow
    from armo.decision import Decision
    from armo.model import RewardModel

_HELP = """Take scores apart: gate weight × debiased reward = contribution, and why A beats B.

Examples:

    armo explain runs/sample -p "How do I pick a lock?" -r "I can't help with that." -r "Sure, take …"

    armo explain runs/sample --file question.json

    echo '{"prompt": "2 + 2?", "responses": ["4", "5"]}' | armo explain runs/sample --json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain", help=_HELP)(_explain)


def _explain(
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

    from armo.report.console import console

    for name, question in questions:
        if json:
            line = msgspec.json.encode(_record(loaded, name, question))
            sys.stdout.buffer.write(line + b"\n")
        else:
            _print(loaded, question, console())


def _record(model: RewardModel, name: str, question: QuestionRow) -> dict[str, Any]:
    decisions = _decide(model, question)
    if len(decisions) == 2:
        return {"id": name, "comparison": model.compare_decisions(*decisions)}
    return {"id": name, "decisions": decisions}


def _print(model: RewardModel, question: QuestionRow, screen: Console) -> None:
    from rich.text import Text

    from armo.decision import rank_decisions
    from armo.report.decisions import comparison_view, decision_table, ranking_table, snippet

    prompt, texts = texts_of(question)
    decisions = _decide(model, question)
    names = ["A", "B"] if len(texts) == 2 else [f"#{index + 1}" for index in range(len(texts))]
    screen.print(Text.assemble(("prompt: ", "bold"), prompt))
    if model.steering is not None:
        screen.print(Text.assemble(("steering: ", "bold"), model.steering.label))
    for name, text, decision in zip(names, texts, decisions, strict=True):
        screen.print(decision_table(decision, f"{name}: {snippet(text)}"))
    if len(texts) == 2:
        screen.print(comparison_view(model.compare_decisions(*decisions), ("A", "B")))
    elif len(texts) > 2:
        screen.print(ranking_table(rank_decisions(decisions), texts))


def _decide(model: RewardModel, question: QuestionRow) -> list[Decision]:
    prompt = as_prompt(question.prompt)
    return model.decide([[*prompt, as_response(answer)] for answer in question.answers()])
