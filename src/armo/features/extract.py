"""Extraction: read every distinct conversation once, into a store that survives being killed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from armo.atomic import remove_leftovers
from armo.backbone import NOT_FINITE, Backbone, Features
from armo.errors import StoreError
from armo.features.manifest import FILE, Counts, Manifest, Origin, Shard, read_manifest
from armo.features.plan import Plan, Request, make_plan
from armo.features.store import FeatureStore
from armo.features.tables import (
    check_table,
    prompt_keys,
    prompts_table,
    responses_table,
    write_table,
)
from armo.locks import only_writer
from armo.progress import Advance, Reporter, silent
from armo.rejects import FILE as REJECTS
from armo.rejects import Reject, write_rejects


@dataclass(frozen=True)
class Extraction:
    """What an extraction did.

    Attributes:
        store: The complete store.
        rejects: Rows that could not be used, also in `rejects.jsonl` of the store.
        seconds: Time of the forward passes of this run.
        tokens: Tokens that this run read; fewer than the store's if it was resumed.
    """

    store: FeatureStore
    rejects: list[Reject]
    seconds: float
    tokens: int


def extract(
    backbone: Backbone, requests: Iterable[Request], folder: Path, reporter: Reporter = silent
) -> Extraction:
    """Read what is asked for into a store, or finish one that was begun.

    Killed at any moment and run again, the store holds every conversation once, and the same bytes.

    Args:
        backbone: Reads the conversations.
        requests: Rows; several may name one conversation, which is read once.
        folder: The store; made if absent, resumed if it was made from the same.
        reporter: Shows progress.

    Raises:
        StoreError: If the folder holds something else, or another process is writing to it.
    """
    requests = list(requests)
    with reporter("tokenise", len(requests), "rows") as advance:
        plan = make_plan(backbone, requests, advance)
    with only_writer(folder / ".lock", f"writing to the feature store {folder}"):
        remove_leftovers(folder)
        manifest = _begin(backbone, plan, len(requests), folder)
        return _extract(backbone, plan, manifest, folder, reporter)


def _extract(
    backbone: Backbone, plan: Plan, manifest: Manifest, folder: Path, reporter: Reporter
) -> Extraction:
    kept = {shard.number: shard for shard in manifest.shards}
    shards = plan.shards()
    batches = [
        [plan.items[row].encoded for row in batch]
        for number, shard in enumerate(shards)
        if number not in kept
        for batch in shard
    ]
    tokens = sum(len(row.ids) for batch in batches for row in batch)
    read = backbone.read_batches(batches)
    prompts: set[str] = set()
    start = monotonic()
    with reporter("read", tokens, "tokens") as advance:
        for number, shard_batches in enumerate(shards):
            if number in kept:
                prompts.update(prompt_keys(folder, kept[number].prompts))
                continue
            features = _collect(plan, shard_batches, read, advance)
            content = _shard_content(plan, prompts, np.concatenate(shard_batches), features)
            kept[number] = content.write(folder, number)
            in_order = [kept[done] for done in sorted(kept)]
            manifest = msgspec.structs.replace(manifest, shards=in_order)
            manifest.write(folder)
    seconds = monotonic() - start
    reasons = {key: why for shard in manifest.shards for key, why in shard.rejects.items()}
    rejected = list(plan.rejects_for(reasons))
    write_rejects(folder / REJECTS, rejected)
    return Extraction(FeatureStore(folder), rejected, seconds, tokens)


def _begin(backbone: Backbone, plan: Plan, rows: int, folder: Path) -> Manifest:
    """Return the manifest to go on from, with the shards that are there and intact."""
    fresh = Manifest(_origin(backbone, plan), _counts(plan, rows))
    if not (folder / FILE).exists():
        fresh.write(folder)
        return fresh
    found = read_manifest(folder)
    _check_same(found, fresh, folder)
    intact = [
        shard
        for shard in found.shards
        if check_table(folder, shard.responses) and check_table(folder, shard.prompts)
    ]
    return msgspec.structs.replace(fresh, shards=intact)


def _check_same(found: Manifest, fresh: Manifest, folder: Path) -> None:
    ours, theirs = msgspec.to_builtins(fresh.origin), msgspec.to_builtins(found.origin)
    # The same weights may have been named otherwise, by a path instead of a hub name.
    differ = [
        name
        for name in ours
        if ours[name] != theirs[name] and name not in ("backbone_name", "revision")
    ]
    if differ:
        details = "; ".join(f"{name}: {theirs[name]} there, {ours[name]} here" for name in differ)
        raise StoreError(
            f"the feature store {folder} was made from something else ({details}); features are "
            "never mixed: give another folder, or remove this one"
        )


@dataclass(frozen=True)
class _ShardContent:
    responses: pa.Table
    prompts: pa.Table
    rejects: dict[str, str]

    def write(self, folder: Path, number: int) -> Shard:
        return Shard(
            number,
            write_table(folder, f"responses-{number:05d}.arrow", self.responses),
            write_table(folder, f"prompts-{number:05d}.arrow", self.prompts),
            self.rejects,
        )


def _collect(
    plan: Plan, batches: list[NDArray[np.int64]], read: Iterator[Features], advance: Advance
) -> Features:
    parts = []
    for batch in batches:
        parts.append(next(read))
        advance(sum(len(plan.items[row].encoded.ids) for row in batch))
    return Features(
        np.concatenate([part.prompt for part in parts]),
        np.concatenate([part.response for part in parts]),
    )


def _shard_content(
    plan: Plan, prompts: set[str], rows: NDArray[np.int64], features: Features
) -> _ShardContent:
    finite = features.finite()
    items = [plan.items[row] for row in rows]
    kept = np.flatnonzero(finite)
    owned = []
    for i in kept:
        # The first response that can be used brings the prompt; an earlier one may have failed.
        if items[i].prompt_key not in prompts:
            prompts.add(items[i].prompt_key)
            owned.append(i)
    return _ShardContent(
        responses_table(
            [items[i].key for i in kept],
            [items[i].prompt_key for i in kept],
            [items[i].encoded for i in kept],
            features.response[kept],
        ),
        prompts_table([items[i].prompt_key for i in owned], features.prompt[owned]),
        {items[i].key: NOT_FINITE for i in np.flatnonzero(~finite)},
    )


def _origin(backbone: Backbone, plan: Plan) -> Origin:
    identity = backbone.identity
    return Origin(
        backbone=identity.fingerprint,
        backbone_name=identity.name,
        revision=identity.revision,
        template=identity.template,
        layer=identity.layer,
        dtype=backbone.dtype,
        hidden_size=identity.hidden_size,
        data=plan.data_hash,
        max_tokens=backbone.max_tokens,
        batch_tokens=backbone.batch_tokens,
        overlong=backbone.overlong,
    )


def _counts(plan: Plan, rows: int) -> Counts:
    return Counts(
        rows=rows,
        conversations=len(plan.items),
        prompts=len({item.prompt_key for item in plan.items}),
        tokens=plan.tokens,
        shards=len(plan.shards()),
    )
