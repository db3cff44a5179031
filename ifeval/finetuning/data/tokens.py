"""A text tokenised as it grows: what stands keeps its ids, and every part of the text is read about once."""

import re
from collections.abc import Iterable
from typing import Any

BEFORE = ("a", "a ", "a\n", "a.\n\n")
AFTER = ("", "b", " b", "\nb", "\n\nb")
"""What a control token is tried between."""


class Tokenization:
    """A tokenizer that adds no tokens of its own, and the control tokens that part its texts.

    tokenizer: a transformers tokenizer. special: its control tokens.
    """

    def __init__(self, tokenizer: Any, special: Iterable[str]) -> None:
        self._tokenizer = tokenizer
        longest_first = sorted(filter(None, special), key=len, reverse=True)
        self._control = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
        self._parting: dict[str, bool] = {}

    def ids(self, text: str) -> list[int]:
        """The ids of a whole text."""
        return self._tokenizer(text, add_special_tokens=False)["input_ids"]

    def border(self, text: str, start: int, end: int) -> int:
        """Where the last control token of text[start:end] begins that parts the text; `start` where there is none."""
        found = (match.start() for match in self._control.finditer(text, start, end) if self._parts(match[0]))
        return max(found, default=start)

    def _parts(self, token: str) -> bool:
        """Whether what precedes `token` has the same ids with it and without, and what follows the same without that.

        So it is in most tokenizers; not where a token takes the white space before it.
        """
        if token not in self._parting:
            tried = ((before, token + after) for before in BEFORE for after in AFTER)
            self._parting[token] = all(self.ids(a + b) == self.ids(a) + self.ids(b) for a, b in tried)
        return self._parting[token]


class GrowingIds:
    """The ids of `text` up to `done`, in characters; `extend` goes on.

    The ids are those of text[:done] tokenised in one piece as long as the tokenizer lets them stand when the text goes on;
    where tokens would merge across the end of what stands, the rest is tokenised by itself, as a model that is asked to go on
    writes it.
    """

    def __init__(self, tokenization: Tokenization, text: str) -> None:
        self.text = text
        self.ids: list[int] = []
        self.done = 0
        self._tokenization = tokenization
        self._border = 0  # text before it has its ids, whatever follows
        self._whole = True

    def extend(self, end: int) -> list[int]:
        """Go on to text[:end]; returns the ids that were added."""
        added = self._added(end)
        self.ids += added
        self.done = end
        return added

    def _added(self, end: int) -> list[int]:
        ids = self._tokenization.ids
        if self._whole:
            self._border = self._tokenization.border(self.text, self._border, self.done)
            known = ids(self.text[self._border : self.done])
            longer = ids(self.text[self._border : end])
            if longer[: len(known)] == known:
                return longer[len(known) :]
            self._whole = False
        return ids(self.text[self.done : end])
