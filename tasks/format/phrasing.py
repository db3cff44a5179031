"""Brief, facts and instructions put into one prompt, in five styles.

A line says in its one paragraph what the text must say, so it comes without `says`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ifeval.checks.library import Wording


@dataclass(frozen=True, slots=True)
class Parts:
    """What a prompt is put together from; `says` are indirect questions ("who pays"), `orders` worded for the style."""

    ask: str
    material: str
    says: Sequence[str]
    orders: Sequence[str]


def listed(says: Sequence[str]) -> str:
    """ "a, b and c"; with semicolons where one of them has a comma."""
    between = "; " if any("," in say for say in says) else ", "
    return f"{between.join(says[:-1])} and {says[-1]}" if len(says) > 1 else says[0]


def _body(parts: Parts, demand: str) -> str:
    """The request, with the facts demanded where it does not end in them."""
    if not parts.says:
        return f"{parts.ask} {parts.material}"
    return f"{parts.ask}\n\n{parts.material}\n\n{demand} {listed(parts.says)}."


def _inline(parts: Parts) -> str:
    return f"{_body(parts, 'Make sure it says')} {' '.join(parts.orders)}"


def _polite(parts: Parts) -> str:
    """A please before the first order; one before each of eight would be a nuisance."""
    first, *others = parts.orders
    orders = [f"Please {first[0].lower()}{first[1:]}", *others]
    return f"Hello! I would be glad of your help. {_body(parts, 'It should say')} {' '.join(orders)} Thank you!"


def _list(parts: Parts) -> str:
    if not parts.says:
        return "\n".join((_body(parts, ""), "", *(f"- {line}" for line in parts.orders)))
    lines = [f"The text must say {listed(parts.says)}.", *parts.orders]
    return "\n".join(
        (parts.ask, "", "---", parts.material, "---", "", "Requirements:", *(f"- {line}" for line in lines))
    )


def _rules_first(parts: Parts) -> str:
    several = len(parts.orders) > 1
    rules = f"Here {'are some rules' if several else 'is a rule'} for the task below. {' '.join(parts.orders)}"
    if not parts.says:
        return f"{rules}\n\n{_body(parts, '')}"
    return f"{rules}\n\n{parts.ask} Make sure that it says {listed(parts.says)}.\n\n{parts.material}"


def _terse(parts: Parts) -> str:
    form = f"Format: {'; '.join(parts.orders)}"
    if not parts.says:
        return f"{_body(parts, '')}\n{form}"
    return f"{parts.ask}\n\n{parts.material}\n\nMust say: {'; '.join(parts.says)}\n{form}"


STYLES: dict[str, tuple[Wording, Callable[[Parts], str]]] = {
    "inline": ("order", _inline),
    "polite": ("order", _polite),
    "list": ("requirement", _list),
    "rules_first": ("requirement", _rules_first),
    "terse": ("note", _terse),
}
"""How each style words an instruction, and how it puts a prompt together."""
