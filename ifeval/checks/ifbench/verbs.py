"""Whether a text starts with a verb, judged by a list of verbs and the word after: IFBench's `words:start_verb`.

Upstream asks nltk's part-of-speech tagger, whose model cannot be had without a download. This is another instrument:
it knows the verbs that replies are likely to start with, and is not compared with upstream's (docs/tasks-ifbench.md).
As upstream, it takes no modal ("can", "will") for a verb, and a mark before the first word means that there is none.
"""

import re

from ifeval.checks.ifbench.wordlists import IRREGULAR_VERBS, REGULAR_VERBS
from ifeval.checks.text.counting import shorten
from ifeval.checks.text.punkt import sentences
from ifeval.checks.text.treebank import tokens as treebank_tokens
from ifeval.records import CheckResult

_NOUN_FOLLOWED_BY = frozenset(
    ("is", "are", "was", "were", "has", "had", "can", "could", "may", "might", "must", "should", "will", "would", "of")
)
"""A word that is a noun as well ("work", "study") is one before these."""

_LIKELY = re.compile(r"\w{3,}(?:[iy]z(?:e|es|ed|ing)|if(?:y|ies|ied|ying))")
"""Regular verbs that need no list: modernize, personify."""


def _present(base: str) -> set[str]:
    """A verb, its -s form and its -ing forms, with the last consonant doubled or not, possible or not."""
    if base.endswith("e"):
        return {base, f"{base}s", f"{base[:-1]}ing"}
    if base.endswith("y") and base[-2] not in "aeiou":
        return {base, f"{base[:-1]}ies", f"{base}ing"}
    ending = "es" if base.endswith(("s", "x", "z", "ch", "sh", "o")) else "s"
    return {base, base + ending, f"{base}ing", f"{base}{base[-1]}ing"}


def _past(base: str) -> set[str]:
    """The -ed forms of a regular verb, likewise."""
    if base.endswith("e"):
        return {f"{base}d"}
    if base.endswith("y") and base[-2] not in "aeiou":
        return {f"{base[:-1]}ied"}
    return {f"{base}ed", f"{base}{base[-1]}ed"}


VERB_FORMS = frozenset().union(*map(_present, (*REGULAR_VERBS, *IRREGULAR_VERBS)), *map(_past, REGULAR_VERBS))


def is_verb(word: str, following: str = "") -> bool:
    """Whether `word`, at the start of a sentence and before the word `following`, reads as a verb."""
    form = word.lower()
    if form not in VERB_FORMS and not _LIKELY.fullmatch(form):
        return False
    return form.endswith("ing") or following.lower() not in _NOUN_FOLLOWED_BY


def start_verb(text: str) -> CheckResult:
    """The first token of the reply is a verb."""
    first = sentences(text)[:1]
    word, following, *_ = [*treebank_tokens(*first), "", ""] if first else ("", "")
    if not word:
        return CheckResult(False, "no words")
    ok = is_verb(word, following)
    return CheckResult(
        ok, f"'{shorten(word)}' is {'a verb' if ok else 'not a verb that this check knows, or not one here'}"
    )
