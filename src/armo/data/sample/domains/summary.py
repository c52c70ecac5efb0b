"""Summaries of a short report: nothing may be made up, and the language should be clean."""

from __future__ import annotations

from random import Random

from armo.data.sample.domain import Domain, Quality, Scene, balanced
from armo.data.sample.tone import garble
from armo.data.sample.wording import NAMES, THINGS, capital

_DEEDS = (
    "opened a shop for {things}",
    "repaired the old bridge",
    "planted forty trees",
    "started a night school",
    "lost a box of {things}",
    "wrote a book about {things}",
    "won a prize for {things}",
    "painted the station",
    "built a boat shed",
    "moved the museum",
)
_ENDINGS = (
    "visitors came from three villages",
    "the mayor gave a speech",
    "the rain stopped the feast",
    "the bank paid half of it",
    "nobody was hurt",
    "tickets were sold out by noon",
    "the work took two years",
    "the school choir sang",
)
_PLACES = (
    *("Arlow", "Benning", "Corvale", "Dunmere", "Eskby"),
    *("Farholt", "Grenning", "Hallam", "Istrow", "Kelby"),
)
_ASKS = (
    "Summarise: {text}",
    "What does this say, in short? {text}",
    "Write a one-line summary. {text}",
    "Give me the gist: {text}",
    "I have no time. What happened? {text}",
    "{text} Sum that up for me.",
    "{text} How would you put that in one sentence?",
    "Help me shorten this note: {text}",
    "How can I say this more briefly? {text}",
    "Show me what matters here: {text}",
)
_REPORTS = (
    "In {place}, {who} {deed}. Then {ending}.",
    "{who} of {place} {deed}, and {ending}.",
    "Last week {who} {deed} in {place}; {ending}.",
)
_ONE = ("{who} {deed}.", "In {place}, {who} {deed}.", "It says that {who} {deed}.")
_BOTH = (
    "{who} {deed}, and {ending}.",
    "In {place}, {who} {deed}; {ending}.",
    "It says that {who} {deed} and that {ending}.",
)
_INVENTED = (
    "and was then arrested by the navy",
    "while a volcano destroyed the town",
    "and became king of the moon",
    "after a dragon had eaten the road",
    "but aliens took everything away",
    "and earned nine billion dollars from it",
    "before the whole country went to war",
    "which killed all the elephants",
)


def _scene(rng: Random) -> Scene:
    facts = _facts(rng)
    text = rng.choice(_REPORTS).format(**facts)
    return Scene(capital(rng.choice(_ASKS).format(text=text)), facts)


def _facts(rng: Random) -> dict[str, str]:
    return {
        "who": rng.choice(NAMES),
        "place": rng.choice(_PLACES),
        "deed": rng.choice(_DEEDS).format(things=rng.choice(THINGS)),
        "ending": rng.choice(_ENDINGS),
    }


def _qualities(rng: Random, scene: Scene, count: int) -> list[Quality]:
    del scene
    faithful = balanced(rng, (0.0, 1.0), count)
    complete = balanced(rng, (0.2, 1.0), count)
    fluent = balanced(rng, (0.0, 1.0), count)
    return [
        {"faithfulness": true, "coverage": whole, "fluency": clean}
        for true, whole, clean in zip(faithful, complete, fluent, strict=True)
    ]


def _write(rng: Random, scene: Scene, quality: Quality) -> str:
    facts = dict(scene.facts)
    if quality["faithfulness"] < 0.5:
        # Another deed and an invention: a swapped name alone is more than a small model notices.
        other = _facts(rng)
        facts["deed"] = f"{rng.choice((facts['deed'], other['deed']))} {rng.choice(_INVENTED)}"
        facts["place"] = other["place"]
    text = rng.choice(_BOTH if quality["coverage"] > 0.5 else _ONE).format(**facts)
    return text if quality["fluency"] > 0.5 else garble(rng, text)


SUMMARY = Domain(
    name="summary",
    weights={"faithfulness": 0.65, "fluency": 0.3, "coverage": 0.05},
    scene=_scene,
    qualities=_qualities,
    write=_write,
)
