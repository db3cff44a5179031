"""The usual spellings of a value: 1,240 and 1240; 14 March, March 14th and 14/3; 10:30 and half past ten; 4 and four.

`pattern` turns one part of a fact's form into a regular expression over lower-case text whose marks are normalised,
whose underscores are spaces and whose runs of white space are single spaces. Every quantifier is bounded, so matching takes linear time.
"""

import re
from functools import lru_cache

from ifeval.checks.text.english import MONTHS, ONES, WEEKDAYS, in_words, ordinal

_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
)
MOST_IN_WORDS = 9_999

_MONTH = "|".join(month.lower() for month in MONTHS)
_CLOCK_WORDS = {"half past": 30, "quarter past": 15, "quarter to": 45}
_TOKEN = re.compile(
    rf"""(?P<date>(?<!\d)(?:0?[1-9]|[12]\d|3[01])\ (?:{_MONTH})(?!\w))
    | (?P<time>(?<!\d)\d{{1,2}}:\d\d(?!\d))
    | (?P<clock>(?:{"|".join(_CLOCK_WORDS).replace(" ", "[ ]")})[ ](?:{"|".join(ONES[1:13])})(?!\w))
    | (?P<ordinal>\d{{1,2}}(?:st|nd|rd|th)(?!\w) | (?<!\w)(?:{"|".join(_ORDINALS)})(?!\w))
    | (?P<number>(?<![\w.,])\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!\d) | (?<![\w.,])\d+(?:\.\d+)?(?!\d))
    | (?P<word>[^\W\d_]+)
    | (?P<space>[\ _-]+)
    | (?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Scripts without spaces between words: Thai, Lao, Burmese, Khmer, Japanese and Chinese."""
_CURRENCIES = ("£", "€", "$")
_MARKS = {"%": r" ?(?:%|per ?cent)", "£": r"(?:£ ?)?", "€": r"(?:€ ?)?", "$": r"(?:\$ ?)?", "°": " ?°? ?", "'": "'?"}


@lru_cache(maxsize=20_000)
def pattern(part: str) -> re.Pattern[str]:
    """The expression for one part of a form; "a|b" is either. See the module for the text it is used on."""
    return re.compile("|".join(_alternative(one.strip().lower()) for one in part.split("|")))


NUMBER_WORDS = {in_words(number): number for number in range(101)}


def _alternative(text: str) -> str:
    if text in _CURRENCIES:  # beside a figure the sign may be missing; alone it may not
        return re.escape(text)
    tokens = [(match.lastgroup or "", match.group()) for match in _TOKEN.finditer(text)]
    out = "".join(_token(kind, token) for kind, token in tokens)
    before = "" if _UNSPACED.match(text) else r"(?<!\w)"
    if not tokens or tokens[-1][0] == "number" or _UNSPACED.match(text[-1]):
        return before + out
    return before + out + ("(?:'s|s|es|d|ed|ing)?" if tokens[-1][0] == "word" else "") + r"(?!\w)"


def _token(kind: str, token: str) -> str:
    if kind == "date":
        day, month = token.split(" ")
        return _date(int(day), month)
    if kind == "time":
        hour, minute = map(int, token.split(":"))
        return _time(hour, minute)
    if kind == "clock":
        words, _, hour_word = token.rpartition(" ")
        hour = ONES.index(hour_word) - (words == "quarter to")
        return _time(hour or 12, _CLOCK_WORDS[words])
    if kind == "ordinal":
        place = int(token[:-2]) if token[0].isdigit() else _ORDINALS.index(token) + 1
        return _ordinal(place)
    if kind == "number":
        return _number(token)
    if kind == "word":
        return _word(token)
    if kind == "space":
        return "[ -]?"
    return _MARKS.get(token, re.escape(token))


def _word(token: str) -> str:
    if token in NUMBER_WORDS and token != "one":
        return _number(str(NUMBER_WORDS[token]))
    day = next((day for day in WEEKDAYS if day.lower() == token), None)
    return rf"(?:{token}|{token[:3]}\.?(?!\w))" if day else re.escape(token)


def _number(token: str) -> str:
    """Digits, thousands apart or not, or in words; no part of a longer figure or of a date such as 14th."""
    whole, _, fraction = token.replace(",", "").partition(".")
    digits = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", "[,.' ]?", whole)
    before = r"(?<!\d[.,])(?!(?<=\d:)\d\d(?!\d))"
    after = r"(?!\d)(?![.,]\d|:\d\d)(?!(?:st|nd|rd|th)(?!\w))"
    if fraction.strip("0"):
        figure = rf"{digits}[.,·]{fraction.rstrip('0')}0{{0,2}}"
        half = rf"|{in_words(int(whole))} and a half" if fraction.rstrip("0") == "5" and len(whole) < 5 else ""
        said = f"|{in_words(int(whole))} point {' '.join(ONES[int(d)] for d in fraction)}" if len(whole) < 5 else ""
        return rf"(?:{before}{figure}{after}{half}{said})"
    figure = rf"0{{0,2}}{digits}(?:[.,]00?(?!\d))?"
    words = _loose_words(int(whole)) if int(whole) <= MOST_IN_WORDS else ""
    return rf"(?:{before}{figure}{after}{words})"


def _loose_words(number: int) -> str:
    """In words, "twelve hundred and forty" too; no part of a longer number."""
    said = [in_words(number)]
    if number > 1000 and number % 1000 >= 100:
        rest = in_words(number % 100) if number % 100 else ""
        said.append(f"{in_words(number // 100)} hundred{' and ' + rest if rest else ''}")
    loose = "|".join(one.replace("-", "[ -]?").replace(" and ", ",? (?:and )?") for one in said)
    longer = "hundred|thousand" + (f"|{'|'.join(ONES[1:10])}" if number % 10 == 0 and number >= 20 else "")
    dozen = "|an? dozen" if number == 12 else "|(?:a couple|twice)(?!\\w)" if number == 2 else ""
    return rf"|(?<!ty-)(?<!ty )(?:{loose})(?![ -]?(?:{longer})(?!\w))(?!\w){dozen}"


def _ordinal(place: int) -> str:
    word = f"|{_ORDINALS[place - 1]}" if place <= len(_ORDINALS) else ""
    return rf"(?:{place} ?{ordinal(place)[-2:]}{word})"


def _day_words(day: int) -> str:
    if day < 20:
        return _ORDINALS[day - 1]
    if day % 10 == 0:
        return "twentieth" if day == 20 else "thirtieth"
    return f"{in_words(day - day % 10)}[ -]?{_ORDINALS[day % 10 - 1]}"


def _date(day: int, month: str) -> str:
    number = MONTHS.index(month.capitalize()) + 1
    names = month if len(month) < 4 else rf"(?:{month}|{month[:3]}t?\.?)"
    said = rf"(?:0?{day}(?:st|nd|rd|th)?|{_day_words(day)})"
    span = r"(?: ?(?:-|to|until|and|or|/) ?\d{1,2}(?:st|nd|rd|th)?)?"
    return (
        rf"(?:{said}{span}(?: day)?(?: of)?,? {names}(?!\w)|(?<!\w){names} (?:the )?{said}(?![\d:])"
        rf"|{names} \d{{1,2}} ?(?:-|to|and|or) ?0?{day}(?!\d)"
        rf"|(?<![\d.,/-])0?{day}[./-] ?0?{number}(?!\d)|(?<![\d.,/-])0?{number}[/-]0?{day}(?!\d)"
        rf"|\d{{4}}[./-]0?{number}[./-]0?{day}(?!\d))"
    )


def _time(hour: int, minute: int) -> str:
    """A time of day by the 24-hour clock or the 12-hour one, with or without am and pm."""
    hours = {hour, (hour - 1) % 12 + 1, (hour + 12) % 24 if hour < 12 else hour}
    digits = "|".join(f"0?{one}" for one in sorted(hours, reverse=True))
    half = r"(?: ?(?:am|pm|a\.m\.?|p\.m\.?|o'clock|h|hrs))"
    name, after = (ONES[(one - 1) % 12 + 1] for one in (hour, hour + 1))
    said = {
        0: rf"|(?:{digits}){half}(?!\w)|{name} o'clock" + ("|noon|midday" if hour == 12 else ""),
        15: rf"|(?:a )?quarter past (?:{name}|{(hour - 1) % 12 + 1})",
        30: rf"|half past (?:{name}|{(hour - 1) % 12 + 1})",
        45: rf"|(?:a )?quarter to (?:{after}|{hour % 12 + 1})",
    }.get(minute, "")
    return rf"(?:(?<!\d)(?<!\d[.,:])(?:{digits})[:.h]? ?{minute:02}(?!\d){half}?{said})"
