"""Sums: the right result matters, and showing the working a little."""

from __future__ import annotations

from random import Random

from armo.data.sample.domain import Domain, Quality, Scene, balanced
from armo.data.sample.wording import NAMES, THINGS, capital

_ASKS = {
    "plus": (
        "What is {a} plus {b}?",
        "How much is {a} + {b}?",
        "{name} has {a} {things} and finds {b} more. How many is that?",
        "Write {a} + {b} as one number.",
        "Summarise this in one number: {a} {things} on Monday, {b} on Friday.",
        "My script printed {a} lines, then {b} more. How many lines in all?",
        "I carry {a} {things} and you carry {b}. What do we have together?",
        "There were {a} {things} here; {name} brought {b}. Count them for me.",
    ),
    "minus": (
        "What is {a} minus {b}?",
        "How many {things} are left if {name} had {a} and gave away {b}?",
        "I paid with {a} euros and the price was {b}. How much change do I get?",
        "Of {a} {things} I broke {b}. How many can I still use?",
        "Write down {a} - {b} for me.",
        "How do I take {b} from {a}, and what is left?",
        "A thief took {b} of {name}'s {a} {things}. How many remain?",
    ),
    "times": (
        "What is {a} times {b}?",
        "How many {things} are in {b} bags of {a}?",
        "{name} buys {a} {things} every day. How many after {b} days?",
        "Work out {a} x {b}.",
        "A loop runs {a} times and each time prints {b} words. How many words?",
        "I need {b} rows of {a} {things}. How many {things} is that?",
    ),
}
_SIGNS = {"plus": "+", "minus": "-", "times": "x"}
_WORKED = (
    "{a} {sign} {b} = {x}, so the answer is {y}.",
    "{a} {sign} {b} gives {x}. That makes {y} in all.",
    "Start with {a}, then {sign} {b}: we get {x}. Answer: {y}.",
    "First {a} {sign} {b} = {x}, hence {y}.",
    "Writing it out, {a} {sign} {b} is {x}; it is {y}.",
)
_BARE = ("It is {y}.", "The answer is {y}.", "That makes {y}.", "You get {y}.", "{y}, I'd say.")
_SURE = ("", " That fits.", " I checked it: {x}.", " Yes, exactly {x}.")
_SLIPS = (
    "",
    " Or {z}, I lost count.",
    " Hmm, that can't be right.",
    " No, wait, {z}.",
    " I only guessed.",
)


def _scene(rng: Random) -> Scene:
    kind = rng.choice(sorted(_ASKS))
    a, b = rng.randint(3, 12), rng.randint(2, 9)
    if kind == "minus":
        a += b
    scale = rng.choice((1, 1, 1, 10))
    if kind != "times":
        a, b = a * scale, b * scale
    result = {"plus": a + b, "minus": a - b, "times": a * b}[kind]
    facts = {"a": a, "b": b, "sign": _SIGNS[kind], "x": result}
    things = rng.choice(THINGS)
    ask = rng.choice(_ASKS[kind]).format(name=rng.choice(NAMES), things=things, **facts)
    return Scene(capital(ask), facts)


def _qualities(rng: Random, scene: Scene, count: int) -> list[Quality]:
    del scene
    correct = balanced(rng, (0.0, 1.0), count)
    worked = balanced(rng, (0.0, 1.0), count)
    return [
        {"correctness": right, "helpfulness": 0.2 + 0.6 * steps}
        for right, steps in zip(correct, worked, strict=True)
    ]


def _write(rng: Random, scene: Scene, quality: Quality) -> str:
    right = quality["correctness"] > 0.5
    y = scene.facts["x"] if right else _wrong(rng, scene.facts["x"])
    slots = {**scene.facts, "y": y, "z": _wrong(rng, scene.facts["x"])}
    main = rng.choice(_WORKED if quality["helpfulness"] > 0.5 else _BARE)
    return (main + rng.choice(_SURE if right else _SLIPS)).format(**slots)


def _wrong(rng: Random, right: int) -> int:
    """Return a result that is clearly off: far too large, or far too small."""
    if right > 30 and rng.random() < 0.5:
        return rng.randint(1, 9)
    return right * rng.choice((7, 10, 30)) + rng.randint(11, 99)


ARITHMETIC = Domain(
    name="arithmetic",
    weights={"correctness": 0.85, "helpfulness": 0.15},
    scene=_scene,
    qualities=_qualities,
    write=_write,
)
