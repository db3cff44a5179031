"""Finding one detail in documents of 50 to 4,000 words, made of paragraphs of one world (`material/extraction.toml`).

A paragraph may come more than once in a long document, each time about another boat, person or place.
"""

from datetime import date, timedelta
from random import Random

from ..answers import text
from ..items import WORDINGS, Item, ask
from ..slots import Draw, written
from ..templates import Make, material

WORDS = (
    *(50, 200, 100, 400, 100, 800, 50, 200),
    *(100, 400, 50, 1600, 200, 100, 400, 50),
    *(4000, 1600, 4000, 4000),
)  # fmt: skip
"""The rungs, in the order in which items are drawn; the longest documents are the last block's."""


def document(words: int, rng: Random) -> Item:
    """Paragraphs until the document has about `words` words, one of which holds the answer."""
    told = material("extraction")["harbour"]
    parts = told["part"]
    boats, sights = (rng.sample(told[key], len(told[key])) for key in ("boats", "sights"))
    order: list[int] = []
    while len(order) * 50 < words:
        order += rng.sample(range(len(parts)), len(parts))
    order = order[: max(1, round(words / 52))]
    people: set[str] = set()
    drawn = []
    days = sorted(rng.sample(range(300), len(order)))
    dates = [written(date(2025, 1, 5) + timedelta(days=day)) for day in days]
    for n, index in enumerate(order):
        fixed = {"boat": boats[n % len(boats)], "place": sights[n % len(sights)], "today": dates[n]}
        draw = Draw(rng, fixed, people)
        draw.add(parts[index]["draw"])
        people = draw.taken if len(people) < 60 else set()
        drawn.append(draw)
    lines = [f"{day}. {draw.fill(parts[index]['text'])}" for day, index, draw in zip(dates, order, drawn, strict=True)]
    place = _unique(parts, order, drawn, rng)
    return _item(told, parts, order, drawn, place, lines, words, rng)


def _unique(parts: list, order: list[int], drawn: list[Draw], rng: Random) -> int:
    """A paragraph whose question fits no other of its kind."""
    questions = [(index, draw.fill(parts[index]["q"])) for index, draw in zip(order, drawn, strict=True)]
    return rng.choice([n for n, question in enumerate(questions) if questions.count(question) == 1])


def _item(
    told: dict, parts: list, order: list[int], drawn: list[Draw], place: int, lines: list[str], words: int, rng: Random
) -> Item:
    part, draw = parts[order[place]], drawn[place]
    answers = [draw.fill(one) for one in part["a"].split("|")]
    others = [
        drawn[n].fill(part["a"].split("|")[0]) for n, index in enumerate(order) if index == order[place] and n != place
    ]
    draw.add({"town": "place"})
    draw.values["q"] = draw.fill(part["q"])
    asks = {key: draw.fill(told[key].replace("{text}", "{{text}}")) for key in WORDINGS}
    body = "\n\n".join([draw.fill(told["heading"]), *lines])
    return Item(
        type="log_entry",
        wordings=ask(asks, body),
        target=text(*answers, rivals=others, choice=False),
        topic=told["topic"],
        material=body,
        difficulty="easy" if words <= 50 else "medium" if words <= 200 else "hard",
        rungs={"words": words},
    )


def _maker(words: int) -> Make:
    return lambda rng: document(words, rng)


MAKES = [_maker(words) for words in WORDS]
