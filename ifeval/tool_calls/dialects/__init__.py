"""The dialects by name."""

from ifeval.errors import UserError
from ifeval.tool_calls.dialects.base import Dialect, Parsed
from ifeval.tool_calls.dialects.channels import CHANNELS
from ifeval.tool_calls.dialects.functionary import Functionary
from ifeval.tool_calls.dialects.gemma import GEMMAS
from ifeval.tool_calls.dialects.generic import PREFIX, by_made_name
from ifeval.tool_calls.dialects.json_tags import TAGGED
from ifeval.tool_calls.dialects.llama import LLAMAS, Llama3Json
from ifeval.tool_calls.dialects.minimax_m3 import MinimaxM3
from ifeval.tool_calls.dialects.named_json import NAMED
from ifeval.tool_calls.dialects.pairs import PAIRS
from ifeval.tool_calls.dialects.pythonic import PYTHONIC, Pythonic
from ifeval.tool_calls.dialects.tagged import Hermes, Mistral
from ifeval.tool_calls.dialects.tagless import FencedJson, PlainJson, Xlam
from ifeval.tool_calls.dialects.xml import XML

__all__ = ["DEFAULT", "DIALECTS", "Dialect", "Parsed", "by_name"]

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        *(make() for make in (*CHANNELS, *GEMMAS, *XML, *PAIRS, *NAMED, *TAGGED, *PYTHONIC, *LLAMAS)),
        *(Pythonic(), Functionary(), MinimaxM3(), Mistral(), Hermes(), Llama3Json(), Xlam(), PlainJson(), FencedJson()),
    )
}
"""The dialects written here, the more particular ones first. Where vLLM has a parser for the same dialect, the name is vLLM's."""

DEFAULT = "hermes"


def by_name(name: str) -> Dialect:
    """A dialect written here, one of another package, or vLLM's parser of that name. Raises UserError for any other name."""
    if name in DIALECTS:
        return DIALECTS[name]
    if name.startswith(PREFIX):
        return by_made_name(name)
    from ifeval.tool_calls.dialects import plugins, vllm

    if (own := plugins.plugin_dialect(name)) is not None:
        return own
    others = vllm.known()
    if name in others:
        return vllm.VllmDialect(name)
    more = f"; through vLLM: {', '.join(others)}" if others else "; more with vLLM installed"
    raise UserError(f"There is no tool dialect {name!r}; there are: {', '.join([*DIALECTS, *plugins.known()])}{more}.")
