"""A server that answers by rules, one process for all tests of the judge."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.serving.processes import ChatServer, rule_server


@pytest.fixture(scope="session")
def _process() -> Iterator[ChatServer]:
    with rule_server() as server:
        yield server


@pytest.fixture
def server(_process: ChatServer) -> ChatServer:
    """The server, with nothing seen yet."""
    _process.forget()
    return _process
