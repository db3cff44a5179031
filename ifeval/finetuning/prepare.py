"""Everything before the first step: the data read and encoded, and a record of it."""

import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import Any

from ifeval.errors import UserError
from ifeval.finetuning.data.batches import Batches
from ifeval.finetuning.data.columns import Columns
from ifeval.finetuning.data.encode import Encoded, Encoder
from ifeval.finetuning.data.fates import check_dropped, fates
from ifeval.finetuning.data.formats import Example
from ifeval.finetuning.data.mix import Loaded, Source, load, mix, parse_source
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.templates import training_template
from ifeval.models.fingerprint import file_digests
from ifeval.models.probe import profile_of
from ifeval.models.prompts import Chat
from ifeval.models.resolve import Model
from ifeval.runs.manifest import libraries
from ifeval.tool_calls import by_name
from ifeval.util.jsonio import canonical


@dataclass(frozen=True, slots=True)
class Prepared:
    """Data ready to train on. `batches` are its steps; `record` is what `ifeval_sft.json` says of it all.

    base: the folder of the model that is trained. validation: rows that are not trained on.
    """

    encoder: Encoder
    batches: Batches
    record: dict[str, Any]
    base: Path | None = None
    validation: Batches | None = None

    @property
    def tokenizer(self) -> Any:
        return self.encoder.tokenizer

    @property
    def template(self) -> str:
        return self.encoder.template

    @property
    def identity(self) -> str:
        """SHA-256 of all that decides what is learnt; a run can be resumed only with the same."""
        return hashlib.sha256(
            canonical([self.record[key] for key in ("base", "data", "template", "settings")])
        ).hexdigest()


def prepare(options: SftOptions, model: Model) -> Prepared:
    """Read and encode the data of `options` for `model`, a checkpoint.

    Raises UserError for data that cannot be used.
    """
    sources = [parse_source(text) for text in options.data]
    columns = Columns.said(options.ignore_column, options.map)
    loaded = load(sources, options.max_bad, columns)
    encoder = encoder_for(model, options.max_length, options.chat_template, options.template_args)
    weights = dict(zip(loaded.rows, (source.weight for source in sources), strict=True))
    trained, held_out = held_apart(loaded, options, columns)
    mixed = mix(trained, weights, options.seed, options.most_repeats)
    encode = partial(
        encoder.encode_all,
        pairs=options.method in ("orpo", "dpo"),
        labelled=options.method == "kto",
        last=options.last_turn_only,
    )
    encoded = encode(mixed)
    told = fates(replace(loaded, examples=trained), encoded, len(mixed))
    check_dropped(told, options.max_dropped)
    make = partial(Batches, size=options.batch, seed=options.seed, tokens=options.batch_tokens)
    batches = make(encoded.units)
    validation = None
    if held_out.examples:
        kept = encode(held_out.examples)
        told["validation"] = fates(held_out, kept, len(held_out.examples))
        check_dropped(told["validation"], options.max_dropped)
        validation = make(kept.units)
    record = {
        "base": {"name": model.name, "fingerprint": model.fingerprint},
        "data": _data_record(sources, loaded),
        "settings": options.training_identity,
        "seen_clusters": sorted({example.cluster for example in mixed if example.cluster}),
        "seen_kinds": sorted({example.kind for example in mixed if example.kind}),
        "counts": _counts(encoded) | ({"validation_examples": len(validation.units)} if validation else {}),
        "fates": told,
        "template": {"sha256": hashlib.sha256(encoder.template.encode()).hexdigest(), "end_of_turn": encoder.end},
        "versions": {"ifeval-harness": version("ifeval-harness"), "python": platform.python_version(), **libraries()},
    }
    return Prepared(encoder, batches, record, model.path, validation)


def held_apart(loaded: Loaded, options: SftOptions, columns: Columns) -> tuple[Sequence[Example], Loaded]:
    """(what is trained on, what the validation loss is taken of), by `options.validation`.

    A share is drawn by the seed, before sources are mixed, so that no repetition of a validated example is trained on.
    Raises UserError for a file that cannot be used, and a share that leaves nothing.
    """
    examples = loaded.examples
    if options.validation is None:
        return examples, Loaded((), (), {})
    share = options.validation_share
    if share is None:
        return examples, load([parse_source(options.validation)], options.max_bad, columns)
    number = round(share * len(examples))
    if not 0 < number < len(examples):
        raise UserError(
            f"--validation {options.validation}: of {len(examples)} examples that is {number}; give another share."
        )
    chosen = set(Random(f"{options.seed}:validation").sample(range(len(examples)), number))
    kept = [example for at, example in enumerate(examples) if at not in chosen]
    return kept, Loaded([examples[at] for at in sorted(chosen)], (), {"validation": number})


def encoder_for(
    model: Model, max_length: int, chat_template: str | None = None, template_args: Mapping[str, Any] | None = None
) -> Encoder:
    """The encoder with a checkpoint's tokenizer and the template to train with (see `training_template`).

    Raises UserError where transformers cannot load the tokenizer, or the template cannot be trained with.
    """
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(str(model.path))
    except (ValueError, OSError, KeyError) as error:
        raise UserError(f"transformers cannot load the tokenizer of {model.name}: {error}") from error
    template = training_template(tokenizer, chat_template)
    profile = profile_of(template, model.tokens, model.special)
    chat = Chat(template, by_name(profile.dialect), template_args=template_args or {}, known=profile)
    return Encoder(tokenizer, chat, max_length)


def padding_id(tokenizer: Any) -> int:
    """An id to fill rows with; it is never trained on and nothing sees it, so any will do."""
    return tokenizer.pad_token_id if tokenizer.pad_token_id is not None else 0


def _data_record(sources: Sequence[Source], loaded: Loaded) -> list[dict[str, Any]]:
    files = [[Path(file) for file in source.files] for source in sources]
    digests = file_digests([file for own in files for file in own])
    return [
        {
            "file": source.name,
            "sha256": _digest([digests[file] for file in own]),
            "files": len(own),
            "weight": source.weight,
            "rows": rows,
            "malformed": sum(problem.place.startswith(f"{file}:") for problem in loaded.problems for file in own),
        }
        for source, own, rows in zip(sources, files, loaded.rows.values(), strict=True)
    ]


def _digest(digests: Sequence[str]) -> str:
    """One digest of a source: the file's own, or that of the digests of its files."""
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def _counts(encoded: Encoded) -> dict[str, Any]:
    documents = encoded.documents
    by_source: dict[str, int] = {}
    for document in documents:
        by_source[document.source] = by_source.get(document.source, 0) + document.trained
    return {
        "documents": len(documents),
        "examples": len(encoded.units),
        "tokens": sum(len(document.ids) for document in documents),
        "trained_tokens": sum(by_source.values()),
        "trained_tokens_by_source": by_source,
        "shortened": encoded.shortened,
        "split_into_turns": encoded.split,
        "dropped": dict(encoded.dropped),
        "first_dropped": encoded.first_dropped,
    }
