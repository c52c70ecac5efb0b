"""Layouts of saved models."""

from armo.persistence.armorm import is_published, read_published
from armo.persistence.folder import load_folder, save_folder
from armo.persistence.layout import ModelConfig, make_config
from armo.persistence.opening import open_model, open_on

__all__ = [
    "ModelConfig",
    "is_published",
    "load_folder",
    "make_config",
    "open_model",
    "open_on",
    "read_published",
    "save_folder",
]
