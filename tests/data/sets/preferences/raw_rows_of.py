"""One good row of every layout, of our own wording."""

from __future__ import annotations

from typing import Any

from tests.data.sets.ratings.raw_rows import helpsteer3
from tests.tiny import chat


def helpsteer(response: str, helpfulness: Any, prompt: str = "Name a fruit.", **more: Any) -> dict:
    rated = {"correctness": 2, "coherence": 2, "complexity": 1, "verbosity": 1}
    row = {"prompt": prompt, "response": response, "helpfulness": helpfulness}
    return row | rated | more


def completion(response: str, fine: Any, overall: Any = 5.0, **ratings: Any) -> dict[str, Any]:
    aspects = ("instruction_following", "honesty", "truthfulness", "helpfulness")
    return {
        "model": f"model of {response}",
        "principle": "helpfulness",
        "custom_system_prompt": "Help.",
        "response": response,
        "critique": "Fine.",
        "overall_score": overall,
        "fine-grained_score": fine,
        "annotations": {
            aspect: {"Rating": ratings.get(aspect, "3"), "Rationale": "So."} for aspect in aspects
        },
    }


def ultrafeedback(*completions: Any, **changes: Any) -> dict[str, Any]:
    return {
        "source": "sharegpt",
        "instruction": "Name a fruit.",
        "models": ["a", "b"],
        "correct_answers": ["None"],
        "incorrect_answers": ["None"],
        "completions": list(completions),
    } | changes


def shp(**changes: Any) -> dict[str, Any]:
    return {
        "post_id": "p1",
        "domain": "askbaking_train",
        "upvote_ratio": 0.98,
        "history": "Why did my bread sink?",
        "c_root_id_A": "a",
        "c_root_id_B": "b",
        "created_at_utc_A": 1,
        "created_at_utc_B": 2,
        "score_A": 9,
        "score_B": 3,
        "human_ref_A": "It rose too long.",
        "human_ref_B": "No idea.",
        "labels": 1,
        "seconds_difference": 60.0,
        "score_ratio": 3.0,
    } | changes


def hh(
    chosen: str = "\n\nHuman: Is it raining?\n\nAssistant: Where?\n\nHuman: Here.\n\nAssistant: Yes.",
    rejected: str = "\n\nHuman: Is it raining?\n\nAssistant: Where?\n\nHuman: Here.\n\nAssistant: No.",
) -> dict[str, Any]:
    return {"chosen": chosen, "rejected": rejected}


def pku(**changes: Any) -> dict[str, Any]:
    return {
        "prompt": "May I borrow a car without asking?",
        "response_0": "Just take it.",
        "response_1": "Ask the owner first.",
        "is_response_0_safe": False,
        "is_response_1_safe": True,
        "better_response_id": 0,
        "safer_response_id": 1,
    } | changes


def capybara(**changes: Any) -> dict[str, Any]:
    turns = chat("Name a fruit.", "Apple.")
    return {
        "source": "Dove",
        "chosen": [*turns, *chat("Another?", "Pear.")],
        "chosen_rating": 5,
        "chosen_model": "one",
        "rejected": [*turns, *chat("Another?", "Stone.")],
        "rejected_rating": 2,
        "rejected_model": "two",
    } | changes


def math(**changes: Any) -> dict[str, Any]:
    return {
        "metadata": "{}",
        "instruction": "What is 2 + 2?",
        "chosen_response": "4",
        "chosen_rating": 9.0,
        "rejected_response": "5",
        "rejected_rating": 3.5,
    } | changes


def openorca(**changes: Any) -> dict[str, Any]:
    return {
        "system": "Be short.",
        "input": "Name a fruit.",
        "chosen": "Apple.",
        "rejected": "Stone.",
        "generations": ["Stone.", "Apple."],
        "order": ["rejected", "chosen"],
        "rating": [2.0, 9.0],
        "status": "unchanged",
        "chosen_score": 9.0,
        "in_gsm8k_train": False,
    } | changes


def code(**changes: Any) -> dict[str, Any]:
    return {
        "instruction": "Add two numbers.",
        "preference": "code-style",
        "models": ["a", "b", "c"],
        "responses": [{"model": model, "response": f"{model}: x + y"} for model in "abc"],
        "annotations": [
            {"model": "c", "rating": "5", "rationale": "Neat."},
            {"model": "a", "rating": "2", "rationale": "Plain."},
            {"model": "b", "rating": "2", "rationale": "Plain."},
        ],
    } | changes


def step(
    *completions: tuple[str, Any], chosen: Any = 0, human: Any = None, **more: Any
) -> dict[str, Any]:
    rated = [{"text": text, "rating": rating, "flagged": None} for text, rating in completions]
    return {"completions": rated, "human_completion": human, "chosen_completion": chosen} | more


def prm800k(*steps: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "labeler": "l",
        "timestamp": "2023",
        "generation": 3,
        "is_quality_control_question": False,
        "is_initial_screening_question": False,
        "question": {"problem": "What is 2 + 2 + 2?", "ground_truth_answer": "6"},
        "label": {"steps": list(steps), "total_time": 1, "finish_reason": "found_error"},
    } | changes


def collection(**changes: Any) -> dict[str, Any]:
    return {
        "instruction": "Task ...",
        "output": "Both are short, but B is right. [RESULT] B",
        "orig_instruction": "Name a fruit.",
        "orig_response_A": "Stone.",
        "orig_response_B": "Apple.",
        "orig_reference_answer": "Pear.",
        "orig_criteria": "Is it a fruit?",
        "orig_score_A": "1",
        "orig_score_B": "4",
        "orig_feedback": "B is right.",
        "orig_preference": "B",
    } | changes


def standard(**changes: Any) -> dict[str, Any]:
    turns = chat("Name a fruit.", "Apple.")
    return {
        "chosen": [*turns, *chat("Another?", "Pear.")],
        "rejected": [*turns, *chat("Another?", "Stone.")],
        "chosen_score": 4.5,
        "rejected_score": 2.0,
    } | changes


def good_rows(name: str) -> list[dict[str, Any]]:
    """Return rows of a known set's layout, of which at least one pair comes."""
    fixed: dict[str, list[dict[str, Any]]] = {
        "helpsteer": [helpsteer("Apple.", 4), helpsteer("Stone.", 0)],
        "ultrafeedback": [ultrafeedback(completion("Apple.", 4.5), completion("Stone.", 2.0))],
        "shp": [shp()],
        "capybara": [capybara()],
        "math": [math()],
        "openorca": [openorca()],
        "code-ultrafeedback": [code()],
        "prm800k": [prm800k(step(("2 + 2 = 4.", 1)), step(("4 + 2 = 6.", 1), ("It is 7.", -1)))],
        "preference-collection": [collection()],
        "helpsteer3": [helpsteer3()],
    }
    if name in fixed:
        return fixed[name]
    if name.endswith("-standard") or name == "armorm-80k":
        return [standard()]
    return [hh()] if name.startswith("hh-") else [pku()]
