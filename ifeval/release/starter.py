"""What `ifeval gate --init` writes: a commented policy and a GitHub Actions workflow."""

from pathlib import Path

from ifeval.errors import UserError
from ifeval.util.files import write_atomically

POLICY = """\
# Policy of `ifeval gate`. Every line shows its default; remove what you do not change. docs/gate.md explains each.

# release: the mean over families decides. strict: every family by itself. deployment: one checkpoint served in two ways.
# smoke: few samples, to catch what is broken. The keys below change the preset's.
preset = "release"

# A candidate passes when "worse than the baseline by `margin` or more" is rejected at level `alpha` for the mean over
# families (each counts alike), and fails when any family or task is significantly worse. 0.03 is three points.
alpha = 0.05
margin = 0.03

# "non-inferiority" asks the margin of every family, "regression" of none: what would be INCONCLUSIVE passes.
rule = "mean"

# A significant loss that is shown to be smaller than the margin, and than this share of the baseline's score, only warns.
relative = 0.25

# Families with fewer independent samples are advisory unless they collapse: they have no part in the mean and no margin,
# and fail the release only by a significant loss, or by replies that are cut or empty.
fewest = 100

# Settings in which candidate and baseline may differ, such as "template" between two model families.
allow = []

# Should both runs be of one checkpoint? Then a difference of the weights is named.
same_model = false

# A family can be held to a margin of its own, or be made advisory or blocking whatever its size; so can a task.
# [families.zero_shot]
# margin = 0.08
# [families.manner]
# blocking = false
# [tasks.ifeval]
# margin = 0.04

# By how much a rate may exceed the baseline's in any task. A run with more than 1 % failed requests is never comparable.
[rises]
truncated = 0.05
empty = 0.05
unclosed_reasoning = 0.05
unparsable = 0.05

# What conversations may take, beyond the baseline's mean per sample: 0.25 is a quarter more. Nothing is asked by default.
# [efforts]
# replies = 0.25
# calls = 0.25
# tokens = 0.25
# seconds = 0.5
"""

WORKFLOW = """\
# Exit codes of the gate: 0 pass, 1 regression, 3 inconclusive, 4 not comparable. All but 0 stop the release here.
name: ifeval gate
on:
  pull_request:
  workflow_dispatch:
    inputs:
      candidate:
        description: Checkpoint directory, hub id or run directory
        required: true

jobs:
  gate:
    runs-on: [self-hosted, gpu]
    timeout-minutes: 120
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install "ifeval-harness[cuda]"
      - name: Gate
        env:
          CANDIDATE: ${{ inputs.candidate || vars.IFEVAL_CANDIDATE }}
          BASELINE: ${{ vars.IFEVAL_BASELINE }}
        run: ifeval gate "$CANDIDATE" --baseline "$BASELINE" --policy gate.toml --junit gate.xml
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: ifeval-gate
          path: gate.xml
"""

FILES = {Path("gate.toml"): POLICY, Path(".github/workflows/ifeval-gate.yml"): WORKFLOW}


def write_starter(folder: Path) -> list[Path]:
    """Write both files below `folder`; returns their paths. Raises UserError where one is there already."""
    paths = {folder / path: text for path, text in FILES.items()}
    for path in paths:
        if path.exists():
            raise UserError(f"{path} exists; move it away to have it written again.")
    for path, text in paths.items():
        write_atomically(path, text)
    return list(paths)
