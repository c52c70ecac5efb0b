"""From what a recipe says of a system to the system itself, trained or loaded."""

from armo.leaderboard.building.build import build, needs_training
from armo.leaderboard.building.built import Built
from armo.leaderboard.building.check import check_systems
from armo.leaderboard.building.shared import Shared

__all__ = ["Built", "Shared", "build", "check_systems", "needs_training"]
