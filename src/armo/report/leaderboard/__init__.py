"""What people read of a comparison of systems: tables on the terminal, and a page."""

from armo.report.leaderboard.page import check_extra, page
from armo.report.leaderboard.view import leaderboard_view

__all__ = ["check_extra", "leaderboard_view", "page"]
