"""A tool as JSON Schema, in the phrasings whose effect is measured: the same function, said otherwise."""

from typing import Any

from .catalogue import Tool

PHRASINGS = ("full", "terse", "reordered")


def schema(tool: Tool, phrasing: str = "full") -> dict[str, Any]:
    """`tool` in the shape of OpenAI's chat API.

    "full" describes function and arguments; "terse" leaves all descriptions out; "reordered" is "full" with the
    arguments in reverse and the keys of the schema in another order.
    """
    parameters = dict(tool.parameters)
    if phrasing == "terse":
        return _function(tool.name, "", _without_descriptions(parameters))
    if phrasing == "reordered":
        reverse = dict(reversed(parameters["properties"].items()))
        parameters = {"required": parameters["required"][::-1], "properties": reverse, "type": "object"}
        return {
            "function": {"parameters": parameters, "description": tool.description, "name": tool.name},
            "type": "function",
        }
    return _function(tool.name, tool.description, parameters)


def _function(name: str, description: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


def _without_descriptions(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_descriptions(item)
            for key, item in value.items()
            if key != "description" or isinstance(item, dict)
        }
    return value
