"""`ifeval data check|curate|make`: instruction data looked at, chosen, and made from the procedural tasks."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ifeval.cli.arguments import TaskPath
from ifeval.errors import Exit, UserError
from ifeval.util.lists import names

if TYPE_CHECKING:
    from ifeval.finetuning.data.contamination import PromptIndex

Files = Annotated[list[str], typer.Argument(help="Files, folders, patterns or data sets' hub ids.")]
Tasks = Annotated[
    str | None,
    typer.Option(help="Tasks and suites whose prompts must not be in the data. [default: all whose data is there]"),
]
MaxBad = Annotated[float, typer.Option(help="Leave out malformed rows up to this share; stop if there are more.")]
Ignored = Annotated[list[str] | None, typer.Option(help="A column with text that is not to be trained. Repeatable.")]
Mapped = Annotated[list[str] | None, typer.Option(help="COLUMN=MEANING: what a column is. Repeatable.")]
SHOWN = 5


def check(
    files: Files,
    model: Annotated[
        str | None, typer.Option(help="Count tokens with this checkpoint's tokenizer and template.")
    ] = None,
    max_length: Annotated[int, typer.Option(help="Tokens per row, with --model.")] = 1024,
    difficulty: Annotated[
        bool, typer.Option("--difficulty", help="Ask --model how much each prompt helps it (two passes per row).")
    ] = False,
    tasks: Tasks = None,
    task_path: TaskPath = None,
    max_bad: MaxBad = 0.01,
    ignore_column: Ignored = None,
    map: Mapped = None,
    json: Annotated[bool, typer.Option("--json", help="Print all findings as JSON.")] = False,
) -> None:
    """Show counts, lengths, duplicates, conflicts, repetition, imbalance and contamination; exit 1 on contamination."""
    from dataclasses import asdict

    from ifeval.finetuning.data.columns import Columns
    from ifeval.finetuning.data.mix import load, parse_source
    from ifeval.finetuning.data.quality import report
    from ifeval.util.jsonio import dumps

    loaded = load([parse_source(file) for file in files], max_bad, Columns.said(ignore_column or (), map or ()))
    index = prompt_index(tasks, task_path)
    found: dict[str, Any] = {
        "rows": dict(loaded.rows),
        "malformed": [asdict(problem) for problem in loaded.problems],
        **report(loaded.examples),
        "contamination": {
            "prompts": dict(index.prompts),
            "overlaps": [asdict(overlap) for overlap in index.overlaps(loaded.examples)],
        },
    }
    if model:
        found["tokens"] = token_counts(model, max_length, loaded.examples)
    if difficulty:
        found["difficulty"] = difficulties(model, max_length, loaded.examples)
    sys.stdout.write(dumps(found, pretty=True).decode() + "\n" if json else summary(found))
    if found["contamination"]["overlaps"]:
        raise typer.Exit(Exit.REGRESSION)


def prompt_index(tasks: str | None, task_path: list[Path] | None) -> "PromptIndex":
    """The prompts of `tasks` under their default seeds; of all tasks whose data is there, where none is named.

    task_path: folders of plug-ins that are tasks too.
    """
    from ifeval.finetuning.data.contamination import PromptIndex
    from ifeval.registry import datasets
    from ifeval.registry.plugins import discover
    from ifeval.runs.options import RunOptions
    from ifeval.runs.plan import load_tasks

    asked = names(tasks)
    if not asked:
        known = discover(task_path or ())
        asked = tuple(name for name, task in known.items() if task.dataset is None or datasets.path(task.dataset))
    loaded = load_tasks(RunOptions(model="", tasks=asked, task_paths=tuple(task_path or ())))
    return PromptIndex(
        {task.name: task.samples(task.default_seed) for task in loaded}, {task.name: task.unit for task in loaded}
    )


def difficulties(model: str | None, max_length: int, examples: Any) -> dict[str, float]:
    """Instruction-following difficulty by place. Raises UserError where no model is given."""
    if model is None:
        raise UserError("--difficulty asks a model: name one with --model.")
    from ifeval.cli.sft import prepare_process
    from ifeval.models.resolve import resolve

    prepare_process()
    from ifeval.finetuning.data.difficulty import measure

    return measure(resolve(model), examples, max_length)


def token_counts(model: str, max_length: int, examples: Any) -> dict[str, Any]:
    """Lengths in tokens, and what would be dropped, cut or split at `max_length`."""
    from ifeval.finetuning.data.quality import percentiles
    from ifeval.finetuning.prepare import encoder_for
    from ifeval.models.resolve import resolve

    encoded = encoder_for(resolve(model), max_length).encode_all(examples)
    return {
        "max_length": max_length,
        "document": percentiles([len(document.ids) for document in encoded.documents]),
        "trained": percentiles([document.trained for document in encoded.documents]),
        "dropped": dict(encoded.dropped),
        "shortened": encoded.shortened,
        "split_into_turns": encoded.split,
    }


def summary(found: dict[str, Any]) -> str:
    """The findings for a person: one line each, and the first few places of each kind."""
    return "\n".join([*_shape(found), *_faults(found), *_contamination(found["contamination"])]) + "\n"


def _shape(found: dict[str, Any]) -> list[str]:
    """What there is: counts, lengths, languages, shares."""
    lines = [
        f"{found['examples']} examples with {found['turns']} replies, from {len(found['rows'])} files",
        f"  with tools: {found['with_tools']}, preference pairs: {found['preference_pairs']}",
        f"  prompt words: {_pairs(found['prompt_words'])}",
        f"  reply words: {_pairs(found['reply_words'])}",
    ]
    if "tokens" in found:
        tokens = found["tokens"]
        lines.append(f"  tokens: {_pairs(tokens['document'])}; trained: {_pairs(tokens['trained'])}")
        lines += [f"  left out: {n} x {reason}" for reason, n in tokens["dropped"].items()]
        lines.append(f"  shortened at {tokens['max_length']} tokens: {tokens['shortened']}")
    lines.append(f"languages: {_shares(found['languages'])}")
    lines += [f"reply words by {name}: {_shares(by)}" for name, by in found["share_of_reply_words"].items()]
    lines.append(f"diversity: {_pairs(found['diversity'])}")
    return lines


def _faults(found: dict[str, Any]) -> list[str]:
    """What is wrong, with the first few places of each kind."""
    unhelpful = {place: value for place, value in found.get("difficulty", {}).items() if value >= 1}
    places = {
        "malformed": [f"{problem['place']}: {problem['reason']}" for problem in found["malformed"]],
        "exact duplicates": [f"{place} is {other}" for place, other in found["exact_duplicates"].items()],
        "near duplicates": [f"{place} is like {other}" for place, (other, _) in found["near_duplicates"].items()],
        "conflicting answers": [" / ".join(group) for group in found["conflicting"]],
        "repetitive replies": found["repetitive"],
        "boilerplate": found["boilerplate"],
        **({"prompts that do not help": [*unhelpful]} if "difficulty" in found else {}),
        "common openings": [f"{100 * share:.1f} %: {head}" for head, share in found["openings"]],
    }
    return [
        line for name, items in places.items() for line in (f"{name}: {len(items)}", *(f"  {p}" for p in items[:SHOWN]))
    ]


def _contamination(found: dict[str, Any]) -> list[str]:
    tasks = ", ".join(f"{task} ({n})" for task, n in found["prompts"].items())
    overlaps = found["overlaps"]
    return [
        f"contamination against {tasks}: {len({overlap['place'] for overlap in overlaps})} rows",
        *(f"  {o['place']} holds {100 * o['covered']:.0f} % of {o['task']} {o['sample']}" for o in overlaps[:SHOWN]),
    ]


def _pairs(values: dict[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items())


def _shares(values: dict[str, float]) -> str:
    return ", ".join(f"{name} {100 * share:.0f} %" for name, share in list(values.items())[:SHOWN])


def curate(
    files: Files,
    keep: Annotated[int, typer.Option(help="Keep at most this many examples.")],
    out: Annotated[Path, typer.Option(help="JSONL file for the examples that are kept.")],
    dropped: Annotated[
        Path | None, typer.Option(help="JSONL file for what is dropped, each row with its reason.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Drop rows whose prompt does not help this checkpoint to write the reply.")
    ] = None,
    max_length: Annotated[int, typer.Option(help="Tokens per row, with --model.")] = 1024,
    tasks: Tasks = None,
    task_path: TaskPath = None,
    max_bad: MaxBad = 0.01,
    ignore_column: Ignored = None,
    map: Mapped = None,
) -> None:
    """Keep the best examples by quality and diversity, and say why each of the others was dropped."""
    from collections import Counter

    from ifeval.finetuning.data.columns import Columns
    from ifeval.finetuning.data.curate import curate as choose
    from ifeval.finetuning.data.mix import load, parse_source

    if keep < 1:
        raise UserError(f"--keep {keep}: give 1 or more.")
    loaded = load([parse_source(file) for file in files], max_bad, Columns.said(ignore_column or (), map or ()))
    overlaps = prompt_index(tasks, task_path).overlaps(loaded.examples)
    hard = difficulties(model, max_length, loaded.examples) if model else {}
    chosen = choose(loaded.examples, keep, {overlap.place for overlap in overlaps}, hard)
    write_rows(out, (example.row() for example in chosen.kept))
    left_out = {problem.place: f"malformed: {problem.reason}" for problem in loaded.problems} | dict(chosen.dropped)
    if dropped is not None:
        write_rows(dropped, ({"place": place, "reason": reason} for place, reason in left_out.items()))
    print(f"{len(chosen.kept)} of {len(loaded.examples)} examples kept in {out}")
    kinds = Counter(
        reason.split(":")[0] if "like " not in reason else "a near duplicate" for reason in left_out.values()
    )
    for reason, n in kinds.most_common():
        print(f"  dropped: {n} x {reason}")


def make(
    out: Annotated[Path, typer.Option(help="JSONL file for the rows.")],
    task: Annotated[
        list[str] | None, typer.Option(help="Procedural tasks, NAME or NAME:ROWS, separated by commas. Repeatable.")
    ] = None,
    rows: Annotated[int, typer.Option(help="Rows for a task given without a number.")] = 200,
    replay: Annotated[
        list[Path] | None, typer.Option(help="A run: its replies with full marks become rows. Repeatable.")
    ] = None,
    hold_out: Annotated[
        list[str] | None,
        typer.Option(help="TAG=VALUE that no row may have (cluster=tables, style=inline). Repeatable."),
    ] = None,
    tasks: Annotated[
        str | None,
        typer.Option(
            help="Tasks and suites whose prompts must not be in the data [default: all whose data is there]; without "
            "--task and --replay, the tasks that rows are made of."
        ),
    ] = None,
    task_path: TaskPath = None,
    seed: Annotated[int, typer.Option(help="Shifts the training seeds.")] = 0,
    for_: Annotated[
        str, typer.Option("--for", help="sft: prompts and replies. rewards: prompts and how replies are judged.")
    ] = "sft",
) -> None:
    """Write training rows from procedural tasks and from a model's own good replies, leaving out evaluation prompts."""
    from ifeval.finetuning.data.make import make as make_rows
    from ifeval.finetuning.data.make import replay as replay_rows
    from ifeval.finetuning.data.make import training_row
    from ifeval.rewards.make import row_maker
    from ifeval.runs.options import RunOptions
    from ifeval.runs.plan import load_tasks
    from ifeval.runs.run import load_run

    if not (task or replay or tasks):
        raise UserError("ifeval data make needs --task NAME or --replay RUN: something to make rows from.")
    if not (task or replay):
        task, tasks = [str(tasks)], None
    if for_ not in ("sft", "rewards") or (for_ == "rewards" and replay):
        raise UserError("--for is sft or rewards, and --replay goes with sft: a reward needs no reply to learn from.")
    write = row_maker() if for_ == "rewards" else training_row
    held, index = held_out_tags(hold_out or []), prompt_index(tasks, task_path)
    paths, wanted = tuple(task_path or ()), [rows_wanted(text, rows) for text in names(*task or ())]
    chosen = [
        (one, number)
        for name, number in wanted
        for one in load_tasks(RunOptions(model="", tasks=(name,), task_paths=paths))
    ]
    found: list[dict[str, Any]] = []
    for name, made in [
        *((one.name, make_rows(one, number, seed, held, index, write)) for one, number in chosen),
        *((str(run), replay_rows(load_run(run), held, index)) for run in replay or ()),
    ]:
        found += made.rows
        reasons = ", ".join(f"{n} {reason}" for reason, n in made.left_out.items()) or "none"
        print(f"{name}: {len(made.rows)} rows; left out: {reasons}")
    write_rows(out, found)


