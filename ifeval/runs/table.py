"""The door for samples.parquet: what its columns are, and reading them from a file that anybody may have changed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ifeval.errors import UserError
from ifeval.runs.stored import MOST_REPEATS, RATES

if TYPE_CHECKING:
    import pyarrow

NEVER_NULL = ("task", "sample_id", "repeat", "verdicts")
ALWAYS_THERE = (*NEVER_NULL, "error", "completion_tokens", *RATES)


def kind_of(name: str) -> "pyarrow.DataType":
    """The type of a column by its name."""
    import pyarrow as pa

    prefixed = {"metric.": pa.float64(), "count.": pa.list_(pa.int32())}
    verdict = pa.struct([("name", pa.string()), ("ok", pa.bool_()), ("reason", pa.string()), ("outcome", pa.string())])
    whole = dict.fromkeys(("repeat", "prompt_tokens", "completion_tokens", "replies", "calls"), pa.int32())
    flags = dict.fromkeys(("unclosed_reasoning", "truncated", "empty", "unparsable", "errors"), pa.bool_())
    fixed = {"latency": pa.float32(), "verdicts": pa.list_(verdict), "loose": pa.list_(pa.bool_()), **whole, **flags}
    return next((kind for prefix, kind in prefixed.items() if name.startswith(prefix)), fixed.get(name, pa.string()))


def read_table(file: Path, wanted: Callable[[str], bool]) -> "pyarrow.Table":
    """The wanted columns, sound to the last value. Raises UserError where the file is damaged."""
    import pyarrow

    batches = list(read_batches(file, wanted))
    return pyarrow.Table.from_batches(batches) if batches else _schema(file, wanted).empty_table()


def read_batches(file: Path, wanted: Callable[[str], bool]) -> "Iterator[pyarrow.RecordBatch]":
    """The wanted columns, some rows at a time, each batch sound. Raises UserError where the file is damaged."""
    import pyarrow
    import pyarrow.parquet

    names = _schema(file, wanted).names
    try:
        with pyarrow.parquet.ParquetFile(file) as table:
            for batch in table.iter_batches(columns=names):
                batch.validate(full=True)
                if problem := _misfit(batch):
                    raise ValueError(problem)
                yield batch
    except (OSError, ValueError, pyarrow.ArrowException) as error:
        raise _damaged(file, error) from None


def _schema(file: Path, wanted: Callable[[str], bool]) -> "pyarrow.Schema":
    import pyarrow
    import pyarrow.parquet

    try:
        schema = pyarrow.parquet.read_schema(file)
        for field in schema:
            if field.type != kind_of(field.name):
                raise ValueError(f"the column {field.name!r} holds {field.type}")
        if missing := [name for name in ALWAYS_THERE if name not in schema.names]:
            raise ValueError(f"there is no column {missing[0]!r}")
        if len(set(schema.names)) < len(schema.names):
            raise ValueError("a column comes twice")
    except (OSError, ValueError, pyarrow.ArrowException) as error:
        raise _damaged(file, error) from None
    return pyarrow.schema([field.with_nullable(True) for field in schema if wanted(field.name)])


def _misfit(batch: "pyarrow.RecordBatch") -> str | None:
    """What no writer of ours writes; None for a sound batch."""
    import pyarrow.compute as pc

    for name in batch.schema.names:
        column = batch.column(name)
        if name in NEVER_NULL and column.null_count:
            return f"the column {name!r} has gaps"
        if (
            name == "repeat"
            and len(column)
            and not 0 <= pc.min(column).as_py() <= pc.max(column).as_py() < MOST_REPEATS
        ):
            return "repeats are out of range"
        if name == "verdicts":
            checks = column.flatten()
            if checks.null_count or any(checks.field(place).null_count for place in range(checks.type.num_fields)):
                return "a check has gaps"
        if name.startswith("count."):
            lengths = pc.unique(pc.list_value_length(column).drop_null()).to_pylist()
            if set(lengths) - {2}:
                return f"the column {name!r} holds more than pairs"
    return None


def _damaged(file: Path, error: Exception) -> UserError:
    said = str(error).splitlines() or [type(error).__name__]
    return UserError(f"{file} is damaged ({said[0][:200]}); ifeval rescore {file.parent} rebuilds it.")
