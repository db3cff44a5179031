"""A reply under construction: blocks of sentences, how they are laid out, and what is around them.

All sentences are those of the material, written by hand: each says one of its points, or uses one of its words. A draft
starts with as many points as the reply must make; instructions choose, order, lay out and frame them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from random import Random

Blocks = list[list[str]]
"""The body: paragraphs, list items or table rows, each a list of sentences."""


class CannotBuild(Exception):
    """The material has no sentence left for what an instruction needs."""


@dataclass(frozen=True, slots=True)
class Point:
    """One thing a reply may say: `label` names it ("what the roof costs"), and each of `sentences` says it."""

    label: str
    sentences: tuple[str, ...]


@dataclass
class Material:
    """What a prompt is about, and what a reply can be made of.

    `request` is what was asked, `subject` a noun phrase, `title` one that fits the reply, `kind` the kind of text
    ("letter"). `points` are what can be said, best first, of which the reply must make `wanted`. `words` fit the
    subject and are in no point; each has a sentence that uses it. `every_word` still holds those that were drawn.
    """

    request: str
    subject: str
    title: str
    points: Sequence[Point]
    words: dict[str, str]
    wanted: int = 3
    kind: str = "explanation"
    every_word: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.every_word = self.every_word or dict(self.words)

    def draw(self, count: int) -> list[str]:
        """Take the next `count` words, so that no word is both asked for and forbidden in one prompt."""
        drawn = list(self.words)[:count]
        if len(drawn) < count:
            raise CannotBuild
        self.words = {word: sentence for word, sentence in self.words.items() if word not in drawn}
        return drawn

    def least(self) -> list[str]:
        """The sentences that a draft without any instruction has."""
        return [point.sentences[0] for point in self.points[: self.wanted]]

    @cached_property
    def sentences_by_word(self) -> Mapping[str, str]:
        """For each word, the material's own sentence for it, else the first that holds it."""
        found: dict[str, str] = {}
        for point in self.points:
            for sentence in point.sentences:
                for word in bare_words(sentence):
                    found.setdefault(word, sentence)
        return found | self.every_word


def prose(blocks: Blocks) -> str:
    """Paragraphs with blank lines between them."""
    return "\n\n".join(map(" ".join, blocks))


def marked(mark: Callable[[int], str], between: str = "\n") -> Callable[[Blocks], str]:
    """A layout that puts `mark(number)` before each block; numbers start at 1."""
    return lambda blocks: between.join(f"{mark(n)}{' '.join(block)}" for n, block in enumerate(blocks, 1))


def joined(between: str) -> Callable[[Blocks], str]:
    """A layout with something else than blank lines between the blocks."""
    return marked(lambda number: "", between)


