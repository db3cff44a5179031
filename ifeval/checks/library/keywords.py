"""Words that must, or must not, be in the reply."""

from collections import Counter
from random import Random

from ifeval.checks.ifeval import repaired
from ifeval.checks.library.builds import mention
from ifeval.checks.library.draft import CannotBuild, Draft, Material, words_of
from ifeval.checks.library.instruction import Arguments, InstructionType, Stage, listed
from ifeval.checks.text.counting import plural
from ifeval.checks.text.division import places
from ifeval.records import CheckResult


def _build_order(draft: Draft, arguments: Arguments) -> None:
    draft.blocks[0].insert(0, draft.using(arguments["first"]))
    draft.blocks[-1].append(draft.using(arguments["second"]))


def _common(material: Material) -> Counter[str]:
    """How many sentences of the material hold each of its longer words that are no names."""
    sentences = [sentence for point in material.points for sentence in point.sentences]
    text = " ".join(sentences)
    common = Counter(word for one in sentences for word in set(words_of(one)) if word.isalpha() and len(word) > 4)
    return Counter({word: count for word, count in common.items() if f" {word}" in text})


def _topic_arguments(rng: Random, material: Material) -> Arguments:
    said = _common(material)
    known = [word for word in words_of(material.subject) if word in said]
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
        return arguments["keyword"] in words_of(sentence)

    missing = arguments["frequency"] - sum(holds(block[index]) for block, index in draft.sentences())
    for _ in range(missing):
        draft.add(draft.further(holds))


def _keep_out(draft: Draft, arguments: Arguments) -> None:
    draft.keep(lambda sentence: not {*words_of(sentence)} & {word.lower() for word in arguments["forbidden_words"]})


def mentioned(text: str, *, keyword: str) -> CheckResult:
    """The word occurs as a word of its own; case doesn't matter."""
    return repaired.existence(text, keywords=[keyword])


def mention_any(text: str, *, keywords: list[str]) -> CheckResult:
    """At least one of the words occurs as a word of its own; case doesn't matter."""
    found = next((word for word in keywords if mentioned(text, keyword=word).ok), None)
    return CheckResult(found is not None, f"{found!r} appears" if found else f"none of {', '.join(keywords)} appears")


def keyword_once(text: str, *, keyword: str) -> CheckResult:
    """The word occurs exactly once as a word of its own; case doesn't matter."""
    count = len(places(text, keyword))
    return CheckResult(count == 1, f"{keyword!r} appears {plural(count, 'time')}, wanted exactly once")


def keyword_order(text: str, *, first: str, second: str) -> CheckResult:
    """Both words occur, and the first one's first place is before the second one's; case doesn't matter."""
    found = places(text, first), places(text, second)
    missing = [word for word, at in zip((first, second), found, strict=True) if not at]
    if missing:
        return CheckResult(False, f"{' and '.join(map(repr, missing))} missing")
    ok = found[0][0] < found[1][0]
    return CheckResult(ok, f"{first!r} appears {'before' if ok else 'after'} {second!r}")


