"""What is exported fits the foreign schema and reads back as the same scores."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from ifeval.interop.export_every_eval_ever import export
from ifeval.interop.importing import read
from ifeval.interop.writing import write_run
from ifeval.runs.run import load_run


def test_every_eval_ever_fits_its_schemas_and_reads_back(golden: Path, tmp_path: Path) -> None:
    foreign = golden / "foreign_runs"
    if not foreign.is_dir():
        pytest.skip(f"there are no foreign runs in {golden}")
    run = load_run(write_run(read([foreign / "lm_eval" / "C"]), tmp_path / "run"))
    aggregate, samples = export(run, tmp_path / "out")
    rows = [json.loads(line) for line in samples.read_text().splitlines()]
    for schema, documents in (("eval", [json.loads(aggregate.read_text())]), ("instance_level_eval", rows)):
        validator = Draft7Validator(json.loads((foreign / "eee" / f"{schema}.schema.json").read_text()))
        assert [error.message for one in documents for error in validator.iter_errors(one)] == []
    again = load_run(write_run(read([aggregate]), tmp_path / "again"))
    for metric in ("prompt_strict", "prompt_loose"):
        assert again.tasks["ifeval"].metrics[metric] == run.tasks["ifeval"].metrics[metric]
