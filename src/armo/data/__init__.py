"""Reading and normalising data: native files and the generated sample."""

from armo.data.dataset import (
    SAMPLE,
    Dataset,
    LimitSettings,
    SampleSettings,
    load_dataset,
    select_objectives,
)
from armo.data.files import read_rows
from armo.data.rows import (
    BenchmarkRow,
    ConversationRow,
    PreferenceRow,
    QuestionRow,
    RatingRow,
    ResponsesRow,
)

__all__ = [
    "SAMPLE",
    "BenchmarkRow",
    "ConversationRow",
    "Dataset",
    "LimitSettings",
    "PreferenceRow",
    "QuestionRow",
    "RatingRow",
    "ResponsesRow",
    "SampleSettings",
    "load_dataset",
    "read_rows",
    "select_objectives",
]
