"""Preferences of a causal language model, against transformers on each text alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rivals.preference_model.tiny_causal import answer_logits, as_settings, make_causal, pair
from tests.tiny import make_tokenizer
from transformers import AutoModelForCausalLM, Gemma2Config, Gemma2ForCausalLM

from armo.errors import BackboneError, InputError, ModelError
from armo.rejects import Reject
from armo.rivals.preference_model import (
    PreferenceModel,
    is_preference_model,
    load_preference_model,
    untuned_preference_model,
)
from armo.rivals.preference_model.odds import margin
from armo.rivals.preference_model.text import question
from armo.rivals.system import Preference

PAIRS = [
    pair(
        "the thing " * (1 + index % 5),
        "an answer " * (1 + index % 3),
        "no, " * (index + 1),
        str(index),
    )
    for index in range(12)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_causal(tmp_path_factory.mktemp("causal"))


@pytest.fixture(scope="module")
def model(folder: Path) -> PreferenceModel:
    return PreferenceModel.load(as_settings(folder))


def margins(found: list[Preference | Reject]) -> list[float]:
    return [one.margin for one in found if isinstance(one, Preference) and one.margin is not None]


def probability(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))


def by_transformers(folder: Path) -> list[float]:
    """Return the probability that `a` is better, each text read alone with the whole vocabulary."""
    causal = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    expected = []
    for one in PAIRS:
        ab = answer_logits(folder, causal, question(one.prompt, one.a, one.b))
        ba = answer_logits(folder, causal, question(one.prompt, one.b, one.a))
        first, second = (torch.tensor(logits).softmax(0) for logits in (ab, ba))
        expected.append(float(first[0] + second[1]) / 2)
    return expected


def test_probabilities_are_those_of_both_orders_by_transformers(
    model: PreferenceModel, folder: Path
) -> None:
    found = model.prefer(PAIRS)
    expected = by_transformers(folder)
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose([probability(x) for x in margins(found)], expected, atol=1e-5)
    verdicts = [one.verdict for one in found if isinstance(one, Preference)]
    assert verdicts == [float(p > 0.5) for p in expected]


@pytest.mark.parametrize("kind", ["untied", "capped"])
def test_heads_of_other_kinds(kind: str, tmp_path: Path) -> None:
    if kind == "untied":
        make_causal(tmp_path, tied=False)
    else:
        sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "head_dim": 8}
        config = Gemma2Config(
            vocab_size=320,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=512,
            final_logit_softcapping=0.5,
            initializer_range=0.3,
            pad_token_id=0,
            eos_token_id=1,
            bos_token_id=2,
            **sizes,
        )
        torch.manual_seed(0)
        Gemma2ForCausalLM(config).save_pretrained(tmp_path)
        make_tokenizer().save_pretrained(tmp_path)
    found = margins(untuned_preference_model(as_settings(tmp_path)).prefer(PAIRS))
    expected = by_transformers(tmp_path)
    assert np.ptp(expected) > 0.01
    np.testing.assert_allclose([probability(x) for x in found], expected, atol=1e-5)


@settings(max_examples=15, deadline=None)
@given(prompt=st.text(min_size=1, max_size=20), a=st.text(max_size=30), b=st.text(max_size=30))
def test_exchanging_the_responses_exchanges_the_probability(
    model: PreferenceModel, prompt: str, a: str, b: str
) -> None:
    first, second = model.prefer([pair(prompt, a, b)]), model.prefer([pair(prompt, b, a)])
    if isinstance(first[0], Reject):
        assert isinstance(second[0], Reject)
        return
    there, back = (probability(margins(found)[0]) for found in (first, second))
    assert there == pytest.approx(1 - back, abs=1e-6)
    if a == b:
        assert there == first[0].verdict == 0.5


@given(
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6),
)
def test_the_margin_is_finite_and_the_log_odds_of_the_mean(ab: float, ba: float) -> None:
    found = margin(ab, ba)
    assert np.isfinite(found)
    assert margin(ba, ab) == -found
    if max(abs(ab), abs(ba)) < 15:
        p = (probability(ab) + probability(-ba)) / 2
        assert found == pytest.approx(np.log(p / (1 - p)), abs=1e-6)


def test_a_batch_changes_nothing(model: PreferenceModel, folder: Path) -> None:
    together = margins(model.prefer(PAIRS))
    alone = [margins(model.prefer([one]))[0] for one in PAIRS]
    backwards = margins(model.prefer(PAIRS[::-1]))[::-1]
    large = untuned_preference_model(as_settings(folder, batch_tokens=20000))
    for other in (alone, backwards, margins(large.prefer(PAIRS))):
        np.testing.assert_allclose(together, other, atol=1e-5)


def test_threads_change_nothing(model: PreferenceModel) -> None:
    before = torch.get_num_threads()
    one = margins(model.prefer(PAIRS))
    torch.set_num_threads(3)
    try:
        np.testing.assert_allclose(margins(model.prefer(PAIRS)), one, atol=1e-6)
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_what_cant_be_read_is_told_in_its_place(folder: Path) -> None:
    short = untuned_preference_model(as_settings(folder, max_tokens=120))
    rows = [PAIRS[0], pair("x", "y " * 100, "z", "long"), pair("x", " ", "z", "blank")]
    found = short.prefer(rows)
    assert isinstance(found[0], Preference)
    assert isinstance(found[1], Reject)
    assert isinstance(found[2], Reject)
    assert (found[1].id, found[2].id) == ("long", "blank")
    assert "more than the 120 that are read" in found[1].reason
    assert "response is empty" in found[2].reason


def test_markers_and_tokens_are_noted(model: PreferenceModel) -> None:
    plain, marked = model.prefer([PAIRS[0], pair("x", "see [RESPONSE B]", "y")])
    assert isinstance(plain, Preference)
    assert isinstance(marked, Preference)
    assert plain.notes == ()
    assert marked.notes == ("markers in text",)
    assert plain.tokens > 2 * len("[CONTEXT]")


def test_weights_that_overflow_are_told(folder: Path) -> None:
    broken = untuned_preference_model(as_settings(folder))
    with torch.no_grad():
        broken._model.model.norm.weight.fill_(float("nan"))
    (found,) = broken.prefer(PAIRS[:1])
    assert isinstance(found, Reject)
    assert "not finite" in found.reason


def test_the_description_follows_what_decides(folder: Path, tmp_path: Path) -> None:
    settings_of = as_settings(folder)
    one = untuned_preference_model(settings_of).description
    assert (one.kind, one.beta) == ("preference-model", 1.0)
    causal = AutoModelForCausalLM.from_pretrained(folder)
    table = causal.get_input_embeddings().weight.numel()
    assert one.parameters == sum(weight.numel() for weight in causal.parameters()) - table
    others = [
        dataclasses.replace(settings_of, name=str(make_causal(tmp_path, seed=1))),
        dataclasses.replace(settings_of, max_tokens=100),
        dataclasses.replace(settings_of, reasoning="keep"),
        dataclasses.replace(settings_of, dtype="bfloat16"),
    ]
    hashes = {one.hash, *(untuned_preference_model(other).description.hash for other in others)}
    assert len(hashes) == 5
    assert untuned_preference_model(settings_of).description == one


def test_a_decoder_without_a_head_is_refused(tiny_folder: Path) -> None:
    with pytest.raises(BackboneError, match="language-model head"):
        untuned_preference_model(as_settings(tiny_folder))


def test_quantised_weights_are_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="quantization"):
        untuned_preference_model(as_settings(folder, quantization="int8"))


def test_another_folder_is_no_preference_model(folder: Path) -> None:
    assert not is_preference_model(folder)
    with pytest.raises(ModelError, match="is no preference model"):
        load_preference_model(folder)
