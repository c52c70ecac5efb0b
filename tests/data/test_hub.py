from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from armo.data.hub import HubSet, hub_rows
from armo.errors import DataError, MissingExtraError
from tests.data.hub_server import Hub, Repo, serving, sha

pytest.importorskip("datasets")

OLD, NEW = sha("old"), sha("new")
# The libraries read their environment once, when they are imported, so every world is a process.
PROGRAM = """
import json, sys
from armo.data.hub import HubSet, hub_rows
from armo.errors import ArmoError
for wanted in json.loads(sys.argv[1]):
    try:
        found = hub_rows(HubSet(**wanted))
        told = {"commit": found.commit, "total": found.total, "rows": list(found.rows)}
    except ArmoError as error:
        told = {"error": str(error)}
    print(json.dumps(told, default=lambda value: type(value).__name__), flush=True)
"""
CONFIGURATIONS = """---
configs:
- config_name: short
  data_files:
  - {split: train, path: short.jsonl}
- config_name: long
  data_files:
  - {split: train, path: long/part-*.jsonl}
---
"""
RATED = [
    {"id": 1, "messages": [{"role": "user", "content": "Why?"}], "rating": 4, "note": None},
    {"id": 2, "messages": [{"role": "user", "content": "How?"}], "rating": "N/A", "note": "odd"},
]


def lines(*rows: dict[str, Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def pictures() -> bytes:
    """Return a Parquet file with a column of images and one of dates, which `datasets` would decode."""
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    table = pa.table(
        {
            "text": ["seen", None],
            "picture": pa.array([{"bytes": b"no picture", "path": None}, None], kind),
            "scores": pa.array([[1.5, 2.0], []], pa.list_(pa.float32())),
        }
    )
    features = {
        "text": {"dtype": "string", "_type": "Value"},
        "picture": {"_type": "Image"},
        "scores": {"feature": {"dtype": "float32", "_type": "Value"}, "_type": "List"},
    }
    told = json.dumps({"info": {"features": features}})
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"huggingface": told}), sink)
    return sink.getvalue()


def filled_hub() -> Hub:
    def only(files: dict[str, bytes], **more: Any) -> Repo:
        return Repo({NEW: files}, {"main": NEW}, **more)

    split = {"train.jsonl": lines({"n": 1}), "test.jsonl": lines({"n": 2}, {"n": 3})}
    own = {"train.jsonl": lines({"split": "mine"}), "test.jsonl": lines({"split": "its"})}
    folders = {
        "helpful/train.jsonl": lines({"n": 1}),
        "helpful-online/train.jsonl": lines({"n": 2}),
        "harmless/train.jsonl": lines({"n": 3}),
    }
    configurations = {
        "README.md": CONFIGURATIONS.encode(),
        "short.jsonl": lines({"n": 1}),
        "long/part-0.jsonl": lines({"n": 2}),
        "long/part-1.jsonl": lines({"n": 3}),
    }
    return Hub(
        {
            "me/rated": Repo(
                {OLD: {"train.jsonl": lines(RATED[0])}, NEW: {"train.jsonl": lines(*RATED)}},
                {"main": NEW, "v1": OLD},
            ),
            "me/Pictures": only({"data/train-00000-of-00001.parquet": pictures()}),
            "me/split": only(split),
            "me/own": only(own),
            "me/folders": only(folders),
            "me/configurations": only(configurations),
            "me/streamed": only({"train.jsonl": lines(*({"n": n} for n in range(600)))}),
            "me/script": only({"script.py": b"print()", "README.md": b"Run me."}),
            "me/broken": only({"train.jsonl": b'{"n": 1}\n{"n":'}),
            "me/empty": only({"README.md": b"Nothing here yet."}),
            "me/login": only({"train.jsonl": lines({"n": 1})}, refuse=401),
            "me/refused": only({"train.jsonl": lines({"n": 1})}, refuse=403),
        }
    )


