"""From a recipe to a trained model: reading, regression, debiasing, gate, figures."""

from armo.training.recipe import Recipe
from armo.training.recipe_file import read_recipe

__all__ = ["Recipe", "read_recipe"]
