"""A run read back: manifest, summary, and its samples as pandas frames."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ifeval.errors import UserError
from ifeval.runs import stored as shapes
from ifeval.runs.directory import SUMMARY, TABLE, journal_rows, read_manifest
from ifeval.runs.replacement import finish
from ifeval.runs.results import TaskResults, task_results
from ifeval.runs.stored import checked
from ifeval.runs.summary import effort, replies, row_rates
from ifeval.runs.table import kind_of, read_table
from ifeval.util.files import written_atomically
from ifeval.util.jsonio import dumps, loads
from ifeval.util.text import one_line

if TYPE_CHECKING:
    import pandas
    import pyarrow

ROWS_AT_ONCE, TEXT_AT_ONCE = 10_000, 32 << 20
"""Rows, and characters of text in them, that are made into one block of the table."""

MOST_ERRORS = 0.01
"""A larger share of failed samples makes a run unfit for comparison, and `ifeval run` ends with exit code 2."""
RESPONSE_COLUMNS = (
    "finish_reason",
    "prompt_tokens",
    "completion_tokens",
    "latency",
    "unclosed_reasoning",
    "tool_error",
)
SUMMED = ("prompt_tokens", "completion_tokens", "latency")
"""Columns that a conversation has the sums of; the other response columns are of its last reply."""


@dataclass(frozen=True)
class Run:
    """One run, read lazily from its directory."""

    path: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """run.json: model, settings, versions, machine, phase timings."""
        return read_manifest(self.path)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """summary.json. Raises UserError while the run is not complete."""
        try:
            found = checked(loads((self.path / SUMMARY).read_bytes()), shapes.SUMMARY, self.path / SUMMARY)
        except FileNotFoundError:
            raise UserError(f"{self.path} has no {SUMMARY} yet: repeat its command to finish it.") from None
        except (OSError, ValueError) as error:
            raise UserError(f"{self.path / SUMMARY} is damaged ({error}); ifeval rescore rebuilds it.") from None
        if unknown := found["tasks"].keys() - self.manifest["settings"]["tasks"].keys():
            raise UserError(
                f"{self.path / SUMMARY} has scores of {sorted(unknown)[0]!r}, which run.json does not name."
            )
        return found

    @property
    def name(self) -> str:
        """The model's display name, fit for a terminal."""
        return one_line(str(self.manifest["model"]["name"]))

    def rows(self) -> Iterable[dict[str, Any]]:
        """The journal's rows, one per sample, as written."""
        return journal_rows(self.path)

    @cached_property
    def samples(self) -> "pandas.DataFrame":
        """One row per sample: task, sample_id, repeat, prompt, reply, answer, `metric.*`, `tag.*`, rates, tokens, error."""
        return self.columns()

    def columns(self, *names: str) -> "pandas.DataFrame":
        """Some columns of `samples` (all without names), read without the rest."""
        import pandas

        if (self.path / TABLE).exists():
            frame = read_table(self.path / TABLE, lambda name: not names or name in names).to_pandas()
        else:
            frame = pandas.DataFrame([flat_row(row) for row in self.rows()])
        if missing := set(names) - set(frame):
            raise UserError(
                f"{self.path} has no column {sorted(missing)[0]!r}; ifeval rescore {self.path} rebuilds its table."
            )
        return frame[list(names)] if names else frame

    @cached_property
    def tasks(self) -> TaskResults:
        """The tasks by name: `run.tasks["format"].primary` is the interval of its score."""
        return task_results(self.summary)

    def failures(self, task: str | None = None) -> "pandas.DataFrame":
        """The rows of `samples` whose primary metric is below 1, of one task or of all. Raises UserError for no task of the run."""
        import pandas

        if task is not None and task not in self.tasks:
            raise UserError(f"{self.path} has no task {task!r}; it has {', '.join(self.tasks)}.")
        chosen = [self.tasks[task]] if task else list(self.tasks.values())
        parts = []
        for one in chosen:
            rows = self.samples[self.samples["task"] == one.name]
            parts.append(rows[rows[f"metric.{one.primary_metric}"] < 1])
        return pandas.concat(parts)

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.name)} <code>{escape(str(self.path))}</code></p>{self.tasks._repr_html_()}"

    @cached_property
    def checks(self) -> "pandas.DataFrame":
        """One row per check: task, sample_id, repeat, name, ok, reason, failure."""
        import pandas

        keys = ["task", "sample_id", "repeat"]
        frame = self.columns(*keys, "verdicts").explode("verdicts").dropna(subset=["verdicts"])
        return pandas.concat(
            [frame[keys].reset_index(drop=True), pandas.DataFrame(list(frame["verdicts"]))], axis="columns"
        ).rename(columns={"outcome": "failure"})


