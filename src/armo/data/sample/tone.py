"""Politeness, verbosity and fluency: what can be added to any response, whatever it says."""

from __future__ import annotations

from random import Random

_POLITE = (
    "Thank you for asking!",
    "Of course, with pleasure.",
    "What a lovely question!",
    "I'm very glad you asked.",
    "Happy to hear from you!",
    "Thanks for your patience, friend.",
    "It's kind of you to ask.",
    "You are always welcome here!",
)
_RUDE = (
    "Ugh, not again.",
    "Why do you bother me with this?",
    "Are you always this slow?",
    "Honestly, anybody knows that.",
    "Stop wasting my time.",
    "What a silly thing to ask.",
    "Pay attention for once.",
    "I have better things to do than this.",
)
_FILLER = (
    "There is, as ever, much more to be said.",
    "In other words, it is what it is.",
    "I mention this for completeness.",
    "As was said above, that is the whole of it.",
    "Needless to say, one could go on about it.",
    "At the end of the day, things are so.",
    "There are, of course, many views on it.",
    "All things considered, that is about it.",
    "By and large, so it tends to be.",
    "Let me repeat that this still stands.",
    "And so on and so forth, as one might expect.",
    "Which is to say what has just been said.",
)


def dress(rng: Random, core: str, politeness: float, verbosity: float) -> str:
    """Put manners and filler around the core of a response, before or after it."""
    before: list[str] = []
    after: list[str] = []
    for sentence in _filler(rng, verbosity):
        (before if rng.random() < 0.3 else after).append(sentence)
    manners = _manners(rng, politeness)
    if manners and rng.random() < 0.5:
        before.insert(0, manners)
    elif manners:
        after.append(manners)
    # Code stands alone between its fences.
    gap = "\n" if "\n" in core else " "
    return gap.join(part for part in (" ".join(before), core, " ".join(after)) if part)


def garble(rng: Random, text: str) -> str:
    """Spoil the spelling: no capitals, swapped and lost letters."""
    return " ".join(_misspell(rng, word) for word in text.lower().replace(",", "").split())


def _filler(rng: Random, verbosity: float) -> list[str]:
    return rng.sample(_FILLER, round(2 * verbosity))


def _manners(rng: Random, politeness: float) -> str:
    if politeness == 0.5:
        return ""
    return rng.choice(_POLITE if politeness > 0.5 else _RUDE)


def _misspell(rng: Random, word: str) -> str:
    if len(word) < 4 or rng.random() < 0.35:
        return word
    spot = rng.randrange(1, len(word) - 2)
    if rng.random() < 0.5:
        return word[:spot] + word[spot + 1] + word[spot] + word[spot + 2 :]
    return word[:spot] + word[spot + 1 :]
