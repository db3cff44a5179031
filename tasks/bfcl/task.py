"""BFCL v4's single-turn categories, scored as the official checker does; and `bfcl-fixed`, where that is fixed.

See docs/tasks-tool-calls.md for what is not here (multi-turn and agentic categories) and for the prompt's wording.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from ifeval.checks.guards import guard
from ifeval.errors import UserError
from ifeval.records import CheckResult, Response, Sample, Score, ToolCall
from ifeval.task import Row, Task
from ifeval.tool_calls import any_form
from ifeval.tool_calls.bfcl import (
    SINGLE_TURN,
    Entry,
    Judgement,
    ReturnFormat,
    has_call,
    judge,
    judge_calls,
    judge_native,
    load,
)
from ifeval.tool_calls.bfcl.scores import summarize

from . import gold, prompts

FORMATS: dict[str, ReturnFormat] = {"simple_java": "java", "simple_javascript": "javascript"}


class Bfcl(Task):
    """Prompt mode: the functions are in the system message, calls are read as Python, Java or JavaScript."""

    name = "bfcl"
    version = "1"
    family = "structured"
    primary = "correct"
    description = (
        "BFCL v4, single turn, prompt mode: 3,641 function-calling requests, scored as the official checker does"
    )
    size = 3641
    max_tokens = 512
    offers_tools = True
    breakdowns = ("category", "group")
    dataset = "bfcl"

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """All entries by id. Raises UserError where the data is missing."""
        if self.data is None:
            raise UserError(
                "BFCL's data is not here; fetch it with `ifeval data fetch bfcl`, or name its folder with --data."
            )
        folder = Path(self.data)
        return {key: entry for category in SINGLE_TURN for key, entry in load(folder, category).items()}

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """The entries, categories mixed in proportion, so that every limit is a sample of all; the seed plays no part."""
        return islice((self._sample(entry) for entry in _mixed(self.entries.values())), limit)

    def score(self, sample: Sample, response: Response) -> Score:
        """`correct`: BFCL's validity; `correct_any_form`: with the calls read in whatever form they are written.

        A check's failure is BFCL's error type.
        """
        entry = self._entry(sample)
        found = self._judge(entry, response)
        return _score(found, correct_any_form=float(self._valid_in_any_form(entry, response, found)))

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        """BFCL's own accuracies and overall scores."""
        return {"bfcl": summarize(_tally(rows, "correct"))}

    def passes_blank(self, sample: Sample) -> bool:
        return _wants_words(self._entry(sample))

    def _sample(self, entry: Entry) -> Sample:
        oracle = gold.in_words(entry)
        proven = self._provable(entry) and self._judge(entry, _reply(oracle)).valid
        return Sample(entry.id, prompts.in_words(entry), oracle=oracle if proven else None, tags=_tags(entry))

    def _provable(self, entry: Entry) -> bool:
        """Whether an oracle would prove anything: not where upstream takes any words, or the request itself, as right."""
        return not _wants_words(entry) and not self._judge(entry, _reply(entry.messages[-1]["content"])).valid

    def _entry(self, sample: Sample) -> Entry:
        return self.entries[sample.id]

    def _judge(self, entry: Entry, response: Response) -> Judgement:
        return judge(entry, response.answer, FORMATS.get(entry.category, "python"))

    def _called(self, response: Response) -> bool:
        """Whether the official decoder finds a call in the reply."""
        return has_call(response.answer)

    def _valid_in_any_form(self, entry: Entry, response: Response, official: Judgement) -> bool:
        """Where the official decoder finds no call, those that any known form gives are judged instead."""
        if not _wants_words(entry) and (official.valid or self._called(response)):
            return official.valid
        calls = any_form(response.answer, prompts.as_tools(entry)).calls
        if _wants_words(entry):
            return official.valid and not calls
        made = [{call.name: dict(call.arguments)} for call in calls]
        dotted = "relevance" not in entry.category and judge_calls(entry, made).valid
        return dotted or judge_native(entry, made).valid