@dataclass
class Draft:
    """What the instructions edit, one after another, until `render` gives the reply.

    `inline`: what comes before and after the body may stand on the body's own lines (prose, not a list); a line break
    at the end of such a part keeps it apart.
    `fixed_sentences`: the number of sentences is settled.
    `made`: the points that the reply makes, by their place in the material.
    """

    rng: Random
    material: Material
    blocks: Blocks = field(default_factory=list)
    layout: Callable[[Blocks], str] = prose
    inline: bool = True
    fixed_sentences: bool = False
    head: list[str] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)
    edits: list[Callable[[str], str]] = field(default_factory=list)
    made: list[int] = field(default_factory=list)
    _tests: list[Callable[[str], bool]] = field(default_factory=list)
    _unused: list[str] = field(default_factory=list)

    def keep(self, test: Callable[[str], bool]) -> None:
        """From now on use only sentences that pass `test`; called before `begin`."""
        self._tests.append(test)

    def begin(self) -> None:
        """Start the body with the first wanted points that can be made."""
        fitting = [(place, one) for place, point in enumerate(self.material.points) if (one := self._fitting(point))]
        if len(fitting) < self.material.wanted:
            raise CannotBuild
        self.start_with({place: sentences[0] for place, sentences in fitting[: self.material.wanted]})
        others = [sentences[0] for _, sentences in fitting[self.material.wanted :]]
        again = [sentence for _, sentences in fitting for sentence in sentences[1:]]
        words = [sentence for sentence in self.material.words.values() if self._passes(sentence)]
        self._unused = [*others, *words, *(again if others else ())][::-1]

    def start_with(self, sentences: Mapping[int, str]) -> None:
        """Make the body these sentences, each of which makes the point of its number."""
        self.made, self.blocks = list(sentences), [list(sentences.values())]

    def choices(self) -> list[tuple[int, str]]:
        """Every sentence that may be used, with the number of its point."""
        return [(n, one) for n, point in enumerate(self.material.points) for one in self._fitting(point)]

    def sentence(self) -> str:
        """The next sentence: of a further point, with a word that fits, or a second one of a point already made.

        The last only where there were further points: a reply to a line that said everything twice would be padding.
        """
        if not self._unused:
            raise CannotBuild
        return self._unused.pop()

    def using(self, word: str) -> str:
        """The sentence that uses `word`."""
        sentence = self.material.sentences_by_word.get(word.lower(), "")
        if not sentence or not self._passes(sentence):
            raise CannotBuild
        return sentence

    def further(self, test: Callable[[str], bool]) -> str:
        """A sentence not used yet that passes `test`."""
        found = next((sentence for sentence in reversed(self._unused) if test(sentence)), None)
        if found is None:
            raise CannotBuild
        self._unused.remove(found)
        return found

    def arrange(
        self, blocks: int, layout: Callable[[Blocks], str] = prose, *, each: int = 1, inline: bool = False
    ) -> None:
        """Lay the body out in `blocks` blocks of at least `each` sentences."""
        flat = [sentence for block in self.blocks for sentence in block]
        while len(flat) < blocks * each:
            flat.append(self.sentence())
        cuts = [len(flat) * place // blocks for place in range(blocks + 1)]
        self.blocks = [flat[start:end] for start, end in pairwise(cuts)]
        self.layout, self.inline = layout, inline

    def labels(self) -> list[str]:
        """What each block is about, after its first sentence; "What the roof costs"."""
        known = {sentence: point.label for point in self.material.points for sentence in point.sentences}
        known |= {sentence: word for word, sentence in self.material.every_word.items()}
        named = [known.get(block[0], self.material.title) for block in self.blocks]
        return [f"{label[0].upper()}{label[1:]}" for label in named]

    def sentences(self) -> list[tuple[list[str], int]]:
        """Every sentence's place: its block and its index there."""
        return [(block, index) for block in self.blocks for index in range(len(block))]

    def add(self, sentence: str) -> None:
        """Put one more sentence at the end of the shortest block."""
        min(self.blocks, key=lambda block: sum(map(len, block))).append(sentence)

    def weave(self, words: str) -> None:
        """Put `words` at the end of the shortest sentence, before its full stop."""
        block, index = min(self.sentences(), key=lambda place: len(place[0][place[1]].split()))
        block[index] = before_stop(block[index], words)

    def grow(self) -> None:
        """Make the reply a sentence longer."""
        if self.fixed_sentences:
            raise CannotBuild
        self.add(self.sentence())

    def render(self) -> str:
        """The reply as it stands."""
        parts = (*self.head, self.layout(self.blocks), *self.tail)
        if self.inline:
            text = " ".join(parts).replace(" \n", "\n").replace("\n ", "\n").strip()
        else:
            text = "\n\n".join(part.strip("\n") for part in parts)
        for edit in self.edits:
            text = edit(text)
        return text

    def _fitting(self, point: Point) -> list[str]:
        return [sentence for sentence in point.sentences if self._passes(sentence)]

    def _passes(self, sentence: str) -> bool:
        return all(test(sentence) for test in self._tests)


def before_stop(sentence: str, words: str) -> str:
    """`sentence` with `words` before its last character."""
    return f"{sentence[:-1]} {words}{sentence[-1]}"


def bare_words(sentence: str) -> Iterator[str]:
    """The words of a sentence in lower case, marks around them gone."""
    return (word for part in sentence.lower().split() if (word := part.strip(".,'")))
