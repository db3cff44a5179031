"""Examples to token ids and labels: trained are the assistant turns with the token that ends them, and nothing else.

Masks are made by position, never by looking for token ids (see `turns`). Where each turn's conversation goes on the one
before, the whole is one document; a template that rewrites history (reasoning left out of earlier turns, a system prompt
that moves) breaks that, and then every assistant turn becomes a document of its own, which is what the model will see
when it is asked.
"""

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ifeval.errors import UserError
from ifeval.finetuning.data.conversation import ConversationWriter
from ifeval.finetuning.data.formats import Example, Message
from ifeval.finetuning.data.processes import in_processes
from ifeval.finetuning.data.spans import IGNORE, Span
from ifeval.finetuning.data.tokens import GrowingIds, Tokenization
from ifeval.finetuning.data.turns import TurnWriter, Unusable
from ifeval.models.history import plain_turn
from ifeval.models.prompts import Chat, PromptWriter
from ifeval.models.thoughts import mark_at
from ifeval.records import Sample
from ifeval.util.jsonio import canonical

__all__ = ["IGNORE", "Document", "Encoded", "Encoder", "Unusable", "last_turn"]

UNWANTED = "a label says that the reply is not wanted"

KEPT = 32
"""How many different template arguments of rows are kept ready."""


@dataclass(frozen=True, slots=True)
class Document:
    """One training document. ids and labels have the same length; labels[i] is ids[i] or IGNORE.

    `source` is the example's; `shortened`: turns at its end did not fit the length and were left out. `weights`: how much
    each position counts where it is trained, as long as ids; empty where each counts once. `desirable`: whether the reply
    is wanted, of an unpaired preference.
    """

    place: str
    source: str
    ids: Sequence[int]
    labels: Sequence[int]
    shortened: bool = False
    weights: Sequence[float] = ()
    desirable: bool | None = None

    @property
    def trained(self) -> int:
        """Number of trained tokens."""
        return sum(label != IGNORE for label in self.labels)

    @property
    def weight(self) -> float:
        """What the trained tokens count together."""
        if not self.weights:
            return self.trained
        return sum(w for w, label in zip(self.weights, self.labels, strict=True) if label != IGNORE)


