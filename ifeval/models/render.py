"""A chat template as a program: rendered in Jinja's sandbox, the way every engine renders it, without transformers.

The environment is that of Hugging Face's tokenizers (documented under "Chat templates" there): blocks trimmed, loop
controls, a `generation` block, `tojson` without HTML escapes, `raise_exception` and `strftime_now`.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from types import GeneratorType
from typing import Any

import jinja2
import jinja2.ext
import jinja2.nodes
import jinja2.parser
import jinja2.sandbox


class Refused(ValueError):
    """What a template raised; the message is the template's own."""


class _Generation(jinja2.ext.Extension):
    """`{% generation %} ... {% endgeneration %}` marks what is trained; it is rendered as if it were not there."""

    tags = {"generation"}  # noqa: RUF012 - Jinja's own type

    def parse(self, parser: jinja2.parser.Parser) -> list[jinja2.nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def strftime_on(day: date) -> Callable[[str], str]:
    """The `strftime_now` of a run made on `day`: always its noon, so that no prompt depends on the clock."""
    return datetime.combine(day, time(12)).strftime


def render(template: str, messages: Sequence[Mapping[str, Any]], *, lenient: bool = False, **variables: Any) -> str:
    """The text that `template` writes for `messages`; `variables` are what it may ask for (tools, bos_token, ...).

    lenient: lists may be appended to, and generators written as JSON, which Python's engines refuse and others allow.
    Raises Refused with the template's own words, or Jinja's where it does not compile.
    """
    given = {"strftime_now": strftime_on(date.today()), "tools": None, "documents": None, **variables}
    try:
        return _compiled(template, lenient).render(messages=messages, **given)
    except RecursionError:
        raise Refused("nested too deeply") from None
    except Exception as error:  # a template raises whatever its author or its expressions do
        raise Refused(str(error) or type(error).__name__) from None


@lru_cache(maxsize=16)
def _compiled(template: str, lenient: bool) -> jinja2.Template:
    kind = jinja2.sandbox.SandboxedEnvironment if lenient else jinja2.sandbox.ImmutableSandboxedEnvironment
    environment = kind(trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, jinja2.ext.loopcontrols])
    environment.filters["tojson"] = _to_json_of_anything if lenient else _to_json
    environment.globals["raise_exception"] = _raise
    return environment.from_string(template)


def _raise(message: str) -> None:
    raise Refused(message)


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _to_json_of_anything(value: Any, *arguments: Any, **settings: Any) -> str:
    return _to_json(list(value) if isinstance(value, GeneratorType | Iterator) else value, *arguments, **settings)
