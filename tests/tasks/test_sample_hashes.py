"""The samples of our own tasks change only with the task's version.

`sample_hashes.json` holds, per task, its version and a SHA-256 over the first hundred samples of seeds 0 and 1. After a
change that is meant: raise the task's version and run `python -m tests.tasks.test_sample_hashes`.
"""

import hashlib
import json
from pathlib import Path

import pytest

from ifeval.registry.plugins import discover
from ifeval.task import Task
from ifeval.util.jsonio import canonical

STORED = Path(__file__).with_name("sample_hashes.json")
OWN = {name: kind for name, kind in discover().items() if kind.dataset is None}


def sample_hash(task: Task) -> str:
    digest = hashlib.sha256()
    for seed in (0, 1):
        for sample in task.samples(seed, min(100, task.size or 100)):
            digest.update(
                canonical(
                    {
                        "id": sample.id,
                        "messages": sample.messages,
                        "tools": sample.tools,
                        "schema": sample.schema,
                        "target": sample.target,
                        "oracle": sample.oracle,
                        "tags": sample.tags,
                    }
                )
            )
    return digest.hexdigest()


@pytest.mark.usefixtures("drawn_once")
@pytest.mark.parametrize("name", OWN)
def test_samples_are_those_of_the_stored_version(name: str) -> None:
    stored = json.loads(STORED.read_text())
    assert name in stored, f"{name} is new: run python -m tests.tasks.test_sample_hashes"
    same_version = stored[name]["version"] == OWN[name].version
    assert same_version, f"{name} is version {OWN[name].version}: run python -m tests.tasks.test_sample_hashes"
    assert stored[name]["sha256"] == sample_hash(OWN[name]()), f"the samples of {name} changed, its version did not"


if __name__ == "__main__":
    hashes = {name: {"version": kind.version, "sha256": sample_hash(kind())} for name, kind in OWN.items()}
    STORED.write_text(json.dumps(hashes, indent=2) + "\n")
