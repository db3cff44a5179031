"""IFEval (Zhou et al. 2023, arXiv 2311.07911): 541 prompts with 1 to 3 verifiable instructions of 25 types.

`ifeval` scores as the official scorer does, to the last boolean. `ifeval-fixed` fixes what that scorer gets wrong, and
the three rows of the data that contradict their own prompt. docs/tasks-ifeval.md lists every repair.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, ClassVar

from ifeval.checks import CHECKS
from ifeval.checks.ifeval import repaired
from ifeval.checks.ifeval.arguments import Check
from ifeval.checks.ifeval.data import Prompt, read_prompts
from ifeval.checks.verify import by_instruction, verify
from ifeval.errors import UserError
from ifeval.records import Response, Sample, Score
from ifeval.task import Row, Task

from .repairs import repair


class IFEval(Task):
    name = "ifeval"
    version = "1"
    family = "format"
    primary = "prompt_strict"
    description = "541 prompts with verifiable instructions, scored exactly as the official scorer does"
    dataset = "ifeval"
    breakdowns = ("instructions",)
    checks: ClassVar[Mapping[str, Check]] = CHECKS

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """The prompts in the order of the data; `seed` plays no part. Raises UserError for data that cannot be used."""
        for prompt in islice(self.prompts(), limit):
            yield Sample(
                id=prompt.key,
                messages=[{"role": "user", "content": prompt.text}],
                target=prompt.instructions,
                tags={"instructions": len(prompt.instructions)},
            )

    def score(self, sample: Sample, response: Response) -> Score:
        """Strict and loose verdicts in the order of the instructions; `prompt_strict` and `prompt_loose`."""
        return verify(response.answer, sample.target, self.checks)

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        """How often each type of instruction was followed."""
        return {"by_instruction": by_instruction(row.score for row in rows)}

    def prompts(self) -> Iterator[Prompt]:
        """The rows of the data, validated."""
        if self.data is None:
            raise UserError(f"{self.name} needs its data: run `ifeval data fetch ifeval`, or give --data PATH.")
        return read_prompts(self.data, self.checks)


class IFEvalFixed(IFEval):
    name = "ifeval-fixed"
    version = "2"
    description = "IFEval with the official scorer's known defects and three contradictory rows fixed"
    checks = repaired.CHECKS

    def prompts(self) -> Iterator[Prompt]:
        """The rows of the data, validated and repaired."""
        return filter(None, map(repair, super().prompts()))