def ask(
    home: Path, endpoint: str, *wanted: dict[str, Any], **environment: str
) -> tuple[list[dict[str, Any]], str]:
    """Return what `hub_rows` gives for each set in a process of its own, and what it says besides."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    world = {"HF_HOME": str(home), "HF_ENDPOINT": endpoint, "HF_HUB_DISABLE_XET": "1"}
    world |= {"HF_UPDATE_DOWNLOAD_COUNTS": "0", "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(wanted)],
        env=clean | world | environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


GOOD: dict[str, dict[str, Any]] = {
    "newest": {"repo": "me/rated"},
    "tag": {"repo": "me/rated", "revision": "v1"},
    "pinned": {"repo": "me/rated", "revision": OLD},
    "parquet": {"repo": "me/Pictures"},
    "several": {"repo": "me/split", "split": "test+train"},
    "own": {"repo": "me/own", "split": "train+test"},
    "folder": {"repo": "me/folders", "subset": "helpful"},
    "configuration": {"repo": "me/configurations", "subset": "long"},
    "streamed": {"repo": "me/streamed", "streaming": True},
}
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "unknown set": ({"repo": "me/absent"}, r"no such set.*check the name.*hf auth login"),
    "unknown revision": ({"repo": "me/rated", "revision": "v9"}, r"no revision 'v9'"),
    "unknown commit": ({"repo": "me/rated", "revision": sha("other")}, r"no revision"),
    "unknown split": (
        {"repo": "me/split", "split": "tests"},
        r"no split 'tests' \(did you mean 'test",
    ),
    "unknown folder": (
        {"repo": "me/folders", "subset": "helpfull"},
        r"no configuration or folder 'helpfull' \(did you mean 'helpful'\?\); it has default, harm",
    ),
    "unknown configuration": (
        {"repo": "me/configurations", "subset": "shorter"},
        r"no configuration or folder 'shorter' \(did you mean 'short'",
    ),
    "no configuration": ({"repo": "me/configurations"}, r"several configurations.*: short, long$"),
    "script": ({"repo": "me/script"}, r"needs a script.*never run"),
    "no files": ({"repo": "me/empty"}, r"no files in it that can be read"),
    "broken file": ({"repo": "me/broken"}, r"files can't be read \(.+\); download its files"),
    "login": (
        {"repo": "me/login"},
        r"gated: log in with `hf auth login`, and ask for access at http",
    ),
    "refused": (
        {"repo": "me/refused"},
        r"gated and this account has no access: ask for it at http",
    ),
    "no name": ({"repo": "rated"}, r"named owner/name"),
    "no split": ({"repo": "me/rated", "split": "train+"}, r"names no split"),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hub")
    # What stands in the working directory is not the hub, whatever its name.
    (folder / "me/rated").mkdir(parents=True)
    (folder / "me/rated/train.jsonl").write_bytes(lines({"stranger": 1}))
    return folder


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with serving(filled_hub()) as served:
        yield served


@pytest.fixture(scope="module")
def first(home: Path, hub: Hub) -> tuple[dict[str, dict[str, Any]], str]:
    answers, said = ask(home, hub.endpoint, *GOOD.values())
    return dict(zip(GOOD, answers, strict=True)), said


@pytest.fixture(scope="module")
def refusals(home: Path, hub: Hub, first: Any) -> dict[str, dict[str, Any]]:
    answers, _ = ask(home, hub.endpoint, *(wanted for wanted, _ in BAD.values()))
    return dict(zip(BAD, answers, strict=True))


def test_rows_come_as_plain_values_with_the_commit_that_was_read(first):
    assert first[0]["newest"] == {"commit": NEW, "total": 2, "rows": RATED}


@pytest.mark.parametrize("name", ["tag", "pinned"])
def test_a_revision_is_read_as_it_was_then(first, name):
    assert first[0][name] == {"commit": OLD, "total": 1, "rows": RATED[:1]}


def test_images_are_not_decoded_and_nulls_stay(first):
    assert first[0]["parquet"]["rows"] == [
        {"text": "seen", "picture": {"bytes": "bytes", "path": None}, "scores": [1.5, 2.0]},
        {"text": None, "picture": None, "scores": []},
    ]


def test_splits_are_read_one_after_the_other_and_say_which(first):
    rows = [{"split": "test", "n": 2}, {"split": "test", "n": 3}, {"split": "train", "n": 1}]
    assert first[0]["several"] == {"commit": NEW, "total": 3, "rows": rows}
    assert first[0]["own"]["rows"] == [{"split": "mine"}, {"split": "its"}]


def test_a_subset_is_a_configuration_or_a_folder(first):
    assert first[0]["configuration"]["rows"] == [{"n": 2}, {"n": 3}]
    assert first[0]["folder"]["rows"] == [{"n": 1}]


def test_a_streamed_set_is_not_copied(first, home):
    assert first[0]["streamed"]["rows"] == [{"n": n} for n in range(600)]
    assert list(home.glob("datasets/me___rated/**/*.arrow"))
    assert not list(home.glob("datasets/me___streamed/**/*.arrow"))


def test_nothing_is_drawn_where_no_terminal_is(first):
    assert first[1] == ""


@pytest.mark.parametrize("name", BAD)
def test_one_sentence_says_what_is_wrong(refusals, name):
    told = refusals[name]["error"]
    assert told.startswith(f"hub set '{BAD[name][0]['repo']}': ")
    assert "\n" not in told
    assert re.search(BAD[name][1], told), told


def test_a_cached_set_is_read_offline_without_a_request(home, hub, first):
    before = len(hub.requests)
    cached = [name for name in GOOD if name != "streamed"]
    wanted = [GOOD[name] for name in cached]
    for variable in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"):
        answers, _ = ask(home, hub.endpoint, *wanted, **{variable: "1"})
        assert answers == [first[0][name] for name in cached]
    assert len(hub.requests) == before


def test_what_is_not_cached_is_told_offline(home, hub, first):
    absent = [
        {"repo": "me/absent"},
        {"repo": "me/folders", "subset": "harmless"},
        {"repo": "me/rated", "revision": sha("other")},
        GOOD["streamed"],
    ]
    answers, _ = ask(home, hub.endpoint, *absent, HF_HUB_OFFLINE="1")
    for answer in answers:
        assert "not in the cache" in answer["error"]
        assert "read it once without HF_HUB_OFFLINE" in answer["error"]


def test_a_hub_that_is_away_is_told_at_once_and_a_pinned_copy_needs_none(home, first):
    with serving(filled_hub()) as away:
        endpoint = away.endpoint
    began = time.monotonic()
    answers, _ = ask(home, endpoint, GOOD["pinned"], GOOD["newest"], {"repo": "me/absent"})
    # A download is tried six times, for half a minute each; the question for the commit once.
    assert time.monotonic() - began < 30
    assert answers[0] == first[0]["pinned"]
    for answer in answers[1:]:
        assert f"can't be reached at {endpoint}" in answer["error"]
        assert "HF_ENDPOINT" in answer["error"]


def test_a_hub_that_is_ill_is_told(home):
    ill = filled_hub()
    ill.broken = 503
    with serving(ill):
        answers, _ = ask(home, ill.endpoint, GOOD["newest"])
    assert "answered with status 503: try again later" in answers[0]["error"]


def test_offline_the_branch_is_what_it_was_when_last_asked_for(home, tmp_path):
    """A copy of a newer commit is not taken for the branch before the hub says so."""
    moving = filled_hub()
    with serving(moving):
        moving.repos["me/rated"].refs["main"] = OLD
        ask(tmp_path, moving.endpoint, {"repo": "me/rated"}, {"repo": "me/rated", "revision": NEW})
    answers, _ = ask(tmp_path, moving.endpoint, {"repo": "me/rated"}, HF_HUB_OFFLINE="1")
    assert answers[0]["commit"] == OLD


def test_an_older_copy_is_not_taken_for_a_commit_that_can_not_be_read(tmp_path):
    emptied = filled_hub()
    emptied.repos["me/rated"].commits[NEW] = {"README.md": b"Moved."}
    wanted = [{"repo": "me/rated", "revision": OLD}, {"repo": "me/rated"}]
    with serving(emptied):
        (older, newest), _ = ask(tmp_path, emptied.endpoint, *wanted)
    assert older["rows"] == RATED[:1]
    assert f"the files of commit {NEW} can't be had" in newest["error"]


def test_the_line_that_installs_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'armo\[hub\]'"):
        hub_rows(HubSet("me/rated"))


@pytest.mark.parametrize("repo", ["", "rated", "a/b/c", "../etc", "me/ra ted", "me/"])
def test_a_name_that_no_set_has_is_refused_without_a_request(repo):
    with pytest.raises(DataError, match="owner/name"):
        hub_rows(HubSet(repo))
