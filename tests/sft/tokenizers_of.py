"""A tokenizer for any chat template: all of Unicode by bytes, the template's own tokens as special ones."""

from collections.abc import Sequence
from functools import cache

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

TEXT = ["the answer is in the tool call of the user, and 1 2 3 4 5 true false"]


@cache
def tokenizer_of(template: str, bos: str, eos: str, special: Sequence[str]) -> PreTrainedTokenizerFast:
    """Byte level, some merges; `special` with bos and eos are added tokens that decoding can skip."""
    tokenizer = Tokenizer(models.BPE(unk_token=None))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokens = list(dict.fromkeys(token for token in (*special, bos, eos) if token))
    trainer = trainers.BpeTrainer(
        vocab_size=400 + len(tokens),
        special_tokens=tokens,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXT, trainer)
    made = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=bos or None, eos_token=eos or None, extra_special_tokens=tokens
    )
    made.chat_template = template
    return made
