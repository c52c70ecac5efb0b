"""Words that all domains share, so that none of them gives a domain away."""

from __future__ import annotations

from random import Random

# fmt: off
NAMES = (
    "Amara", "Bilal", "Chiara", "Dmitri", "Elif", "Farid", "Greta", "Hiro", "Ines", "Jonas", "Keiko",
    "Leila", "Marek", "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Samir", "Tove", "Umar", "Vera",
    "Wanda", "Ximena", "Yusuf", "Zofia", "Anouk", "Bruno", "Celia", "Dario",
)

THINGS = (
    "apples", "stamps", "bricks", "candles", "tickets", "pencils", "lemons", "shells", "coins",
    "boxes", "plates", "marbles", "postcards", "buttons", "tiles", "bottles", "flowers", "chairs",
    "letters", "badges", "spoons", "biscuits", "kites", "lamps",
)
# fmt: on

_OPENINGS = (
    "Hi!",
    "Hello there.",
    "Quick question:",
    "I was wondering:",
    "Can you help?",
    "Good morning!",
    "So,",
    "Okay,",
    "My sister {name} wants to know:",
    "{name} and I argue about this.",
    "For {name}:",
    "One more thing.",
    "I'm {name}.",
    "Be honest.",
    "I need this today.",
    "Sorry to bother you.",
    "Tell me,",
    "This came up at lunch.",
)

_SYSTEMS = (
    "You are a helpful assistant.",
    "Answer the user.",
    "You work for a small library.",
    "You live in a phone app.",
    "Talk as to a neighbour.",
)

_FOLLOW_UPS = (
    ("Do you want the short version?", "Whatever you think is best."),
    ("Just to be sure, is this for yourself?", "Yes, for me."),
    ("Is it urgent?", "A little, go on."),
    ("I got that. Anything to add?", "No, that is all."),
    ("Do you mean right now?", "Yes, now please."),
    ("Give me a second.", "Ready?"),
)


def prompt_messages(rng: Random, ask: str) -> list[dict[str, str]]:
    """Dress a request as a conversation: an opening, now and then a system message or more turns."""
    opening = rng.choice(_OPENINGS).format(name=rng.choice(NAMES)) if rng.random() < 0.5 else ""
    messages = [_user(join_opening(opening, ask))]
    if rng.random() < 0.08:
        question, answer = rng.choice(_FOLLOW_UPS)
        messages += [{"role": "assistant", "content": question}, _user(answer)]
    if rng.random() < 0.65:
        messages.insert(0, {"role": "system", "content": rng.choice(_SYSTEMS)})
    return messages


def join_opening(opening: str, text: str) -> str:
    """Put an opening before a text, which goes on in lower case after a comma or a colon."""
    if not opening:
        return text
    if opening[-1] in ",:" and not text.startswith(("I ", "I'", *NAMES)):
        text = text[0].lower() + text[1:]
    return f"{opening} {text}"


def capital(text: str) -> str:
    """Return the text with its first letter in upper case, the rest as it is."""
    return text[:1].upper() + text[1:]


def _user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}
