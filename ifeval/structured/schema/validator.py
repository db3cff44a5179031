"""JSON Schema, drafts 4 to 2020-12: the one place where an instance is validated against a schema.

`jsonschema` is the reference and explains every failure; `jsonschema-rs` decides wherever it can be trusted to, which
is everywhere except:

1. a pattern its linear-time regex engine cannot run (look-around, back-references, very large ones);
2. a schema whose `$ref`s multiply past a million subschemas, which it would evaluate one by one without a clock;
3. an instance with lone surrogates, which it cannot read;
4. `dependencies` under drafts 2019-09 and 2020-12, which dropped the keyword and which it still enforces.

Those go to the reference, under a clock. Where the two libraries differ, the official test suite decides; what is
corrected in the reference for it is in `ifeval.structured.schema.reference`. Nothing is ever fetched: a `$ref` to a document
that was not handed over is an error in the schema.
"""

import json
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ifeval.records import CheckResult
from ifeval.structured.schema.routing import must_use_reference, without_patterns
from ifeval.util import jsonio

if TYPE_CHECKING:
    from ifeval.structured.schema.reference import Reference

MAX_DEPTH = 128
"""Deepest nesting of a schema or an instance."""
MAX_VALUES = 10_000
"""Most values in an instance that the reference looks at; it takes quadratic time on some keywords."""
SECONDS = 1.0
"""The clock of one validation by the reference."""

MAX_REASON = 200
"""Longest message of a reason, in characters."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,60}")
_UNRETRIEVED = re.compile(r"Resource (\S+) is not present in a registry")
_CACHE_SIZE = 1024
_REGEX_SIZE = 1 << 20
_DRAFT_URI = re.compile(r"https?://json-schema\.org/draft[-/]([\d-]+)/schema#?")
_DRAFTS = {"04": "draft4", "06": "draft6", "07": "draft7", "2019-09": "draft2019-09", "2020-12": "draft2020-12"}
_LATEST = "draft2020-12"


class SchemaError(ValueError):
    """The schema itself cannot be used; one sentence says why."""


class Validator:
    """One compiled schema. Make it with `compile_schema`, which remembers what it compiled."""

    def __init__(self, schema: Any, *, draft: str, formats: bool, resources: Mapping[str, Any]) -> None:
        self.schema, self.draft = schema, draft
        self._formats, self._resources = formats, resources
        self._fast = _compile_fast(schema, draft, formats, resources)
        self._slow: Reference | None = None
        if self._fast is None:
            self._reference()

    @property
    def fast(self) -> bool:
        """Whether jsonschema-rs decides (True) or the reference does."""
        return self._fast is not None

    def check(self, instance: Any, name: str = "validates") -> CheckResult:
        """Judge one instance; a failure's reason is one line: JSON path and message.

        Raises SchemaError where only evaluating shows that the schema cannot be used.
        """
        if measure(instance)[0] > MAX_DEPTH:
            return CheckResult(False, f"nested more than {MAX_DEPTH} levels deep", name)
        if self._fast is not None:
            try:
                valid = self._fast.is_valid(instance)
            except ValueError:  # a lone surrogate
                return self._judge(instance, name)
            return (
                CheckResult(True, "matches the schema", name)
                if valid
                else CheckResult(False, self._explain(instance), name)
            )
        return self._judge(instance, name)

    def _judge(self, instance: Any, name: str) -> CheckResult:
        from ifeval.structured.schema.reference import Unusable

        if measure(instance)[1] > MAX_VALUES:
            return CheckResult(False, f"holds more than {MAX_VALUES:,} values, too many to validate", name)
        try:
            error = self._reference().error(instance, SECONDS)
        except Unusable as error:
            raise SchemaError(str(error)) from None
        except (TimeoutError, RecursionError):
            return CheckResult(False, f"could not be validated within {SECONDS:g} s", name)
        return (
            CheckResult(True, "matches the schema", name) if error is None else CheckResult(False, _line(error), name)
        )

    def _explain(self, instance: Any) -> str:
        """Why the fast path refused: the reference's words where it finds them in time."""
        from ifeval.structured.schema.reference import Unusable

        unexplained = "does not match the schema"
        if measure(instance)[1] > MAX_VALUES:
            return unexplained
        try:
            error = self._reference().error(instance, SECONDS)
        except (Unusable, TimeoutError, RecursionError):
            return unexplained
        return unexplained if error is None else _line(error)

    def _reference(self) -> "Reference":
        if self._slow is None:
            from ifeval.structured.schema.reference import Reference

            self._slow = Reference(self.schema, self.draft, self._formats, self._resources)
        return self._slow


_compiled: OrderedDict[tuple[bytes, str | None, bool], Validator] = OrderedDict()


def compile_schema(
    schema: Mapping[str, Any] | bool,
    *,
    formats: bool = False,
    draft: str | None = None,
    resources: Mapping[str, Any] | None = None,
) -> Validator:
    """The validator of a schema, compiled once per content.

    `formats`: whether `format` is asserted (the standard makes it an annotation). `draft` ("draft4" ... "draft2020-12")
    stands in where the schema has no `$schema`; the latest by default. `resources` are further documents by URI.
    Raises SchemaError for a schema that is invalid, too deep, of an unknown draft, or names a document not at hand.
    """
    if resources:
        return _compile(schema, formats, draft, resources)
    key = (jsonio.dumps(schema), draft, formats) if measure(schema)[0] <= MAX_DEPTH else (b"", draft, formats)
    if key not in _compiled:
        _compiled[key] = _compile(schema, formats, draft, {})
        if len(_compiled) > _CACHE_SIZE:
            _compiled.popitem(last=False)
    return _compiled[key]


