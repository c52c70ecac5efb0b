"""Servers of chat completions as processes, and what they saw."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class ChatServer:
    """The server that answers by rules."""

    root: str

    @property
    def base_url(self) -> str:
        return f"{self.root}/v1"

    def seen(self) -> dict[str, Any]:
        return dict(json.loads(_fetch(f"{self.root}/seen")))

    def requests(self) -> list[dict[str, Any]]:
        return list(self.seen()["requests"])

    def forget(self) -> None:
        _fetch(self.root, "DELETE")


@contextmanager
def rule_server() -> Iterator[ChatServer]:
    """Run the server that answers by rules while the block runs."""
    command = [sys.executable, "-m", "tests.serving.chat_server"]
    process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield ChatServer(f"http://127.0.0.1:{process.stdout.readline().strip()}")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@contextmanager
def transformers_server(model: Path, log: Path) -> Iterator[str]:
    """Run `transformers serve` for a local folder, without a network; give its address for clients."""
    port = free_port()
    command = [
        str(Path(sys.executable).parent / "transformers"),
        "serve",
        str(model),
        *("--host", "127.0.0.1", "--port", str(port), "--device", "cpu"),
    ]
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
        try:
            _wait_until_up(f"http://127.0.0.1:{port}/health", process, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            # It waits for its model's threads when it is asked to end.
            process.kill()
            process.wait()


def free_port() -> int:
    """Return a port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            _fetch(url)
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(log.read_text())


def _fetch(url: str, method: str = "GET") -> bytes:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request(method, urlsplit(url).path or "/")
        return connection.getresponse().read()
    finally:
        connection.close()
