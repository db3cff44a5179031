"""The external data that tasks read: where it is published, at which revision, and what it must contain.

Nothing of it lies in this repository. `ifeval data fetch NAME` puts it in the cache; `--data PATH` names a copy of it.
"""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ifeval.errors import UserError
from ifeval.models import fingerprint
from ifeval.registry import fetch
from ifeval.util.files import cache_root, locked


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set that can be fetched.

    `revision` pins it at `source`; `verified` says what its content is held against. `fetch` writes it to the path it
    is given: a file called `file`, or a folder where that is None.
    """

    name: str
    source: str
    revision: str
    licence: str
    verified: str
    fetch: Callable[[Path], None]
    file: str | None = None


IFEVAL_COMMIT = "041338718b4e8151372fd63677104c65b73a0a4e"
IFEVAL_HUB = "966cd89545d6b6acfd7638bc708b98261ca58e84"
IFBENCH_COMMIT = "1091c4c3de6c1f6ed12c012ed68f11ea450b0117"
IFBENCH_HUB = "2e8a48de45ff3bf41242f927254ca81b59ca3ae2"
BFCL_VERSION = "2026.3.23"
SUPERNI_COMMIT = "6174af63465999768fbc09f5dd8a7f1a5dfe9abc"
JSONSCHEMABENCH_COMMIT = "ba103c73756198dd9b149ddc7db7867da7a077f6"
M_IFEVAL_COMMIT = "0bc3143"
M_IFEVAL_ROWS = {
    "es": "3fa4ab338e03b210e245ec41f1abf25c2bde3269824180158b2642866558a244",
    "fr": "9bd575fc1a09fdc30662ad346376323181f9ee7901ecefd30a5aebfceb087d8b",
    "ja": "edc6df583877585c48c7981304c0e860585626b31806a08a9327ff2464163d6b",
}
MULTI_IF_COMMIT = "312bc80"
IFEVAL_FC_COMMIT = "12e1b773405edd2ce7769cb499cc5374fdddee05"

DATASETS = {
    dataset.name: dataset
    for dataset in (
        Dataset(
            name="ifeval",
            source="google-research/google-research on GitHub, else google/IFEval on the hub",
            revision=IFEVAL_COMMIT,
            licence="Apache-2.0",
            verified="SHA-256 of the rows",
            file="input_data.jsonl",
            fetch=partial(
                fetch.instructions,
                (
                    (
                        "github",
                        f"google-research/google-research/{IFEVAL_COMMIT}/instruction_following_eval/data/input_data.jsonl",
                    ),
                    ("hub", f"datasets/google/IFEval/resolve/{IFEVAL_HUB}/ifeval_input_data.jsonl"),
                ),
                "ce86040337dc191055312b89eb8f9fa0603502569cec9069e45a866c0b51d7e2",
            ),
        ),
        Dataset(
            name="ifbench",
            source="allenai/IFBench_test on the hub, else allenai/IFBench on GitHub",
            revision=IFBENCH_HUB,
            licence="ODC-BY-1.0",
            verified="SHA-256 of the rows",
            file="IFBench_test.jsonl",
            fetch=partial(
                fetch.instructions,
                (
                    ("hub", f"datasets/allenai/IFBench_test/resolve/{IFBENCH_HUB}/data/train-00000-of-00001.parquet"),
                    ("github", f"allenai/IFBench/{IFBENCH_COMMIT}/data/IFBench_test.jsonl"),
                ),
                "369e135a82549840d9f8a3b4105bf988c30b7a4f3248bd62410e7cbbbd7f09c2",
            ),
        ),
        Dataset(
            name="bfcl",
            source="bfcl-eval on PyPI",
            revision=BFCL_VERSION,
            licence="Apache-2.0",
            verified="SHA-256 of the wheel",
            fetch=partial(
                fetch.package_folder,
                f"bfcl-eval=={BFCL_VERSION}",
                "3bb6dfa5f0c68ad403c9ec50b00db2bb3b4cc9b38ab1ff33f48fe30d853d3a0a",
                "bfcl_eval/data",
            ),
        ),
        Dataset(
            name="superni",
            source="allenai/natural-instructions on GitHub, the 119 English test tasks",
            revision=SUPERNI_COMMIT,
            licence="Apache-2.0 (instances: see each task)",
            verified="commit, SHA-256 of the list of tasks",
            fetch=partial(
                fetch.listed_files,
                f"allenai/natural-instructions/{SUPERNI_COMMIT}",
                "splits/default/test_tasks.txt",
                "a8b01cadd95b83834369525d0af259b92390c49786dbe8af91284b9ddea12121",
                "tasks",
            ),
        ),
        Dataset(
            name="jsonschemabench",
            source="guidance-ai/jsonschemabench on GitHub",
            revision=JSONSCHEMABENCH_COMMIT,
            licence="MIT",
            verified="commit, number of schemas",
            file="schemas.jsonl",
            fetch=partial(fetch.schema_archive, f"guidance-ai/jsonschemabench/tar.gz/{JSONSCHEMABENCH_COMMIT}", 9558),
        ),
        Dataset(
            name="m_ifeval",
            source="lightblue-tech/M-IFEval on GitHub: Spanish, French, Japanese",
            revision=M_IFEVAL_COMMIT,
            licence="Apache-2.0",
            verified="SHA-256 of the rows",
            fetch=partial(
                fetch.instruction_files,
                {
                    f"{language}_input_data.jsonl": (
                        [
                            ("github", f"lightblue-tech/M-IFEval/{revision}/data/{language}_input_data.jsonl")
                            for revision in (M_IFEVAL_COMMIT, "main")
                        ],
                        sha256,
                    )
                    for language, sha256 in M_IFEVAL_ROWS.items()
                },
            ),
        ),
        Dataset(
            name="multi_if",
            source="samprate1st/mt-ifeval-ko on GitHub, else facebook/Multi-IF on the hub: the English part",
            revision=MULTI_IF_COMMIT,
            licence="CC-BY-NC-2.0 (not for commercial use)",
            verified="SHA-256 of keys, prompts and instruction ids",
            file="multi_if_en.jsonl",
            fetch=partial(
                fetch.conversations,
                (
                    ("github", f"samprate1st/mt-ifeval-ko/{MULTI_IF_COMMIT}/data/multiIF_20241018_English.jsonl"),
                    ("hub", "datasets/facebook/Multi-IF/resolve/main/multiIF_20241018.csv"),
                ),
                "92c03dc7c1c4718773d713133f0e81dc58b3c5d3b42cb4c6c077e21864b39490",
            ),
        ),
        Dataset(
            name="ifeval_fc",
            source="Skripkon/ifeval-fc on GitHub",
            revision=IFEVAL_FC_COMMIT,
            licence="MIT",
            verified="SHA-256 of the rows",
            file="tasks.jsonl",
            fetch=partial(
                fetch.object_archive,
                f"Skripkon/ifeval-fc/tar.gz/{IFEVAL_FC_COMMIT}",
                "475bd88baa3fac4810f40889aaf574a17831a899a61515770fb02a8cdb012e7e",
            ),
        ),
    )
}


def path(name: str) -> Path | None:
    """The file or folder of a data set that has been fetched, else None. Raises UserError for an unknown name."""
    place = _place(_dataset(name))
    return place if place.exists() else None


def ensure(name: str) -> Path:
    """The file or folder of a data set, fetched and verified now where it is absent; it appears whole or not at all.

    Raises UserError for an unknown name, a place that cannot be reached, and content that is not the pinned one.
    """
    dataset = _dataset(name)
    place = _place(dataset)
    folder = place.parent if dataset.file else place
    with locked(folder):
        if not place.exists():
            scratch = folder.with_name(folder.name + ".partial")
            shutil.rmtree(scratch, ignore_errors=True)  # of a fetch that was killed
            scratch.mkdir()
            try:
                dataset.fetch(scratch / dataset.file if dataset.file else scratch)
                scratch.rename(folder)
            except fetch.Unreachable as error:
                raise UserError(
                    f"The data set {name} cannot be fetched ({error}): fetch it where there is a connection, "
                    f"or name a copy with --data PATH."
                ) from None
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    return place


def content_hash(place: Path) -> str:
    """SHA-256 of a data file's content, or of a folder's names and contents (hidden files aside)."""
    if place.is_file():
        return fingerprint.file_digests([place])[place]
    files = sorted(
        file
        for file in place.rglob("*")
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(place).parts)
    )
    digests = fingerprint.file_digests(files)
    lines = [f"{file.relative_to(place).as_posix()}\0{digests[file]}\n" for file in files]
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _dataset(name: str) -> Dataset:
    if name not in DATASETS:
        raise UserError(f"There is no data set {name!r}; there are: {', '.join(DATASETS)}.")
    return DATASETS[name]


def _place(dataset: Dataset) -> Path:
    folder = cache_root() / "data" / f"{dataset.name}-{dataset.revision[:12]}"
    return folder / dataset.file if dataset.file else folder
