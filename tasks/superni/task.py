"""Super-NaturalInstructions (Wang et al. 2022, arXiv 2204.07705): 119 unseen tasks x 100 instances.

The prompt has Tk-Instruct's form (definition, positive examples, the instance) inside one user message. The metric is
Tk-Instruct's: ROUGE-L, and exact match beside it, each with the best of the references.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from ifeval.errors import UserError
from ifeval.records import CheckResult, Response, Sample, Score
from ifeval.task import Row, Task

from .data import Example, Instructions, missing_tasks, read_tasks
from .rouge import exact_match, rouge_l


class SuperNI(Task):
    """Definition only."""

    name = "superni"
    version = "1"
    family = "zero_shot"
    primary = "rouge_l"
    description = "Super-NaturalInstructions' 119 test tasks, definition only"
    max_tokens = 128
    breakdowns = ("category",)
    dataset = "superni"
    shots: ClassVar[int] = 0

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """Instance 0 of every task, then instance 1 of every task, and so on; the seed changes nothing."""
        tasks = read_tasks(self._folder())
        rounds = max(len(task.instances) for task in tasks)
        cells = ((task, index) for index in range(rounds) for task in tasks if index < len(task.instances))
        for number, (task, index) in enumerate(cells):
            if limit is not None and number >= limit:
                return
            yield self._sample(task, index)

    def score(self, sample: Sample, response: Response) -> Score:
        references = sample.target
        answered = bool(response.answer.strip())
        same = answered and exact_match(response.answer, references)
        closeness = rouge_l(response.answer, references)
        reason = (
            f"ROUGE-L {closeness:.2f} with the closest of {len(references)} references ({references[0][:60]!r}, ...)"
        )
        return Score(
            checks=(CheckResult(same, reason if answered else "empty reply", "exact_match"),),
            metrics={"rouge_l": closeness, "exact_match": float(same)},
        )

    def prepare(self) -> None:
        read_tasks(self._folder())

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        """Mean of both metrics per task, and the official test tasks that the data lacks."""
        scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for row in rows:
            metrics = row.score.metrics
            scores[str(row.tags["task"])].append((metrics["rouge_l"] or 0.0, metrics["exact_match"] or 0.0))
        missing = missing_tasks(self._folder())
        return {
            "tasks": {name: _means(values) for name, values in sorted(scores.items())},
            "missing_tasks": {"count": len(missing), "names": missing},
        }

    def _folder(self) -> Path:
        if self.data is None or not self.data.is_dir():
            raise UserError(
                f"{self.name} needs Super-NaturalInstructions: `ifeval data fetch superni`, or --data FOLDER with "
                "tasks/*.json and the list of test tasks."
            )
        return self.data

    def _sample(self, task: Instructions, index: int) -> Sample:
        instance = task.instances[index]
        return Sample(
            id=f"{task.name}/{index}",
            messages=[{"role": "user", "content": prompt(task.definition, task.examples[: self.shots], instance)}],
            target=instance["output"],
            oracle=instance["output"][0],
            tags={"task": task.name, "category": task.category, "shots": self.shots},
        )


class SuperNIFewShot(SuperNI):
    """Definition and two positive examples."""

    name = "superni-fewshot"
    description = "Super-NaturalInstructions' 119 test tasks, definition and two positive examples"
    shots = 2


def prompt(definition: str, examples: Iterable[Example], instance: Example) -> str:
    """Definition, solved examples, the instance, and an open `Output:`, a blank line between the parts."""
    solved = [
        f"Positive Example {number} -\nInput: {example['input'].strip()}\nOutput: {example['output'].strip()}"
        for number, example in enumerate(examples, start=1)
    ]
    question = f"Now complete the following example -\nInput: {instance['input'].strip()}\nOutput:"
    return "\n\n".join([f"Definition: {definition.strip()}", *solved, question])


def _means(values: list[tuple[float, float]]) -> dict[str, float]:
    rouge, exact = zip(*values, strict=True)
    return {"n": len(values), "rouge_l": sum(rouge) / len(values), "exact_match": sum(exact) / len(values)}
