"""A causal language model that reads a prompt with two responses and answers A or B."""

from armo.rivals.preference_model.folder import is_preference_model, load_preference_model
from armo.rivals.preference_model.loading import untuned_preference_model
from armo.rivals.preference_model.scoring import PreferenceModel

__all__ = [
    "PreferenceModel",
    "is_preference_model",
    "load_preference_model",
    "untuned_preference_model",
]
