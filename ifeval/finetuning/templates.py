"""Which chat template a model is trained with: its own, one that is given, or, for a base model, one of these."""

from typing import Any

from ifeval.errors import UserError
from ifeval.models.templates import CHATML, PLAIN_TEMPLATE, given_template

CHATML_TOKENS = ("<|im_start|>", "<|im_end|>")

_TURN = "{{ message.content | trim }}"
PLAIN = PLAIN_TEMPLATE.replace(_TURN, _TURN + "{{ eos_token if message.role == 'assistant' }}")
"""The template a base model is evaluated with, its assistant turns ended by the tokenizer's end of text."""


def training_template(tokenizer: Any, requested: str | None = None) -> str:
    """The chat template to train with.

    requested: "chatml", "plain", or a file; None takes the model's own, and for a model that has none ChatML where
    its vocabulary has ChatML's tokens, else plain. No token is ever added to a vocabulary.
    Raises UserError for a file that cannot be read, and for ChatML without its tokens.
    """
    has_chatml = all(token in tokenizer.get_vocab() for token in CHATML_TOKENS)
    if requested is None:
        own = tokenizer.chat_template
        if isinstance(own, dict):
            own = own.get("default")
        return own or (CHATML if has_chatml else PLAIN)
    if requested == "chatml" and not has_chatml:
        raise UserError("--chat-template chatml: the model's vocabulary has no <|im_start|> and <|im_end|>; use plain.")
    return given_template(requested) or PLAIN
