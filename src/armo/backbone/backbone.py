"""The frozen language model as a feature extractor: conversations in, two vectors each out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Bool, Float

from armo.backbone.batching import plan_batches
from armo.backbone.device import dtype_name
from armo.backbone.template import ChatTemplate, Encoded
from armo.conversation import Conversation, check_conversation
from armo.errors import BackboneError, DataError

Overlong = Literal["reject", "cut"]
NOT_FINITE = "the backbone gave a feature that is not finite (overflow in its number format?)"


@dataclass(frozen=True)
class Features:
    """What the backbone says of a batch of conversations; float32, whatever it computes in.

    Attributes:
        prompt: `f(x)`, the hidden state at the last token of each prompt, shape `[rows, hidden]`.
        response: `f(x⊕y)`, at the last token of each conversation, shape `[rows, hidden]`.
    """

    prompt: Float[np.ndarray, "rows hidden"]
    response: Float[np.ndarray, "rows hidden"]

    def finite(self) -> Bool[np.ndarray, " rows"]:
        """Return which rows can be used."""
        prompt, response = np.isfinite(self.prompt), np.isfinite(self.response)
        finite: Bool[np.ndarray, " rows"] = prompt.all(axis=1) & response.all(axis=1)
        return finite


@dataclass(frozen=True)
class BackboneIdentity:
    """What must agree for features to be comparable.

    Attributes:
        name: As given: `smollm2`, a path, or a hub name.
        revision: Commit of a hub name, else empty.
        fingerprint: Hash of the weight files.
        template: Hash of chat template, vocabulary and reasoning option.
        reasoning: `strip` or `keep`.
        layer: Layer whose output is read, 1 … number of layers; the last is after the final norm.
        hidden_size: Length of a feature.
        adapter: PEFT adapter on top, a path or hub name; empty if none. Its weights are in the
            fingerprint.
        quantization: `none`, `int8` or `int4`.
        prompt_end: Where the prompt feature is read: `template` at the last token of the templated
            prompt, `turn` at the last one that is not white space, as the published checkpoint.
    """

    name: str
    revision: str
    fingerprint: str
    template: str
    reasoning: str
    layer: int
    hidden_size: int
    adapter: str = ""
    quantization: str = "none"
    prompt_end: str = "template"


class Backbone:
    """A decoder language model that is only read, never trained.

    Use `armo.backbone.load`; the constructor is for models made in memory.

    Args:
        model: A transformers decoder without head, already cut to its layer.
        template: Chat template of the model's own tokenizer.
        identity: What the features depend on.
        max_tokens: Longest conversation that is read.
        batch_tokens: Most tokens of a forward pass, padding included.
        overlong: `reject` a longer conversation, or `cut` the end of its response and flag it.
    """

    def __init__(
        self,
        model: Any,
        template: ChatTemplate,
        identity: BackboneIdentity,
        *,
        max_tokens: int,
        batch_tokens: int,
        overlong: Overlong = "reject",
    ) -> None:
        self.identity = identity
        self.max_tokens = max_tokens
        self.batch_tokens = batch_tokens
        self.overlong = overlong
        self._model = model.eval()
        self._template = template

    @property
    def hidden_size(self) -> int:
        """Length of a feature."""
        return self.identity.hidden_size

    @property
    def model(self) -> Any:
        """The decoder as it reads: cut to its layer, its adapter merged. To be read, not changed."""
        return self._model

    @property
    def template(self) -> ChatTemplate:
        """What writes the conversations."""
        return self._template

    @property
    def device(self) -> torch.device:
        """Where the forward pass runs."""
        device: torch.device = self._model.device
        return device

    @property
    def dtype(self) -> str:
        """Number format of the forward pass."""
        return dtype_name(self._model.dtype)

    @property
    def parameters_per_token(self) -> int:
        """Weights that each token passes through: all but the embedding table."""
        embedding = int(self._model.get_input_embeddings().weight.numel())
        # A byte holds two weights of four bits.
        counts = (
            int(weight.numel()) * (2 if weight.dtype == torch.uint8 else 1)
            for weight in self._model.parameters()
        )
        return sum(counts) - embedding

    def encode(self, messages: Conversation) -> Encoded:
        """Check a conversation and return its tokens.

        Raises:
            DataError: If it is malformed, does not fit the template, or is too long.
        """
        check_conversation(messages)
        encoded = self._template.encode(messages)
        if len(encoded.ids) <= self.max_tokens:
            return encoded
        if encoded.prompt_length >= self.max_tokens:
            raise DataError(
                f"the prompt alone takes {encoded.prompt_length} of the {self.max_tokens} tokens that "
                "are read; raise max_tokens if the backbone allows it"
            )
        if self.overlong == "reject":
            raise DataError(
                f"{len(encoded.ids)} tokens are more than the {self.max_tokens} that are read; raise "
                "max_tokens if the backbone allows it, or set overlong = 'cut'"
            )
        return replace(encoded, ids=encoded.ids[: self.max_tokens], truncated=True)

    def plan(self, encoded: Sequence[Encoded]) -> list[np.ndarray[Any, np.dtype[np.int64]]]:
        """Return the row indices of each forward pass."""
        return plan_batches([len(row.ids) for row in encoded], self.batch_tokens)

    def read(self, batch: Sequence[Encoded]) -> Features:
        """Return both features of every conversation from one forward pass.

        Rows are padded on the right. A decoder's token never sees what follows it, so the padding
        needs no mask, changes nothing, and leaves the fast causal kernels in use.
        """
        device = self._model.device
        width = max(len(row.ids) for row in batch)
        ids = torch.zeros((len(batch), width), dtype=torch.long)
        for index, row in enumerate(batch):
            ids[index, : len(row.ids)] = torch.from_numpy(row.ids.astype(np.int64))
        with torch.inference_mode():
            hidden = self._model(input_ids=ids.to(device), use_cache=False).last_hidden_state
            rows = torch.arange(len(batch), device=device)
            ends = torch.tensor([len(row.ids) - 1 for row in batch], device=device)
            prompts = torch.tensor([row.prompt_at for row in batch], device=device)
            picked = torch.stack([hidden[rows, prompts], hidden[rows, ends]]).float().cpu().numpy()
        return Features(prompt=picked[0], response=picked[1])

    def read_batches(self, batches: Sequence[Sequence[Encoded]]) -> Iterator[Features]:
        """Yield the features of each batch, in the order given.

        On a CPU every core reads a batch of its own: no core waits for another inside a layer, and
        the features do not depend on how many there are.
        """
        cores = torch.get_num_threads() if self._model.device.type == "cpu" else 1
        if len(batches) < max(2, cores):
            yield from map(self.read, batches)
            return
        torch.set_num_threads(1)
        pool = ThreadPoolExecutor(cores, thread_name_prefix="armo-read")
        try:
            yield from pool.map(self.read, batches)
        finally:
            pool.shutdown(cancel_futures=True)
            torch.set_num_threads(cores)

    def read_all(self, encoded: Sequence[Encoded]) -> Features:
        """Return the features of any number of conversations, in the order given."""
        prompt = np.empty((len(encoded), self.hidden_size), dtype=np.float32)
        response = np.empty_like(prompt)
        plan = self.plan(encoded)
        batches = [[encoded[row] for row in rows] for rows in plan]
        for rows, features in zip(plan, self.read_batches(batches), strict=True):
            prompt[rows], response[rows] = features.prompt, features.response
        return Features(prompt, response)


def cut_at_layer(model: Any, layer: int | Literal["auto", "last"]) -> int:
    """Drop the layers above the one that is read, so that a middle layer also costs less.

    Args:
        model: A transformers decoder; changed in place.
        layer: 1 … number of layers, `last`, or `auto` for the middle one. Layer i is
            `hidden_states[i]` of transformers: the last is after the final norm, the others before.

    Returns:
        The layer as a number.

    Raises:
        BackboneError: If there is no such layer, or the model's layers can't be found.
    """
    total = int(model.config.get_text_config().num_hidden_layers)
    if layer == "auto":
        # A model whose layers can't be cut is read whole.
        layer = max(1, total // 2) if _can_be_cut(model) else total
    if layer in ("last", total):
        return total
    if not isinstance(layer, int) or not 1 <= layer <= total:
        raise BackboneError(f"layer {layer!r}: this backbone has layers 1 … {total}, or 'last'")
    if not _can_be_cut(model):
        raise BackboneError(
            f"layer {layer}: armo can't cut a {type(model).__name__} in the middle; use 'last'"
        )
    model.layers = model.layers[:layer]
    model.norm = torch.nn.Identity()
    model.config.num_hidden_layers = layer
    return layer


def _can_be_cut(model: Any) -> bool:
    return hasattr(model, "layers") and hasattr(model, "norm")
