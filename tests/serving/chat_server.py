"""A small server of chat completions that answers by rules, as a process of its own.

What a request gets is decided by words in its text, or by the name of its model:

- `429-once`, `500-once`, `hang-once`, `cut-once`, `halved-once`, `malformed-once`, `empty-once`: the
  first request with this text fails in that way, later ones are answered; `500-always` never is.
- `too-long`, `filtered`: refused for this text alone. `null`, `reasoned`, `mute-usage`, `cut-short`,
  `unicode`: answers of a special kind.
- models `missing` (404), `bad` (400), `locked` (401 without the key), `broke` (quota), `later` (a long
  wait), `broken` (always 500), `slow` (takes 50 ms).

A pair is decided by the word `good`, a rating is one more than its count. `GET /seen` tells what was
asked, `DELETE /` forgets it.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "secret-key"


class _State:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.texts: Counter[str] = Counter()
        self.seen: list[dict[str, Any]] = []
        self.at_once = 0
        self.most_at_once = 0


class _Handler(BaseHTTPRequestHandler):
    state: _State
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        with self.state.lock:
            told = {"requests": self.state.seen, "most_at_once": self.state.most_at_once}
        self._send(200, json.dumps(told).encode())

    def do_DELETE(self) -> None:
        with self.state.lock:
            self.state.__init__()  # type: ignore[misc]
        self._send(200, b"{}")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = body["messages"][-1]["content"]
        with self.state.lock:
            self.state.texts[text] += 1
            first = self.state.texts[text] == 1
            self.state.seen.append(
                {
                    "time": time.monotonic(),
                    "path": self.path,
                    "headers": {name.lower(): value for name, value in self.headers.items()},
                    "body": body,
                }
            )
            self.state.at_once += 1
            self.state.most_at_once = max(self.state.most_at_once, self.state.at_once)
        try:
            self._reply(body, text, first)
        finally:
            with self.state.lock:
                self.state.at_once -= 1

    def _reply(self, body: dict[str, Any], text: str, first: bool) -> None:
        if self._by_model(body["model"]) or self._by_text(text) or (first and self._once(text)):
            return
        self._complete(text, body)

    def _by_model(self, model: str) -> bool:
        if model == "slow":
            time.sleep(0.05)
        refusals: dict[str, tuple[int, str, str, dict[str, str]]] = {
            "missing": (404, "no such model", "model_not_found", {}),
            "bad": (400, "temperature is not known here", "invalid", {}),
            "broke": (429, "pay first", "insufficient_quota", {}),
            "later": (429, "tomorrow", "rate_limit", {"Retry-After": "86400"}),
            "broken": (500, "down", "down", {}),
        }
        key = self.headers.get("Authorization")
        if model == "locked" and key != f"Bearer {KEY}":
            self._refuse(401, f"wrong key {key}", "invalid_api_key")
        elif model in refusals:
            self._refuse(*refusals[model])
        else:
            return False
        return True

    def _by_text(self, text: str) -> bool:
        if "too-long" in text:
            self._refuse(400, "the maximum context length is 512 tokens", "x")
        elif "filtered" in text:
            self._refuse(400, "stopped by the content filter", "x")
        elif "500-always" in text:
            self._refuse(500, "no", "x")
        else:
            return False
        return True

    def _once(self, text: str) -> bool:
        if "429-once" in text:
            self._refuse(429, "slowly", "rate_limit", {"Retry-After": "0.3"})
        elif "500-once" in text:
            self._refuse(500, "oops", "x")
        elif "hang-once" in text:
            time.sleep(1.5)
            self.close_connection = True
        elif "cut-once" in text:
            self.close_connection = True
        elif "halved-once" in text:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"choices": [')
            self.close_connection = True
        elif "malformed-once" in text:
            self._send(200, b'{"choices": [{"message"')
        elif "empty-once" in text:
            self._send(200, b'{"choices": []}')
        else:
            return False
        return True

    def _complete(self, text: str, body: dict[str, Any]) -> None:
        message: dict[str, Any] = {"role": "assistant", "content": _judgement(text)}
        finish = "stop"
        if "null" in text:
            message = {"role": "assistant", "content": None, "refusal": "no"}
        elif "reasoned" in text:
            message["content"] = f"<think>\n[[B]] or [[A]]?\n</think>\n{message['content']}"
        elif "cut-short" in text:
            message["content"], finish = "Let me see", "length"
        elif "unicode" in text:
            message["content"] = f"Más útil “ここ” 🙂 {message['content']} ［［Ｂ］］"
        answer: dict[str, Any] = {
            "model": f"{body['model']}-as-served",
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 10},
        }
        if "mute-usage" in text:
            del answer["usage"]
        self._send(200, json.dumps(answer).encode())

    def _refuse(
        self, status: int, message: str, code: str, headers: dict[str, str] | None = None
    ) -> None:
        error = {"error": {"message": message, "code": code}}
        self._send(status, json.dumps(error).encode(), headers)

    def _send(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _judgement(text: str) -> str:
    if "<answer>" in text:
        return f"Rated: [[{text.partition('<answer>')[2].count('good') + 1}]]"
    first = text.partition("<answer_A>")[2].partition("</answer_A>")[0]
    return f"Mine is [[{'A' if 'good' in first else 'B'}]]"


def main() -> None:
    handler = type("Handler", (_Handler,), {"state": _State()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
