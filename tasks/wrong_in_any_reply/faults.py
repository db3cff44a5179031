"""What is wrong in any reply, whoever reads it: one check per fault, each linear in the length of the reply."""

import re
from collections.abc import Collection, Iterable, Sequence

from ifeval.checks.guards import is_echo, repetition
from ifeval.checks.text.language import detect
from ifeval.checks.text.marks import normalised
from ifeval.records import CheckResult

LONGEST = 20_000
"""Characters looked at; 1,024 tokens are some 5,000."""

WINDOW = 200
"""Words at the end of a reply in which a loop is looked for."""

MOST_REPEATED = 0.5
"""Share of runs of four words that occurred before, above which words go round in circles; prose and refrains stay below 0.3."""

FEWEST_REPEATS = 12
"""Words from which that share is taken."""

SAME_MARK = 60
"""The same character so often in a row is a loop; rules and tables are made of others."""

SHORT_REFUSAL = 80
"""A reply that begins with a refusal and has at most this many words does not go on to help."""

FEWEST_NEW = 5
"""A reply that takes up words of the prompt must have this many of its own."""

_EVERYWHERE = """
    care leaves about after again also always another anything around because been before being both could does
    doing down each even ever every everything feel from getting give going good great have help here himself into
    just keep know last like little long look lost made make many maybe more most much must need never next only
    other over people please put really right said same should since some somebody someone something start still
    such take tell than that their them then there these they thing things think this those though time today told
    took under until use used very want wants week well were what when where which while will with without work
    would year years your helps side found lot way ways day days keeps means actually kind sure place question
    message different matter first aber alle allem auch dass dein denn doch eine einem einen einer etwas habe haben
    hast immer kann keine mehr mein meine mich muss nach nicht noch nur oder ohne schon sehr sein seit sind sollte
    über unter viel was wenn werden wird wir wohnen zwei avec bien cela cette chaque comme comment dans depuis dire
    elle elles être faire fait j'ai leur mais même nous parce pas peux peut plus pour pourquoi quand quelle quelque
    sans sont tout toute tous très une vous votre ahora algo como cómo cuando cuándo desde donde dónde ella ellos
    entre esta está están este esto hace hacer hasta mucho nada para pero poco podría podríamos porque puede qué
    quiere sino sobre solo somos tengo tiene todo todos una unos
"""
EVERYWHERE = frozenset(_EVERYWHERE.split())
"""Words that say nothing about a topic, in the four languages."""

WHOLE = 3
"""Letters up to which a wanted word must stand as it is, and is no beginning of longer ones."""

FEWEST_FOR_LANGUAGE = 8
"""Words from which a language is told."""

FUNCTION_WORDS = {
    "en": "the a an of to and in is it you that for on with be are as or this your not at i if can",
    "de": "der die das und ist nicht ein eine zu in den dem mit auf für es sie du ich von im als auch wenn dann",
    "fr": "le la les de des et un une est pas vous que pour dans il elle à en au du ce avec sur ou si votre",
    "es": "el la los las de y un una es no que en para con por se lo su al del como tu si más o",
}
_FUNCTION_WORDS = {language: frozenset(words.split()) for language, words in FUNCTION_WORDS.items()}
LEAST_SHARE = 0.12
"""Share of a language's commonest words that running text in it does not fall below."""

_WORD = re.compile(r"\w+")
_SAME = re.compile(rf"([^\s\-=_.|*~#+])\1{{{SAME_MARK - 1},}}")
_TOKEN = re.compile(
    r"<\|[^|<>\n]{1,40}\|>|<｜[^｜<>\n]{1,40}｜>|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>|</?s>|\[/?INST\]|<</?SYS>>|"
    r"</?think>|^(?:User|Human|Assistant): |^### (?:Instruction|Response|Human|Assistant)\b",
    re.MULTILINE,
)
_CODE = re.compile(r"```.{0,20000}?(?:```|\Z)", re.DOTALL)
_REFUSAL = re.compile(
    r"\W{0,9}(?:(?:i'm|i am|we're|we are)? ?(?:very |so |really )?sorry\b[^.!?\n]{0,60}?|i apologi[sz]e\b[^.!?\n]{0,60}?|unfortunately\b,? ?|"
    r"as an? (?:ai|artificial|large language|language|virtual|digital)\b[^.!?\n]{0,60}?)?\W{0,3}(?:but )?"
    r"(?:i(?:'m| am)? ?(?:can't|cannot|can not|won't|will not|don't|do not|unable to|not able to|not allowed to|not comfortable)"
    r" ?(?:be able to |feel comfortable |actually |really )?"
    r"(?:help|assist|answer|provide|fulfil|comply|respond|give|offer|create|generate|write|discuss|have (?:the ability|personal|access|feelings)|with|doing))\b"
    r"|\W{0,9}(?:es tut mir leid|tut mir leid|leider|als ki\b|als (?:ein )?(?:künstliche|sprachmodell))[^.!?\n]{0,60}\b(?:kann ich|ich kann|darf ich)"
    r"[^.!?\n]{0,60}\b(?:nicht|keine[nrms]?)\b"
    r"|\W{0,9}(?:je suis désolée?|désolée?|en tant qu)[^.!?\n]{0,60}\bje ne (?:peux|suis)\b"
    r"|\W{0,9}(?:lo siento|como (?:ia\b|inteligencia|modelo de lenguaje))[^.!?\n]{0,60}\bno (?:puedo|tengo)\b",
    re.IGNORECASE,
)


