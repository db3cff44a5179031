"""How a sample becomes a prompt: system prompt, tools, chat template, token ids.

The template's own way is used wherever it has one. Text is tokenised once, without special tokens added, because
the template writes them: a second BOS is the classic way to a wrong score.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from ifeval.errors import UserError
from ifeval.models.bounds import TakesTooLong, bounded
from ifeval.models.history import as_taken, plain_turns
from ifeval.models.probe import profile_of
from ifeval.models.profile import TemplateProfile
from ifeval.models.render import strftime_on
from ifeval.models.templates import PLAIN_TEMPLATE
from ifeval.records import Sample
from ifeval.tool_calls import Dialect, tool_prompt

LONGEST = 32_000_000
"""Characters of a prompt: more than the longest context of any model holds."""

PLAIN_STOP = ("\nUser:", "\nSystem:")
"""A base model under `PLAIN_TEMPLATE` goes on with the next turn; its reply ends where that begins."""


@dataclass(frozen=True)
class Chat:
    """A run's way of writing prompts: the model's template (None: it has none) and what the user set.

    `native_tools`: whoever renders the prompt takes tools as they are (a server, whose template nobody can see; a
    script, which reads none). `tool_template`: used where tools are offered, if it is another. `known`: the template's
    profile, found out when first asked for where it is not given. `day`: the day that dated templates write.
    `ends`: tokens that end a turn of this template and are not the tokenizer's own end.
    """

    template: str | None
    dialect: Dialect
    system: str | None = None
    template_args: Mapping[str, Any] = field(default_factory=dict)
    native_tools: bool = False
    tool_template: str | None = None
    known: TemplateProfile | None = None
    day: date | None = None
    ends: tuple[str, ...] = ()

    @cached_property
    def profile(self) -> TemplateProfile:
        """What the template does."""
        return self.known or profile_of(self.template, tool_template=self.tool_template)

    @property
    def tools_in_words(self) -> bool:
        """Tools have to be described in the system prompt: nothing that renders the prompt knows them."""
        return not self.native_tools and not self.profile.tools

    @property
    def stops(self) -> tuple[str, ...]:
        """Texts that end a reply besides the tokens the model itself ends with."""
        return self.ends if self.template else PLAIN_STOP

    def prepare(self, sample: Sample) -> Sample:
        """The sample with `--system` put first and, where the template knows no tools, the tools in words.

        Where no tools are offered, results of calls are words too: no template or server takes them without the calls.
        """
        messages = list(sample.messages)
        tools = sample.tools
        if not tools or self.tools_in_words:
            messages = plain_turns(messages, self.dialect)
        if tools and self.tools_in_words:
            messages = with_system(messages, tool_prompt(tools, self.dialect))
            tools = None
        if self.system is not None:
            messages = with_system(messages, self.system)
        return replace(sample, messages=messages, tools=tools)


def with_system(messages: Sequence[Mapping[str, Any]], text: str) -> list[Mapping[str, Any]]:
    """`text` as the system message, before what a first system message already says."""
    if messages and messages[0]["role"] == "system":
        return [{"role": "system", "content": f"{text}\n\n{messages[0]['content']}"}, *messages[1:]]
    return [{"role": "system", "content": text}, *messages]


class PromptWriter:
    """Chat messages to token ids with the model's own tokenizer and template.

    tokenizer: a transformers tokenizer. Raises UserError where the template refuses the messages.
    """

    def __init__(self, tokenizer: Any, chat: Chat) -> None:
        self.tokenizer = tokenizer
        self._chat = chat
        self._hopeless = ""  # why the template was given up: what it took for one sample it would take for each

    def text(self, sample: Sample) -> str:
        """The prompt as text, special tokens and generation prompt included."""
        if self._hopeless:
            raise UserError(f"The chat template was given up: {self._hopeless}")
        try:
            text = self.render(sample.messages, sample.tools, add_generation_prompt=True)
        except Exception as error:
            reason = str(error) or type(error).__name__
            if isinstance(error, TakesTooLong | MemoryError):
                self._hopeless = reason
            raise UserError(f"The chat template refuses sample {sample.id!r}: {reason}") from error
        if len(text) > LONGEST:
            raise UserError(f"The chat template writes {len(text):,} characters for sample {sample.id!r}; fix it.")
        return text

    def render(
        self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]] | None, **more: Any
    ) -> str:
        """The conversation as text, within `bounded` time and memory. Raises whatever the template does."""
        chat = self._chat
        own = {**chat.template_args, **more}
        if chat.day is not None:
            own["strftime_now"] = strftime_on(chat.day)
        taken = [encodable(message) for message in as_taken(messages, chat.profile, chat.dialect)]
        with bounded():
            return self.tokenizer.apply_chat_template(
                taken,
                tools=list(tools) if tools else [] if chat.profile.lists_tools else None,
                chat_template=(chat.tool_template if tools and chat.tool_template else chat.template) or PLAIN_TEMPLATE,
                tokenize=False,
                **own,
            )

    def ids(self, sample: Sample) -> list[int]:
        """The prompt as token ids, with at most one BOS."""
        ids = self.tokenizer(self.text(sample), add_special_tokens=False)["input_ids"]
        bos = self.tokenizer.bos_token_id
        if bos is not None and ids[:2] == [bos, bos]:
            raise UserError(f"The chat template writes two BOS tokens before sample {sample.id!r}; fix the template.")
        return ids


def encodable(value: Any) -> Any:
    """Lone surrogates cannot be tokenised; they become U+FFFD in the prompt."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode() if not value.isascii() else value
    if isinstance(value, Mapping):
        return {key: encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encodable(item) for item in value]
    return value
