"""Items written by hand in `material/*.toml`: what they hold, and how one is drawn.

An `[[item]]` has `type`, `topic`, `difficulty`, `draw` (see slots.py), the material `text`, the wordings `terse`,
`polite`, `rambling` and `input_first`, and what is right:

- `number`: a slot or a sum of slots;
- `answer`: one answer, or a list: its other spellings, or the items where `compare` is "sequence" or "collection"
  ("text" if absent, or "verbatim"); `rivals`: the other candidates;
- `facts`: lists of surface forms, of which one each must be named, `avoid`: forms that must not be, `words`: the
  least and the most, `oracle`: a good reply.

`case` is a list of tables: one is drawn, and its entries are slots too. `system` is a system message, `language` a
code (English if absent).
"""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from random import Random
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


def makers(name: str) -> list[Make]:
    """One maker per item of the file, in its order."""
    return [_maker(template) for template in material(name)["item"]]


def _maker(template: Template) -> Make:
    return lambda rng: make(template, rng)


def make(template: Template, rng: Random) -> Item:
    """The item with its slots drawn."""
    draw = Draw(rng)
    draw.add(template.get("draw", {}))
    if "case" in template:
        draw.values |= {slot: draw.fill(value) for slot, value in rng.choice(template["case"]).items()}
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


def _target(template: Template, draw: Draw) -> Target:
    def filled(key: str) -> list[str]:
        value = template.get(key, [])
        return [draw.fill(one).strip() for one in ([value] if isinstance(value, str) else value)]

    if "number" in template:
        return answers.number(evaluate(str(template["number"]), draw.values))
    if "facts" in template:
        wanted = [[draw.fill(form) for form in forms] for forms in template["facts"]]
        least, most = template["words"]
        return answers.facts(filled("oracle")[0], wanted, filled("avoid"), words=(least, most))
    return answers.target(template.get("compare", "text"), filled("answer"), rivals=filled("rivals"))
