"""IFBench's checks with their defects fixed, for `ifbench-fixed`. docs/tasks-ifbench.md gives the reason of each.

All of them ask the one reading of a reply (`ifeval.checks.text.reading`); those that the library has are the library's,
and those whose rule stands are upstream's, asked of the text that is seen.
"""

from collections.abc import Callable
from itertools import pairwise

from ifeval.checks.ifbench import IFBENCH_CHECKS as FAITHFUL
from ifeval.checks.ifbench import repaired_format as format
from ifeval.checks.ifbench.arguments import Number, Position, Whole, Word
from ifeval.checks.ifbench.count import CONJUNCTIONS
from ifeval.checks.ifbench.ratio import OVERLAP_TOLERANCE
from ifeval.checks.ifbench.wordlists import PRONOUNS
from ifeval.checks.ifbench.words import PRIMES
from ifeval.checks.ifeval.arguments import Check
from ifeval.checks.library import CHECKS as LIBRARY
from ifeval.checks.library.sentences import ENDINGS, linked, step_by_step
from ifeval.checks.text.counting import at_least, plural, quoted, shorten
from ifeval.checks.text.marks import normalised
from ifeval.checks.text.reading import Reading, on_text, read
from ifeval.checks.text.words import fold, words_of
from ifeval.records import CheckResult

_TIMES_WANTED = (1, 2, 3, 5, 7)


def conjunctions(reply: Reading, *, small_n: Whole) -> CheckResult:
    """At least `small_n` different coordinating conjunctions, ignoring case and marks."""
    found = CONJUNCTIONS.intersection(reply.folded)
    counted = at_least(len(found), int(small_n), "coordinating conjunction")
    return CheckResult(counted.ok, f"{counted.reason}: {', '.join(sorted(found))}" if found else counted.reason)


def keywords_multiple(
    reply: Reading, *, keyword1: Word, keyword2: Word, keyword3: Word, keyword4: Word, keyword5: Word
) -> CheckResult:
    """The five keywords 1, 2, 3, 5 and 7 times as words of their own, no more and no less, ignoring case."""
    keywords = (keyword1, keyword2, keyword3, keyword4, keyword5)
    counts = [
        (keyword, len(reply.places(keyword)), times) for keyword, times in zip(keywords, _TIMES_WANTED, strict=True)
    ]
    wrong = [
        f"{quoted(word)} {plural(count, 'time')}, wanted {times}" for word, count, times in counts if count != times
    ]
    return CheckResult(not wrong, "; ".join(wrong) or "all 5 keywords as often as wanted")


def pronouns(reply: Reading, *, N: Whole) -> CheckResult:
    """At least `N` pronouns; that of "it's" is one."""
    return at_least(sum(word.partition("'")[0] in PRONOUNS for word in reply.folded), int(N), "pronoun")


def words_japanese(reply: Reading, *, N: Position) -> CheckResult:
    """Every `N`th word between white space holds Japanese letters (or is a number), and there are `N` words at least."""
    count = len(reply.text.split())
    if count < N:
        return CheckResult(False, f"{plural(count, 'word')}, wanted at least {N:g}, the last of them in Japanese")
    return FAITHFUL["count:words_japanese"](reply.text, N=N)


def overlap(reply: Reading, *, reference_text: str, percentage: Number) -> CheckResult:
    """Of the different runs of three words, `percentage` % (give or take 2 points) occur in the reference text."""
    own, theirs = _trigrams(reply.folded), _trigrams(read(reference_text).folded)
    if not own:
        return CheckResult(False, "fewer than three words, so no trigrams")
    share = len(own & theirs) / len(own) * 100
    ok = abs(share - percentage) <= OVERLAP_TOLERANCE
    return CheckResult(
        ok, f"{share:.4g} % of the word trigrams are the reference's, wanted {percentage:g} % ± {OVERLAP_TOLERANCE}"
    )


