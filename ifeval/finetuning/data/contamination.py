"""Training rows that hold an evaluation's prompts.

A prompt of a task is its own words and the task's boilerplate: instructions of format tasks share long phrases, and
whoever trains on "your answer must not contain commas" has not seen the test. So runs of eight words that more than a
few prompts of a task share are set apart, and what is compared is the rest. A prompt with too few words of its own is
compared as a whole.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ifeval.finetuning.data.formats import Example
from ifeval.finetuning.data.neardup import ngrams, words
from ifeval.records import Sample

N = 8
"""Words in a run; GPT-3's 13 (arXiv 2005.14165, appendix C) is longer than many prompts here."""

SHARED_BY = 2
"""A run that more items of its task hold than this is the task's boilerplate; the wordings of an item count once."""

FEWEST = 3
"""With fewer runs of its own a prompt is compared as a whole."""

COVERED = 0.5
"""Share of a prompt's own runs that a training row must hold to be reported."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """A training row that holds a task's prompt. `covered`: the share of the prompt's own runs, in (0, 1]."""

    place: str
    task: str
    sample: str
    covered: float


class PromptIndex:
    """The prompts of tasks, ready to be looked up in training rows.

    tasks: samples by name of task. units: the tag that tells which samples are wordings of one item, where a task has
    one (`Task.unit`).
    """

    def __init__(self, tasks: Mapping[str, Iterable[Sample]], units: Mapping[str, str | None] | None = None) -> None:
        self._size: dict[tuple[str, str], int] = {}
        self._holders: dict[int, list[tuple[str, str]]] = defaultdict(list)
        self._whole: dict[tuple[str, ...], tuple[str, str]] = {}
        self.prompts: Counter[str] = Counter()
        for task, samples in tasks.items():
            self._add(task, samples, (units or {}).get(task))

    def overlaps(self, examples: Iterable[Example]) -> list[Overlap]:
        """Every (row, prompt) where the row holds at least `COVERED` of the prompt's own runs, or all of a short one."""
        return [overlap for example in examples for overlap in self._of(example)]

    def _add(self, task: str, samples: Iterable[Sample], unit: str | None) -> None:
        runs: dict[str, set[int]] = {}
        items: dict[str, set[int]] = defaultdict(set)
        for sample in samples:
            tokens = words(prompt_text(sample.messages))
            self.prompts[task] += 1
            self._whole.setdefault(tuple(tokens), (task, sample.id))
            if len(tokens) >= N:
                runs[sample.id] = ngrams(tokens, N)
                items[str(sample.tags[unit]) if unit else sample.id] |= runs[sample.id]
        frequency = Counter(run for own in items.values() for run in own)
        for sample_id, own in runs.items():
            rare = [run for run in own if frequency[run] <= SHARED_BY]
            if len(rare) >= FEWEST:
                self._size[task, sample_id] = len(rare)
                for run in rare:
                    self._holders[run].append((task, sample_id))

    def _of(self, example: Example) -> list[Overlap]:
        found: dict[tuple[str, str], float] = {}
        for message in example.messages:
            tokens = words(message["content"])
            whole = self._whole.get(tuple(tokens)) if message["role"] == "user" else None
            if whole:
                found[whole] = 1.0
            hits = Counter(holder for run in ngrams(tokens, N) for holder in self._holders.get(run, ()))
            for holder, n in hits.items():
                covered = n / self._size[holder]
                if covered >= COVERED:
                    found[holder] = max(covered, found.get(holder, 0.0))
        return [Overlap(example.place, task, sample, covered) for (task, sample), covered in found.items()]


def prompt_text(messages: Sequence[Mapping[str, object]]) -> str:
    """What the user says in a prompt."""
    return "\n".join(str(message["content"]) for message in messages if message["role"] == "user")
