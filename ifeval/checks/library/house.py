"""Instructions of our own: checks that IFEval and IFBench don't have. `CHECKS` maps their ids to them."""

import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise

from ifeval.checks.ifbench.placement import last_first, paragraph_last_first
from ifeval.checks.ifbench.sentence import increment
from ifeval.checks.text.counting import exactly, plural, shorten
from ifeval.checks.text.punkt import count_sentences
from ifeval.records import CheckResult

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_NUMBERED = re.compile(r"^[^\S\n]*(\d{1,9})[.)][^\S\n]+\S", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s|\n")
_DATE = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)")
_EMAIL = re.compile(r"\w@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_HASHTAG = re.compile(r"(?<![\w#&])#\w+")
_TABLE_RULE = frozenset("|-: \t")


def uppercase(text: str) -> CheckResult:
    """Letters occur, and none of them is lower-case."""
    return _one_case(text, str.islower, "lower-case")


def lowercase(text: str) -> CheckResult:
    """Letters occur, and none of them is upper-case."""
    return _one_case(text, str.isupper, "upper-case")


def paragraphs(text: str, *, paragraphs: int) -> CheckResult:
    """Exactly so many blocks of text with blank lines between them."""
    return exactly(len(blocks_of_text(text)), paragraphs, "paragraph")


def lines(text: str, *, lines: int) -> CheckResult:
    """Exactly so many lines that are not blank."""
    return exactly(len(_lines(text)), lines, "line")


def numbered_list(text: str, *, items: int) -> CheckResult:
    """Lines that start with "1." (or "1)") up to exactly `items`, in order."""
    numbers = [int(number) for number in _NUMBERED.findall(text)]
    verdict = exactly(len(numbers), items, "numbered item")
    if verdict.ok and numbers != list(range(1, items + 1)):
        return CheckResult(False, f"the items are numbered {', '.join(map(str, numbers))}, wanted 1 to {items}")
    return verdict


def marked_list(text: str, *, mark: str, items: int) -> CheckResult:
    """Exactly so many lines start with the mark and go on after it."""
    found = sum(line.startswith(mark) and line != mark for line in _lines(text))
    return exactly(found, items, f"item/items marked {mark}")


def sub_bullets(text: str, *, bullets: int) -> CheckResult:
    """Exactly so many lines start with "* " and each has an indented "- " line below it, before the next "* " line."""
    below: list[int] = []
    for line in text.split("\n"):
        if line.startswith("* "):
            below.append(0)
        elif below and line[:1].isspace() and line.lstrip().startswith("- "):
            below[-1] += 1
    if 0 in below:
        return CheckResult(False, f"{below.count(0)} of {plural(len(below), 'bullet point')} without a sub-bullet")
    return exactly(len(below), bullets, "bullet point")


def stairs(text: str, *, steps: int) -> CheckResult:
    """Exactly so many lines that are not blank, each indented by more white space than the one before."""
    found = [line for line in text.split("\n") if line.strip()]
    indents = [len(line) - len(line.lstrip()) for line in found]
    flat = next((n for n, (above, here) in enumerate(pairwise(indents), 2) if here <= above), None)
    if flat is not None:
        return CheckResult(False, f"line {flat} is not indented more than the one before")
    return exactly(len(indents), steps, "line")


def template(text: str, *, labels: list[str]) -> CheckResult:
    """Lines start with the labels and a colon, each label once, in this order, and each is followed by text."""
    found = [label for line in _lines(text) for label in labels if line.startswith(f"{label}:")]
    if found != labels:
        return CheckResult(
            False, f"labels {shorten(', '.join(found)) or 'missing'}, wanted {', '.join(labels)} in this order"
        )
    rest = text
    for label in reversed(labels):
        rest, _, after = rest.rpartition(f"{label}:")
        if not after.strip():
            return CheckResult(False, f"nothing after {label}:")
    return CheckResult(True, "all labels, in order")


def echo_paragraphs(text: str, *, paragraphs: int) -> CheckResult:
    """Exactly so many paragraphs, each of which ends with the word it starts with."""
    blocks = blocks_of_text(text)
    counted = exactly(len(blocks), paragraphs, "paragraph")
    return paragraph_last_first("\n".join(" ".join(block.split()) for block in blocks)) if counted.ok else counted


def growing(text: str, *, sentences: int, step: int) -> CheckResult:
    """Exactly so many sentences, each with `step` words more than the one before."""
    counted = exact_sentences(text, sentences=sentences)
    return increment(text, small_n=step) if counted.ok else counted


def chain(text: str, *, sentences: int) -> CheckResult:
    """Exactly so many sentences, each of which starts with the last word of the one before."""
    counted = exact_sentences(text, sentences=sentences)
    return last_first(text) if counted.ok else counted


def title_case(text: str) -> CheckResult:
    """The first letter of every word is a capital; white space separates words."""
    wrong = [word for word in text.split() if (first := next(filter(str.isalpha, word), "")) and first.islower()]
    return CheckResult(
        not wrong,
        f"{plural(len(wrong), 'word')} without a capital, {shorten(wrong[0])!r} first" if wrong else "title case",
    )


def table(text: str, *, columns: int, rows: int) -> CheckResult:
    """One Markdown table with a header, a rule, and exactly so many `rows` below it, each of `columns` cells."""
    piped = [line for line in _lines(text) if "|" in line]
    if len(piped) < 2 or "-" not in piped[1] or not _TABLE_RULE.issuperset(piped[1]):
        return CheckResult(False, "no Markdown table with a header and a rule of dashes")
    widths = {len(line.removeprefix("|").removesuffix("|").split("|")) for line in piped}
    if widths != {columns}:
        return CheckResult(False, f"table rows of {', '.join(map(str, sorted(widths)))} cells, wanted {columns}")
    return exactly(len(piped) - 2, rows, "table row")


def headings(text: str, *, headings: int) -> CheckResult:
    """Exactly so many lines that start with "## "."""
    return exactly(sum(line.startswith("## ") and len(line) > 3 for line in _lines(text)), headings, "'##' heading")


def tags(text: str, *, tag: str) -> CheckResult:
    """Everything stands between `<tag>` and `</tag>`, and each occurs once."""
    text = text.strip()
    opening, closing = f"<{tag}>", f"</{tag}>"
    ok = text.startswith(opening) and text.endswith(closing) and text.count(opening) == text.count(closing) == 1
    return CheckResult(ok, f"{'' if ok else 'not '}wrapped in {opening} and {closing}")


def code_block(text: str) -> CheckResult:
    """Everything stands in one fence of three backticks."""
    text = text.strip()
    ok = text.startswith("```") and text.endswith("```") and text.count("```") == 2
    return CheckResult(ok, f"{'' if ok else 'not '}one fenced code block")


def acrostic(text: str, *, word: str) -> CheckResult:
    """The first letters of the lines that are not blank spell the word; case doesn't matter."""
    spelled = "".join(line[0] for line in _lines(text))
    return CheckResult(spelled.lower() == word.lower(), f"the lines spell {shorten(spelled)!r}, wanted {word!r}")


def start_phrase(text: str, *, phrase: str) -> CheckResult:
    """The text starts with exactly this phrase."""
    text = text.lstrip()
    return CheckResult(text.startswith(phrase), f"starts with {shorten(text[: len(phrase) + 1])!r}, wanted {phrase!r}")


def final_question(text: str) -> CheckResult:
    """The last character is a question mark."""
    last = text.rstrip()[-1:]
    return CheckResult(last == "?", f"ends with {last!r}, wanted a question mark")


def signature(text: str, *, name: str) -> CheckResult:
    """The last line that is not blank is the name and nothing else, after at least one other line."""
    found = _lines(text)
    ok = len(found) > 1 and found[-1] == name
    return CheckResult(ok, f"the last line is {shorten(found[-1] if found else '')!r}, wanted {name!r} below the reply")


def labelled_line(text: str, *, label: str) -> CheckResult:
    """Exactly one line starts with the label and a colon, and goes on after it."""
    mark = f"{label}:"
    return exactly(sum(line.startswith(mark) and line != mark for line in _lines(text)), 1, f"line/lines with {mark!r}")


def no_digits(text: str) -> CheckResult:
    """No decimal digit anywhere."""
    found = sum(map(str.isdecimal, text))
    return CheckResult(not found, f"{plural(found, 'digit')}, wanted none" if found else "no digits")


def semicolons(text: str, *, semicolons: int) -> CheckResult:
    """Exactly so many semicolons."""
    return exactly(text.count(";"), semicolons, "semicolon")


def questions(text: str, *, questions: int) -> CheckResult:
    """Exactly so many question marks."""
    return exactly(text.count("?"), questions, "question mark")


def exclamations(text: str, *, exclamations: int) -> CheckResult:
    """Exactly so many exclamation marks."""
    return exactly(text.count("!"), exclamations, "exclamation mark")


def iso_date(text: str) -> CheckResult:
    """At least one date that exists, written YYYY-MM-DD."""
    found = next((match.group() for match in _DATE.finditer(text) if _is_date(*map(int, match.groups()))), None)
    return CheckResult(found is not None, f"date {found}" if found else "no date written YYYY-MM-DD")


def email_address(text: str) -> CheckResult:
    """At least one e-mail address."""
    found = _EMAIL.search(text)
    return CheckResult(found is not None, "an e-mail address" if found else "no e-mail address")


def hashtags(text: str, *, hashtags: int) -> CheckResult:
    """Exactly so many words with a `#` before them."""
    return exactly(len(_HASHTAG.findall(text)), hashtags, "hashtag")


def longest_sentence(text: str, *, words: int) -> CheckResult:
    """No sentence has more than so many words; a line break ends a sentence too."""
    longest = max((len(sentence.split()) for sentence in _SENTENCE_END.split(text)), default=0)
    return CheckResult(longest <= words, f"the longest sentence has {plural(longest, 'word')}, wanted at most {words}")


def exact_sentences(text: str, *, sentences: int) -> CheckResult:
    """Exactly so many sentences, as Punkt splits them."""
    return exactly(count_sentences(text), sentences, "sentence")


def keyword_once(text: str, *, keyword: str) -> CheckResult:
    """The word occurs exactly once as a word of its own; case doesn't matter."""
    count = len(_places(text, keyword))
    return CheckResult(count == 1, f"{keyword!r} appears {plural(count, 'time')}, wanted exactly once")


def keyword_order(text: str, *, first: str, second: str) -> CheckResult:
    """Both words occur, and the first one's first place is before the second one's; case doesn't matter."""
    places = _places(text, first), _places(text, second)
    missing = [word for word, found in zip((first, second), places, strict=True) if not found]
    if missing:
        return CheckResult(False, f"{' and '.join(map(repr, missing))} missing")
    ok = places[0][0] < places[1][0]
    return CheckResult(ok, f"{first!r} appears {'before' if ok else 'after'} {second!r}")


CHECKS: dict[str, Callable[..., CheckResult]] = {
    "case:uppercase": uppercase,
    "case:lowercase": lowercase,
    "case:title": title_case,
    "layout:paragraphs": paragraphs,
    "layout:lines": lines,
    "layout:numbered_list": numbered_list,
    "layout:marked_list": marked_list,
    "layout:sub_bullets": sub_bullets,
    "layout:stairs": stairs,
    "layout:template": template,
    "layout:echo_paragraphs": echo_paragraphs,
    "layout:table": table,
    "layout:headings": headings,
    "layout:tags": tags,
    "layout:code_block": code_block,
    "layout:acrostic": acrostic,
    "edge:start_phrase": start_phrase,
    "edge:final_question": final_question,
    "edge:signature": signature,
    "content:labelled_line": labelled_line,
    "content:no_digits": no_digits,
    "content:semicolons": semicolons,
    "content:questions": questions,
    "content:exclamations": exclamations,
    "content:iso_date": iso_date,
    "content:email_address": email_address,
    "content:hashtags": hashtags,
    "sentence:longest": longest_sentence,
    "sentence:growing": growing,
    "sentence:chain": chain,
    "sentence:exact_count": exact_sentences,
    "keywords:once": keyword_once,
    "keywords:order": keyword_order,
}


def _one_case(text: str, wrong: Callable[[str], bool], name: str) -> CheckResult:
    letters = [letter for letter in text if letter.isalpha()]
    found = sum(map(wrong, letters))
    if not letters:
        return CheckResult(False, "no letters")
    return CheckResult(
        not found, f"{found} of {len(letters)} letters are {name}, wanted none" if found else f"no {name} letters"
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def blocks_of_text(text: str) -> list[str]:
    """The paragraphs: what stands between blank lines, blank blocks left out."""
    return [block for block in _BLANK_LINE.split(text) if block.strip()]


def _places(text: str, word: str) -> list[int]:
    return [match.start() for match in re.finditer(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)]


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
