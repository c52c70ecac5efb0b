"""The page that shows what a data set looks like: one HTML file that needs nothing else."""

from armo.report.survey.page import check_extra, render, write_page

__all__ = ["check_extra", "render", "write_page"]
