"""Which part of a document's text is trained, and which of its tokens are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ifeval.finetuning.data.formats import Message
from ifeval.models.prompts import encodable

IGNORE = -100
"""The label of a position that is not trained, which is torch's own default."""


@dataclass(frozen=True, slots=True)
class Span:
    """A turn to train in a document's text: [start, end), how much it counts, and what of it is not trained."""

    start: int
    end: int
    weight: float = 1.0
    untrained: Sequence[tuple[int, int]] = ()

    @classmethod
    def of(cls, text: str, start: int, message: Message) -> "Span":
        """The span of `message`, which begins at `start` and ends with the text."""
        content = message["content"]
        at = text.find(encodable(content.strip()), start) - (len(content) - len(content.lstrip()))
        hidden = []
        for a, b in message.get("untrained", ()):
            words = content[a:b]  # white space at its edges may belong to a token of what is trained
            a, b = a + len(words) - len(words.lstrip()), b - len(words) + len(words.rstrip())
            hidden += [(at + a, at + b)] if a < b else []
        return cls(start, len(text), message.get("weight", 1), hidden)

    def labels(self, tokenizer: Any, ids: list[int]) -> list[int]:
        """The labels of the turn's ids: all of them but those that hold a part of the text that is not to be trained."""
        if not self.untrained:
            return ids
        ends = [len(tokenizer.decode(ids[: n + 1], skip_special_tokens=False)) for n in range(len(ids))]
        pieces = zip(ids, [0, *ends], ends, strict=False)
        hidden = [(start - self.start, end - self.start) for start, end in self.untrained]
        return [IGNORE if any(begin < b and a < end for a, b in hidden) else i for i, begin, end in pieces]
