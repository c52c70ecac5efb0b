"""Reading and normalising data: native files and the generated sample."""

from armo.data.dataset import (
    SAMPLE,
    Dataset,
    LimitSettings,
    SampleSettings,
    infer_objectives,
    load_dataset,
    select_objectives,
)
from armo.data.files import read_rows
from armo.data.limits import limit_rows
from armo.data.rows import (
    BenchmarkRow,
    ConversationRow,
    PreferenceRow,
    QuestionRow,
    RatingRow,
    ResponsesRow,
)
from armo.data.sources import Source

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
    "Source",
    "infer_objectives",
    "limit_rows",
    "load_dataset",
    "read_rows",
    "select_objectives",
]