def sentence_words(reply: Reading) -> CheckResult:
    """Three sentences of the same number of characters, and no word twice in them, ignoring case."""
    lengths = [len(sentence) for sentence in reply.sentences]
    if len(lengths) != 3 or len(set(lengths)) != 1:
        return CheckResult(
            False,
            f"{plural(len(lengths), 'sentence')} of {shorten(', '.join(map(str, lengths)))} characters, wanted 3 of the same length",
        )
    found = [fold(word) for sentence in reply.sentences for word in words_of(sentence)]
    twice = next((word for place, word in enumerate(found) if word in found[:place]), None)
    return CheckResult(
        twice is None,
        f"{quoted(twice)} comes twice" if twice else "3 sentences of the same length, all words different",
    )


def sentence_type(reply: Reading) -> CheckResult:
    """Twice as many sentences that end in a full stop as in a question mark, and one question at least."""
    stops, questions = _ending_in(".", reply), _ending_in("?", reply)
    reason = f"{plural(stops, 'sentence')} ending in a full stop and {plural(questions, 'question')}, wanted 2 to 1"
    return CheckResult(stops == 2 * questions > 0, reason)


def sentence_balance(reply: Reading) -> CheckResult:
    """As many sentences that end in a full stop as in a question mark as in an exclamation mark, one at least of each."""
    counts = [_ending_in(mark, reply) for mark in ".?!"]
    ok = len(set(counts)) == 1 and counts[0] > 0
    return CheckResult(ok, "sentences ending in . ? !: {}, {} and {}, wanted as many of each".format(*counts))


def repeat_change(reply: Reading, *, prompt_to_repeat: Word) -> CheckResult:
    """The request with another first word and nothing else; quotes around it and white space don't matter."""
    said, asked = _bare(reply.raw).split(), _bare(prompt_to_repeat).split()
    if said[:1] == asked[:1]:
        return CheckResult(False, "the first word is the request's, wanted another one")
    ok = said[1:] == asked[1:]
    return CheckResult(
        ok, "the request is repeated" + ("" if ok else " differently after its first word, or not at all")
    )


def repeat_simple(reply: Reading) -> CheckResult:
    """Nothing but the sentence asked for, ignoring case and quotes around it."""
    return FAITHFUL["repeat:repeat_simple"](_bare(reply.text))


def repeat_span(reply: Reading, *, prompt_to_repeat: Word, n_start: Whole, n_end: Whole) -> CheckResult:
    """Nothing but the words `n_start` to `n_end` of the request, both included, counted from 0 or from 1."""
    words = normalised(prompt_to_repeat).split()
    spans = [" ".join(words[max(0, int(n_start) - one) : int(n_end) + 1 - one]) for one in (0, 1)]
    said = " ".join(_bare(reply.raw).split())
    ok = said.casefold() in {_bare(span).casefold() for span in spans}
    return CheckResult(ok, "the span alone" if ok else f"{quoted(said)}, wanted {quoted(spans[0])} alone")


def alliteration_increment(reply: Reading) -> CheckResult:
    """The longest run of neighbouring words with the same first letter grows from sentence to sentence, of two at least."""
    counts = [_longest_run(words_of(sentence)) for sentence in reply.sentences]
    if len(counts) < 2:
        return CheckResult(False, f"{plural(len(counts), 'sentence')}, wanted at least 2")
    for number, (before, here) in enumerate(pairwise(counts), start=2):
        if here <= before:
            return CheckResult(
                False, f"sentence {number} has a run of {plural(here, 'word')} after one of {before}, wanted more"
            )
    return CheckResult(True, f"runs of {shorten(', '.join(map(str, counts)))} alliterative words")


def increment(reply: Reading, *, small_n: Whole) -> CheckResult:
    """Each sentence has exactly `small_n` words more than the one before; there are two at least."""
    return _of_two(reply) or step_by_step(reply, int(small_n))


def last_first(reply: Reading) -> CheckResult:
    """The last word of each sentence is the first of the next, ignoring case and marks; there are two at least."""
    return _of_two(reply) or linked(reply)


def consonants(reply: Reading) -> CheckResult:
    """Each word with letters holds two consonants in a row; y is one."""
    bare = " ".join(word for word in reply.folded if any(map(str.isalpha, word)))
    return FAITHFUL["words:consonants"](bare) if bare else CheckResult(False, "no words")


