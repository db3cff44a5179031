"""JSON Schema by `jsonschema`, the reference implementation, made safe for hostile schemas.

Four keywords are replaced. `pattern`, `patternProperties` and `additionalProperties` search with a timeout and
ECMA-262's meaning (`ifeval.structured.schema.regex`); `uniqueItems` takes linear time; `multipleOf` divides the decimals as
written, so that 19.99 is a multiple of 0.01 as the standard has it. Every keyword looks at a clock first.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from fractions import Fraction
from functools import cache
from typing import Any

import jsonschema_rs
from jsonschema import FormatChecker, ValidationError, validators
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.exceptions import NoSuchResource, Unresolvable
from referencing.jsonschema import specification_with

from ifeval.structured.schema import regex as ecma_regex
from ifeval.structured.schema.routing import mentions
from ifeval.util.bounded_regex import PatternError

DRAFTS: dict[str, Any] = {
    "draft4": validators.Draft4Validator,
    "draft6": validators.Draft6Validator,
    "draft7": validators.Draft7Validator,
    "draft2019-09": validators.Draft201909Validator,
    "draft2020-12": validators.Draft202012Validator,
}

_deadline: ContextVar[float] = ContextVar("deadline")
Errors = Iterator[ValidationError]


class Unusable(Exception):
    """The schema cannot be used; the text says what is wrong with it."""


class Reference:
    """One schema, ready to judge instances through `jsonschema`."""

    def __init__(self, schema: Any, draft: str, formats: bool, resources: Mapping[str, Any]) -> None:
        """`draft` is a key of DRAFTS; `resources` are the documents a remote `$ref` may name."""
        default = specification_with(DRAFTS[draft].META_SCHEMA.get("$schema") or DRAFTS[draft].META_SCHEMA["id"])

        def retrieve(uri: str) -> Any:
            if uri not in resources:
                raise NoSuchResource(uri)
            return Resource.from_contents(resources[uri], default_specification=default)

        registry: Registry[Any] = Registry(retrieve=retrieve)  # type: ignore[call-arg]
        self._validator = _bounded(draft)(
            schema, registry=registry, format_checker=_format_checker() if formats else None
        )
        # jsonschema reads patternProperties a second time, with an unbounded `re`, to find what was evaluated.
        self._unbounded = mentions(schema, "unevaluatedProperties") and mentions(schema, "patternProperties")

    def error(self, instance: Any, seconds: float) -> ValidationError | None:
        """The most telling error of `instance`, None where it is valid.

        Raises TimeoutError after `seconds`, RecursionError, and Unusable for a schema that cannot be evaluated.
        """
        if self._unbounded:
            raise Unusable("unevaluatedProperties beside patternProperties that need backtracking is not supported")
        token = _deadline.set(time.monotonic() + seconds)
        try:
            return best_match(self._validator.iter_errors(instance))
        except Unresolvable as error:
            raise Unusable(f"$ref {error.ref!r} cannot be resolved; remote schemas are never fetched") from None
        except PatternError as error:
            raise Unusable(str(error)) from None
        finally:
            _deadline.reset(token)


@cache
def _bounded(draft: str) -> Any:
    cls = DRAFTS[draft]
    replaced = {**cls.VALIDATORS, **_REPLACED}
    bounded = validators.extend(cls, validators={name: _timed(keyword) for name, keyword in replaced.items()})
    stock_evolve = bounded.evolve

    def evolve(self: Any, **changes: Any) -> Any:
        """A subschema's validator; one that names its own `$schema` must not fall back to the unbounded class."""
        made = stock_evolve(self, **changes)
        if type(made) is bounded:
            return made
        own = next((name for name, stock in DRAFTS.items() if type(made) is stock), draft)
        return _bounded(own)(
            made.schema, format_checker=made.format_checker, registry=made._registry, _resolver=made._resolver
        )

    bounded.evolve = evolve
    return bounded


def _timed(keyword: Callable[..., Any]) -> Callable[..., Any]:
    def run(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        _seconds_left()
        return keyword(validator, value, instance, schema)

    return run


def _seconds_left() -> float:
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _search(pattern: str, text: str) -> bool:
    return ecma_regex.search(pattern, text, _seconds_left())


def _pattern(validator: Any, pattern: Any, instance: Any, schema: Any) -> Errors:
    if validator.is_type(instance, "string") and not _search(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, schema: Any) -> Errors:
    if not validator.is_type(instance, "object"):
        return
    for pattern, subschema in patterns.items():
        for name, value in instance.items():
            if _search(pattern, name):
                yield from validator.descend(value, subschema, path=name, schema_path=pattern)


def _additional_properties(validator: Any, subschema: Any, instance: Any, schema: Any) -> Errors:
    if not validator.is_type(instance, "object"):
        return
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    extra = [name for name in instance if name not in known and not any(_search(p, name) for p in patterns)]
    if validator.is_type(subschema, "object"):
        for name in extra:
            yield from validator.descend(instance[name], subschema, path=name)
    elif subschema is False and extra:
        names = ", ".join(map(repr, extra[:5])) + (", ..." if len(extra) > 5 else "")
        yield ValidationError(f"additional properties are not allowed: {names}")


def _unique_items(validator: Any, unique: Any, instance: Any, schema: Any) -> Errors:
    if unique and validator.is_type(instance, "array") and len({_identity(item) for item in instance}) < len(instance):
        yield ValidationError(f"{instance!r} has items that are not unique")


def _multiple_of(validator: Any, divisor: Any, instance: Any, schema: Any) -> Errors:
    if validator.is_type(instance, "number") and _exact(instance) % _exact(divisor):
        yield ValidationError(f"{instance!r} is not a multiple of {divisor!r}")


def _exact(number: float) -> Fraction:
    """The decimal as it was written, which a float's binary value is not."""
    return Fraction(number) if isinstance(number, int) else Fraction(repr(number))


def _identity(value: Any) -> Any:
    """A hashable stand-in for a JSON value, equal where JSON Schema calls two values equal (1 and 1.0, not 1 and true)."""
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, list):
        return ("array", tuple(map(_identity, value)))
    if isinstance(value, dict):
        return ("object", frozenset((name, _identity(item)) for name, item in value.items()))
    return value


_REPLACED = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "uniqueItems": _unique_items,
    "multipleOf": _multiple_of,
}


@cache
def _format_checker() -> FormatChecker:
    """The fast path's own format checks, so that the two cannot differ."""
    names = [*FormatChecker.checkers, "uri", "uri-reference", "uri-template", "iri", "iri-reference", "hostname",
             "idn-hostname", "date-time", "duration", "json-pointer", "relative-json-pointer"]  # fmt: skip
    checker = FormatChecker(formats=())
    for name in names:
        checker.checks(name)(_format_check(name))
    return checker


def _format_check(name: str) -> Callable[[Any], bool]:
    fast = jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True)

    def check(value: Any) -> bool:
        try:
            return fast.is_valid(value)
        except UnicodeEncodeError:
            return False

    return check
