"""One training document shown with the text that is trained marked."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from ifeval.finetuning.data.encode import IGNORE, Document


def runs(tokenizer: Any, document: Document) -> Iterator[tuple[str, bool]]:
    """The document's text in runs of (text, whether it is trained); joined, the text is the document."""
    pairs = zip(document.ids, document.labels, strict=True)
    for trained, run in groupby(pairs, key=lambda pair: pair[1] != IGNORE):
        yield tokenizer.decode([token for token, _ in run], skip_special_tokens=False), trained


def marked(tokenizer: Any, document: Document) -> str:
    """The text with trained runs between ⟦ and ⟧, for output without colours."""
    return "".join(f"⟦{text}⟧" if trained else text for text, trained in runs(tokenizer, document))
