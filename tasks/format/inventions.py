"""Figures and names that a reply gives as facts and its prompt does not hold.

No invention is a figure that is derived (sum, difference, product, quotient or percentage of two figures of the
prompt, or a sum of all of a kind), counted or numbering (up to `COUNTED`, "Section 14", "1."), or demanded (an e-mail
address, a date written YYYY-MM-DD). Where it is unclear, nobody is accused: a rate of inventions is a lower bound.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from ifeval.checks.text.coverage import Reading
from ifeval.checks.text.spellings import NUMBER_WORDS

from .slots import FIRST_NAMES

COUNTED = 20
"""Figures up to this may count something in the reply or in the material."""

YEARS = range(1990, 2101)
"""A year beside a day and a month is what a letter is dated with."""

UNITS = (1, 7, 12, 60, 100, 1000)
"""Factors between units that a figure may be given in instead."""

MOST = 40
"""Figures of a prompt, and of a reply, that are looked at."""

_FIGURE = re.compile(r"(?<![\w.,/-])(?:\d{1,3}(?:[,' ]\d{3})+|\d{1,12})(?:[.,]\d{1,4})?(?![\d/])")
_IGNORED = re.compile(
    r"""[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}          # an address
    | (?:https?://|www\.)\S{1,300}
    | \[[^\]\n]{0,80}\]                                          # a placeholder
    | <[^>\n]{0,80}>
    | \d{4}-\d{2}-\d{2}
    | ^\W{0,6}\d{1,3}[.):]                                       # numbering
    | (?:section|part|chapter|step|point|item|no\.?|number|nr\.?|option|version|reply|answer|fact|row|line|page|day|
       paragraph|figure|table|q|note|response|draft|alternative)\ ?\#?\d{1,3}(?!\d)
    | \#\w+""",
    re.VERBOSE | re.MULTILINE,
)
_NAME = re.compile(r"[^\W\d_]{3,20}")
_COMMON_NAMES = frozenset(
    ["Adam", "Alice", "Amanda", "Amelia", "Andrew", "Angela", "Anna", "Anthony", "Arthur", "Barbara", "Benjamin", "Brian", "Caroline", "Catherine", "Charles", "Charlotte", "Christopher", "Claire", "Daniel", "David", "Deborah", "Dennis", "Diana", "Donald", "Dorothy", "Edward", "Eleanor", "Elizabeth", "Emily", "Emma", "Eric", "Ethan", "Evelyn", "Fiona", "Frank", "Gary", "George", "Hannah", "Harold", "Harry", "Helen", "Henry", "Isabella", "Jacob", "James", "Jane", "Janet", "Jason", "Jennifer", "Jessica", "John", "Jonathan", "Joseph", "Joshua", "Julia", "Karen", "Kate", "Katherine", "Kevin", "Laura", "Lauren", "Linda", "Lisa", "Lucas", "Lucy", "Margaret", "Maria", "Martin", "Mary", "Matthew", "Megan", "Melissa", "Michael", "Michelle", "Nancy", "Natalie", "Nathan", "Nicholas", "Nicole", "Noah", "Oliver", "Olivia", "Pamela", "Patricia", "Patrick", "Paul", "Peter", "Philip", "Rachel", "Rebecca", "Richard", "Robert", "Ronald", "Samantha", "Samuel", "Sandra", "Sarah", "Sharon", "Simon", "Sophia", "Sophie", "Stephanie", "Stephen", "Steven", "Susan", "Thomas", "Timothy", "Tyler", "Victoria", "Vincent", "Walter", "William"]
) | {*FIRST_NAMES}  # fmt: skip


def inventions(answer: str, prompt: str) -> list[str]:
    """Figures and first names of the reply that the prompt gives no ground for, in order, each once."""
    given = _given(prompt)
    found = [figure for figure in _figures(answer)[:MOST] if not _grounded(figure, given)]
    if found:
        derived = frozenset(_rounded(_derived(sorted(given)[-MOST:])))
        found = [figure for figure in found if round(figure, 2) not in derived]
    words = set(_NAME.findall(prompt))
    names = (name for name in _NAME.findall(_IGNORED.sub(" ", answer)) if name in _COMMON_NAMES and name not in words)
    return list(dict.fromkeys([*(f"{figure:g}" for figure in found), *names]))


def _figures(text: str) -> list[float]:
    plain = _IGNORED.sub(" ", Reading(text).text)
    return [_value(match.group()) for match in _FIGURE.finditer(plain)]


def _value(figure: str) -> float:
    """1,240 and 1 240 are thousands; 12,50 and 12.50 are decimals."""
    whole = re.sub(r"[,' ](?=\d{3}(?!\d))", "", figure)
    return float(whole.replace(",", ".").replace(" ", ""))


def _given(prompt: str) -> frozenset[float]:
    """All figures of the prompt, in digits or words, and the pieces of those that are written with marks."""
    text = Reading(prompt).text
    found = {_value(match.group()) for match in _FIGURE.finditer(text)}
    found |= {float(part) for part in re.findall(r"\d{1,12}", text)}
    found |= {float(NUMBER_WORDS[word]) for word in re.findall(r"[a-z]+(?:-[a-z]+)?", text) if word in NUMBER_WORDS}
    return frozenset(_rounded(found))


def _derived(figures: Sequence[float]) -> Iterator[float]:
    """What two figures give, and the sum of all."""
    yield sum(figures)
    for a, b in combinations(figures, 2):
        yield from (a + b, b - a, a * b)
        for top, bottom in ((a, b), (b, a)):
            if bottom:
                share = top / bottom
                for value in (share, 100 * share, 100 * abs(share - 1)):
                    yield from (value, round(value, 1), round(value))


def _rounded(figures: Iterable[float]) -> Iterator[float]:
    return (round(figure, 2) for figure in figures)


def _grounded(figure: float, given: frozenset[float]) -> bool:
    """A small number, a year, or a figure of the prompt, perhaps in another unit (pence, minutes, metres)."""
    if figure <= COUNTED or figure in YEARS:
        return True
    if figure < 32 and float(int(figure)) in given:
        return True  # 22.5 may be a date, 22 May
    return any(round(value, 2) in given for unit in UNITS for value in (figure / unit, figure * unit))
