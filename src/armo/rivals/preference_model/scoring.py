"""Preferences of a causal language model that answers A or B."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray

from armo.backbone import BackboneSettings
from armo.backbone.batching import plan_batches
from armo.backbone.device import dtype_name
from armo.errors import DataError
from armo.progress import Reporter, silent
from armo.rejects import Reject
from armo.rivals.preference_model.answer import answer_only
from armo.rivals.preference_model.odds import margin
from armo.rivals.preference_model.tokens import PairTemplate, PairTokens
from armo.rivals.system import Description, Pair, Preference, from_margin

KIND = "preference-model"
MARKED = "markers in text"
"""Note of a pair in which somebody wrote what separates the parts, such as `[RESPONSE B]`."""

_NOT_FINITE = "the language model gave a logit that is not finite (overflow in its number format?)"


class PreferenceModel:
    """Judges pairs by one token of a causal language model, in both orders.

    Use `load`; the constructor is for models made in memory.

    Args:
        model: A transformers causal language model; its head is replaced.
        template: Writes pairs with the model's own tokenizer.
        base: Names the model in tables.
        fingerprint: Hash of its weights.
        max_tokens: Longest text that is read; a longer pair is rejected.
        batch_tokens: Most tokens of a forward pass, padding included.
        details: What a table shows besides.
    """

    def __init__(
        self,
        model: Any,
        template: PairTemplate,
        *,
        base: str,
        fingerprint: str,
        max_tokens: int,
        batch_tokens: int,
        details: dict[str, Any] | None = None,
    ) -> None:
        self.max_tokens = max_tokens
        self.batch_tokens = batch_tokens
        self.fingerprint = fingerprint
        self.template_hash = template.hash
        self._base = base
        self._details = details or {}
        self._template = template
        self._model = model.eval()
        self._head = answer_only(model, template.answers)

    @classmethod
    def load(
        cls, source: BackboneSettings | Path | str, dtype: str = "auto", device: str = "auto"
    ) -> PreferenceModel:
        """Load a fine-tuned preference model from its folder, or a language model as it is.

        Args:
            source: Folder of a preference model, or the settings of an untuned language model; of
                these, dtype and device are their own.
            dtype: Number format, `auto` for what the machine computes natively.
            device: `auto`, `cpu`, `cuda`, …

        Raises:
            ModelError: If the folder is damaged.
            BackboneError: If the language model can't be read.
        """
        from armo.rivals.preference_model.folder import load_preference_model
        from armo.rivals.preference_model.loading import untuned_preference_model

        if isinstance(source, BackboneSettings):
            return untuned_preference_model(source)
        return load_preference_model(Path(source), dtype, device)

    @property
    def parameters_per_token(self) -> int:
        """Weights that each token passes through: all but the embedding table and the head."""
        embedding = int(self._model.get_input_embeddings().weight.numel())
        return sum(int(weight.numel()) for weight in self._model.parameters()) - embedding

    @property
    def description(self) -> Description:
        """What it is."""
        number_format = dtype_name(self._model.dtype)
        parts = (KIND, self.fingerprint, self.template_hash, self.max_tokens, number_format)
        return Description(
            kind=KIND,
            base=self._base,
            hash=hashlib.sha256(repr(parts).encode()).hexdigest()[:16],
            parameters=self.parameters_per_token,
            beta=1.0,
            details={"orders": 2, "dtype": number_format, **self._details},
        )

    def prefer(
        self, pairs: Sequence[Pair], reporter: Reporter = silent
    ) -> list[Preference | Reject]:
        """Return the preference of each pair, or why there is none, in the order given.

        The probability that `a` is better is the mean over both orders, and the margin its log-odds.
        """
        encoded = [self._encode(pair) for pair in pairs]
        texts = [
            ids
            for pair in encoded
            if isinstance(pair, PairTokens)
            for ids in ((pair.ab,) if _alike(pair) else (pair.ab, pair.ba))
        ]
        read = iter(self._odds(texts, reporter))
        return [
            found if isinstance(found, Reject) else _preference(pair, found, read)
            for pair, found in zip(pairs, encoded, strict=True)
        ]

    def _encode(self, pair: Pair) -> PairTokens | Reject:
        try:
            tokens = self._template.encode(pair)
        except DataError as error:
            return Reject(pair.id, str(error))
        if tokens.longest() > self.max_tokens:
            return Reject(
                pair.id,
                f"prompt and both responses take {tokens.longest()} tokens, more than the "
                f"{self.max_tokens} that are read; raise max_tokens if the language model allows it",
            )
        return tokens

    def _odds(
        self, texts: Sequence[NDArray[np.int32]], reporter: Reporter
    ) -> Float[np.ndarray, " texts"]:
        """Return the logit of A less that of B at the end of each text."""
        odds = np.zeros(len(texts))
        plan = plan_batches([len(ids) for ids in texts], self.batch_tokens)
        batches = [[texts[row] for row in rows] for rows in plan]
        total = sum(len(ids) for ids in texts)
        with reporter("prefer", total, "tokens") as advance:
            for rows, found in zip(plan, self._read_batches(batches), strict=True):
                odds[rows] = found
                advance(sum(len(texts[row]) for row in rows))
        return odds

    def _read_batches(
        self, batches: Sequence[Sequence[NDArray[np.int32]]]
    ) -> Iterator[Float[np.ndarray, " rows"]]:
        """Yield what each batch gives; on a CPU every core reads one of its own."""
        cores = torch.get_num_threads() if self._model.device.type == "cpu" else 1
        if len(batches) < max(2, cores):
            yield from map(self._read, batches)
            return
        torch.set_num_threads(1)
        pool = ThreadPoolExecutor(cores, thread_name_prefix="armo-prefer")
        try:
            yield from pool.map(self._read, batches)
        finally:
            pool.shutdown(cancel_futures=True)
            torch.set_num_threads(cores)

    def _read(self, batch: Sequence[NDArray[np.int32]]) -> Float[np.ndarray, " rows"]:
        # Padded on the right, where a causal model never looks: no mask, and nothing changes.
        device = self._model.device
        ids = torch.zeros((len(batch), max(map(len, batch))), dtype=torch.long)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = torch.from_numpy(tokens.astype(np.int64))
        with torch.inference_mode():
            self._head.at(torch.tensor([len(tokens) - 1 for tokens in batch], device=device))
            logits = self._model(input_ids=ids.to(device), use_cache=False).logits[:, 0]
            difference: NDArray[np.float64] = (
                (logits[:, 0].double() - logits[:, 1].double()).cpu().numpy()
            )
        return difference


def _alike(pair: PairTokens) -> bool:
    """Return whether both orders are one text, which is then read once and is a tie to the last bit."""
    return np.array_equal(pair.ab, pair.ba)


def _preference(pair: Pair, tokens: PairTokens, read: Iterator[np.float64]) -> Preference | Reject:
    ab = float(next(read))
    ba = ab if _alike(tokens) else float(next(read))
    if not (math.isfinite(ab) and math.isfinite(ba)):
        return Reject(pair.id, _NOT_FINITE)
    count = len(tokens.ab) if _alike(tokens) else len(tokens.ab) + len(tokens.ba)
    found = from_margin(margin(ab, ba), tokens=count)
    notes = (MARKED,) if tokens.marked else ()
    return Preference(found.margin, found.verdict, tokens=found.tokens, notes=notes)