def measure(value: Any) -> tuple[int, int]:
    """(levels of nesting, number of values) of a JSON value, without recursion; a scalar is (0, 1)."""
    depth = count = 0
    level = [value]
    while level:
        count += len(level)
        containers = [item for item in level if isinstance(item, (dict, list))]
        level = [child for item in containers for child in (item.values() if isinstance(item, dict) else item)]
        depth += bool(containers)
    return depth, count


def _compile(schema: Any, formats: bool, draft: str | None, resources: Mapping[str, Any]) -> Validator:
    if not isinstance(schema, (dict, bool)):
        raise SchemaError(f"a schema is an object or a boolean, not {type(schema).__name__}")
    if measure(schema)[0] > MAX_DEPTH:
        raise SchemaError(f"the schema is nested more than {MAX_DEPTH} levels deep")
    return Validator(schema, draft=_draft_of(schema, draft, resources), formats=formats, resources=resources)


def _draft_of(schema: Any, default: str | None, resources: Mapping[str, Any]) -> str:
    named = schema.get("$schema") if isinstance(schema, dict) else None
    if named is None or (isinstance(named, str) and named in resources):
        return default or _LATEST
    if named in ("http://json-schema.org/schema#", "http://json-schema.org/schema"):
        return _LATEST
    match = _DRAFT_URI.fullmatch(named) if isinstance(named, str) else None
    if match is None or match[1] not in _DRAFTS:
        raise SchemaError(f"$schema {_shorten(repr(named), 100)} is not one of drafts 4, 6, 7, 2019-09 and 2020-12")
    return _DRAFTS[match[1]]


def _compile_fast(schema: Any, draft: str, formats: bool, resources: Mapping[str, Any]) -> Any | None:
    """jsonschema-rs's validator, None where the reference must decide. Raises SchemaError for an invalid schema."""
    import jsonschema_rs

    cls = getattr(jsonschema_rs, draft.replace("draft", "Draft").replace("-", "") + "Validator")
    named = schema.get("$schema") if isinstance(schema, dict) else None
    # A metaschema of one's own says by its $vocabulary which keywords count; it is read from a registry only.
    registry = (
        jsonschema_rs.Registry([(named, resources[named])]) if isinstance(named, str) and named in resources else None
    )

    def build(document: Any) -> Any:
        return cls(
            document,
            validate_formats=formats,
            pattern_options=jsonschema_rs.RegexOptions(size_limit=_REGEX_SIZE),
            retriever=_local_only(resources),
            registry=registry,
        )

    try:
        fast = build(schema)
    except jsonschema_rs.ValidationError as error:
        if error.kind.name != "format":
            raise SchemaError(_fault(error)) from None
        odd_pattern = str(error.instance)
    except ValueError as error:
        text = json.dumps(schema, ensure_ascii=False)
        encodable = text.encode("utf-8", "replace")  # jsonschema-rs cannot take lone surrogates
        if encodable == text.encode("utf-8", "surrogatepass"):
            raise SchemaError(_fault(error)) from None
        _compile_fast(jsonio.loads(encodable), draft, formats, resources)  # the reference takes any schema for one
        return None
    else:
        return None if must_use_reference(schema, draft) else fast
    _check_for_reference(build, schema, odd_pattern)
    return None


def _check_for_reference(build: Callable[[Any], Any], schema: Any, pattern: str) -> None:
    """Raise SchemaError unless the schema is fine but for `pattern`, which the linear engine refused."""
    from ifeval.structured.schema import regex as ecma_regex
    from ifeval.util.bounded_regex import PatternError

    try:
        build(without_patterns(schema))
        ecma_regex.check(pattern)
    except PatternError as error:
        raise SchemaError(str(error)) from None
    except ValueError as error:
        raise SchemaError(_fault(error)) from None


def _local_only(resources: Mapping[str, Any]) -> Callable[[str], Any]:
    def retrieve(uri: str) -> Any:
        if uri not in resources:
            raise LookupError("remote schemas are never fetched")
        return resources[uri]

    return retrieve


def _fault(error: Any) -> str:
    message = str(getattr(error, "message", error))
    remote = _UNRETRIEVED.match(message)
    if remote is not None:
        return f"$ref to {remote[1][:MAX_REASON]}: remote schemas are never fetched"
    return _shorten(f"{json_path(getattr(error, 'instance_path', ()))}: {message}", MAX_REASON)


def json_path(steps: Iterable[str | int]) -> str:
    """A path into a JSON value as a person writes it: `$.items[2]['odd name']`."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" if _NAME.fullmatch(step) else f"[{step!r}]"
             for step in steps]  # fmt: skip
    return _shorten("$" + "".join(parts), 120)


def _line(error: Any) -> str:
    return f"{json_path(error.absolute_path)}: {_shorten(error.message, MAX_REASON)}"


def _shorten(text: str, limit: int) -> str:
    """One line of at most `limit` characters, the middle left out where it is longer."""
    line = " ".join(text[: 20 * limit].split() + text[20 * limit :][-limit:].split())
    return line if len(line) <= limit else f"{line[: limit // 2]} ... {line[len(line) + 5 - limit + limit // 2 :]}"