KEYWORDS = (
    InstructionType(
        id="keywords:topic",
        group="keywords:topic",
        difficulty="easy",
        order=("Use the word '{keyword}' in your reply.", "Mention the word '{keyword}' at least once."),
        requirement=("The reply must contain the word '{keyword}'.", "The word '{keyword}' has to be mentioned."),
        note=("mention '{keyword}'", "with the word '{keyword}'"),
        sample=_topic_arguments,
        build=lambda draft, arguments: mention(draft, [arguments["keyword"]]),
        check=mentioned,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="keywords:mention",
        group="keywords:mention",
        difficulty="easy",
        order=("Include the word '{keyword}'.", "Make sure to use the word '{keyword}' somewhere."),
        requirement=("The reply must include the word '{keyword}'.", "The word '{keyword}' has to appear somewhere."),
        note=("include the word '{keyword}'", "'{keyword}' appears somewhere"),
        sample=lambda rng, material: {"keyword": material.draw(1)[0]},
        build=lambda draft, arguments: mention(draft, [arguments["keyword"]]),
        check=mentioned,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="keywords:any",
        group="keywords:any",
        difficulty="easy",
        order=("Use at least one of the words {listed}.", "Work one or more of the words {listed} into the text."),
        requirement=(
            "At least one of the words {listed} must appear in the reply.",
            "The reply has to contain one or more of the words {listed}.",
        ),
        note=("at least one of the words {listed}", "one or more of these words: {listed}"),
        spoken=lambda arguments: {"listed": listed(arguments["keywords"])},
        sample=lambda rng, material: {"keywords": material.draw(3)},
        build=lambda draft, arguments: mention(draft, arguments["keywords"][:1]),
        check=mention_any,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="keywords:existence",
        group="keywords:existence",
        order=("Use the words {listed} in your reply.", "Work the keywords {listed} into the text."),
        requirement=(
            "The words {listed} must appear in the reply.",
            "The text has to contain the keywords {listed}.",
        ),
        note=("contains the words {listed}", "with the keywords {listed}"),
        spoken=lambda arguments: {"listed": listed(arguments["keywords"])},
        sample=lambda rng, material: {"keywords": material.draw(rng.randint(2, 3))},
        build=lambda draft, arguments: mention(draft, arguments["keywords"]),
        check=repaired.existence,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="keywords:frequency",
        group="keywords:frequency",
        order=(
            "Use the word '{keyword}' at least {frequency} times.",
            "Mention '{keyword}' no fewer than {frequency} times.",
        ),
        requirement=(
            "The word '{keyword}' must appear at least {frequency} times.",
            "The reply has to contain '{keyword}' {frequency} times or more.",
        ),
        note=("the word '{keyword}' at least {frequency} times", "'{keyword}' {frequency} times or more"),
        sample=_frequency_arguments,
        build=_build_frequency,
        check=repaired.frequency,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="keywords:forbidden_words",
        group="keywords:forbidden_words",
        difficulty="easy",
        order=("Do not use the words {listed}.", "Avoid the words {listed} altogether."),
        requirement=("The words {listed} must not appear in the reply.", "None of the words {listed} may be used."),
        note=("without the words {listed}", "forbidden words: {listed}"),
        spoken=lambda arguments: {"listed": listed(arguments["forbidden_words"])},
        sample=lambda rng, material: {"forbidden_words": material.draw(rng.randint(2, 3))},
        build=_keep_out,
        check=repaired.forbidden_words,
        stage=Stage.CHOICE,
    ),
    InstructionType(
        id="keywords:once",
        group="keywords:once",
        order=("Use the word '{keyword}' exactly once.", "Write the word '{keyword}' once, and only once."),
        requirement=(
            "The word '{keyword}' must appear exactly once.",
            "The reply has to use the word '{keyword}' a single time.",
        ),
        note=("the word '{keyword}' exactly once", "'{keyword}' one time only"),
        sample=lambda rng, material: {"keyword": material.draw(1)[0]},
        build=lambda draft, arguments: mention(draft, [arguments["keyword"]]),
        check=keyword_once,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="keywords:order",
        group="keywords:order",
        order=(
            "Use the words '{first}' and '{second}', and mention '{first}' before '{second}'.",
            "Bring in the word '{first}' first and the word '{second}' after it.",
        ),
        requirement=(
            "The words '{first}' and '{second}' must both appear, '{first}' before '{second}'.",
            "The reply has to use the word '{first}' and, somewhere after it, the word '{second}'.",
        ),
        note=("the word '{first}' and later the word '{second}'", "'{first}' mentioned before '{second}'"),
        sample=lambda rng, material: dict(zip(("first", "second"), material.draw(2), strict=True)),
        build=_build_order,
        check=keyword_order,
        stage=Stage.CONTENT,
    ),
)
