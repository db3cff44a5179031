"""The tools of a case and the calls that are right."""

from collections.abc import Mapping, Sequence
from typing import Any

from ifeval.cases.place import Place
from ifeval.cases.wanted import MOST, listed, schema_of, text_of
from ifeval.records import Response
from ifeval.tool_calls import Expected, Matched, OneOf, match_leniently

Tools = list[dict[str, Any]]
_KEYS = {"type", "name", "description", "parameters", "strict"}
_SHAPE = "write each tool as {name, description, parameters}, its parameters being a JSON Schema of an object"


def tools_of(place: Place, value: Any) -> Tools:
    """The tools in OpenAI's shape; one may be given as its function alone."""
    tools: Tools = []
    for one in listed(place, "tools", value):
        function = one.get("function", one) if isinstance(one, dict) else None
        if not isinstance(function, dict) or not set(function) <= _KEYS:
            raise place.fault("tools", _SHAPE)
        name = text_of(place, "tools", function.get("name"))
        parameters = schema_of(place, function.get("parameters", {"type": "object", "properties": {}}))
        properties = parameters.get("properties", {})
        if not isinstance(properties, dict) or not all(isinstance(schema, dict) for schema in properties.values()):
            raise place.fault("tools", _SHAPE)
        described = text_of(place, "tools", function.get("description", name))
        tools.append(
            {"type": "function", "function": {"name": name, "description": described, "parameters": parameters}}
        )
    names = [tool["function"]["name"] for tool in tools]
    if not names or len(set(names)) < len(names):
        raise place.fault("tools", "wanted at least one tool, each name once")
    return tools


def calls_of(place: Place, value: Any, tools: Tools | None) -> list[dict[str, Any]] | None:
    """{name, arguments, any_of, optional} of each call that is right; an empty list where none is, None where not asked."""
    if (value is None) != (tools is None):
        if tools is None:
            raise place.fault("tools", "missing; say what may be called")
        raise place.fault("calls", "missing; say which calls are right, [] for none")
    if value is None or tools is None:
        return None
    functions = [tool["function"] for tool in tools]
    known = {str(one["name"]): one["parameters"].get("properties", {}) for one in functions}
    return [_call(place, one, known) for one in listed(place, "calls", value)]


def match_calls(wanted: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]], reply: Response) -> Matched:
    """A reply against the calls of a case, in the form asked for and in any form. A tool's defaults may be said."""
    defaults = {tool["function"]["name"]: _defaults(tool["function"]["parameters"]) for tool in tools}
    expected = [_expected(call, defaults[call["name"]]) for call in wanted]
    return match_leniently(reply.tool_calls, reply.tool_error, reply.answer, expected, tools)


def _call(place: Place, value: Any, known: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    keys = {"name", "arguments", "any_of", "optional"}
    if not isinstance(value, dict) or not set(value) <= keys or not isinstance(value.get("name"), str):
        raise place.fault(
            "calls", "write each call as {name, arguments}, with any_of and optional where they are needed"
        )
    name = value["name"]
    if name not in known:
        raise place.fault("calls", f"{name!r:.60} is none of the tools; they are {', '.join(known)}")
    arguments, any_of, optional = value.get("arguments", {}), value.get("any_of", {}), value.get("optional", [])
    if not isinstance(arguments, dict) or not isinstance(any_of, dict) or not isinstance(optional, list):
        raise place.fault("calls", f"{name}: arguments and any_of are names and values, optional is a list of names")
    for argument, values in any_of.items():
        if not isinstance(values, list) or not values or len(values) > MOST or argument in arguments:
            raise place.fault(
                "calls", f"{name}: any_of: {argument}: wanted a list of values, and none in arguments too"
            )
    for argument in (*arguments, *any_of, *optional):
        if argument not in known[name]:
            raise place.fault(
                "calls", f"{name} has no parameter {argument!r:.60}; it has {', '.join(known[name]) or 'none'}"
            )
    if unvalued := [argument for argument in optional if argument not in arguments and argument not in any_of]:
        raise place.fault("calls", f"{name}: optional: {unvalued[0]} has no value; write it in arguments")
    first = {argument: values[0] for argument, values in any_of.items()}
    return {"name": name, "arguments": {**arguments, **first}, "any_of": any_of, "optional": optional}


def _expected(call: Mapping[str, Any], defaults: Mapping[str, Any]) -> Expected:
    said = {name: OneOf((value,)) for name, value in defaults.items() if name not in call["arguments"]}
    either = {name: OneOf(tuple(values)) for name, values in call["any_of"].items()}
    return Expected(call["name"], {**said, **call["arguments"], **either}, frozenset([*said, *call["optional"]]))


def _defaults(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one["default"] for name, one in parameters.get("properties", {}).items() if "default" in one}
