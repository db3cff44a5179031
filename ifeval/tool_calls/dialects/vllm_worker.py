"""The process that holds vLLM's tool parsers: a JSON line in, a JSON line out (see `vllm`).

`{}` asks for the parsers' names; `{"name", "text", "tools"}` for the calls in a text.
"""

import json
import os
import sys
from typing import Any


class AnyVocabulary(dict):
    """A tokenizer that has every token: the parsers look up their markers' ids, but read finished text."""

    def __bool__(self) -> bool:
        return True

    def get_vocab(self) -> "AnyVocabulary":
        return self

    def __missing__(self, token: str) -> int:
        return self.setdefault(token, len(self))

    def get(self, token: Any, default: Any = None) -> Any:
        return self[token]

    def __contains__(self, token: object) -> bool:
        return True

    def encode(self, text: str, **_: Any) -> list[int]:
        return [self[text]]


def answer(question: dict[str, Any]) -> Any:
    """The names, or what one parser finds."""
    from vllm.tool_parsers import ToolParserManager

    if not question:
        return list(ToolParserManager.list_registered())
    from vllm.entrypoints.openai.chat_completion.protocol import ChatCompletionRequest

    try:
        request = ChatCompletionRequest.model_validate({"messages": [], "model": "", "tools": question["tools"]})
        parser: Any = ToolParserManager.get_tool_parser(question["name"])
        found = parser(AnyVocabulary(), request.tools).extract_tool_calls(question["text"], request)
    except Exception as problem:
        return {"error": f"{type(problem).__name__}: {problem}", "calls": [], "content": None}
    calls = [[call.function.name, call.function.arguments] for call in found.tool_calls]
    return {"error": None, "calls": calls, "content": found.content}


def main() -> None:
    """Answer until the input ends. What vLLM prints goes nowhere: the output is for answers."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), file=out, flush=True)


if __name__ == "__main__":
    main()
