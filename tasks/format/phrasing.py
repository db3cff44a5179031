"""Brief, facts and instructions put into one prompt, in five styles."""

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


def _inline(parts: Parts) -> str:
    return f"{parts.ask}\n\n{parts.material}\n\nMake sure it says {listed(parts.says)}. {' '.join(parts.orders)}"


def _polite(parts: Parts) -> str:
    """A please before the first order; one before each of eight would be a nuisance."""
    first, *others = parts.orders
    orders = [f"Please {first[0].lower()}{first[1:]}", *others]
    return (
        f"Hello! I would be glad of your help. {parts.ask}\n\n{parts.material}\n\n"
        f"It should say {listed(parts.says)}. {' '.join(orders)} Thank you!"
    )


def _list(parts: Parts) -> str:
    lines = [f"The text must say {listed(parts.says)}.", *parts.orders]
    return "\n".join(
        (parts.ask, "", "---", parts.material, "---", "", "Requirements:", *(f"- {line}" for line in lines))
    )


def _rules_first(parts: Parts) -> str:
    return (
        f"Keep to these rules. {' '.join(parts.orders)}\n\n{parts.ask} Make sure that it says "
        f"{listed(parts.says)}.\n\n{parts.material}"
    )


def _terse(parts: Parts) -> str:
    return f"{parts.ask}\n\n{parts.material}\n\nMust say: {'; '.join(parts.says)}\nFormat: {'; '.join(parts.orders)}"


STYLES: dict[str, tuple[Wording, Callable[[Parts], str]]] = {
    "inline": ("order", _inline),
    "polite": ("order", _polite),
    "list": ("requirement", _list),
    "rules_first": ("requirement", _rules_first),
    "terse": ("note", _terse),
}
"""How each style words an instruction, and how it puts a prompt together."""
