"""Would fewer prompts do, if other models' recorded outcomes said how hard each prompt is? Tried, and not kept.

`python benchmarks/variance_reduction.py` (golden data at ../shared/data or IFEVAL_TEST_DATA): 522 prompts of M-IFEval
in three languages, answered by six models, whose published outcomes are the real item outcomes this is tried on. Of two
neighbouring models one is the baseline, the other the candidate, and the other four tell each prompt's difficulty.

regressed  The candidate answers n of the N prompts that the baseline has answered; its difference is regressed on the
           baseline's outcome and the difficulty, and predicted for the rest: variance R / n + (V - R) / N instead of
           V / n, where V is the variance of a difference and R of its residual. With n = N nothing is gained.
chosen     Prompts are drawn in strata of (baseline's outcome, difficulty) in proportion to the spread there (Neyman) and
           weighted back.

Shown is the share of the candidate's prompts that is saved at the same variance, so at the same error rates, where the
pool is twice what the candidate is asked. It would be kept from 15 % on at the gate's own N = n, where a candidate answers
what its baseline answered: there it is nought by the formula, and a prompt less is power lost. Doubling the pool would
take recorded baselines of several models on twice the suite, and tests of "worse" that are exact no more; a baseline
that answers eight times (docs/gate.md) saves more and needs neither.
"""

import json
import os
from pathlib import Path

import numpy as np

DATA = Path(os.environ.get("IFEVAL_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")) / "m_ifeval"
MODELS = (
    "claude-3-5-sonnet-20240620",
    "gpt-4o-mini-2024-07-18",
    "qwen2.5-14b-instruct-gptq-int4",
    "qwen2.5-7b-instruct-gptq-int4",
    "mistral-7b-instruct-v0.3",
    "qwen2.5-0.5b-instruct-gptq-int4",
)
POOL = 2


def outcomes() -> np.ndarray:
    """Shape (prompts, models): was every instruction of the prompt followed?"""
    columns = []
    for model in MODELS:
        rows = [
            json.loads(line)
            for language in ("es", "fr", "ja")
            for line in (DATA / f"golden_{language}_{model}.jsonl").read_text().splitlines()
        ]
        columns.append([float(row["strict_all"]) for row in rows])
    return np.array(columns).T


def regressed(baseline: np.ndarray, candidate: np.ndarray, hardness: np.ndarray) -> float:
    """The share of prompts saved; the degrees of freedom of the fit are paid for."""
    difference = candidate - baseline
    design = np.column_stack([np.ones_like(baseline), baseline, hardness, baseline * hardness])
    fitted = design @ np.linalg.lstsq(design, difference, rcond=None)[0]
    total = float(difference.var(ddof=1))
    residual = float(((difference - fitted) ** 2).sum()) / (len(difference) - design.shape[1])
    return 1 - residual / (total - (total - residual) / POOL)


def chosen(baseline: np.ndarray, candidate: np.ndarray, hardness: np.ndarray) -> float:
    """The share of prompts saved by Neyman's allocation; a stratum's spread is that of one difference added to it."""
    difference = candidate - baseline
    strata = [(baseline == value) & (hardness == level) for value in (0.0, 1.0) for level in np.unique(hardness)]
    parts = [(mask.mean(), np.append(difference[mask], (1.0, -1.0))) for mask in strata if mask.any()]
    within = sum(share * float(d.std()) for share, d in parts) ** 2
    between = float(difference.var()) - sum(share * float(d.var()) for share, d in parts)
    return 1 - within / (float(difference.var()) - max(0.0, between) / POOL)


def main() -> None:
    table = outcomes()
    print("| baseline | candidate | outcomes that change | regressed saves | chosen saves |\n|---|---|---|---|---|")
    saved = []
    for one in range(len(MODELS) - 1):
        for old, new in ((one, one + 1), (one + 1, one)):
            others = np.delete(table, [old, new], axis=1).mean(axis=1)
            baseline, candidate = table[:, old], table[:, new]
            gains = [how(baseline, candidate, others) for how in (regressed, chosen)]
            saved.append(gains)
            psi = float((baseline != candidate).mean())
            print(
                f"| {MODELS[old]} | {MODELS[new]} | {100 * psi:.0f} % | {100 * gains[0]:.0f} % | {100 * gains[1]:.0f} % |"
            )
    means = np.mean(saved, axis=0)
    print(
        f"Mean with twice the pool: regressed {100 * means[0]:.0f} %, chosen {100 * means[1]:.0f} %; with N = n: 0 %."
    )


if __name__ == "__main__":
    main()