class BfclNative(Bfcl):
    """Native mode: the functions are the template's tools, dots in their names written as underscores."""

    name = "bfcl-native"
    description = "BFCL v4, single turn, native mode: the same requests through the chat template's own tools"

    def _sample(self, entry: Entry) -> Sample:
        oracle = gold.as_calls(entry)
        made = None if isinstance(oracle, str) else tuple(oracle)
        proven = self._provable(entry) and self._judge(entry, replace(_reply(""), tool_calls=made)).valid
        tools = prompts.as_tools(entry)
        return Sample(entry.id, entry.messages, tools, oracle=oracle if proven else None, tags=_tags(entry))

    def _judge(self, entry: Entry, response: Response) -> Judgement:
        calls: tuple[ToolCall, ...] = response.tool_calls or ()
        return judge_native(entry, [{call.name: dict(call.arguments)} for call in calls], response.tool_error)

    def _called(self, response: Response) -> bool:
        return bool(response.tool_calls) and response.tool_error is None


class BfclFixed(Bfcl):
    """Prompt mode, fixed: signs mean what they say, seven answers can be met, and silence is no refusal."""

    name = "bfcl-fixed"
    description = "BFCL v4, single turn, with the official checker's known defects fixed, and the difference shown"

    @cached_property
    def entries(self) -> dict[str, Entry]:
        return {key: gold.repaired(entry) for key, entry in super().entries.items()}

    def passes_blank(self, sample: Sample) -> bool:
        return False

    def _provable(self, entry: Entry) -> bool:
        return not self._judge(entry, _reply(entry.messages[-1]["content"])).valid or _wants_words(entry)

    def score(self, sample: Sample, response: Response) -> Score:
        """`correct` under the repairs; `official` is what `bfcl` says of the same reply."""
        entry = self._entry(sample)
        prompt = next((message["content"] for message in reversed(sample.messages) if message["role"] == "user"), "")
        caught = (
            guard(response.answer, prompt, truncated=response.truncated, min_words=2) if _wants_words(entry) else None
        )
        found = Judgement(False, caught.failure, caught.reason) if caught else self._judge(entry, response)
        official = judge(
            load(Path(str(self.data)), entry.category)[entry.id], response.answer, FORMATS.get(entry.category, "python")
        )
        return _score(found, official=float(official.valid))

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        kept = list(rows)
        mended, official = (summarize(_tally(kept, metric)) for metric in ("correct", "official"))
        differ = sorted(row.sample_id for row in kept if row.score.metrics["correct"] != row.score.metrics["official"])
        return {"bfcl": mended, "bfcl_official": official, "judged_otherwise": differ}

    def _judge(self, entry: Entry, response: Response) -> Judgement:
        return judge(entry, response.answer, FORMATS.get(entry.category, "python"), repaired=True)


def _reply(text: str) -> Response:
    return Response("", text, "stop", answer=text)


def _score(judgement: Judgement, **metrics: float) -> Score:
    verdict = CheckResult(judgement.valid, judgement.reason or "as BFCL wants it", "calls", judgement.error_type or "")
    return Score((verdict,), {"correct": float(judgement.valid), **metrics})


def _wants_words(entry: Entry) -> bool:
    return "irrelevance" in entry.category


def _tags(entry: Entry) -> dict[str, str]:
    return {"category": entry.category, "group": "live" if entry.category.startswith("live") else "non_live"}


def _tally(rows: Iterable[Row], metric: str) -> dict[str, tuple[int, int]]:
    right: Counter[str] = Counter()
    trials: Counter[str] = Counter()
    for row in rows:
        category = str(row.tags["category"])
        trials[category] += 1
        right[category] += row.score.metrics[metric] == 1
    return {category: (right[category], trials[category]) for category in trials}


def _mixed(entries: Iterable[Entry]) -> list[Entry]:
    """Entries ordered by how far through their category they stand."""
    entries = list(entries)
    sizes = Counter(entry.category for entry in entries)
    seen: Counter[str] = Counter()
    places = []
    for entry in entries:
        seen[entry.category] += 1
        places.append(((seen[entry.category] - 0.5) / sizes[entry.category], entry))
    return [entry for _, entry in sorted(places, key=lambda place: place[0])]
