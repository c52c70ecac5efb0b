"""A hub of data sets on this machine: as much of the hub's interface as its own libraries ask for."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

Files = dict[str, bytes]


@dataclass
class Repo:
    """A repository.

    Attributes:
        commits: Files of each commit, by its 40 digits.
        refs: Commit of each branch and tag.
        refuse: Status with which files are refused to everyone, as those of a gated repository are.
    """

    commits: dict[str, Files]
    refs: dict[str, str]
    refuse: int = 0


@dataclass
class Hub:
    """What the server holds, and every request that it got.

    Attributes:
        repos: By `owner/name`.
        broken: Status of every answer, where the hub itself is ill.
    """

    repos: dict[str, Repo]
    broken: int = 0
    requests: list[str] = field(default_factory=list)
    endpoint: str = ""


class AnswerError(Exception):
    """An answer other than 200, with the code by which the hub names the reason."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


def sha(word: str) -> str:
    """Return a commit's 40 digits, the same for the same word."""
    return hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest()


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve a hub on a free port while the block runs; `hub.endpoint` is its address."""
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        path = unquote(urlsplit(self.path).path)
        self.hub.requests.append(f"{self.command} {path}")
        try:
            if self.hub.broken:
                raise AnswerError(self.hub.broken, "")
            if path.startswith("/api/datasets/"):
                self._api(path.removeprefix("/api/datasets/").split("/"), sent)
            elif path.startswith("/datasets/"):
                self._file(path.removeprefix("/datasets/").split("/"))
            else:
                raise AnswerError(404, "NotFound")
        except AnswerError as error:
            headers = {"X-Error-Code": error.code} if error.code else {}
            if error.code == "EntryNotFound":
                headers["X-Repo-Commit"] = self.commit
            self._send(error.status, json.dumps({"error": error.code}).encode(), headers)

    def _api(self, parts: list[str], sent: str) -> None:
        repo, commit, rest = self._found(parts)
        asked = parts[2] if len(parts) > 2 else "revision"
        files = repo.commits[commit]
        if asked == "revision":
            name = "/".join(parts[:2])
            siblings = [{"rfilename": path} for path in files]
            self._json({"id": name, "sha": commit, "siblings": siblings, "private": False})
        elif asked == "tree":
            self._json(_tree(files, "/".join(rest)))
        elif asked == "paths-info":
            form = json.loads(sent) if sent.startswith("{") else parse_qs(sent)
            wanted = {path.strip("/") for path in form["paths"]}
            self._json([entry for entry in _tree(files, "") if entry["path"] in wanted])
        else:
            raise AnswerError(404, "NotFound")

    def _file(self, parts: list[str]) -> None:
        repo, commit, rest = self._found(parts)
        self.commit = commit
        if repo.refuse:
            raise AnswerError(repo.refuse, "GatedRepo")
        content = repo.commits[commit].get("/".join(rest))
        if content is None:
            raise AnswerError(404, "EntryNotFound")
        headers = {
            "X-Repo-Commit": commit,
            "ETag": f'"{_digest(content)}"',
            "Accept-Ranges": "bytes",
        }
        status, span = 200, self.headers.get("Range")
        if span:
            first, _, last = span.removeprefix("bytes=").partition("-")
            end = min(int(last or len(content)), len(content) - 1)
            headers["Content-Range"] = f"bytes {first}-{end}/{len(content)}"
            status, content = 206, content[int(first) : end + 1]
        self._send(status, content, headers)

    def _found(self, parts: list[str]) -> tuple[Repo, str, list[str]]:
        repo = self.hub.repos.get("/".join(parts[:2]))
        if repo is None:
            raise AnswerError(404, "RepoNotFound")
        revision = parts[3] if len(parts) > 3 else "main"
        commit = repo.refs.get(revision, revision)
        if commit not in repo.commits:
            raise AnswerError(404, "RevisionNotFound")
        return repo, commit, parts[4:]

    def _json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _digest(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def _tree(files: Files, folder: str) -> list[dict[str, object]]:
    """Return all entries below a folder, whatever their depth."""
    below = f"{folder}/" if folder else ""
    inside = {path: content for path, content in files.items() if path.startswith(below)}
    if folder and not inside:
        raise AnswerError(404, "EntryNotFound")
    folders = {
        "/".join(path.split("/")[:depth])
        for path in inside
        for depth in range(1, path.count("/") + 1)
    }
    entries: list[dict[str, object]] = [
        {"type": "directory", "path": path, "oid": _digest(path.encode()), "size": 0}
        for path in sorted(folders)
        if path != folder
    ]
    return entries + [
        {"type": "file", "path": path, "oid": _digest(content), "size": len(content)}
        for path, content in sorted(inside.items())
    ]
