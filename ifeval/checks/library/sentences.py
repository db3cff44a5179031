"""What a sentence owes to its place, or to the one before it."""

from itertools import pairwise
from random import Random

from ifeval.checks.ifbench.arguments import Position, Word
from ifeval.checks.ifeval.arguments import Count
from ifeval.checks.library.builds import build_exact_sentences, uncapitalised
from ifeval.checks.library.draft import CannotBuild, Draft, Material, bare_words
from ifeval.checks.library.instruction import ALONE, Arguments, InstructionType, Stage
from ifeval.checks.library.sentence_counts import exact_sentences
from ifeval.checks.text.counting import plural, quoted, shorten
from ifeval.checks.text.emoji import ends_with_emoji
from ifeval.checks.text.marks import normalised
from ifeval.checks.text.reading import Reading
from ifeval.checks.text.words import fold, spans_of, words_of
from ifeval.records import CheckResult

ENDINGS = " .!?…。\"')]*_"


def _words_of(sentence: str) -> int:
    return len(sentence.split())


def _build_growing(draft: Draft, arguments: Arguments) -> None:
    """Sentences of different points whose lengths are as far apart as they must be."""
    choices = draft.choices()
    for shortest in sorted({_words_of(sentence) for _, sentence in choices}):
        chosen: dict[int, str] = {}
        for place in range(arguments["sentences"]):
            length = shortest + place * arguments["step"]
            fitting = ((n, one) for n, one in choices if n not in chosen and _words_of(one) == length)
            if (found := next(fitting, None)) is None:
                break
            chosen[found[0]] = found[1]
        else:
            draft.start_with(chosen)
            draft.fixed_sentences = True
            return
    raise CannotBuild


def _build_chain(draft: Draft, arguments: Arguments) -> None:
    build_exact_sentences(draft, arguments)
    sentences = draft.blocks[0]
    for place in range(1, len(sentences)):
        link = sentences[place - 1].split()[-1].strip(".!?)]}*").split()[-1]
        sentences[place] = f"{link.capitalize()} aside, {uncapitalised(sentences[place])}"


def _build_keyword(draft: Draft, arguments: Arguments) -> None:
    _put(draft, draft.using(arguments["word"]), arguments["N"])


def _build_position(draft: Draft, arguments: Arguments) -> None:
    _put(draft, draft.using(arguments["keyword"]), arguments["n"])


def _put(draft: Draft, sentence: str, number: int) -> None:
    """Make `sentence` sentence `number` of the text."""
    flat = draft.blocks[0]
    while len(flat) < number - 1:
        flat.append(draft.sentence())
    flat.insert(number - 1, sentence)


def _position_arguments(rng: Random, material: Material) -> Arguments:
    """Where the word is in its own sentence anyway."""
    (word,) = material.draw(1)
    place = [*bare_words(material.every_word[word])].index(word.lower())
    return {"keyword": word, "n": rng.randint(1, 3), "m": place + 1}


def _build_emoji(draft: Draft, arguments: Arguments) -> None:
    for block, index in draft.sentences():
        block[index] += " 🙂"
    draft.fixed_sentences = True


def longest(reply: Reading, *, words: Count) -> CheckResult:
    """No sentence, and no line without one, has more words than the given number."""
    counts = [len(words_of(piece.text, reply.language)) for block in reply.pieces for piece in block]
    most = max(counts, default=0)
    if not most:
        return CheckResult(False, "no sentence")
    return CheckResult(most <= words, f"the longest sentence has {plural(most, 'word')}, wanted at most {words}")


def growing(reply: Reading, *, sentences: Count, step: Count) -> CheckResult:
    """Exactly the given number of sentences, each with exactly `step` words more than the one before."""
    counted = exact_sentences(reply, sentences=sentences)
    return step_by_step(reply, step) if counted.ok else counted


