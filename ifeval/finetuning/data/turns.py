"""One assistant turn as text to learn from: the prompt an evaluation would send, and behind it the reply with its end.

What is trained is the turn and the token that ends it, nothing else. Both are read off renderings of the conversation
up to that turn, never searched for in later ones: the end of a turn differs with its place in some templates.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ifeval.models.history import plain_turn
from ifeval.models.prompts import Chat, PromptWriter, encodable
from ifeval.models.thoughts import mark_at
from ifeval.records import Sample
from ifeval.tool_calls import calls_of_message

SENTINEL = "\u2402\u2403"
"""A reply that begins like no other."""


class Unusable(ValueError):
    """An example that this tokenizer and template cannot carry; the message is a drop reason, the same for its kind."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The conversation up to an assistant turn as text; text[start:] is the turn with its end."""

    text: str
    start: int


class TurnWriter:
    """Writes turns with a run's chat. end: the token that ends a turn where the template itself writes none."""

    def __init__(self, writer: PromptWriter, chat: Chat, special: Sequence[str], end: str) -> None:
        self._writer, self._chat, self._end = writer, chat, end
        self._header = self._generation_header()
        self._close = chat.profile.close_mark
        self._special = tuple(sorted(special, key=len, reverse=True))
        profile = chat.profile
        empty = rf"\s*(?:{re.escape(profile.open_mark.strip())}\s*)?{re.escape(profile.close_mark)}\s*"
        self._empty = re.compile(empty if profile.open_mark and not profile.framed else r"(?!)")

    def turn(self, sample: Sample, reply: Mapping[str, Any]) -> Turn:
        """The turn of `reply` after the messages of `sample`. Raises Unusable."""
        thought = str(reply.get("reasoning_content") or "").strip()
        switch = self._switch(bool(thought))
        prompt = self._prompt(sample, switch)
        shown = self._shown(sample, reply, switch) if thought else None
        if shown is not None and shown.startswith(prompt) and thought in shown[len(prompt) :]:
            return self._ended(prompt, shown[len(prompt) :], reply)
        body = self._body(sample, prompt, reply, switch)
        if empty := self._empty.match(body):
            closed = thought or self._is_open(prompt) or self._tail(sample, prompt).rstrip().endswith(self._close)
            prompt, body = (prompt if closed else prompt + empty[0]), body[empty.end() :]
        if self._header and body.startswith(self._header) and not prompt.endswith(self._header):
            prompt, body = prompt + self._header, body.removeprefix(self._header)
        lead = self._lead(prompt, thought)
        if thought:
            space = body[: len(body) - len(body.lstrip())]
            return self._ended(prompt, space + lead + body.lstrip(), reply)
        return self._ended(prompt + lead, body, reply)

    @property
    def thought_marks(self) -> tuple[str, str]:
        """What is around a thought in this template's conversations."""
        return self._chat.profile.open_mark.strip(), self._close

    def plain_conversation(self, sample: Sample, messages: Sequence[Mapping[str, Any]]) -> str:
        """`messages` with the tools of `sample`, rendered as for a last turn that does not think. Raises Unusable."""
        return self._render(replace(sample, messages=[]), messages, self._switch(False))

    def _switch(self, thinks: bool) -> dict[str, Any]:
        """The template arguments for a turn that thinks, or doesn't: what the run set, then the template's own switch."""
        own, profile = dict(self._chat.template_args), self._chat.profile
        if thinks:
            closed = not profile.opened_with(own) and profile.opened_on
            return own | dict(profile.on) if closed or not profile.thinks_with(own) else own
        return own | dict(profile.off) if profile.thinks_with(own) else own

    def _lead(self, prompt: str, thought: str) -> str:
        """What is between prompt and answer where the template doesn't write it: a thought, or the end of an opened one."""
        profile = self._chat.profile
        opened = self._is_open(prompt)
        if not thought:
            return f"\n{profile.close_mark}\n\n" if opened else ""
        if profile.framed or not profile.close_mark:
            raise Unusable("the chat template writes no reasoning, and its replies are rows of messages")
        before = "" if opened or not profile.open_mark else f"{profile.open_mark.strip()}\n"
        return f"{before}{thought}\n{profile.close_mark}\n\n"

    def _is_open(self, prompt: str) -> bool:
        """Whether the prompt ends in a thought that it opened."""
        mark = self._chat.profile.open_mark.strip()
        return bool(mark) and not self._chat.profile.framed and prompt.rstrip().endswith(mark)

    def _body(self, sample: Sample, prompt: str, reply: Mapping[str, Any], switch: Mapping[str, Any]) -> str:
        """What the template writes of the turn itself, behind the prompt.

        Calls that it writes in a form nobody can read back are written in the dialect it teaches.
        """
        plain = self._plain(reply)
        body = self._behind(sample, prompt, plain, switch)
        if reply.get("tool_calls"):
            dialect = self._chat.dialect
            wanted = [(call.name, dict(call.arguments)) for call in calls_of_message(reply)]
            if [(call.name, dict(call.arguments)) for call in dialect.parse(body, sample.tools).calls] != wanted:
                body = self._behind(sample, prompt, plain_turn(plain, dialect), switch)
        return body

    def _behind(self, sample: Sample, prompt: str, reply: Mapping[str, Any], switch: Mapping[str, Any]) -> str:
        """The rendered turn: behind the prompt, or behind the prompt less the thought it opens or closes."""
        whole = self._render(sample, [reply], switch)
        tail = self._tail(sample, prompt)
        marks = [mark for mark in (self._chat.profile.open_mark.strip(), self._close) if mark and mark in tail]
        for header in (prompt, *(prompt[: prompt.rfind(mark)] for mark in marks)):
            if whole.startswith(header):
                return whole[len(header) :]
        return whole[self._divergence(sample, whole, switch) :]

    def _divergence(self, sample: Sample, whole: str, switch: Mapping[str, Any]) -> int:
        """Where a rendering that doesn't begin with its prompt begins to depend on the reply."""
        other = self._render(sample, [{"role": "assistant", "content": SENTINEL}], switch)
        begin = len(os.path.commonprefix([whole, other]))  # noqa: RUF071 - texts, not paths
        if other[begin:].lstrip().startswith(SENTINEL):
            return begin
        if self._close in whole[begin:] and self._close in other[begin:].partition(SENTINEL)[0]:
            return whole.find(self._close, begin) + len(self._close)
        raise Unusable("the chat template does not begin a reply with the prompt it writes for it")

    def _generation_header(self) -> str:
        """What the template writes behind a user's turn for the assistant's to begin; "" where it cannot be told."""
        asked = Sample("the probe", [{"role": "user", "content": SENTINEL}])
        try:
            text = self._prompt(asked, self._chat.template_args)
        except Unusable:
            return ""
        tail = text.rpartition(SENTINEL)[2]
        end = self._chat.profile.end
        return (tail.partition(end)[2] if end and end in tail else tail).lstrip()

    def _tail(self, sample: Sample, prompt: str) -> str:
        """What the prompt holds behind the last message's words."""
        last = encodable(str(sample.messages[-1].get("content") or "")).strip()
        return prompt[prompt.rfind(last) + len(last) :] if last and last in prompt else prompt[-200:]

    def _ended(self, prompt: str, body: str, reply: Mapping[str, Any]) -> Turn:
        """The turn cut behind the token that ends it. Raises Unusable where part of the reply isn't there."""
        pieces = [str(reply.get("content") or "").strip()]
        pieces += [str(call["function"]["name"]) for call in reply.get("tool_calls") or ()]
        pieces = [encodable(piece) for piece in pieces if piece]
        if not pieces and not reply.get("reasoning_content"):
            raise Unusable("a reply without words")
        if not body.strip() or not all(piece in body for piece in pieces):
            raise Unusable("the chat template leaves out part of a reply")
        said = self._unended(body)  # a reply such as "end" is in a mark such as <|end|> too
        written = max(
            (body.rfind(piece, 0, said if piece in body[:said] else None) + len(piece) for piece in pieces), default=0
        )
        end = self._chat.profile.end
        at = body.find(end, written) if end else -1
        next_turn = body.find(mark, written) if (mark := mark_at(self._header, self._special)) else -1
        if next_turn >= 0 and (at < 0 or next_turn < at):  # the template goes on without having ended the turn
            body, at = body[:next_turn].rstrip(), -1
        body = body[: at + len(end)] if at >= 0 else body.rstrip()
        if not body.endswith(self._special) and not (end and body.endswith(end)):
            body += self._end
        return Turn(prompt + body, len(prompt))

    def _unended(self, body: str) -> int:
        """How much of a turn is left without the marks and white space at its end."""
        marks = tuple(mark for mark in (self._chat.profile.end, *self._special) if mark)
        text = body.rstrip()
        while mark := next((mark for mark in marks if text.endswith(mark)), ""):
            text = text.removesuffix(mark).rstrip()
        return len(text)

    def _plain(self, reply: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in reply.items() if key != "reasoning_content"}

    def _shown(self, sample: Sample, reply: Mapping[str, Any], switch: Mapping[str, Any]) -> str | None:
        """The turn with its thought as the template writes it; None where it takes none."""
        key = self._chat.profile.thought_key
        if key is None:
            return None
        return self._render(sample, [{**self._plain(reply), key: str(reply["reasoning_content"]).strip()}], switch)

    def _prompt(self, sample: Sample, switch: Mapping[str, Any]) -> str:
        return self._render(sample, [], {**switch, "add_generation_prompt": True})

    def _render(self, sample: Sample, more: Sequence[Mapping[str, Any]], arguments: Mapping[str, Any]) -> str:
        messages = [*self._with_thoughts(sample.messages), *more]
        try:
            return self._writer.render(messages, sample.tools, **arguments)
        except Exception as error:  # a template raises whatever its author or its Jinja code does
            words = " ".join(str(error).split())[:200]
            raise Unusable(f"the chat template refuses the conversation: {words}") from None

    def _with_thoughts(self, messages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Earlier thoughts under the name that the template takes them by."""
        key = self._chat.profile.thought_key
        if key in (None, "reasoning_content"):
            return list(messages)
        return [
            {**self._plain(m), str(key): m["reasoning_content"]} if m.get("reasoning_content") else m for m in messages
        ]
