"""Items written by hand in `material/*.toml`: what they hold, and how one is drawn.

An `[[item]]` has `type`, `topic`, `difficulty`, `draw` (see slots.py), the material `text`, the wordings `terse`,
`polite`, `rambling` and `input_first`, and what is right:

- `number`: a slot or a sum of slots;
- `answer`: one answer, or a list: its other spellings, or the items where `compare` is "sequence" or "collection"
  ("text" if absent, or "verbatim"); `rivals`: the other candidates;
- `facts`: lists of surface forms, of which one each must be named, `avoid`: forms that must not be, `words`: the
  least and the most, `oracle`: a good reply.

`case` is a list of tables: one is drawn, and its entries are slots too. `shuffled` is a list of lines in their right
order: the slot `parts` has them under letters in another one, `o1` is the letter of the first, and so on. `sorted` is a list
of texts: `s1`, `s2`, ... are they in alphabetical order, or with `sorted_by` "ascending" or "descending" in that of the
numbers in front of them. `system` is a system message, `language` a
code (English if absent).
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from string import ascii_uppercase
from typing import Any

from . import answers
from .answers import Target
from .items import WORDINGS, Item, ask
from .slots import Draw, evaluate

Template = Mapping[str, Any]
Make = Callable[[Random], Item]
FOLDER = Path(__file__).with_name("material")


@cache
def material(name: str) -> dict[str, Any]:
    """The parsed file `material/NAME.toml`."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def makers(name: str, *, plain: bool) -> list[Make]:
    """One maker per item of the file, in its order: of the plain items, or of the others."""
    items = material(name)["item"]
    return [_maker(template) for template in items if (template.get("difficulty") == "plain") == plain]


def _maker(template: Template) -> Make:
    return lambda rng: make(template, rng)


def make(template: Template, rng: Random) -> Item:
    """The item with its slots drawn."""
    draw = Draw(rng)
    draw.add(template.get("draw", {}))
    if "case" in template:
        draw.values |= {slot: draw.fill(value) for slot, value in rng.choice(template["case"]).items()}
    if "sorted" in template:
        draw.values |= _sorted(template["sorted"], template.get("sorted_by", "text"), draw)
    if "shuffled" in template:
        draw.values |= _shuffled(template["shuffled"], draw)
    text = draw.fill(template.get("text", "")).strip()
    asks = {key: draw.fill(template[key].replace("{text}", "{{text}}")) for key in WORDINGS}
    return Item(
        type=template["type"],
        wordings=ask(asks, text),
        target=_target(template, draw),
        topic=draw.fill(template["topic"]),
        material=text,
        system=draw.fill(template.get("system", "")).strip(),
        difficulty=template.get("difficulty", "medium"),
        language=template.get("language", "en"),
    )


def _shuffled(parts: Sequence[str], draw: Draw) -> dict[str, str]:
    """`parts`: the lines under letters, in an order that is not theirs; `o1`, `o2`, ...: the letters in the right order."""
    places = list(range(len(parts)))
    while places == sorted(places):
        draw.rng.shuffle(places)
    lines = "\n".join(
        f"{letter}. {draw.fill(parts[place])}" for letter, place in zip(ascii_uppercase, places, strict=False)
    )
    return {"parts": lines} | {f"o{n + 1}": ascii_uppercase[places.index(n)] for n in range(len(parts))}


def _sorted(items: Sequence[str], by: str, draw: Draw) -> dict[str, str]:
    """`s1`, `s2`, ...: the items in order, by themselves, or by the number that each begins with and then loses."""
    filled = [draw.fill(item) for item in items]
    if by != "text":
        pairs = sorted(
            ((int(number), item) for number, _, item in (one.partition(" ") for one in filled)),
            reverse=by == "descending",
        )
        filled = [item for _, item in pairs]
    return {f"s{n}": item for n, item in enumerate(filled if by != "text" else sorted(filled), start=1)}


def _target(template: Template, draw: Draw) -> Target:
    def filled(key: str) -> list[str]:
        value = template.get(key, [])
        return [draw.fill(one).strip() for one in ([value] if isinstance(value, str) else value)]

    if "number" in template:
        return answers.number(int(evaluate(str(template["number"]), draw.values)))
    if "facts" in template:
        wanted = [[draw.fill(form) for form in forms] for forms in template["facts"]]
        least, most = template["words"]
        return answers.facts(filled("oracle")[0], wanted, filled("avoid"), words=(least, most))
    return answers.target(template.get("compare", "text"), filled("answer"), rivals=filled("rivals"))
