"""What `ifeval gate --init` writes: a commented policy and a GitHub Actions workflow."""

from pathlib import Path

from ifeval.errors import UserError

POLICY = """\
# Policy of `ifeval gate`. Every line shows its default; remove what you do not change.

# A candidate passes when "worse than the baseline by `margin` or more" is rejected at level `alpha`,
# and fails when "not worse" is. 0.05 is five points. See docs/gate.md for what your number of samples can show.
alpha = 0.05
margin = 0.05

# "regression" blocks on a significant loss alone: what would be INCONCLUSIVE passes.
rule = "non-inferiority"

# Settings in which candidate and baseline may differ, such as "template" between two model families.
allow = []

# Every family of the baseline is blocking unless it is made advisory here; a margin of its own may be set.
# [families.zero_shot]
# margin = 0.08
# blocking = false

# A task can be held to a margin of its own, beside its family.
# [tasks.ifeval]
# margin = 0.04

# By how much a rate may exceed the baseline's. A run with more than 1 % failed requests is never comparable.
[rises]
truncated = 0.05
empty = 0.05
unclosed_reasoning = 0.05
unparsable = 0.05
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
            raise UserError(f"{path} exists; move it away to have it written anew.")
    for path, text in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return list(paths)
