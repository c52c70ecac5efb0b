"""TRL's trainer, told that one token of a row counts. Imported only where something is trained."""

from __future__ import annotations

from typing import Any

import torch
from trl.trainer.sft_trainer import SFTTrainer


class AnswerTrainer(SFTTrainer):
    """Computes logits where a label stands, and nowhere else.

    TRL skips the other positions on GPUs only; on a CPU it projects every token on the whole
    vocabulary. The loss is the same.
    """

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """Return the cross-entropy of the batch's answers, over the number of those in its step."""
        labels = inputs["labels"][:, 1:]
        places = (labels != -100).any(dim=0).nonzero()[:, 0]
        wanted = labels[:, places].flatten()
        texts = {name: value for name, value in inputs.items() if name != "labels"}
        outputs = model(**texts, use_cache=False, logits_to_keep=places)
        logits = outputs.logits.flatten(0, 1).float()
        total = torch.nn.functional.cross_entropy(
            logits, wanted, ignore_index=-100, reduction="sum"
        )
        answers = wanted != -100
        right = (logits.argmax(dim=-1) == wanted)[answers].float().mean()
        self._metrics["train"]["mean_token_accuracy"].append(float(right))
        loss = total / (answers.sum() if num_items_in_batch is None else num_items_in_batch)
        return (loss, outputs) if return_outputs else loss
