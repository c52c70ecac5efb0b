"""A good row of every set, in its own layout and our own words."""

from __future__ import annotations

from typing import Any

from armo.data.sets.ratings.beavertails import HARMS

USER = {"role": "user", "content": "Which bird is this?"}
TURNS = [USER, {"role": "assistant", "content": "A wren?"}, {"role": "user", "content": "Sure?"}]


def helpsteer() -> dict[str, Any]:
    return {
        "prompt": "Name a river.",
        "response": "The Danube.",
        "helpfulness": 3,
        "correctness": 4,
        "coherence": 4,
        "complexity": 1,
        "verbosity": 0,
    }


def helpsteer2() -> dict[str, Any]:
    prompt = (
        "Name a river.\n<extra_id_1>Assistant\nThe Danube.\n\nIt is long.\n<extra_id_1>User\n"
        "How long?"
    )
    return helpsteer() | {"prompt": prompt, "response": "2850 km."}


def helpsteer3(preference: int = -2) -> dict[str, Any]:
    return {
        "domain": "general",
        "language": "english",
        "context": TURNS,
        "response1": "Yes, by its tail.",
        "response2": "No idea.",
        "overall_preference": preference,
        "individual_preference": [
            {"score": preference, "reasoning": "r", "feedback1": "f", "feedback2": "g"}
        ],
    }


def completion(model: str = "alpha", **changes: Any) -> dict[str, Any]:
    return {
        "model": model,
        "principle": "helpfulness",
        "custom_system_prompt": "Be of help.",
        "response": f"An answer of {model}.",
        "critique": "Well.",
        "overall_score": 7.5,
        "fine-grained_score": 3.5,
        "annotations": {
            "instruction_following": {"Rating": "4", "Rationale": "a"},
            "honesty": {"Rating": "3", "Rationale": "b"},
            "truthfulness": {
                "Rating": "5",
                "Rationale": "c",
                "Rationale For Rating": "d",
                "Type": ["1"],
            },
            "helpfulness": {"Rating": "2", "Rationale": "e", "Type": ["2"]},
        },
    } | changes


def ultrafeedback(*completions: Any) -> dict[str, Any]:
    given = completions or tuple(map(completion, ("alpha", "beta", "gamma", "delta")))
    return {
        "source": "sharegpt",
        "instruction": "Explain tides.",
        "models": ["alpha", "beta", "gamma", "delta"],
        "correct_answers": ["None"],
        "incorrect_answers": ["None"],
        "completions": list(given),
    }


def beavertails(*harms: str) -> dict[str, Any]:
    return {
        "prompt": "How do locks work?",
        "response": "Pins hold the cylinder.",
        "category": {harm: harm in harms for harm in HARMS},
        "is_safe": not harms,
    }


EVALUATOR_PROMPT = """###Task Description:
Judge a response by a rubric.

###The instruction to evaluate:
Write a haiku on rain.

###Response to evaluate:
Rain on the tin roof
###Reference Answer (Score 5):
is not a heading here

###Reference Answer (Score 5):
Rain falls; the frog sings.

###Score Rubrics:
[Does it keep to the form?]
Score 1: No.
Score 5: Yes.

###Feedback: """


def feedback_collection() -> dict[str, Any]:
    return {
        "instruction": EVALUATOR_PROMPT,
        "output": "Feedback: It has too few lines. [RESULT] 2",
        "orig_instruction": "Write a haiku on rain.",
        "orig_response": "Rain on the tin roof",
        "orig_reference_answer": "Rain falls; the frog sings.",
        "orig_criteria": "Does it keep to the form?",
        "orig_score1_description": "No.",
        "orig_score5_description": "Yes.",
        "orig_feedback": "It has too few lines.",
        "orig_score": "2",
    }


def capybara() -> dict[str, Any]:
    return {
        "source": "birds",
        "chosen": [*TURNS, {"role": "assistant", "content": "Yes, by its tail."}],
        "chosen_rating": 5,
        "chosen_model": "alpha",
        "rejected": [*TURNS, {"role": "assistant", "content": "Perhaps."}],
        "rejected_rating": 2,
        "rejected_model": "beta",
    }


def openorca() -> dict[str, Any]:
    return {
        "system": "You are brief.",
        "input": "What is iron?",
        "chosen": "A metal.",
        "rejected": "A stone.",
        "generations": ["A stone.", "A metal."],
        "order": ["rejected", "chosen"],
        "labelling_model": "a judge",
        "rating": [3.0, 9.0],
        "status": "swapped",
        "original_chosen": "A stone.",
        "original_rejected": "A metal.",
        "chosen_score": 9.0,
        "in_gsm8k_train": False,
    }


def mathematics() -> dict[str, Any]:
    return {
        "metadata": "{}",
        "instruction": "What is 2 + 2?",
        "chosen_response": "4",
        "chosen_rating": 10.0,
        "rejected_response": "5",
        "rejected_rating": 1.0,
    }


def code_ultrafeedback() -> dict[str, Any]:
    return {
        "instruction": "Sort a list.",
        "preference": "readability",
        "models": ["alpha", "beta"],
        "responses": [
            {"model": "alpha", "response": "sorted(x)"},
            {"model": "beta", "response": "x.sort()"},
        ],
        "annotations": [
            {"model": "beta", "rating": "2", "rationale": "b"},
            {"model": "alpha", "rating": "5", "rationale": "a"},
        ],
    }


def armorm() -> dict[str, Any]:
    return {
        "messages": [USER, {"role": "assistant", "content": "A wren."}],
        "helpsteer-helpfulness": 0.7,
        "helpsteer-verbosity": 0.30000001192092896,
        "ultrafeedback-overall_score": None,
        "beavertails-is_safe": None,
    }