def faults(
    reply: str, prompt: str, words: Collection[str], language: str, *, topic: str = "", truncated: bool = False
) -> list[CheckResult]:
    """A verdict per fault, named after it. Where the reply is empty, or an echo, or a loop, the later ones hold.

    words: beginnings of words of which a sensible reply has one that the prompt has not. truncated: it was cut.
    topic: what the prompt is about, in words of which the use shows nothing.
    """
    reply = normalised(reply[:LONGEST])
    spoken = _WORD.findall(reply.casefold())
    found = {
        "empty": None if spoken else "the reply has no word",
        "echo": "the reply repeats the request" if is_echo(reply, prompt) else None,
        "loop": looping(reply, spoken),
        "cut": "the reply was cut at the token limit or in a loop" if truncated else None,
        "leak": leaked(reply),
        "refusal": refused(reply, spoken),
        "language": strange_language(reply, language),
        "off_topic": off_topic(reply, prompt, words, topic),
    }
    return [_verdict(name, reason) for name, reason in found.items()]


def looping(reply: str, spoken: Sequence[str]) -> str | None:
    """The words of the whole, or those of its end, come again and again; or one character does."""
    if same := _SAME.search(reply):
        return f"{same[1]!r} stands {len(same[0])} times in a row"
    for part, where in ((spoken, "the reply"), (spoken[-WINDOW:], "its end")):
        share = repetition(part)
        if len(part) >= FEWEST_REPEATS and share > MOST_REPEATED:
            return f"{share:.0%} of the runs of four words of {where} are repeats"
    return None


def leaked(reply: str) -> str | None:
    """A special token of a chat template is in the text, or a turn of another speaker follows it."""
    token = _TOKEN.search(_CODE.sub("", reply))
    return f"{token[0].strip()!r} stands in the text" if token else None


def refused(reply: str, spoken: Sequence[str]) -> str | None:
    """It begins by saying that it cannot help, and is too short to help all the same."""
    refusal = _REFUSAL.match(reply.lstrip()) if len(spoken) <= SHORT_REFUSAL else None
    return f"it refuses: {refusal[0].strip()!r}" if refusal else None


def strange_language(reply: str, wanted: str) -> str | None:
    """It has too few of the wanted language's commonest words, and langdetect takes it for another language as well."""
    text = _CODE.sub(" ", reply)
    spoken = _WORD.findall(text.casefold())
    common = sum(word in _FUNCTION_WORDS[wanted] for word in spoken)
    if len(spoken) < FEWEST_FOR_LANGUAGE or common >= LEAST_SHARE * len(spoken):
        return None
    detected = detect(text)
    return f"it is in {detected!r}, asked for in {wanted!r}" if detected not in (None, "unknown", wanted) else None


def off_topic(reply: str, prompt: str, words: Collection[str], topic: str = "") -> str | None:
    """It has none of the words that a sensible reply would have, those of the prompt left out, and does not talk about it.

    To talk about it is to use a word of the prompt that `topic` lacks, among others of its own.
    """
    wanted, asked, said = _whole(words), _words(prompt), _words(reply)
    fresh = tuple(start for start in wanted if not any(word.startswith(start) for word in asked))
    if any(word.startswith(fresh) for word in said):
        return None
    told = set(asked) - set(_words(topic)) - EVERYWHERE
    taken_up = any(not word.endswith(".") for word in told.intersection(said))
    if taken_up and len(set(said) - set(asked)) >= FEWEST_NEW:
        return None
    return "it says nothing about what was asked"


def _words(text: str) -> list[str]:
    return _whole(_WORD.findall(normalised(text).casefold()))


def _whole(words: Iterable[str]) -> list[str]:
    """The words; one of `WHOLE` letters or fewer with a mark at its end, so that it begins no longer word."""
    return [word if len(word) > WHOLE else f"{word}." for word in words]


def _verdict(name: str, reason: str | None) -> CheckResult:
    return CheckResult(reason is None, reason or f"no {name}", name=name, failure=name if reason else "")
