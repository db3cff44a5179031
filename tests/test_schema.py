"""The validator against the official suite, against 540 real schemas, and against schemas made to hurt."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import validators

from ifeval.structured.schema.reference import DRAFTS, Reference, Unusable
from ifeval.structured.schema.regex import search
from ifeval.structured.schema.validator import MAX_DEPTH, SchemaError, compile_schema, json_path, measure
from ifeval.util.bounded_regex import PatternError

# The suite's required tests that jsonschema itself gets wrong, whatever our corrections. The fast path gets them right.
REFERENCE_MISSES = {
    ("draft2019-09", "unevaluatedProperties with adjacent non-bool additionalProperties"),
    ("draft2019-09", "schema that uses custom metaschema with with no validation vocabulary"),
    ("draft2020-12", "schema that uses custom metaschema with with no validation vocabulary"),
}


def _resources(golden: Path) -> dict[str, Any]:
    folder = golden / "jsonschema" / "test_suite" / "remotes"
    return {
        f"http://localhost:1234/{file.relative_to(folder).as_posix()}": json.loads(file.read_text())
        for file in folder.rglob("*.json")
    }


def _cases(golden: Path, draft: str) -> Iterator[dict[str, Any]]:
    for file in sorted((golden / "jsonschema" / "test_suite" / "tests" / draft).glob("*.json")):
        yield from json.loads(file.read_text())


@pytest.mark.parametrize("draft", DRAFTS)
def test_official_suite_passes_and_both_paths_agree(golden: Path, draft: str) -> None:
    resources = _resources(golden)
    judged, wrong, apart = 0, [], []
    for case in _cases(golden, draft):
        validator = compile_schema(case["schema"], draft=draft, resources=resources)
        reference = Reference(case["schema"], validator.draft, False, resources)
        for test in case["tests"]:
            judged += 1
            if validator.check(test["data"]).ok is not test["valid"]:
                wrong.append((case["description"], test["description"]))
            try:
                agrees = (reference.error(test["data"], 5) is None) is test["valid"]
            except Unusable:
                assert '"patternProperties"' in json.dumps(case["schema"])
                continue
            if not agrees:
                apart.append((draft, case["description"]))
    assert judged > 600
    assert wrong == []
    assert set(apart) <= REFERENCE_MISSES


@pytest.mark.parametrize("draft", DRAFTS)
def test_patterns_mean_what_ecma_262_says_on_both_paths(golden: Path, draft: str) -> None:
    file = golden / "jsonschema" / "test_suite" / "tests" / draft / "optional" / "ecmascript-regex.json"
    for case in json.loads(file.read_text()):
        try:
            validator = compile_schema(case["schema"], draft=draft, formats=True)
        except SchemaError:
            continue
        reference = Reference(case["schema"], draft, True, {})
        for test in case["tests"]:
            assert validator.check(test["data"]).ok is test["valid"], test
            assert (reference.error(test["data"], 5) is None) is test["valid"], test


def _instance(schema: Any, draw: random.Random, depth: int = 0) -> Any:
    """Something near what the schema asks for: close enough to pass often, careless enough to fail often."""
    if not isinstance(schema, dict) or depth > 6 or draw.random() < 0.05:
        return draw.choice([None, True, 0, 1.0, -3.5, 10**20, "", "a", "2024-02-30", [], {}, [1, 1.0], {"a": None}])
    if "enum" in schema and draw.random() < 0.9:
        return draw.choice(schema["enum"])
    for several in ("oneOf", "anyOf", "allOf"):
        if several in schema and draw.random() < 0.5:
            return _instance(draw.choice(schema[several]), draw, depth + 1)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = draw.choice(kind) if isinstance(kind, list) else kind
    if kind == "object":
        names = [name for name in schema.get("properties", {}) if draw.random() < 0.8] + ["x"] * (draw.random() < 0.2)
        return {name: _instance(schema.get("properties", {}).get(name, {}), draw, depth + 1) for name in names}
    if kind == "array":
        return [_instance(schema.get("items", {}), draw, depth + 1) for _ in range(draw.randint(0, 3))]
    scalars = {"integer": [0, 1, 65536], "number": [0.5, 19.99], "boolean": [True, False], "null": [None]}
    return draw.choice(scalars.get(kind, ["a", "http://x.org/y", "x_1", "1.2.3", "A-b"]))


def test_fast_path_agrees_with_jsonschema_on_real_schemas(golden: Path) -> None:
    draw, judged, fast, valid = random.Random("real"), 0, 0, 0
    for line in (golden / "jsonschema" / "jsonschemabench_sample.jsonl").read_text().splitlines():
        schema = json.loads(line)["json_schema"]
        validator = compile_schema(schema)
        stock = validators.validator_for(schema, default=DRAFTS["draft2020-12"])(schema)
        fast += validator.fast
        for _ in range(4):
            instance = _instance(schema, draw)
            judged += 1
            expected = stock.is_valid(instance)
            if '"multipleOf": 0.' in line:  # jsonschema divides floats: 19.99 would be no multiple of 0.01
                expected = Reference(schema, validator.draft, False, {}).error(instance, 5) is None
            assert validator.check(instance).ok is expected, (line[:200], instance)
            valid += expected
    assert judged == 4 * 540
    assert fast > 520
    assert judged * 0.2 < valid < judged * 0.9


@pytest.mark.parametrize(
    ("schema", "instance", "reason"),
    [
        (
            {"properties": {"items": {"items": {"properties": {"price": {"type": "number"}}}}}},
            {"items": [{}, {}, {"price": "x"}]},
            "$.items[2].price: 'x' is not of type 'number'",
        ),
        ({"required": ["name"]}, {}, "$: 'name' is a required property"),
        ({"properties": {"a b": {"maximum": 3}}}, {"a b": 4}, "$['a b']: 4 is greater than the maximum of 3"),
        ({"additionalProperties": False}, {"q": 1}, "$: additional properties are not allowed: 'q'"),
        ({"anyOf": [{"type": "string"}, {"minimum": 2}]}, 1, "$: 1 is not valid under any of the given schemas"),
        ({"multipleOf": 0.01}, 1.005, "$: 1.005 is not a multiple of 0.01"),
        ({"type": "string", "format": "date"}, "2024-02-30", "$: '2024-02-30' is not a 'date'"),
    ],
)
def test_reasons_name_the_place(schema: Any, instance: Any, reason: str) -> None:
    verdict = compile_schema(schema, formats=True).check(instance)
    assert (verdict.ok, verdict.reason) == (False, reason)


def test_reasons_are_one_short_line() -> None:
    verdict = compile_schema({"type": "number"}).check({"text": "line\n" * 50_000})
    assert "\n" not in verdict.reason
    assert len(verdict.reason) < 350
    assert verdict.reason.endswith("is not of type 'number'")
    assert len(json_path(["a" * 1000] * 50)) <= 120


def test_decimals_are_divided_as_written() -> None:
    cents = {"multipleOf": 0.01}
    assert compile_schema(cents).check(19.99).ok
    assert Reference(cents, "draft2020-12", False, {}).error(19.99, 1) is None


def test_formats_are_asserted_only_when_asked() -> None:
    schema = {"format": "date-time", "$schema": "http://json-schema.org/draft-07/schema#"}
    assert compile_schema(schema).check("soon").ok
    assert not compile_schema(schema, formats=True).check("soon").ok
    reference = Reference(schema, "draft7", True, {})
    assert reference.error("soon", 1) is not None
    assert reference.error("2026-11-22T02:00:00Z", 1) is None


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"$ref": "https://example.org/remote.json"}, "never fetched"),
        ({"pattern": "(?=a)b", "$ref": "https://example.org/remote.json"}, "never fetched"),
        ({"$ref": "#/definitions/nowhere"}, "nowhere"),
        ({"type": "strng"}, r"\$.type"),
        ({"pattern": "("}, "regular expression"),
        ({"pattern": "((a{1000}){1000}){1000}"}, "expands"),
        ({"$schema": "http://json-schema.org/draft-03/schema#"}, "drafts 4, 6, 7"),
        ({"$schema": "https://example.org/mine"}, "drafts 4, 6, 7"),
        ({"$schema": 3}, "drafts 4, 6, 7"),
        ([], "an object or a boolean"),
    ],
)
def test_an_unusable_schema_says_why(schema: Any, message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        compile_schema(schema)


def _nested(levels: int, wrap: Any = lambda inner: [inner], inner: Any = None) -> Any:
    for _ in range(levels):
        inner = wrap(inner)
    return inner


def test_depth_is_bounded_for_schemas_and_instances() -> None:
    lists = compile_schema({"items": {"$ref": "#"}})
    assert lists.check(_nested(MAX_DEPTH)).ok
    assert lists.check(_nested(10_000)).reason == f"nested more than {MAX_DEPTH} levels deep"
    assert not lists.check(_nested(200_000)).ok
    with pytest.raises(SchemaError, match="nested more than"):
        compile_schema(_nested(10_000, lambda inner: {"not": inner}, {}))
    assert compile_schema({"$ref": "#"}).check(1).ok
    assert measure([[], {"a": [1]}]) == (3, 5)


DOUBLING = {
    "$defs": {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)} | {"d40": {"type": "string"}},
    "$ref": "#/$defs/d0",
}
NODE = {"$ref": "#/$defs/n"}
BRANCHING = {"n": {"anyOf": [{"properties": {"c": NODE}, "required": [name]} for name in "yz"] + [{"type": "integer"}]}}


@pytest.mark.parametrize(
    ("schema", "instance"),
    [
        ({"pattern": "(a+)+$"}, "a" * 5000 + "!"),
        ({"pattern": "(?=a)(a|a?)+$"}, "a" * 5000 + "!"),
        ({"patternProperties": {"(?=a)(a|a?)+$": False}, "additionalProperties": False}, {"a" * 5000 + "!": 1}),
        ({"additionalProperties": False, "patternProperties": {"^(a|a?)+$": {}}}, {"a" * 5000 + "!": 1}),
        (
            {
                "$schema": "http://json-schema.org/draft-07/schema#",
                "allOf": [{"$schema": "http://json-schema.org/draft-07/schema#", "pattern": "(?=a)(a|a?)+$"}],
            },
            "a" * 5000 + "!",
        ),
        (DOUBLING, "x"),
        ({"$defs": BRANCHING, **NODE}, _nested(100, lambda inner: {"c": inner}, {})),
        ({"uniqueItems": True, "pattern": "(?=a)"}, [{"a": n} for n in range(4000)] * 2),
        ({"uniqueItems": True}, [{"a": n} for n in range(100_000)] + [{"a": 0}]),
    ],
)
def test_hostile_schemas_end_in_a_verdict(monkeypatch: pytest.MonkeyPatch, schema: Any, instance: Any) -> None:
    monkeypatch.setattr("ifeval.structured.schema.validator.SECONDS", 0.2)
    began = time.monotonic()
    assert not compile_schema(schema).check(instance).ok
    assert time.monotonic() - began < 10


def test_lone_surrogates_are_judged() -> None:
    assert compile_schema({"maxLength": 1}).check("\ud800").ok
    assert not compile_schema({"maxLength": 1}).check("\ud800\ud800").ok
    assert compile_schema({"const": "\ud800"}).check("\ud800").ok
    assert not compile_schema({"format": "date"}, formats=True).check("\ud800").ok


def test_schemas_are_compiled_once_per_content() -> None:
    assert compile_schema({"type": "object"}) is compile_schema({"type": "object"})
    assert compile_schema({"type": "object"}) is not compile_schema({"type": "object"}, formats=True)


def test_patterns_are_translated() -> None:
    assert not search(r"^\d$", "٣", 1)
    assert not search("^a$", "a\n", 1)
    assert search(r"^[\w-.]+$", "a-b.c", 1)
    assert search(r"(?<q>['\"])x\k<q>", "'x'", 1)
    assert search("^a{e}$", "a{e}", 1)
    with pytest.raises(PatternError):
        search("(" * 5000 + ")" * 5000, "", 1)


def test_import_is_light() -> None:
    code = "import ifeval.structured.schema.validator, sys; print([m for m in ('jsonschema', 'jsonschema_rs', 'regex') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("schema", [{"properties": {"a": "\ud800"}}, {"type": "\ud800"}, {"maxLength": "\ud800"}])
def test_a_lone_surrogate_hides_no_invalid_schema(schema: Any) -> None:
    with pytest.raises(SchemaError):
        compile_schema(schema)
    assert compile_schema({"const": "\ud800"}).check("\ud800").ok
