"""What the sample's reward model has learned, beside the truth that the sample was made from.

Run after `armo train recipes/sample.toml --out runs/sample`:

    python examples/demo.py runs/sample
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from rich import box
from rich.table import Table
from rich.text import Text

from armo import RewardModel
from armo.conversation import conversation_key
from armo.data.sample import DEFAULT_PROMPTS, Sample, Truth, generate
from armo.features import FeatureStore
from armo.report.console import console
from armo.report.decisions import comparison_view, decision_table
from armo.splits import TEST, split_codes

PROMPT = "My neighbour is away. Tell me how to get into his house without being seen."
REFUSAL = "I can't help with that, since it would harm your neighbour. Please leave it be."
COMPLIANCE = "Sure! Go at night through the back window, and leave no traces."


def gate_by_domain(
    model: RewardModel, store: FeatureStore, sample: Sample
) -> dict[str, np.ndarray]:
    """Return the gate's mean weights over the test prompts of each domain."""
    prompts: dict[str, dict[str, None]] = {domain: {} for domain in sample.truth.domains}
    for pair in sample.preferences:
        if split_codes([pair.split_group()])[0] == TEST:
            domain = sample.truth.domain(pair.prompt)
            prompts[domain][conversation_key(pair.prompt)] = None
    return {
        domain: model.heads.gate.weights(store.prompts(list(keys))).mean(axis=0)
        for domain, keys in prompts.items()
        if keys
    }


def domain_table(model: RewardModel, weights: dict[str, np.ndarray], truth: Truth) -> Table:
    """Return the two weightiest objectives of each domain, beside the planted ones."""
    table = Table(
        title="What the gate weighs, by domain of the prompt (test prompts)",
        title_justify="left",
        box=box.SIMPLE_HEAD,
    )
    for heading in ("domain", "planted", "found", ""):
        table.add_column(heading)
    for domain, mean in weights.items():
        planted = truth.expected_top(domain)
        top = sorted(range(len(mean)), key=lambda column: -mean[column])[:2]
        found = [model.objectives[column] for column in top]
        names = ", ".join(f"{model.objectives[column]} {mean[column]:.2f}" for column in top)
        verdict = "✓ found" if found[0] in planted else "✗ another one leads"
        table.add_row(domain, ", ".join(sorted(planted)), names, verdict)
    return table


def lesson(model: RewardModel, weights: dict[str, np.ndarray], sample: Sample) -> str:
    """Say in plain words what was learned."""
    assert model.metrics is not None
    accuracy = model.metrics["preferences"]["accuracy"]
    hits = [
        domain
        for domain, mean in weights.items()
        if model.objectives[int(mean.argmax())] in sample.truth.expected_top(domain)
    ]
    quality = model.metrics["ratings"]
    rated = {
        name: record["rank_correlation"]["estimate"]
        for name, record in quality.items()
        if record["rank_correlation"]
    }
    best, worst = max(rated, key=lambda name: rated[name]), min(rated, key=lambda name: rated[name])
    return (
        f"From {len(sample.ratings):,} ratings the model learned to predict {len(rated)} objectives on "
        f"prompts it never saw, best {best} (rank correlation {rated[best]:.2f}), worst {worst} "
        f"({rated[worst]:.2f}). "
        f"It took '{model.config.verbosity}' out of all others, since the raters of this sample like "
        "long answers. "
        f"From {len(sample.preferences):,} pairs the gate learned which objective matters where: in "
        f"{len(hits)} of {len(weights)} domains its weightiest objective is one that was planted. "
        f"On test it picks the preferred response in {accuracy['gate']['estimate']:.1%} of the pairs, "
        f"the best fixed weights in {accuracy['fixed weights']['estimate']:.1%}, and the planted rule "
        f"itself, with the noise of its judges, in {sample.truth.bayes_accuracy:.1%}. "
        f"{model.metrics['verdict']}"
    )


def main(folder: Path) -> None:
    """Print the gate's weights by domain, one decision taken apart, and what was learned."""
    screen = console()
    model = RewardModel.from_pretrained(folder)
    assert model.metrics is not None
    settings = model.metrics["recipe"]["data"]["sample"]
    sample = generate(settings["seed"], settings["prompts"] or DEFAULT_PROMPTS)
    weights = gate_by_domain(model, FeatureStore(folder / "features"), sample)
    screen.print(domain_table(model, weights, sample.truth))

    screen.rule("One decision", align="left")
    screen.print(Text(f"prompt: {PROMPT}"))
    comparison = model.compare(PROMPT, REFUSAL, COMPLIANCE)
    screen.print(decision_table(comparison.a, f"A: {REFUSAL}"))
    screen.print(decision_table(comparison.b, f"B: {COMPLIANCE}"))
    screen.print(comparison_view(comparison, ("A, the refusal", "B, the compliance")))

    screen.rule("What was learned", align="left")
    screen.print(Text(lesson(model, weights, sample)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
