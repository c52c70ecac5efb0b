"""Layouts of saved models."""

from armo.persistence.folder import load_folder, save_folder
from armo.persistence.layout import ModelConfig, make_config

__all__ = ["ModelConfig", "load_folder", "make_config", "save_folder"]