def no_consecutive(reply: Reading) -> CheckResult:
    """No two neighbouring words of a line start with the same letter."""
    for line in reply.lines:
        for left, right in pairwise(words_of(line)):
            if fold(left)[0] == fold(right)[0]:
                return CheckResult(False, f"{quoted(left)} and {quoted(right)} start with the same letter")
    return CheckResult(
        len(reply.words) > 1,
        "no two neighbouring words start with the same letter" if len(reply.words) > 1 else "fewer than two words",
    )


def paragraph_last_first(reply: Reading) -> CheckResult:
    """Each line of text ends with the word it starts with, ignoring case and marks."""
    for number, line in enumerate(reply.lines, start=1):
        found = words_of(line)
        if found and (len(found) < 2 or fold(found[0]) != fold(found[-1])):
            return CheckResult(
                False, f"paragraph {number} starts with {quoted(found[0])} and ends with {quoted(found[-1])}"
            )
    return CheckResult(
        bool(reply.words), "each paragraph ends with the word it starts with" if reply.words else "no words"
    )


def prime_lengths(reply: Reading) -> CheckResult:
    """The number of letters of each word is a prime number."""
    for word in reply.words:
        length = sum(map(str.isalnum, word))
        if length not in PRIMES:
            return CheckResult(False, f"{quoted(word)} has {plural(length, 'letter')}, wanted a prime number")
    return CheckResult(bool(reply.words), "the length of every word is a prime number" if reply.words else "no words")


_OWN: dict[str, Callable[..., CheckResult]] = {
    "count:conjunctions": conjunctions,
    "count:keywords_multiple": keywords_multiple,
    "count:pronouns": pronouns,
    "count:words_japanese": words_japanese,
    "ratio:overlap": overlap,
    "ratio:sentence_balance": sentence_balance,
    "ratio:sentence_type": sentence_type,
    "ratio:sentence_words": sentence_words,
    "repeat:repeat_change": repeat_change,
    "repeat:repeat_simple": repeat_simple,
    "repeat:repeat_span": repeat_span,
    "sentence:alliteration_increment": alliteration_increment,
    "sentence:increment": increment,
    "words:consonants": consonants,
    "words:last_first": last_first,
    "words:no_consecutive": no_consecutive,
    "words:paragraph_last_first": paragraph_last_first,
    "words:prime_lengths": prime_lengths,
    **format.OWN,
}


def _seen(check: Check) -> Check:
    """Upstream's check, asked of the text that is seen of a reply."""

    def checked(reply: Reading, **arguments: object) -> CheckResult:
        return check(reply.text, **arguments)

    checked.__wrapped__ = check  # type: ignore[attr-defined]
    checked.__doc__ = check.__doc__
    return checked


FIXED_CHECKS: dict[str, Check] = {
    name: LIBRARY[name] if name in LIBRARY else on_text(_OWN[name] if name in _OWN else _seen(FAITHFUL[name]))
    for name in FAITHFUL
}
"""The repaired check of each of IFBench's 58 instructions."""


def _of_two(reply: Reading) -> CheckResult | None:
    count = len(reply.sentences)
    return CheckResult(False, f"{plural(count, 'sentence')}, wanted at least 2") if count < 2 else None


def _ending_in(mark: str, reply: Reading) -> int:
    ends = (sentence[len(sentence.rstrip(ENDINGS)) :] for sentence in map(_without_emoji, reply.sentences))
    return sum(mark in end and (mark != "." or not {"?", "!"} & set(end)) for end in ends)


def _without_emoji(sentence: str) -> str:
    return sentence.rstrip().rstrip("".join({letter for letter in sentence[-12:] if ord(letter) > 0x2100}))


def _trigrams(words: list[str]) -> set[tuple[str, str, str]]:
    return set(zip(words, words[1:], words[2:], strict=False))


def _longest_run(words: list[str]) -> int:
    longest = run = 1
    for left, right in pairwise(map(fold, words)):
        run = run + 1 if left[0] == right[0] else 1
        longest = max(longest, run)
    return longest


def _bare(text: str) -> str:
    return normalised(text).strip(" \n\t\"'*_`")
