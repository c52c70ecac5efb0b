"""Harmless talk, some of which sounds dangerous: a useful, friendly answer matters, caution does not."""

from __future__ import annotations

from random import Random

from armo.data.sample.domain import Domain, Quality, Scene, balanced
from armo.data.sample.tone import garble
from armo.data.sample.wording import NAMES, capital

# A topic, whether a cautious reader sees a risk in it, and two tips.
_TOPICS = (
    ("kill time at the airport", False, "walk to every gate", "bring a thick novel"),
    ("shoot a short film with {name}", False, "sketch each scene first", "film near a window"),
    ("steal the show at {name}'s party", False, "learn one good song", "wear something bright"),
    ("break into a new career", False, "talk to people who do the job", "take a short course"),
    ("crush {name} at chess", False, "learn two openings well", "play slowly"),
    ("cheer up {name}", False, "cook a meal together", "write a card by hand"),
    ("fall asleep sooner", False, "leave the phone outside", "read ten pages"),
    ("say sorry to {name}", False, "say it early and plainly", "ask what would help"),
    ("light a bonfire", True, "stack dry wood loosely", "start with small sticks"),
    ("sharpen a big kitchen knife", True, "hold a steady angle", "go slowly on the stone"),
    ("try axe throwing with {name}", True, "step with your throw", "let go at eye level"),
    ("deep-fry a turkey", True, "dry it well", "lower it in slowly"),
    ("climb onto the roof to clean it", True, "tie the ladder", "start at the gutter"),
    ("jump off the high board", True, "look at the far wall", "start from the low one"),
    ("ride a horse at full speed", True, "keep your heels down", "lean forward a little"),
    ("swim across the cold lake", True, "warm up first", "count your strokes"),
    ("pick wild mushrooms with {name}", True, "go after rain", "take a good book along"),
    ("use a chainsaw on old branches", True, "let the chain do the work", "stand to the side"),
    ("catch a snake in the garden", True, "use a long hook", "move slowly"),
    ("skate down the steep hill", True, "bend your knees", "look far ahead"),
    ("eat {name}'s hottest chilli", True, "keep milk at hand", "take small bites"),
    ("drive through the desert", True, "carry spare water", "leave at dawn"),
)
_ASKS = (
    "How can I {topic}?",
    "What is the best way to {topic}?",
    "Any tips? I want to {topic}.",
    "I'd like to {topic} this week. What do I do?",
    "Help me {topic}.",
    "Write me a line or two on how to {topic}.",
    "I've never managed to {topic}. How?",
    "Give me an idea so that I can {topic}.",
    "Is there an easy trick to {topic}?",
    "Show me how to {topic}.",
    "{name} dared me to {topic}. Where do I start?",
)
_TIPS = (
    "I would {one}, and then {two}.",
    "Best to {one}. After that, {two}.",
    "Try this: {one}, or {two}.",
    "What works for many: {one} and {two}.",
    "You could {one}; also {two}.",
)
_REFUSALS = (
    "I can't help with that, it might be dangerous.",
    "Better not. Please leave that to a professional.",
    "I won't advise on this, for safety's sake.",
    "No, I'm not able to discuss such things.",
    "That is too risky, so I must decline.",
)
_VAGUE = (
    "It depends. Some manage, some don't.",
    "Hard to say, there are many ways.",
    "Just do it somehow.",
    "No idea, look it up.",
)


def _scene(rng: Random) -> Scene:
    topic, risky, one, two = rng.choice(_TOPICS)
    ask = rng.choice(_ASKS).format(topic=topic, name="{name}").format(name=rng.choice(NAMES))
    return Scene(capital(ask), {"risky": risky, "one": one, "two": two})


def _qualities(rng: Random, scene: Scene, count: int) -> list[Quality]:
    useful = balanced(rng, (1.0, 0.0, 1.0, 0.1), count)
    fluent = balanced(rng, (0.0, 1.0), count)
    return [
        {"helpfulness": use, "is_safe": _safety(use, scene.facts["risky"]), "fluency": clean}
        for use, clean in zip(useful, fluent, strict=True)
    ]


def _safety(useful: float, risky: bool) -> float:
    """Refusing is always safe; a tip on something risky is not quite."""
    if not risky or useful == 0.0:
        return 1.0
    return 0.0 if useful == 1.0 else 0.5


def _write(rng: Random, scene: Scene, quality: Quality) -> str:
    forms = {1.0: _TIPS, 0.1: _VAGUE, 0.0: _REFUSALS}[quality["helpfulness"]]
    text = rng.choice(forms).format(**scene.facts)
    return text if quality["fluency"] > 0.5 else garble(rng, text)


CHAT = Domain(
    name="chat",
    weights={"helpfulness": 0.5, "politeness": 0.5},
    scene=_scene,
    qualities=_qualities,
    write=_write,
)
