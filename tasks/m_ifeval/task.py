"""M-IFEval (Dussolle et al. 2025, arXiv 2502.04688): IFEval in Spanish, French and Japanese, 522 prompts, 93 instructions.

Scored as the official scorer does, to the boolean, Spanish sentences aside. See docs/tasks-m-ifeval.md.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice, zip_longest
from pathlib import Path
from statistics import fmean
from typing import Any

from ifeval.checks.ifeval.data import Prompt, read_prompts
from ifeval.checks.m_ifeval import LANGUAGES, M_IFEVAL_CHECKS, require
from ifeval.checks.verify import by_instruction, verify
from ifeval.errors import UserError
from ifeval.records import Response, Sample, Score
from ifeval.task import Row, Task


class MIFEval(Task):
    name = "m_ifeval"
    version = "1"
    family = "format"
    primary = "prompt_strict"
    description = "IFEval in Spanish, French and Japanese: 522 prompts with 93 types of verifiable instructions"
    dataset = "m_ifeval"
    breakdowns = ("language", "instructions")

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """The prompts in the order of the data, languages in turn; `seed` plays no part.

        An id is the key in a file of one language, and `es:KEY` where a folder holds several, whose keys overlap.
        Raises UserError naming file and row for data that cannot be used.
        """
        files = self._files()
        read = [list(_prompts(file, named=len(files) > 1)) for file in files]
        for language, name, prompt in islice(filter(None, chain.from_iterable(zip_longest(*read))), limit):
            yield Sample(
                id=name,
                messages=[{"role": "user", "content": prompt.text}],
                target=prompt.instructions,
                tags={"language": language, "instructions": len(prompt.instructions)},
            )

    def score(self, sample: Sample, response: Response) -> Score:
        """Strict and loose verdicts in the order of the instructions; `prompt_strict` and `prompt_loose`."""
        return verify(response.answer, sample.target, M_IFEVAL_CHECKS)

    def prepare(self) -> None:
        """Read the data, and ask for the tokenizers that its instructions need."""
        require({name for sample in self.samples(0) for name, _ in sample.target})

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        """How often each type was followed, and the leaderboard's numbers: instructions followed strictly, by language."""
        types = by_instruction(row.score for row in rows)
        followed = {}
        for language in LANGUAGES:
            own = [share for name, share in types.items() if name.startswith(f"{language}:")]
            if own:
                count = sum(share["count"] for share in own)
                followed[language] = sum(share["strict"] * share["count"] for share in own) / count
        return {
            "by_instruction": types,
            "instruction_strict_by_language": followed,
            "instruction_strict_average": fmean(followed.values()) if len(followed) == len(LANGUAGES) else None,
        }

    def _files(self) -> list[Path]:
        if self.data is None:
            raise UserError("m_ifeval needs its data: run `ifeval data fetch m_ifeval`, or give --data FILE.")
        files = sorted(self.data.glob("*.jsonl")) if self.data.is_dir() else [self.data]
        if not files:
            raise UserError(f"{self.data} holds no .jsonl files; name one with --data FILE.")
        return files


def _prompts(file: Path, named: bool) -> Iterator[tuple[str, str, Prompt]]:
    """Language, id and prompt of each row."""
    languages: set[str] = set()
    for prompt in read_prompts(file, M_IFEVAL_CHECKS):
        languages |= {name.partition(":")[0] for name, _ in prompt.instructions}
        if len(languages) > 1:
            raise UserError(
                f"{file}, key {prompt.key!r}: {' and '.join(sorted(languages))} in one file; a file holds one language."
            )
        [language] = languages
        yield language, f"{language}:{prompt.key}" if named else prompt.key, prompt
