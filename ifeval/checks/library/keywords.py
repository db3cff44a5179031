"""Words that must, or must not, be in the reply."""

from collections import Counter
from random import Random

from ifeval.checks.ifbench.arguments import Word
from ifeval.checks.ifeval.arguments import Count
from ifeval.checks.library.builds import mention_each
from ifeval.checks.library.draft import CannotBuild, Draft, Material, bare_words
from ifeval.checks.library.instruction import Arguments, InstructionType, Stage, listed
from ifeval.checks.text.counting import Relation, compare_occurrences, plural, quoted
from ifeval.checks.text.reading import Reading
from ifeval.records import CheckResult


def _build_order(draft: Draft, arguments: Arguments) -> None:
    draft.blocks[0].insert(0, draft.using(arguments["first"]))
    draft.blocks[-1].append(draft.using(arguments["second"]))


def _common(material: Material) -> Counter[str]:
    """How many sentences of the material hold each of its longer words that are no names."""
    sentences = [sentence for point in material.points for sentence in point.sentences]
    text = " ".join(sentences)
    common = Counter(word for one in sentences for word in set(bare_words(one)) if word.isalpha() and len(word) > 4)
    return Counter({word: count for word, count in common.items() if f" {word}" in text})


def _topic_arguments(rng: Random, material: Material) -> Arguments:
    said = _common(material)
    known = [word for word in bare_words(material.subject) if word in said]
    if not known:
        raise CannotBuild
    return {"keyword": known[-1]}


def _frequency_arguments(rng: Random, material: Material) -> Arguments:
    frequency = rng.randint(2, 3)
    often = sorted(word for word, count in _common(material).items() if count > frequency)
    if not often:
        raise CannotBuild
    return {"keyword": rng.choice(often), "frequency": frequency, "relation": "at least"}


def _build_frequency(draft: Draft, arguments: Arguments) -> None:
    def holds(sentence: str) -> bool:
        return arguments["keyword"] in bare_words(sentence)

    missing = arguments["frequency"] - sum(holds(block[index]) for block, index in draft.sentences())
    for _ in range(missing):
        draft.add(draft.further(holds))


def _keep_out(draft: Draft, arguments: Arguments) -> None:
    draft.keep(lambda sentence: not {*bare_words(sentence)} & {word.lower() for word in arguments["forbidden_words"]})


def mention(reply: Reading, *, keyword: Word) -> CheckResult:
    """The word occurs as a word of its own, ignoring case: "moon" in "Moon's" and "full-moon", not in "moons"."""
    return existence(reply, keywords=[keyword])


def mention_any(reply: Reading, *, keywords: list[Word]) -> CheckResult:
    """At least one of the words occurs as a word of its own, ignoring case."""
    found = next((word for word in keywords if reply.places(word)), None)
    wanted = " or ".join(map(quoted, keywords))
    return CheckResult(found is not None, f"{quoted(found)} appears" if found else f"{wanted} missing")


def existence(reply: Reading, *, keywords: list[Word]) -> CheckResult:
    """Every one of the words or phrases occurs as a word of its own, ignoring case."""
    missing = [keyword for keyword in keywords if not reply.places(keyword)]
    if missing:
        return CheckResult(False, f"{', '.join(map(quoted, missing))} missing")
    return CheckResult(True, f"{', '.join(map(quoted, keywords))} {'appears' if len(keywords) == 1 else 'appear'}")


def frequency(reply: Reading, *, keyword: Word, frequency: Count, relation: Relation) -> CheckResult:
    """The word occurs fewer than, or at least, the given number of times as a word of its own, ignoring case."""
    return compare_occurrences(quoted(keyword), len(reply.places(keyword)), relation, frequency)


def forbidden_words(reply: Reading, *, forbidden_words: list[Word]) -> CheckResult:
    """None of the words occurs as a word of its own, ignoring case; inside a longer word they may."""
    found = [word for word in forbidden_words if reply.places(word)]
    if found:
        return CheckResult(False, f"{', '.join(map(quoted, found))} found, wanted none")
    return CheckResult(True, "no forbidden word appears")


def once(reply: Reading, *, keyword: Word) -> CheckResult:
    """The word occurs exactly once as a word of its own, ignoring case."""
    count = len(reply.places(keyword))
    return CheckResult(count == 1, f"{quoted(keyword)} appears {plural(count, 'time')}, wanted exactly once")


def order(reply: Reading, *, first: Word, second: Word) -> CheckResult:
    """Both words occur, the second one somewhere after the first, ignoring case; each may come again anywhere."""
    found = reply.places(first), reply.places(second)
    missing = [word for word, places in zip((first, second), found, strict=True) if not places]
    if missing:
        return CheckResult(False, f"{' and '.join(map(quoted, missing))} missing")
    ok = found[0][0] < found[1][-1]
    return CheckResult(ok, f"{quoted(second)} {'appears' if ok else 'never appears'} after {quoted(first)}")


