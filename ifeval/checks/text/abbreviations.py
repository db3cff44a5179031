"""Words whose full stop ends no sentence, or only sometimes, and the words that tell."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


NEVER = _set(
    """
    mr mrs ms mx dr prof rev hon gen sgt capt cmdr maj gov sen pres e.g i.e eg ie cf vs viz ca approx p.s p.p.s ps
    cit dept z.b d.h bzw p.ej
    """
)
"""Abbreviations that end no sentence."""

MONTHS = "jan feb mar apr jun jul aug sep sept oct nov dec"
BEFORE_NUMBER = _set(f"no nos nr p pp ch sec art para fig figs vol vols ver chap {MONTHS}")
"""Abbreviations only before a number: "No. 5"."""

BEFORE_CAPITAL = _set(f"st mt ft jr sr inc ltd co corp bros al {MONTHS}")
"""Abbreviations that end a sentence only before a word that often starts one."""

STARTERS = _set(
    """
    a an the this that these those it its it's he she we they you i i'm his her our their your my there here in on
    at by for from with to of as if when while after before since because although though however then next now
    today but and or so yet what why how who where which please let no not yes do does did is are was were have has
    had can could will would should must may might each every some many most all both one two three finally also
    still perhaps maybe once until
    """
)
"""Words that often start a sentence."""

LETTERED = _set(
    """
    vitamin plan option grade class type section part point group answer step team letter room exhibit
    """
)
"""Nouns whose letter is no initial: "vitamin C."."""

DAYS = _set(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december
    """
)
"""What follows "a.m." in the same sentence."""