@dataclass(slots=True)
class Encoded:
    """The documents of each example of a data set, and what became of the rest.

    Dropped (by reason), shortened, split into turns; `unwanted`: replies that a label calls bad, of no use to imitation.
    """

    units: list[list[Document]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    first_dropped: dict[str, str] = field(default_factory=dict)
    split: int = 0
    unwanted: int = 0

    @property
    def documents(self) -> list[Document]:
        return [document for unit in self.units for document in unit]

    @property
    def shortened(self) -> int:
        return sum(document.shortened for document in self.documents)


class Encoder:
    """Writes examples as documents of at most `max_length` tokens, with the template of `chat`.

    tokenizer: a transformers tokenizer. chat: the template with its arguments. `end` and `end_id` are the token that
    ends an answer. Raises UserError for a template that ends it with no token, or writes two BOS tokens.
    """

    def __init__(self, tokenizer: Any, chat: Chat, max_length: int) -> None:
        self.tokenizer = tokenizer
        self.max_length = max_length
        self.chat = chat
        self._others: dict[bytes, Encoder] = {}
        self._writer = PromptWriter(tokenizer, chat)
        self._special = {str(token) for token in tokenizer.added_tokens_decoder.values() if token.special}
        self._tokenization = Tokenization(tokenizer, self._special)
        self.end, self.end_id = self._end_of_turn()
        self._turns = ConversationWriter(TurnWriter(self._writer, chat, sorted(self._special), self.end))
        self._control = re.compile("|".join(map(re.escape, sorted(self._special | {self.end}))))

    def encode(self, example: Example) -> list[Document]:
        """The documents of one example: one, or one a trained turn where the template rewrites history.

        Raises Unusable.
        """
        if example.template_args:
            return self._with(example.template_args).encode(replace(example, template_args={}))
        if any(self._control.search(text) for message in example.messages for text in _texts(message)):
            raise Unusable("the text holds one of the tokenizer's control tokens")
        messages = [self._in_words(message) for message in example.messages]
        try:
            turns = self._turns.turns(lambda k: self._sample(example, messages[:k]), messages, example.trained)
        except Unusable:
            if not (greeting := _greeting(example.messages)):
                raise
            return self.encode(
                replace(example, messages=example.messages[greeting:])
            )  # many templates want a question first
        spans = [
            Span.of(turn.text, turn.start, example.messages[k]) for k, turn in zip(example.trained, turns, strict=True)
        ]
        last = turns[-1].text
        if all(last.startswith(turn.text) for turn in turns):
            texts = [(last, spans)]
        else:
            texts = [(turn.text, [span]) for turn, span in zip(turns, spans, strict=True)]
        documents = [self._document(example, text, own) for text, own in texts]
        fitting = [document for document in documents if document is not None]
        if not fitting:
            raise Unusable(f"longer than {self.max_length} tokens before the first reply ends")
        return fitting

    def _with(self, arguments: Mapping[str, Any]) -> "Encoder":
        """The encoder whose template gets a row's own arguments too; some are kept, since rows share them."""
        key = canonical(arguments)
        if key not in self._others:
            if len(self._others) >= KEPT:
                self._others.clear()
            chat = replace(self.chat, template_args={**self.chat.template_args, **arguments})
            self._others[key] = Encoder(self.tokenizer, chat, self.max_length)
        return self._others[key]

    @property
    def template(self) -> str:
        return self.chat.template or ""

    def prompt_ids(self, sample: Sample) -> list[int]:
        """The ids an evaluation would send for a sample."""
        return self._writer.ids(self.chat.prepare(sample))

    def encode_pair(self, example: Example) -> list[Document]:
        """The chosen and the rejected document of a preference pair, trained on their last turns. Raises Unusable."""
        if example.rejected is None:
            raise Unusable("no rejected reply to learn from")
        before = last_turn(example).messages[:-1]
        endings = (example.messages[-1], example.rejected)
        return [self.encode(replace(example, messages=(*before, ending)))[0] for ending in endings]

    def encode_all(
        self, examples: Sequence[Example], pairs: bool = False, labelled: bool = False, last: bool = False
    ) -> Encoded:
        """All examples, the unusable ones counted by reason. Raises UserError where none is left.

        pairs: documents alternate, chosen and rejected. labelled: replies that are not wanted stay, others need a label, and
        the last turn is trained. last: the last turn is trained. Large data sets are read by several processes.
        """
        result = Encoded()
        for example, found in zip(
            examples,
            in_processes(partial(self._fate, pairs=pairs, labelled=labelled, last=last), examples),
            strict=True,
        ):
            if found is None:
                result.unwanted += 1
            elif isinstance(found, str):
                result.dropped[found] += 1
                result.first_dropped.setdefault(found, example.place)
            else:
                result.units.append(found)
                result.split += not pairs and len(found) > 1
        if not result.units:
            told = [*result.dropped.most_common(3), *([(UNWANTED, result.unwanted)] if result.unwanted else [])]
            reasons = "; ".join(f"{n} x {reason}" for reason, n in told) or "no rows"
            raise UserError(f"No row can be trained on: {reasons}.")
        return result

    def _fate(self, example: Example, pairs: bool, labelled: bool, last: bool) -> list[Document] | str | None:
        """The documents of an example (see `encode_all`), why it has none, or None where its reply is not wanted."""
        if example.desirable is False and not labelled:
            return None
        if labelled and example.desirable is None:
            return "no label says whether the reply is wanted"
        if labelled or (last and not pairs):
            example = last_turn(example)
            if not example.trained:
                return "its last message is no reply to be trained"
        try:
            return self.encode_pair(example) if pairs else self.encode(example)
        except Unusable as reason:
            return str(reason)

    def _in_words(self, message: Message) -> Message:
        """The message as the template can carry it: calls and results it does not know are written into the text."""
        message = {key: value for key, value in message.items() if key not in ("weight", "untrained")}
        if not self.chat.tools_in_words:
            return message
        reasoning = message.get("reasoning_content")
        message = dict(plain_turn(message, self.chat.dialect))
        return message | ({"reasoning_content": reasoning} if reasoning else {})

    def _sample(self, example: Example, messages: Sequence[Mapping[str, Any]]) -> Sample:
        return self.chat.prepare(Sample(id=example.place, messages=messages, tools=example.tools))

    def _document(self, example: Example, text: str, spans: Iterable[Span]) -> Document | None:
        """Ids and labels of the turns that fit `max_length`, None where none does."""
        growing = GrowingIds(self._tokenization, text)
        ids: list[int] = []
        labels: list[int] = []
        weights: list[float] = []
        shortened = False
        for span in spans:
            prompt = growing.extend(span.start)
            reply = growing.extend(span.end)
            if len(growing.ids) > self.max_length:
                shortened = True
                break
            if not reply:
                raise Unusable("a turn without tokens")
            ids += prompt + reply
            labels += [IGNORE] * len(prompt) + span.labels(self.tokenizer, reply)
            weights += [span.weight] * (len(labels) - len(weights))
        if not ids:
            return None
        own = weights if any(weight != 1 for weight in weights) else ()
        return Document(
            example.place, example.source, array("i", ids), array("i", labels), shortened, own, example.desirable
        )

    def _end_of_turn(self) -> tuple[str, int]:
        """The token behind an answer, as text and id: the template's, else the tokenizer's end of text."""
        question = Sample("the probe", [{"role": "user", "content": "2+2?"}])
        answer = {"role": "assistant", "content": "4!"}
        profile = self.chat.profile
        try:
            self._writer.ids(question)
            after = self._writer.render([*question.messages, answer], None).rpartition("4!")[2]
        except UserError:
            raise
        except Exception as error:
            words = " ".join(str(error).split())[:200]
            raise UserError(
                f"The chat template refuses a question and its answer ({words}); give what it asks for with --template-arg, "
                "or another --chat-template."
            ) from None
        written = next(
            (
                token
                for token in (profile.end, mark_at(after.lstrip(), sorted(self._special)))
                if token and token in after
            ),
            "",
        )
        end = written or str(self.tokenizer.eos_token or "")
        ids = self._tokenization.ids(end)
        if not end or not ids or (len(ids) > 1 and end not in after):
            raise UserError(
                "The chat template ends a reply with no special token, so nothing would teach the model to stop."
            )
        return end, ids[-1]


def last_turn(example: Example) -> Example:
    """The example with its last turn alone to be trained: a preference says nothing of the turns before."""
    before = tuple(m | {"weight": 0} if m["role"] == "assistant" else m for m in example.messages[:-1])
    return replace(example, messages=(*before, example.messages[-1]))


def _greeting(messages: Sequence[Message]) -> int:
    """How many messages precede the first question and are replies to nothing."""
    return next((k for k, message in enumerate(messages) if message["role"] != "assistant"), 0)


def _texts(message: Mapping[str, Any]) -> Iterable[str]:
    """All text of a message, arguments of calls included."""
    yield message["content"]
    yield message.get("reasoning_content") or ""
    for call in message.get("tool_calls") or ():
        yield str(call["function"])
