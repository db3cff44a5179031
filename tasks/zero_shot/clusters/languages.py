"""Instruction and material in German, French, Spanish, Italian, Portuguese and Chinese; the answer too."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

from .. import stock
from ..answers import number, text
from ..items import Item

Strings = tuple[str, str, str]
"""An instruction (an infinitive clause), the form of the answer, and the material."""


@dataclass(frozen=True, slots=True)
class Language:
    """The words of seven task types in one language. `numbers` are words for 21, 32, 43, 54, 65, 76, 87 and 98; `weekdays` go
    from Monday to Sunday, other accepted names after a bar. `word` ends with the verb that its instruction uses.
    """

    code: str
    numbers: tuple[str, ...]
    weekdays: tuple[str, ...]
    digits: Strings
    most: Strings
    weekday: Strings
    price: Strings
    bands: str
    copy: Strings
    plus: tuple[str, str]
    word: Strings


def digits(language: Language, rng: Random) -> Item:
    ask, reply, material = language.digits
    which = rng.randrange(8)
    words = {"street": stock.invented(rng).capitalize(), "word": language.numbers[which], **_somebody(rng)}
    return Item(
        ask=ask.format(**words),
        reply=reply,
        input=material.format(**words),
        target=number(21 + 11 * which),
        language=language.code,
    )


def most(language: Language, rng: Random) -> Item:
    ask, reply, material = language.most
    names, counts = rng.sample(stock.NAMES, 3), rng.sample(range(3, 99), 3)
    words = dict(zip(("a", "b", "c", "x", "y", "z"), [*names, *counts], strict=True))
    return Item(
        ask=ask,
        reply=reply,
        input=material.format(**words),
        target=text(names[counts.index(max(counts))], rivals=names),
        chance=33,
        language=language.code,
        difficulty="medium",
    )


def weekday(language: Language, rng: Random) -> Item:
    ask, reply, material = language.weekday
    day, later = rng.randrange(7), rng.choice((2, 3))
    time = f"{rng.randint(9, 18)}:{rng.randint(10, 59)}"
    words = {"later": later, "time": time, "day": language.weekdays[day].split("|")[0], **_somebody(rng)}
    return Item(
        ask=ask.format(**words),
        reply=reply,
        input=material.format(**words),
        target=text(
            *language.weekdays[(day + later) % 7].split("|"),
            rivals=[name for names in language.weekdays for name in names.split("|")],
        ),
        chance=14,
        language=language.code,
    )


def price(language: Language, rng: Random) -> Item:
    ask, reply, material = language.price
    labels = stock.invented_words(rng, 3)
    low, high, which, amount = stock.price_bands(rng)
    return Item(
        ask=ask,
        rules=language.bands.format(*labels, low=low, high=high),
        reply=reply,
        input=material.format(amount=amount, **_somebody(rng)),
        target=text(labels[which], rivals=labels),
        chance=33,
        language=language.code,
    )


def copy(language: Language, rng: Random) -> Item:
    ask, reply, material = language.copy
    sentence = material.format(name=rng.choice(stock.NAMES), city=rng.choice(stock.CITIES))
    return Item(ask=ask, reply=reply, input=sentence, target=text(sentence), language=language.code, difficulty="easy")


def plus(language: Language, rng: Random) -> Item:
    ask, reply = language.plus
    first, second = rng.sample(range(2, 10), 2)
    return Item(
        ask=ask.format(a=first, b=second, name=rng.choice(stock.NAMES)),
        reply=reply,
        target=number(first + second),
        language=language.code,
        difficulty="easy",
    )


def word(language: Language, rng: Random) -> Item:
    ask, reply, verb = language.word
    said = stock.invented(rng)
    return Item(
        ask=ask.format(word=said),
        reply=reply,
        target=text(said, rivals=[verb, reply.rstrip(".。")]),
        language=language.code,
        difficulty="easy",
    )


def _somebody(rng: Random) -> dict[str, str]:
    return {"name": rng.choice(stock.NAMES), "city": rng.choice(stock.CITIES)}


GERMAN = Language(
    code="de",
    numbers=(
        "einundzwanzig", "zweiunddreißig", "dreiundvierzig", "vierundfünfzig", "fünfundsechzig", "sechsundsiebzig",
        "siebenundachtzig", "achtundneunzig",
    ),
    weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    digits=(
        "die Hausnummer von {name} in Ziffern schreiben",
        "Antworte nur mit der Zahl.",
        "{name} wohnt in {city}, {street}-Straße Nummer {word}.",
    ),
    most=(
        "sagen, wer die meisten Bücher hat",
        "Antworte nur mit dem Namen.",
        "{a} hat {x} Bücher, {b} hat {y} Bücher und {c} hat {z} Bücher.",
    ),
    weekday=(
        "den Wochentag nennen, der {later} Tage nach dem Termin kommt",
        "Antworte nur mit dem Wochentag.",
        "{name} hat in {city} einen Termin am {day} um {time} Uhr.",
    ),
    price=(
        "das Angebot nach seinem Preis einordnen",
        "Antworte nur mit dem passenden Wort.",
        "{name} verkauft in {city} eine Lampe für {amount} Euro.",
    ),
    bands='Unter {low} Euro heißt es "{0}", von {low} bis {high} Euro "{1}", über {high} Euro "{2}".',
    copy=("diesen Satz abschreiben", "Ändere nichts.", "{name} wohnt seit gestern in {city}."),
    plus=("für {name} {a} + {b} ausrechnen", "Antworte nur mit der Zahl."),
    word=("das Wort „{word}“ schreiben", "Schreibe sonst nichts.", "schreiben"),
)  # fmt: skip

FRENCH = Language(
    code="fr",
    numbers=(
        "vingt et un", "trente-deux", "quarante-trois", "cinquante-quatre", "soixante-cinq", "soixante-seize",
        "quatre-vingt-sept", "quatre-vingt-dix-huit",
    ),
    weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    digits=(
        "écrire en chiffres le numéro de la maison de {name}",
        "Répondez seulement par le nombre.",
        "À {city}, {name} habite rue {street}, au numéro {word}.",
    ),
    most=(
        "dire qui a le plus de livres",
        "Répondez seulement par le prénom.",
        "{a} a {x} livres, {b} a {y} livres et {c} a {z} livres.",
    ),
    weekday=(
        "donner le jour de la semaine qui vient {later} jours après le rendez-vous",
        "Répondez seulement par le jour.",
        "{name} a un rendez-vous à {city} un {day} à {time}.",
    ),
    price=(
        "classer cette offre selon son prix",
        "Répondez seulement par le mot qui convient.",
        "À {city}, {name} vend une lampe à {amount} euros.",
    ),
    bands="Moins de {low} euros : « {0} » ; de {low} à {high} euros : « {1} » ; plus de {high} euros : « {2} ».",
    copy=("recopier cette phrase", "Ne changez rien.", "{name} habite à {city} depuis hier."),
    plus=("calculer {a} + {b} pour {name}", "Répondez seulement par le nombre."),
    word=("écrire le mot « {word} »", "N'écrivez rien d'autre.", "écrire"),
)  # fmt: skip

SPANISH = Language(
    code="es",
    numbers=(
        "veintiuno", "treinta y dos", "cuarenta y tres", "cincuenta y cuatro", "sesenta y cinco", "setenta y seis",
        "ochenta y siete", "noventa y ocho",
    ),
    weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    digits=(
        "escribir en cifras el número de la casa de {name}",
        "Responda solo con el número.",
        "En {city}, {name} vive en la calle {street}, número {word}.",
    ),
    most=(
        "decir quién tiene más libros",
        "Responda solo con el nombre.",
        "{a} tiene {x} libros, {b} tiene {y} libros y {c} tiene {z} libros.",
    ),
    weekday=(
        "decir qué día de la semana es {later} días después de la cita",
        "Responda solo con el día.",
        "{name} tiene una cita en {city} un {day} a las {time}.",
    ),
    price=(
        "clasificar esta oferta según su precio",
        "Responda solo con la palabra que corresponde.",
        "En {city}, {name} vende una lámpara por {amount} euros.",
    ),
    bands='Menos de {low} euros: "{0}"; de {low} a {high} euros: "{1}"; más de {high} euros: "{2}".',
    copy=("copiar esta frase", "No cambie nada.", "{name} vive en {city} desde ayer."),
    plus=("calcular {a} + {b} para {name}", "Responda solo con el número."),
    word=("escribir la palabra «{word}»", "No escriba nada más.", "escribir"),
)  # fmt: skip

ITALIAN = Language(
    code="it",
    numbers=(
        "ventuno", "trentadue", "quarantatré", "cinquantaquattro", "sessantacinque", "settantasei", "ottantasette",
        "novantotto",
    ),
    weekdays=("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
    digits=(
        "scrivere in cifre il numero civico di {name}",
        "Rispondere solo con il numero.",
        "A {city}, {name} abita in via {street}, al numero {word}.",
    ),
    most=(
        "dire chi ha più libri",
        "Rispondere solo con il nome.",
        "{a} ha {x} libri, {b} ha {y} libri e {c} ha {z} libri.",
    ),
    weekday=(
        "dire quale giorno della settimana viene {later} giorni dopo l'appuntamento",
        "Rispondere solo con il giorno.",
        "{name} ha un appuntamento a {city}. Giorno: {day}, alle {time}.",
    ),
    price=(
        "classificare questa offerta in base al prezzo",
        "Rispondere solo con la parola giusta.",
        "A {city}, {name} vende una lampada a {amount} euro.",
    ),
    bands='Meno di {low} euro: "{0}"; da {low} a {high} euro: "{1}"; più di {high} euro: "{2}".',
    copy=("copiare questa frase", "Non cambiare nulla.", "{name} abita a {city} da ieri."),
    plus=("calcolare {a} + {b} per {name}", "Rispondere solo con il numero."),
    word=("scrivere la parola «{word}»", "Non scrivere altro.", "scrivere"),
)  # fmt: skip

PORTUGUESE = Language(
    code="pt",
    numbers=(
        "vinte e um", "trinta e dois", "quarenta e três", "cinquenta e quatro", "sessenta e cinco", "setenta e seis",
        "oitenta e sete", "noventa e oito",
    ),
    weekdays=(
        "segunda-feira|segunda", "terça-feira|terça", "quarta-feira|quarta", "quinta-feira|quinta", "sexta-feira|sexta",
        "sábado", "domingo",
    ),
    digits=(
        "escrever em algarismos o número da casa de {name}",
        "Responda apenas com o número.",
        "Em {city}, a casa de {name} fica na rua {street}, número {word}.",
    ),
    most=(
        "dizer quem tem mais livros",
        "Responda apenas com o nome.",
        "{a} tem {x} livros, {b} tem {y} livros e {c} tem {z} livros.",
    ),
    weekday=(
        "dizer que dia da semana vem {later} dias depois da consulta",
        "Responda apenas com o dia.",
        "{name} tem uma consulta em {city}. Dia: {day}, às {time}.",
    ),
    price=(
        "classificar esta oferta pelo preço",
        "Responda apenas com a palavra certa.",
        "Em {city}, {name} vende uma lâmpada por {amount} euros.",
    ),
    bands='Menos de {low} euros: "{0}"; de {low} a {high} euros: "{1}"; mais de {high} euros: "{2}".',
    copy=("copiar esta frase", "Não mude nada.", "{name} mora em {city} desde ontem."),
    plus=("calcular {a} + {b} para {name}", "Responda apenas com o número."),
    word=("escrever a palavra «{word}»", "Não escreva mais nada.", "escrever"),
)  # fmt: skip

CHINESE = Language(
    code="zh",
    numbers=("二十一", "三十二", "四十三", "五十四", "六十五", "七十六", "八十七", "九十八"),
    weekdays=(
        "星期一|周一",
        "星期二|周二",
        "星期三|周三",
        "星期四|周四",
        "星期五|周五",
        "星期六|周六",
        "星期日|星期天|周日",
    ),
    digits=("用阿拉伯数字写出{name}家的门牌号", "只回答数字。", "{name}住在{city}的{street}街，门牌号是{word}号。"),
    most=("说出谁的书最多", "只回答名字。", "{a}有{x}本书，{b}有{y}本书，{c}有{z}本书。"),
    weekday=("说出约会之后第{later}天是星期几", "只回答星期几。", "{name}在{city}的约会是{day}{time}。"),
    price=("按价格给这件商品分类", "只回答对应的词。", "{name}在{city}卖一盏灯，价格是{amount}元。"),
    bands="低于{low}元：“{0}”；{low}元到{high}元：“{1}”；高于{high}元：“{2}”。",
    copy=("抄写这句话", "不要改动。", "{name}从昨天起住在{city}。"),
    plus=("替{name}计算{a} + {b}", "只回答数字。"),
    word=("写出“{word}”这个词", "不要写别的。", "写出"),
)

LANGUAGES = (GERMAN, FRENCH, SPANISH, ITALIAN, PORTUGUESE, CHINESE)
KINDS: tuple[Callable[[Language, Random], Item], ...] = (plus, most, word, weekday, copy, price, plus, digits)

# Two rounds of the kinds, so that every kind comes in several languages and 16 items hold each language twice.
TYPES = tuple(partial(KINDS[item % 8], LANGUAGES[(item + item // 6) % 6]) for item in range(48))
