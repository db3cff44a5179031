"""Functionary 3.2: `>>>name` and the arguments as JSON on the next line; `>>>all` is the answer in words."""

import json
import re
from collections.abc import Sequence

from ifeval.records import ToolCall
from ifeval.tool_calls.dialects.base import Dialect, Malformed, Parsed, Tools, call_of, read_values

_HEAD = re.compile(r"(?:^|\n)?>>>\s*([\w.\-]+)[ \t]*\n")


class Functionary(Dialect):
    """The prompt ends in the first `>>>`, so a reply begins with the name."""

    name = "functionary_v3.2"
    signs = (">>>",)
    framed = True
    instructions = (
        "To call functions, reply in this form for each call:\n>>>function_name\n"
        '{"argument_name": value}\nTo answer in words, write >>>all and the answer below it.'
    )

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        first = re.match(r"\s*([\w.\-]+)[ \t]*\n", text)
        if first and (first[1] in ("all", "python") or text.startswith("{", first.end())):
            text = ">>>" + text.lstrip()
        calls: list[ToolCall] = []
        prose: list[str] = []
        error: str | None = None
        heads = list(_HEAD.finditer(text))
        prose.append(text[: heads[0].start()] if heads else text)
        for index, head in enumerate(heads):
            body = text[head.end() : heads[index + 1].start() if index + 1 < len(heads) else len(text)]
            if head[1] == "all":
                prose.append(body)
                continue
            try:
                if head[1] == "python" and not body.lstrip().startswith("{"):  # code as it is
                    calls.append(ToolCall("python", {"code": body.strip()}))
                    continue
                values, end = read_values(body, 0)
                if len(values) != 1:
                    raise Malformed(f"the arguments of {head[1]} are not one JSON object")
                calls.append(call_of({"name": head[1], "arguments": values[0]}))
                prose.append(body[end:])
            except Malformed as problem:
                error = error or str(problem)
        return Parsed(tuple(calls), error, "\n".join(filter(None, map(str.strip, prose))))

    def render(self, calls: Sequence[ToolCall]) -> str:
        return "\n".join(f">>>{call.name}\n{json.dumps(dict(call.arguments))}" for call in calls)
