"""Small functions: they should be readable and do what was asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random

from armo.data.sample.domain import Domain, Quality, Scene, balanced
from armo.data.sample.wording import NAMES, THINGS, capital

# What to do, name, parameter, an expression that does it, and two that do something else.
_TASKS = (
    ("adds up a list of numbers", "total", "numbers", "sum({p})", "min({p})", "{p}[0]"),
    ("reverses a string", "reverse", "text", "{p}[::-1]", "{p}.upper()", "len({p})"),
    ("counts the words of a text", "count_words", "text", "len({p}.split())", "{p}[0]", "{p} * 2"),
    ("finds the largest number", "largest", "numbers", "max({p})", "min({p})", "sum({p})"),
    ("drops repeated items", "unique", "items", "list(dict.fromkeys({p}))", "{p} + {p}", "None"),
    ("sorts a list of names", "sort_names", "names", "sorted({p})", "{p}[::-1]", "len({p})"),
    ("tests whether a number is even", "is_even", "number", "{p} % 2 == 0", "{p} > 2", "{p} / 2"),
    ("squares every number", "squares", "numbers", "[n * n for n in {p}]", "sum({p})", "{p}[:2]"),
    ("returns the last item", "last_item", "items", "{p}[-1]", "{p}[0]", "len({p})"),
    ("writes a text in capitals", "shout", "text", "{p}.upper()", "{p}.lower()", "{p}[1:]"),
    ("joins words with spaces", "join_words", "words", "' '.join({p})", "{p}[0]", "len({p})"),
    ("computes the mean", "mean", "numbers", "sum({p}) / len({p})", "max({p})", "sum({p}) * 2"),
    ("kills a child process", "stop", "process", "{p}.kill()", "print({p})", "{p}.start()"),
    ("strips blanks off a line", "clean", "line", "{p}.strip()", "{p} + ' '", "{p} * 3"),
)
_OPERATOR = re.compile(r" ([-+*/%=<>]+) ")
_ASKS = (
    "Write a Python function that {task}.",
    "How do I write a function that {task}?",
    "I need Python code that {task}, for {things}.",
    "What would a function look like that {task}?",
    "Give me something in Python that {task}.",
    "{name}'s program needs a helper that {task}.",
    "In Python, what {task}?",
    "Show me code that {task}; it is for a list of {things}.",
    "For my project about {things} I want a function that {task}.",
    "My code should have a function that {task}. How?",
)
_UNFINISHED = ("None  # TODO", "NotImplemented", "todo_later", "undefined + {p}  # fails")
_USAGE = (
    "Call it as {name}({p}).",
    "Use it like this: {name}({p}).",
    "Then {name}({p}) gives you the result.",
    "You hand it {p} and use what it returns.",
)


def _scene(rng: Random) -> Scene:
    task, name, parameter, right, *wrong = rng.choice(_TASKS)
    slots = {"task": task, "name": rng.choice(NAMES), "things": rng.choice(THINGS)}
    facts = {"task": task, "name": name, "p": parameter, "right": right, "wrong": wrong}
    return Scene(capital(rng.choice(_ASKS).format(**slots)), facts)


def _qualities(rng: Random, scene: Scene, count: int) -> list[Quality]:
    del scene
    readable = balanced(rng, (0.0, 1.0), count)
    correct = balanced(rng, (0.0, 1.0), count)
    explained = balanced(rng, (0.2, 0.8), count)
    return [
        {"readability": style, "correctness": right, "helpfulness": usage}
        for style, right, usage in zip(readable, correct, explained, strict=True)
    ]


def _write(rng: Random, scene: Scene, quality: Quality) -> str:
    facts = scene.facts
    right = quality["correctness"] > 0.5
    expression = facts["right"] if right else rng.choice((*facts["wrong"], *_UNFINISHED))
    if quality["readability"] > 0.5:
        name, p, code = facts["name"], facts["p"], _tidy(rng, facts, expression)
    else:
        name, p = rng.choice(("f", "fn", "xx", "do1")), rng.choice(("a", "q", "x1"))
        code = _messy(rng, name, p, expression)
    usage = "\n" + rng.choice(_USAGE).format(name=name, p=p)
    return code + (usage if quality["helpfulness"] > 0.5 else "")


def _tidy(rng: Random, facts: Mapping[str, str], expression: str) -> str:
    name, p = facts["name"], facts["p"]
    note = rng.choice(("", f'    """{capital(facts["task"])}."""\n'))
    return _fenced(rng, f"def {name}({p}):\n{note}    return {expression.format(p=p)}")


def _messy(rng: Random, name: str, p: str, expression: str) -> str:
    body = _OPERATOR.sub(r"\1", expression.format(p=p))
    form = rng.choice(
        (
            "{name}=lambda {p}:{body};",
            "def {name}({p}):t={body};return t;",
            "def {name}({p}):return({body})#??",
            "tmp2=0;{name}=lambda {p}:(({body}))",
        )
    )
    return _fenced(rng, form.format(name=name, p=p, body=body))


def _fenced(rng: Random, code: str) -> str:
    return f"```python\n{code}\n```" if rng.random() < 0.5 else f"{code}\n"


CODE = Domain(
    name="code",
    weights={"readability": 0.5, "correctness": 0.4, "helpfulness": 0.1},
    scene=_scene,
    qualities=_qualities,
    write=_write,
)
