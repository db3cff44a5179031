"""IFBench (Pyatkin et al. 2025, arXiv 2507.02833): 300 prompts with 1 or 2 verifiable instructions of 58 types.

Scored as the official scorer does, `words:start_verb` aside (docs/tasks-ifbench.md). The paper reports prompt-level
loose accuracy, so that is the primary metric.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, ClassVar

from ifeval.checks import CHECKS
from ifeval.checks.ifbench import IFBENCH_CHECKS
from ifeval.checks.ifbench.repaired import FIXED_CHECKS
from ifeval.checks.ifeval import repaired
from ifeval.checks.ifeval.arguments import Check
from ifeval.checks.ifeval.data import read_prompts
from ifeval.checks.verify import by_instruction, verify
from ifeval.errors import UserError
from ifeval.records import Response, Sample, Score
from ifeval.task import Row, Task

ALL_CHECKS = {**CHECKS, **IFBENCH_CHECKS}
"""IFBench's 58 and IFEval's 25: upstream's scorer knows both, and data of one's own may mix them."""


class IFBench(Task):
    name = "ifbench"
    version = "1"
    family = "format"
    primary = "prompt_loose"
    description = "300 prompts with 58 types of verifiable instructions that IFEval doesn't have"
    dataset = "ifbench"
    breakdowns = ("instructions",)
    checks: ClassVar[Mapping[str, Check]] = ALL_CHECKS

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """The prompts in the order of the data; `seed` plays no part. Raises UserError for data that cannot be used."""
        if self.data is None:
            raise UserError(f"{self.name} needs its data: run `ifeval data fetch ifbench`, or give --data PATH.")
        for prompt in islice(read_prompts(self.data, self.checks), limit):
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


class IFBenchFixed(IFBench):
    name = "ifbench-fixed"
    version = "1"
    description = "IFBench with the checks that ask for something else than their prompts fixed"
    checks: ClassVar[Mapping[str, Check]] = {**repaired.CHECKS, **FIXED_CHECKS}
