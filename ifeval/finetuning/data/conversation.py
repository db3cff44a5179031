"""All turns of a conversation from one rendering of it, where the template writes every turn as it writes the others.

`TurnWriter` renders the conversation anew for every turn, which is exact and takes time that grows with the square of the
turns. Here it is rendered once as it is and once with marks around every message's text, so that the place of each is
known. How a turn begins before its text and ends behind it is learnt from `TurnWriter`, for each way in which the template
connects it with its neighbours, and used again wherever the same connection occurs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from ifeval.finetuning.data.turns import Turn, TurnWriter, Unusable
from ifeval.models.prompts import encodable
from ifeval.records import Sample

MARK = "\ue0fe"
"""Put around a message's text; a private character that no text and no template holds, or the slow way is taken."""

FEW = 3
"""Conversations of fewer trained turns are rendered turn by turn."""

MOST_KNOWN = 4096
"""Connections that are remembered."""

Message = Mapping[str, Any]
Connection = tuple[str, str, str, bool]
"""What is written between the message before and a turn's text, and behind that; the role before; is it the last message?"""


@dataclass(frozen=True, slots=True)
class Frame:
    """A turn begins `before` characters before its text; behind its text it ends with `ending`."""

    before: int
    ending: str


@dataclass(frozen=True, slots=True)
class Rendering:
    """A conversation as the template writes it: `parts` are, in turn, what is between the messages' texts, and these texts."""

    parts: Sequence[str]
    roles: Sequence[str]

    def connection(self, message: int) -> Connection:
        """How the template connects a message (by its index) with its neighbours."""
        role = self.roles[message - 1] if message else ""
        return self.parts[2 * message], self.parts[2 * message + 2], role, message == len(self.roles) - 1

    def ends(self) -> list[int]:
        """Where each message's text ends."""
        return list(accumulate(map(len, self.parts)))[1::2]


class ConversationWriter:
    """Writes the trained turns of conversations as `writer` does, with fewer renderings."""

    def __init__(self, writer: TurnWriter) -> None:
        self._writer = writer
        self._frames: dict[Connection, Frame | None] = {}

    def turns(self, before: Callable[[int], Sample], messages: Sequence[Message], trained: Sequence[int]) -> list[Turn]:
        """The turns of the assistant's messages with the indices `trained`, which are ascending.

        before: the sample of the messages before an index. Raises Unusable.
        """

        def alone(index: int) -> Turn:
            return self._writer.turn(before(index), messages[index])

        if len(trained) >= FEW and plain(messages):
            last = trained[-1]
            rendering = self._rendering([*before(last).messages, messages[last]], before(last))
            if rendering and (found := self._framed(rendering, messages, trained, alone)):
                return found
        return [alone(index) for index in trained]

    def _rendering(self, messages: Sequence[Message], sample: Sample) -> Rendering | None:
        """The rendered conversation; None where marks change what the template writes, or move."""
        texts = [str(message["content"]) for message in messages]
        cores = [encodable(text.strip()) for text in texts]
        special = [mark for mark in (MARK, *self._writer.thought_marks) if mark]
        if not all(cores) or any(mark in text for text in texts for mark in special):
            return None
        marked = [
            {**message, "content": text.replace(text.strip(), MARK + text.strip() + MARK, 1)}
            for message, text in zip(messages, texts, strict=True)
        ]
        try:
            parts = self._writer.plain_conversation(sample, marked).split(MARK)
            whole = self._writer.plain_conversation(sample, messages)
        except Unusable:
            return None
        if parts[1::2] != cores or "".join(parts) != whole:
            return None
        return Rendering(parts, [message["role"] for message in messages])

    def _framed(
        self,
        rendering: Rendering,
        messages: Sequence[Message],
        trained: Sequence[int],
        alone: Callable[[int], Turn],
    ) -> list[Turn] | None:
        """The turns, cut out of the rendering; None where one of them is not in it as it is alone."""
        replies = [index for index, message in enumerate(messages[: trained[-1] + 1]) if message["role"] == "assistant"]
        places = [place for place, role in enumerate(rendering.roles) if role == "assistant"]
        if len(replies) != len(places):
            return None
        place_of = dict(zip(replies, places, strict=True))
        whole, ends = "".join(rendering.parts), rendering.ends()
        turns: list[Turn] = []
        for index in trained:
            place = place_of[index]
            connection, end = rendering.connection(place), ends[place]
            begin = end - len(rendering.parts[2 * place + 1])
            if not turns or connection not in self._frames:  # the first is always written alone: a sample of this row
                turn = alone(index)
                frame = framed(turn, whole, begin, end, connection)
                if not self._remember(connection, frame, whole[begin:end]):
                    return None
            if (frame := self._frames.get(connection, frame)) is None:
                return None
            turns.append(Turn(whole[:end] + frame.ending, begin - frame.before))
        return turns

    def _remember(self, connection: Connection, frame: Frame | None, text: str) -> bool:
        """Keep a frame, unless the text itself could have been mistaken for a part of it; False where it is another now."""
        if text in connection[1]:
            return True
        if len(self._frames) >= MOST_KNOWN:
            self._frames.clear()
        return self._frames.setdefault(connection, frame) == frame


def framed(turn: Turn, whole: str, begin: int, end: int, connection: Connection) -> Frame | None:
    """The frame of a turn that was written alone, its text at whole[begin:end]; None where its history is another there."""
    before = begin - turn.start
    if turn.text[:end] != whole[:end] or not 0 <= before <= len(connection[0]):
        return None
    return Frame(before, turn.text[end:])


def plain(messages: Sequence[Message]) -> bool:
    """Whether all messages are nothing but text."""
    return not any(message.get("tool_calls") or message.get("reasoning_content") for message in messages)