def rows_wanted(text: str, otherwise: int) -> tuple[str, int]:
    """`NAME` or `NAME:ROWS`, as a name and a number of rows."""
    name, colon, number = text.partition(":")
    if colon and not number.isdecimal():
        raise UserError(f"--task {text}: write it as NAME or NAME:ROWS, with a whole number.")
    wanted = int(number) if colon else otherwise
    if wanted < 1:
        raise UserError(f"--task {text}: {wanted} rows are asked for; ask for 1 or more.")
    return name, wanted


def held_out_tags(pairs: Iterable[str]) -> dict[str, set[str]]:
    """The values of each `TAG=VALUE` by tag."""
    held: dict[str, set[str]] = {}
    for pair in pairs:
        tag, equals, value = pair.partition("=")
        if not equals:
            raise UserError(f"--hold-out {pair}: write it as TAG=VALUE.")
        held.setdefault(tag, set()).add(value)
    return held


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write JSONL. Raises UserError where the file exists or cannot be written."""
    from ifeval.util.files import written_atomically
    from ifeval.util.jsonio import dumps

    try:
        if path.exists():
            raise UserError(f"{path} exists already; name another file.")
        with written_atomically(path) as file:
            file.writelines(dumps(row) + b"\n" for row in rows)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.") from None


def register(app: typer.Typer) -> None:
    """Put these verbs beside `ifeval data list|fetch`."""
    for verb in (check, curate, make):
        app.command()(verb)
