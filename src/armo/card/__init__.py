"""The model card: what a model is, was trained on, does well and badly, as Markdown for the hub."""

from armo.card.render import card, card_text

__all__ = ["card", "card_text"]
