"""The rows of a benchmark, to be looked for in training rows one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from armo.overlap.entries import Entry
from armo.overlap.index import Hit, TextIndex
from armo.overlap.matching import Answer, Match, match_of
from armo.overlap.settings import MatchRule
from armo.overlap.texts import FEWEST_TELLING, normal_form, words_of

_LIKENESSES = ("exact", "near")


class BenchmarkIndex:
    """What is looked for: prompts, responses or both.

    A response of fewer than `FEWEST_TELLING` words counts only beside a repeated prompt: a stock
    phrase tells nothing by itself.

    Args:
        entries: The benchmark's rows.
        threshold: Lowest Jaccard similarity of a near-duplicate, above 0; 1 means equal texts only.
        rule: What a training row must repeat to count.

    Raises:
        MissingExtraError: If the threshold is below 1 and datasketch is not installed.
    """

    def __init__(
        self, entries: Sequence[Entry], threshold: float, rule: MatchRule = "either"
    ) -> None:
        self.entries = entries
        self._rule = rule
        prompts = [entry.prompt for entry in entries] if rule != "response" else []
        self._prompts = TextIndex(prompts, threshold).with_embedded()
        # Which response a number of the index below is: its row, and its place there.
        self._owners = [
            (row, place)
            for row, entry in enumerate(entries if rule != "prompt" else ())
            for place in range(len(entry.responses))
        ]
        responses = [entries[row].responses[place] for row, place in self._owners]
        self._responses = TextIndex(responses, threshold)
        self._telling = [
            len(words_of(normal_form(response))) >= FEWEST_TELLING for response in responses
        ]

    def matches(self, train: Entry) -> Iterator[tuple[int, Match]]:
        """Yield the places of the benchmark's rows that a training row repeats, with the match."""
        prompts = self._prompts.search(train.prompt)
        answers = self._answers(train, prompts)
        touched = prompts.keys() & answers if self._rule == "both" else prompts.keys() | answers
        for row in sorted(touched):
            yield row, match_of(self.entries[row], train, prompts.get(row), answers.get(row))

    def _answers(self, train: Entry, prompts: dict[int, Hit]) -> dict[int, Answer]:
        """Return the most similar pair of responses by benchmark row."""
        best: dict[int, Answer] = {}
        for response in train.responses:
            for number, hit in self._responses.search(response).items():
                row, place = self._owners[number]
                if not self._telling[number] and row not in prompts:
                    continue
                if row not in best or _order(hit) < _order(best[row].hit):
                    best[row] = Answer(hit, self.entries[row].responses[place], response)
        return best


def _order(hit: Hit) -> tuple[int, float]:
    return _LIKENESSES.index(hit.likeness), -(hit.jaccard or 0.0)
