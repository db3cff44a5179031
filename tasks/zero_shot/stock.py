"""What slots are filled with: names, places, things, and invented words without end."""

from random import Random


def _words(text: str) -> list[str]:
    return text.split()


WOMEN = _words(
    "Marta Ines Aylin Freya Noor Greta Lucia Hana Signe Paula Amara Dilnoza Elif Ruth Tamsin Yuki Zofia Bruna Kaja "
    "Leila Odile Priya Sanna Teresa Vera Wanda Xenia Nadia Iris Carmen"
)
MEN = _words(
    "Anton Bilal Casper Dario Emre Felix Goran Hugo Ivan Jonas Kenji Luca Mateo Nils Omar Pavel Quentin Rafael Stefan "
    "Tomas Umar Viktor Wim Yusuf Zoran Arne Bruno Cyril Diego Edgar"
)
NAMES = WOMEN + MEN
SURNAMES = _words(
    "Abbott Barlow Castellan Devereux Eastman Fairley Garrick Holloway Ibsen Jarvis Kessler Lindqvist Marchetti Nakano "
    "Okafor Pemberton Quayle Rasmussen Sorensen Thackeray Ulrich Vance Whitlock Yilmaz Zielinski Brandt Calloway Dunmore "
    "Engel Fontaine Grimshaw Hartnell Ivers Juhasz Kowal Lambert Moreau Novak Oduya Prentice Radley Stroud Tanaka Vasquez"
)
CITIES = _words(
    "Lund Porto Graz Ghent Turku Bergen Split Vilnius Tartu Basel Seville Lyon Krakow Cork Leeds Bari Utrecht Brno "
    "Varna Izmir Osaka Busan Hanoi Lima Quito Dakar Accra Nairobi Perth Boston Denver Ottawa Halifax Bergamo Aarhus "
    "Cluj Odessa Leipzig Nantes Malmo"
)
_ONSETS = _words("b d f g k l m n p r s t v z br dr gl kr pl st tr")
_VOWELS = _words("a e i o u")
_CODAS = _words("k m x")
"""Few words end in these, so hardly any that comes out is real; with other endings one in a hundred is ("zebra")."""


def invented(rng: Random, syllables: int = 2) -> str:
    """A pronounceable word that is in no dictionary of ours ("kralbok")."""
    while True:
        parts = [rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(syllables)]
        word = "".join(parts) + rng.choice(_CODAS)
        if word not in _KNOWN:
            return word


def code(rng: Random) -> str:
    """A reference code such as "QK-4071"."""
    return "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ", k=2)) + f"-{rng.randint(1000, 9999)}"


_KNOWN = frozenset(
    _words("detox felix forum latex linux matrix minim modem param redox regex relax salam salem sedum serum venom")
)
