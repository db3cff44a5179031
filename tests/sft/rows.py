"""Rows as examples, as a data file's rows become them."""

from typing import Any

from ifeval.finetuning.data.columns import Columns
from ifeval.finetuning.data.formats import Example, read_row


def examples_of(row: Any, place: str, source: str) -> list[Example]:
    return read_row(row, place, source, Columns())[0]
