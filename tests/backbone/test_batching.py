from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from armo.backbone.batching import plan_batches

lengths = st.lists(st.integers(1, 300), max_size=60)


@given(lengths, st.integers(1, 500))
def test_every_row_is_in_one_batch_within_the_budget(rows, budget):
    batches = plan_batches(rows, budget)
    assert sorted(int(row) for batch in batches for row in batch) == list(range(len(rows)))
    for batch in batches:
        padded = max(rows[row] for row in batch) * len(batch)
        assert padded <= budget or len(batch) == 1


@given(lengths, st.integers(1, 500))
def test_longest_rows_come_first(rows, budget):
    order = [rows[row] for batch in plan_batches(rows, budget) for row in batch]
    assert order == sorted(rows, reverse=True)


def test_little_is_padding():
    rows = np.random.default_rng(0).integers(20, 200, size=2000).tolist()
    padded = sum(len(batch) * rows[batch[0]] for batch in plan_batches(rows, 1024))
    assert sum(rows) / padded > 0.98
