"""How a sample becomes a prompt: system prompt, tools, chat template, token ids.

The template's own way is used wherever it has one. Text is tokenised once, without special tokens added, because
the template writes them: a second BOS is the classic way to a wrong score.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ifeval.errors import UserError
from ifeval.records import Sample
from ifeval.tool_calls import Dialect, tool_prompt

PLAIN_TEMPLATE = (
    "{{ bos_token or '' }}{% for message in messages %}"
    "{{ {'system': 'System', 'user': 'User', 'assistant': 'Assistant', 'tool': 'Tool'}[message.role] }}: "
    "{{ message.content | trim }}\n\n{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}"
)
"""For base models that bring no template; the summary says when it was used (docs/models.md)."""

PLAIN_STOP = ("\nUser:", "\nSystem:")
"""A base model under `PLAIN_TEMPLATE` goes on with the next turn; its reply ends where that begins."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A run's way of writing prompts: the model's template (None: it has none) and what the user set.

    `native_tools`: whoever renders the prompt takes tools as they are (a server, whose template nobody can see; a
    script, which reads none).
    """

    template: str | None
    dialect: Dialect
    system: str | None = None
    template_args: Mapping[str, Any] = field(default_factory=dict)
    native_tools: bool = False

    @property
    def tools_in_words(self) -> bool:
        """Tools have to be described in the system prompt: nothing that renders the prompt knows them."""
        return not self.native_tools and (self.template is None or "tools" not in self.template)

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


def plain_turns(messages: Sequence[Mapping[str, Any]], dialect: Dialect) -> list[Mapping[str, Any]]:
    """Turns that hold calls or results, in words a template without tools can carry; the results of one reply in one turn."""
    plain: list[Mapping[str, Any]] = []
    for number, message in enumerate(messages):
        turn = plain_turn(message, dialect)
        if message["role"] == "tool" and number and messages[number - 1]["role"] == "tool":
            plain[-1] = {**turn, "content": f"{plain[-1]['content']}\n{turn['content']}"}
        else:
            plain.append(turn)
    return plain


def plain_turn(message: Mapping[str, Any], dialect: Dialect) -> Mapping[str, Any]:
    """One such turn."""
    from ifeval.tool_calls import calls_of_message

    if message.get("tool_calls"):
        parts = (message.get("content"), dialect.render(calls_of_message(message)))
        return {"role": "assistant", "content": "\n".join(filter(None, parts))}
    if message["role"] == "tool":
        return {"role": "user", "content": f"Result of {message.get('name', 'the call')}: {message['content']}"}
    return message


class PromptWriter:
    """Chat messages to token ids with the model's own tokenizer and template.

    tokenizer: a transformers tokenizer. Raises UserError where the template refuses the messages.
    """

    def __init__(self, tokenizer: Any, chat: Chat) -> None:
        self.tokenizer = tokenizer
        self._chat = chat

    def text(self, sample: Sample) -> str:
        """The prompt as text, special tokens and generation prompt included."""
        try:
            return self.tokenizer.apply_chat_template(
                [encodable(message) for message in sample.messages],
                tools=list(sample.tools) if sample.tools else None,
                chat_template=self._chat.template or PLAIN_TEMPLATE,
                add_generation_prompt=True,
                tokenize=False,
                **self._chat.template_args,
            )
        except Exception as error:
            raise UserError(f"The chat template refuses sample {sample.id!r}: {error}") from error

    def ids(self, sample: Sample) -> list[int]:
        """The prompt as token ids, with at most one BOS."""
        ids = self.tokenizer(self.text(sample), add_special_tokens=False)["input_ids"]
        bos = self.tokenizer.bos_token_id
        if bos is not None and ids[:2] == [bos, bos]:
            raise UserError(f"The chat template writes two BOS tokens before sample {sample.id!r}; mend the template.")
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
