"""The turn in which the user goes on in another language: how they say so, and what an oracle is made of there."""

import re
from dataclasses import dataclass
from random import Random

from ifeval.checks.library import Material, Point
from ifeval.tasks.format.briefs import Brief, Fact

_PERSON = re.compile(r"[A-Z][a-z]+\|[A-Z][a-z]+")
"""First name or last name, as the forms of a fact have it."""

_DIGITS = re.compile(r"1[3-9]|[2-9]\d|\d{3}")
"""Numbers that are written in digits in every language: above twelve, and without a separator of thousands."""


@dataclass(frozen=True, slots=True)
class Language:
    """`wish`: the user's turn. `fact`: a sentence that states {x}. `sentences` say nothing that a brief could contradict."""

    code: str
    wish: str
    fact: str
    sentences: tuple[str, ...]


LANGUAGES: tuple[Language, ...] = (
    Language(
        "de",
        "Vielen Dank. Ab jetzt bitte auf Deutsch: Schreib dasselbe noch einmal neu für eine Kollegin. Alle Regeln gelten weiter.",
        "Dabei geht es auch um {x} und das sollte man wissen.",
        (
            "Hier steht das Wichtigste in aller Kürze.",
            "Wir haben alles noch einmal in Ruhe durchgesehen.",
            "Bei Fragen sind wir jederzeit zu erreichen.",
            "Mehr muss man dazu im Augenblick nicht wissen.",
            "Wir freuen uns über jede Rückmeldung aus dem Haus.",
            "Das meiste davon war schon länger so geplant.",
            "Am Ende soll einfach jeder Bescheid wissen.",
            "Für heute ist damit alles gesagt.",
            "Die Einzelheiten stehen wie immer im Büro bereit.",
            "So bleibt die Sache für alle gut verständlich.",
        ),
    ),
    Language(
        "fr",
        "Merci beaucoup. Continue maintenant en français : réécris le même texte pour une collègue. Toutes les règles restent valables.",
        "Il est aussi question de {x} et il faut le savoir.",
        (
            "Voici l'essentiel en quelques mots très simples.",
            "Nous avons tout relu avec beaucoup de soin.",
            "Ceux qui ont encore un doute peuvent nous écrire.",
            "Il n'y a rien de plus à savoir pour le moment.",
            "Nous lisons volontiers toutes les remarques de la maison.",
            "La plupart de ces choses étaient prévues depuis longtemps.",
            "Le plus important est que chacun soit au courant.",
            "Tout est dit pour aujourd'hui.",
            "Les détails se trouvent comme toujours au bureau.",
            "Ainsi tout le monde peut comprendre de quoi il s'agit.",
        ),
    ),
    Language(
        "es",
        "Muchas gracias. A partir de ahora sigue en español: vuelve a escribir lo mismo para una compañera. Todas las reglas siguen en pie.",
        "También se habla aquí de {x} y conviene saberlo.",
        (
            "Aquí está lo más importante en pocas palabras.",
            "Lo hemos revisado todo otra vez con mucha calma.",
            "Quien tenga alguna duda puede escribirnos cuando quiera.",
            "Por el momento no hace falta saber nada más.",
            "Leemos con gusto todos los comentarios de la casa.",
            "La mayor parte de esto ya estaba prevista desde hace tiempo.",
            "Al final lo principal es que todos estén al tanto.",
            "Con esto queda dicho todo por hoy.",
            "Los detalles están como siempre en la oficina.",
            "Así el asunto se entiende bien desde el principio.",
        ),
    ),
    Language(
        "it",
        "Grazie mille. Da adesso continua in italiano: riscrivi lo stesso testo per una collega. Tutte le regole restano valide.",
        "Qui si parla anche di {x} ed è bene saperlo.",
        (
            "Ecco le cose più importanti in poche parole.",
            "Abbiamo riletto tutto ancora una volta con calma.",
            "Chi ha ancora qualche dubbio può scriverci quando vuole.",
            "Per il momento non serve sapere nient'altro.",
            "Leggiamo sempre volentieri le osservazioni di tutti.",
            "La maggior parte di queste cose era prevista da tempo.",
            "Alla fine conta soprattutto che tutti siano informati.",
            "Per oggi abbiamo detto tutto.",
            "I dettagli si trovano come sempre in ufficio.",
            "In questo modo la faccenda resta chiara per tutti.",
        ),
    ),
)


def known_everywhere(fact: Fact) -> str | None:
    """What says the fact in every language: a number in digits, or the name of a person; None without one.

    Places, titles, weekdays and small numbers have words of their own in other languages.
    """
    for form in fact.forms:
        if len(form) == 1 and (_PERSON.fullmatch(form[0]) or _DIGITS.fullmatch(form[0])):
            return form[0].split("|")[0]
    return None


def material(about: Brief, facts: list[Fact], language: Language, rng: Random) -> Material:
    """What an oracle in that language is made of: the facts that are the same everywhere, first."""
    stated = [
        Point(fact.say, (language.fact.format(x=form),))
        for fact in facts
        if (form := known_everywhere(fact)) is not None
    ]
    others = [Point(sentence, (sentence,)) for sentence in rng.sample(language.sentences, len(language.sentences))]
    return Material(about.ask, about.topic, about.title, [*stated, *others], {}, max(2, len(stated)), about.kind)