def step_by_step(reply: Reading, step: int) -> CheckResult:
    """Whether each sentence has exactly `step` words more than the one before."""
    counts = [len(words_of(sentence, reply.language)) for sentence in reply.sentences]
    for number, (before, here) in enumerate(pairwise(counts), start=2):
        if here != before + step:
            return CheckResult(
                False, f"sentence {number} has {plural(here, 'word')}, wanted {before + step} ({step} more)"
            )
    series = shorten(", ".join(map(str, counts)))
    return CheckResult(bool(counts), f"sentences of {series} words" if counts else "no sentence")


def chain(reply: Reading, *, sentences: Count) -> CheckResult:
    """Exactly the given number of sentences, each of which starts with the last word of the one before, ignoring case and marks."""
    counted = exact_sentences(reply, sentences=sentences)
    return linked(reply) if counted.ok else counted


def linked(reply: Reading) -> CheckResult:
    """Whether each sentence starts with the last word of the one before."""
    found = [words_of(sentence, reply.language) for sentence in reply.sentences]
    for number, (before, here) in enumerate(pairwise(found), start=2):
        if fold(before[-1]) != fold(here[0]):
            return CheckResult(
                False, f"sentence {number} starts with {quoted(here[0])}, wanted {quoted(before[-1])} again"
            )
    return CheckResult(
        bool(found), "each sentence starts with the last word of the one before" if found else "no sentence"
    )


def keyword(reply: Reading, *, word: Word, N: Position) -> CheckResult:
    """Sentence number `N` holds the word as a word of its own, ignoring case."""
    found, place = reply.sentences, int(N)
    if len(found) < place:
        return CheckResult(False, f"{plural(len(found), 'sentence')}, wanted {quoted(word)} in number {place}")
    ok = bool(spans_of(normalised(word).strip(), found[place - 1]))
    return CheckResult(ok, f"sentence {place} {'holds' if ok else 'lacks'} {quoted(word)}: {shorten(found[place - 1])}")


def position(reply: Reading, *, keyword: Word, n: Position, m: Position) -> CheckResult:
    """Word number `m` of sentence number `n` is this one, ignoring case; marks are not words, "it's" is one."""
    found, sentence, place = reply.sentences, int(n), int(m)
    if len(found) < sentence:
        return CheckResult(False, f"{plural(len(found), 'sentence')}, wanted {quoted(keyword)} in number {sentence}")
    words = words_of(found[sentence - 1], reply.language)
    if len(words) < place:
        return CheckResult(False, f"sentence {sentence} has {plural(len(words), 'word')}, wanted at least {place}")
    ok = fold(words[place - 1]) == fold(normalised(keyword).strip())
    wish = "as wanted" if ok else f"wanted {quoted(keyword)}"
    return CheckResult(ok, f"word {place} of sentence {sentence} is {quoted(words[place - 1])}, {wish}")


def emoji(reply: Reading) -> CheckResult:
    """Every sentence ends with an emoji, before its stop or after it."""
    for number, sentence in enumerate(reply.sentences, start=1):
        if not ends_with_emoji(sentence.rstrip()) and not ends_with_emoji(sentence.rstrip(ENDINGS)):
            return CheckResult(False, f"sentence {number} does not end with an emoji: {quoted(sentence[-40:])}")
    found = bool(reply.sentences)
    return CheckResult(found, "every sentence ends with an emoji" if found else "no sentence")