def load_run(path: str | Path) -> Run:
    """The run in a directory. Raises UserError where there is none."""
    finish(Path(path))
    run = Run(Path(path))
    _ = run.manifest
    return run


def require_answered(run: Run) -> None:
    """Raise UserError where more requests failed than a comparison allows, with what most of them said."""
    share = run.summary["rates"]["errors"]
    if share <= MOST_ERRORS:
        return
    said = run.columns("error")["error"].dropna().value_counts()
    raise UserError(
        f"{int(said.sum()):,} of {len(run.columns('task')):,} samples failed, most of them so: {str(said.index[0])[:200]} "
        "Everything is kept; fix that and repeat the command: only the failed ones are asked again."
    )


def flat_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A journal line as one flat row: what samples.parquet holds."""
    response, score = row["response"], row["score"]
    return {
        "task": row["task"],
        "sample_id": printable(row["sample_id"]),
        "repeat": row["repeat"],
        "key": response["key"],
        "messages": printable(dumps(row["messages"]).decode()),
        "reply": printable(response["raw"]),
        "answer": printable(response["answer"]),
        "reasoning": printable(response["reasoning"]),
        **{name: response[name] for name in RESPONSE_COLUMNS},
        **_conversation_columns(row),
        **row_rates(row),
        "error": printable(score["error"]),
        **{f"metric.{name}": value for name, value in score["metrics"].items()},
        **{f"count.{name}": pair for name, pair in score["counts"].items()},
        **{f"tag.{name}": printable(str(value)) for name, value in row["tags"].items()},
        "verdicts": [{**verdict, "reason": printable(verdict["reason"])} for verdict in score["verdicts"]],
        "loose": score["loose"],
    }


def _conversation_columns(row: Mapping[str, Any]) -> dict[str, Any]:
    if "turns" not in row:
        return {}
    sums = {name: sum(response[name] for response in replies(row)) for name in SUMMED}
    return {**sums, "replies": len(row["turns"]), "calls": effort(row)["calls"], "ended": row["ended"]}


def write_table(run: Path, rows: Callable[[], Iterable[Mapping[str, Any]]]) -> None:
    """Write samples.parquet from the journal, a block of rows at a time; appears whole or not at all."""
    import pyarrow
    import pyarrow.parquet

    schema = _schema(rows())
    try:
        with (
            written_atomically(run / TABLE) as file,
            pyarrow.parquet.ParquetWriter(file, schema, compression="zstd") as writer,
        ):
            for block in blocks(map(flat_row, rows())):
                writer.write_table(pyarrow.Table.from_pylist(block, schema=schema))
    except OSError as error:
        raise UserError(f"{run / TABLE} cannot be written: {error.strerror or error}.") from error


def blocks(flat: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Flat rows, so many together as `ROWS_AT_ONCE` and `TEXT_AT_ONCE` allow."""
    block: list[dict[str, Any]] = []
    text = 0
    for row in flat:
        block.append(row)
        text += sum(len(value) for value in row.values() if isinstance(value, str))
        if len(block) == ROWS_AT_ONCE or text >= TEXT_AT_ONCE:
            yield block
            block, text = [], 0
    if block:
        yield block


def printable(text: str | None) -> str | None:
    """Text that Parquet can hold: a lone surrogate becomes its escape. The journal keeps the original."""
    return text if text is None or text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _schema(rows: Iterable[Mapping[str, Any]]) -> "pyarrow.Schema":
    """The union of all rows' columns, in the order they first appear."""
    import pyarrow as pa

    names: dict[str, None] = {}
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        shape = (row["task"], *row["score"]["metrics"], *row["score"]["counts"], *row["tags"])
        if shape not in seen:
            seen.add(shape)
            names |= dict.fromkeys(flat_row(row))
    return pa.schema([(name, kind_of(name)) for name in names])
