"""Where BFCL's questions and answers are: `IFEVAL_BFCL_DATA`, else the fetched data set."""

import os
from pathlib import Path

import pytest

from ifeval.registry import datasets


@pytest.fixture(scope="session")
def bfcl_data() -> Path:
    """A folder like `bfcl_eval/data`; skips where there is none, because fast tests fetch nothing."""
    named = os.environ.get("IFEVAL_BFCL_DATA")
    folder = Path(named) if named else datasets.path("bfcl")
    if folder is None or not folder.is_dir():
        pytest.skip("BFCL's data is not here: `ifeval data fetch bfcl`, or set IFEVAL_BFCL_DATA")
    return folder