KEYWORDS = (
    InstructionType(
        id="keywords:topic",
        group="keywords:topic",
        difficulty="easy",
        order=("Use the word '{keyword}' in your reply.", "Use the word '{keyword}' at least once."),
        requirement=("The reply must contain the word '{keyword}'.", "The word '{keyword}' must be used."),
        note=("use the word '{keyword}'", "with the word '{keyword}'"),
        sample=_topic_arguments,
        build=lambda draft, arguments: mention_each(draft, [arguments["keyword"]]),
        check=mention,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="keywords:mention",
        group="keywords:mention",
        difficulty="easy",
        order=("Include the word '{keyword}'.", "Make sure to use the word '{keyword}' somewhere."),
        requirement=("The reply must include the word '{keyword}'.", "The word '{keyword}' must appear somewhere."),
        note=("include the word '{keyword}'", "the word '{keyword}' somewhere"),
        sample=lambda rng, material: {"keyword": material.draw(1)[0]},
        build=lambda draft, arguments: mention_each(draft, [arguments["keyword"]]),
        check=mention,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="keywords:any",
        group="keywords:any",
        difficulty="easy",
        order=("Use at least one of the words {listed}.", "Work one or more of the words {listed} into the text."),
        requirement=(
            "At least one of the words {listed} must appear in the reply.",
            "The reply must contain one or more of the words {listed}.",
        ),
        note=("at least one of the words {listed}", "one or more of these words: {listed}"),
        spoken=lambda arguments: {"listed": listed(arguments["keywords"])},
        sample=lambda rng, material: {"keywords": material.draw(3)},
        build=lambda draft, arguments: mention_each(draft, arguments["keywords"][:1]),
        check=mention_any,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="keywords:existence",
        group="keywords:existence",
        order=("Use the words {listed} in your reply.", "Work the keywords {listed} into the text."),
        requirement=(
            "The words {listed} must appear in the reply.",
            "The text must contain the keywords {listed}.",
        ),
        note=("contains the words {listed}", "with the keywords {listed}"),
        spoken=lambda arguments: {"listed": listed(arguments["keywords"])},
        sample=lambda rng, material: {"keywords": material.draw(rng.randint(2, 3))},
        build=lambda draft, arguments: mention_each(draft, arguments["keywords"]),
        check=existence,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="keywords:frequency",
        group="keywords:frequency",
        order=(
            "Use the word '{keyword}' at least {frequency} times.",
            "Use '{keyword}' no fewer than {frequency} times.",
        ),
        requirement=(
            "The word '{keyword}' must appear at least {frequency} times.",
            "The reply must contain '{keyword}' {frequency} or more times.",
        ),
        note=("the word '{keyword}' at least {frequency} times", "'{keyword}' {frequency} or more times"),
        sample=_frequency_arguments,
        build=_build_frequency,
        check=frequency,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="keywords:forbidden_words",
        group="keywords:forbidden_words",
        difficulty="easy",
        order=("Do not use the words {either}.", "Avoid the words {listed} altogether."),
        requirement=(
            "The words {listed} must not appear in the reply.",
            "The reply must not contain the words {either}.",
        ),
        note=("without the words {either}", "forbidden words: {listed}"),
        spoken=lambda arguments: {
            "listed": listed(arguments["forbidden_words"]),
            "either": listed(arguments["forbidden_words"], "or"),
        },
        sample=lambda rng, material: {"forbidden_words": material.draw(rng.randint(2, 3))},
        build=_keep_out,
        check=forbidden_words,
        stage=Stage.CHOICE,
    ),
    InstructionType(
        id="keywords:once",
        group="keywords:once",
        order=("Use the word '{keyword}' exactly once.", "Use the word '{keyword}' once and only once."),
        requirement=(
            "The word '{keyword}' must appear exactly once.",
            "The reply must use the word '{keyword}' just once.",
        ),
        note=("the word '{keyword}' exactly once", "'{keyword}' just once"),
        sample=lambda rng, material: {"keyword": material.draw(1)[0]},
        build=lambda draft, arguments: mention_each(draft, [arguments["keyword"]]),
        check=once,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="keywords:order",
        group="keywords:order",
        order=(
            "Use the words '{first}' and '{second}', with '{first}' before '{second}'.",
            "Use the word '{first}' and, later on, the word '{second}'.",
        ),
        requirement=(
            "The words '{first}' and '{second}' must both appear, '{first}' before '{second}'.",
            "The reply must use the word '{first}' and, somewhere after it, the word '{second}'.",
        ),
        note=("the word '{first}' and later the word '{second}'", "the word '{first}' before the word '{second}'"),
        sample=lambda rng, material: dict(zip(("first", "second"), material.draw(2), strict=True)),
        build=_build_order,
        check=order,
        stage=Stage.CONTENT,
    ),
)
