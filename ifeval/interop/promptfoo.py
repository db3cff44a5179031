"""promptfoo: the JSON of `promptfoo eval --output FILE.json`. A result per test, prompt and provider."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.interop.foreign import ForeignRun, ForeignSample, ForeignTask, content_text, count, messages, number, only
from ifeval.interop.reading import read_object, read_rows
from ifeval.records import CheckResult
from ifeval.util.jsonio import dumps, loads

TOOL = "promptfoo"


def is_output(document: Mapping[str, Any]) -> bool:
    """Whether a JSON object is an output of promptfoo's."""
    results = document.get("results")
    return isinstance(results, Mapping) and isinstance(results.get("results"), list)


def is_result(row: Mapping[str, Any]) -> bool:
    """Whether a row is a result, as `--output FILE.jsonl` writes them."""
    return {"testIdx", "promptIdx", "success", "provider"} <= row.keys()


def read(paths: Sequence[Path], model: str | None = None) -> ForeignRun:
    """One provider's results. `model` chooses it where the file holds several, and UserError lists them."""
    documents = [_document(path) for path in paths]
    results = [one for document in documents for one in document["results"]["results"]]
    if not results:
        raise UserError(f"{paths[0]} has no results.")
    chosen = model or only(map(_provider, results), "providers", "choose one with --model")
    own = [one for one in results if _provider(one) == chosen]
    if not own:
        raise UserError(f"--model {model}: {paths[0]} has {', '.join(dict.fromkeys(map(_provider, results)))}.")
    first = documents[0]
    task = str((first.get("config") or {}).get("description") or TOOL)
    version = str((first.get("metadata") or {}).get("promptfooVersion", "unknown"))
    return ForeignRun(
        tool=TOOL if version == "unknown" else f"{TOOL} {version}",
        model=chosen,
        tasks={task: ForeignTask(task, "unknown", "pass")},
        samples=_numbered([_sample(one, task, name) for one, name in zip(own, _names(own), strict=True)]),
        started=str(first["results"].get("timestamp") or "") or None,
        engine=f"{TOOL} {chosen.partition(':')[0]}",
        engine_version=version,
        unknown=("version of the tests", "sampling", "reasoning"),
    )


def _document(path: Path) -> Mapping[str, Any]:
    return {"results": {"results": list(read_rows(path))}} if path.suffix == ".jsonl" else read_object(path)


def _names(results: Sequence[Mapping[str, Any]]) -> list[str]:
    """The ids of one provider's results: the test's number, with the prompt's where there are several prompts.

    promptfoo numbers prompts on from one provider to the next, and each repeat of a test as a test of its own.
    """
    prompts = {place: number for number, place in enumerate(sorted({one.get("promptIdx", 0) for one in results}))}
    tests: dict[str, int] = {}
    names = []
    for one in results:
        asked = (one.get("prompt") or {}).get("raw"), one.get("vars"), (one.get("testCase") or {}).get("assert")
        test = tests.setdefault(repr(asked), int(one["testIdx"])) if asked[0] is not None else int(one["testIdx"])
        names.append(f"{test}/{prompts[one.get('promptIdx', 0)]}" if len(prompts) > 1 else str(test))
    return names


def _provider(result: Mapping[str, Any]) -> str:
    provider = result.get("provider") or {}
    return str(provider.get("label") or provider["id"] if isinstance(provider, Mapping) else provider)


def _numbered(samples: list[ForeignSample]) -> list[ForeignSample]:
    """The samples, those of one test counted as repeats."""
    seen: dict[str, int] = {}
    for sample in samples:
        sample.repeat = seen.get(sample.id, 0)
        seen[sample.id] = sample.repeat + 1
    return samples


def _sample(one: Mapping[str, Any], task: str, name: str) -> ForeignSample:
    graded, response = one.get("gradingResult") or {}, one.get("response") or {}
    usage = response.get("tokenUsage") or {}
    score = number(one.get("score"))
    # failureReason 2 is an error of the provider; 1 is a failed assertion, which fills `error` too
    failed = one.get("failureReason") == 2 or (bool(one.get("error")) and not graded)
    return ForeignSample(
        task=task,
        id=name,
        prompt=_prompt((one.get("prompt") or {}).get("raw")),
        reply=_text(response.get("output")),
        metrics={} if failed else {"pass": float(bool(one["success"])), **({} if score is None else {"score": score})},
        checks=tuple(_check(part) for part in graded.get("componentResults") or ()),
        reason=str(graded.get("reason") or ""),
        error=str(one.get("error") or "the provider failed") if failed else None,
        prompt_tokens=count(usage.get("prompt")),
        completion_tokens=count(usage.get("completion")),
        latency=(number(one.get("latencyMs")) or 0.0) / 1000,
    )


def _check(part: Mapping[str, Any]) -> CheckResult:
    assertion = part.get("assertion") or {}
    name = str(assertion.get("metric") or assertion.get("type") or "assertion")
    return CheckResult(bool(part["pass"]), str(part.get("reason") or ""), name)


def _prompt(raw: Any) -> list[dict[str, str]]:
    """The prompt; a chat is in it as JSON."""
    if not isinstance(raw, str):
        return []
    if raw.lstrip().startswith("["):
        try:
            return messages(loads(raw))
        except (ValueError, KeyError, TypeError):
            pass
    return messages(raw)


def _text(output: Any) -> str | None:
    if output is None or isinstance(output, str):
        return output
    return content_text(output) if isinstance(output, list) else dumps(output).decode()
