from __future__ import annotations

import pytest

from armo.data.sample import Sample, generate


@pytest.fixture(scope="session")
def sample() -> Sample:
    return generate(seed=0)