SENTENCES = (
    InstructionType(
        id="sentence:longest",
        group="sentence",
        excludes=frozenset({"layout", "format:parentheses"}),
        order=(
            "Keep every sentence to {words} words at most.",
            "Write short sentences only: no more than {words} words each.",
        ),
        requirement=(
            "No sentence may have more than {words} words.",
            "Every sentence must have {words} words or fewer.",
        ),
        note=("sentences of at most {words} words", "no sentence longer than {words} words"),
        sample=lambda rng, material: {"words": rng.randint(12, 18)},
        build=lambda draft, arguments: draft.keep(lambda sentence: _words_of(sentence) <= arguments["words"]),
        check=longest,
        stage=Stage.CHOICE,
    ),
    InstructionType(
        id="sentence:growing",
        group="sentence",
        difficulty="hard",
        excludes=ALONE,
        order=(
            "Write exactly {sentences} sentences, each with exactly {step} more words than the one before.",
            "Make your {sentences} sentences grow: each must be exactly {step} words longer than the last.",
        ),
        requirement=(
            "There must be exactly {sentences} sentences, each with exactly {step} more words than the one before.",
            "The reply must have {sentences} sentences, each exactly {step} words longer than the last.",
        ),
        note=(
            "{sentences} sentences, each exactly {step} words longer than the one before",
            "exactly {sentences} sentences, each {step} words longer than the last",
        ),
        sample=lambda rng, material: {"sentences": rng.randint(3, 4), "step": rng.randint(2, 3)},
        build=_build_growing,
        check=growing,
        stage=Stage.SENTENCES,
    ),
    InstructionType(
        id="sentence:chain",
        group="sentence",
        difficulty="hard",
        excludes=ALONE | {"placeholders", "content:hashtags"},
        order=(
            "Write exactly {sentences} sentences and start each one with the last word of the sentence before it.",
            "Link your {sentences} sentences: the last word of each must be the first word of the next.",
        ),
        requirement=(
            "There must be exactly {sentences} sentences; the last word of each must be the first word of the next.",
            "The reply must have {sentences} sentences, each starting with the last word of the one before.",
        ),
        note=(
            "{sentences} sentences, each starting with the last word of the one before",
            "exactly {sentences} sentences, the last word of each being the first of the next",
        ),
        sample=lambda rng, material: {"sentences": rng.randint(3, 4)},
        build=_build_chain,
        check=chain,
        stage=Stage.SENTENCES,
    ),
    InstructionType(
        id="sentence:keyword",
        group="sentence",
        excludes=frozenset({"layout", "opening", "keywords:once"}),
        order=(
            "Use the word '{word}' in sentence number {N}.",
            "Put the word '{word}' in sentence number {N}.",
        ),
        requirement=(
            "Sentence number {N} of the reply must contain the word '{word}'.",
            "The word '{word}' must appear in sentence number {N}.",
        ),
        note=("the word '{word}' in sentence number {N}", "sentence number {N} contains '{word}'"),
        sample=lambda rng, material: {"word": material.draw(1)[0], "N": rng.randint(2, 4)},
        build=_build_keyword,
        check=keyword,
        stage=Stage.SENTENCES,
    ),
    InstructionType(
        id="words:keywords_specific_position",
        group="sentence",
        difficulty="hard",
        excludes=frozenset({"layout", "layout:tags", "opening"}),
        order=(
            "Make '{keyword}' word number {m} of sentence number {n}.",
            "Use '{keyword}' as word number {m} of sentence number {n}.",
        ),
        requirement=(
            "Word number {m} of sentence number {n} must be '{keyword}'.",
            "The word '{keyword}' must be word number {m} of sentence number {n}.",
        ),
        note=("word number {m} of sentence number {n}: '{keyword}'", "'{keyword}' as word {m} of sentence {n}"),
        sample=_position_arguments,
        build=_build_position,
        check=position,
        stage=Stage.SENTENCES,
    ),
    InstructionType(
        id="format:emoji",
        group="sentence",
        excludes=frozenset({"layout", "wrapper", "opening", "closing", "label"}),
        order=("Put an emoji at the end of every sentence.", "Finish each sentence with an emoji."),
        requirement=("Every sentence must end with an emoji.", "There must be an emoji at the end of each sentence."),
        note=("an emoji at the end of every sentence", "every sentence ends with an emoji"),
        build=_build_emoji,
        check=emoji,
        stage=Stage.LENGTH,
    ),
)
