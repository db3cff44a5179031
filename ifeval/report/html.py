"""`write_report`: runs in, one HTML file out."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from ifeval.comparison.differences import compare
from ifeval.comparison.outcomes import run_outcomes
from ifeval.comparison.results import Comparison
from ifeval.errors import UserError
from ifeval.report import charts, panels
from ifeval.report.contrasts import contrasts
from ifeval.report.differences import view
from ifeval.report.failures import Failures, Key, collect
from ifeval.runs.run import Run
from ifeval.util.files import write_atomically
from ifeval.util.text import visible

TEMPLATES = Path(__file__).parent / "templates"
MOST_RUNS = 6
"""As many as the page has colours for."""
LONG_NAME = 48


def write_report(runs: Sequence[Run], out: Path, failures: int = 500, allow: Iterable[str] = ()) -> Failures:
    """Write the page of one run, or of a baseline and the runs to set beside it; returns what it embeds.

    failures: the most failed samples per task. allow: settings in which the runs may differ (see `ifeval.comparison.differences`).
    Raises NotComparable where the runs cannot be compared, UserError where `out` cannot be written.
    """
    if not 1 <= len(runs) <= MOST_RUNS:
        raise UserError(f"A report shows 1 to {MOST_RUNS} runs, not {len(runs)}.")
    comparisons = compared(runs, tuple(allow))
    found = collect(runs, failures, [flips_by_key(comparison) for comparison in comparisons])
    page = render(runs, comparisons, found)
    try:
        write_atomically(out, page.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}.") from error
    return found


def compared(runs: Sequence[Run], allow: tuple[str, ...]) -> list[Comparison]:
    """Every later run against the first."""
    if len(runs) == 1:
        return []
    baseline, *candidates = map(run_outcomes, runs)
    return [compare(baseline, candidate, allow) for candidate in candidates]


def flips_by_key(comparison: Comparison) -> dict[Key, str]:
    """For every sample that flipped, whether it was "lost" or "won"."""
    return {(flip.task, flip.sample_id, flip.repeat): "lost" if flip.loss else "won" for flip in comparison.flips}


def render(runs: Sequence[Run], comparisons: Sequence[Comparison], failures: Failures) -> str:
    """The page. Everything from a run is escaped by the template, or by `embedded`."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    environment.filters |= {"percent": charts.percent, "breakable": breakable}
    environment.globals |= {"plot": charts.row_plot, "scale": charts.scale}
    style, script = ((TEMPLATES / f"report.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    summaries = [run.summary for run in runs]
    return environment.get_template("report.html.j2").render(
        style=Markup(style),
        script=Markup(script),
        policy=policy(style, script),
        names=names(runs),
        runs=runs,
        families=panels.families(summaries),
        score_card=list(panels.score_card(summaries)),
        contrasts=list(contrasts(summaries)),
        weakest=list(panels.weakest_checks(summaries)),
        comparisons=[view(comparison) for comparison in comparisons],
        failures=failures,
        facts=[facts(run) for run in runs],
        data=embedded({"runs": names(runs), "items": failures.items}),
    )


def breakable(name: str) -> Markup:
    """A name such as `length_constraints:number_words`, allowed to wrap after each part."""
    return Markup(re.sub("([_:/])(?=.)", r"\1<wbr>", str(escape(visible(name)))))


def policy(style: str, script: str) -> str:
    """The page's content security policy: nothing is fetched, and only this style and this script count."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )


def embedded(value: Any) -> Markup:
    """JSON that can stand inside a script element: no `<`, and nothing outside ASCII."""
    text = json.dumps(value, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def names(runs: Sequence[Run]) -> list[str]:
    """One name per run: its model's, with the run's folder where two share one; a path is cut to its last part."""
    short = [run.name if len(run.name) <= LONG_NAME else f"…/{Path(run.name).name}" for run in runs]
    return [
        visible(name if short.count(name) == 1 else f"{name} ({run.path.resolve().name})")
        for name, run in zip(short, runs, strict=True)
    ]


def facts(run: Run) -> Mapping[str, str]:
    """What a reader needs to make the run again."""
    manifest = run.manifest
    settings, model = manifest["settings"], manifest["model"]
    engine = settings["engine"]
    return {
        "model": model["name"],
        "fingerprint": (model.get("fingerprint") or "")[:16],
        "parameters": f"{model['parameters']:,}" if model.get("parameters") else "not known",
        "chat template": settings.get("template") or "none",
        "engine": f"{engine['name']} {engine['version']}",
        "sampling": _sampling(settings["tasks"]),
        "tasks": ", ".join(
            f"{name} (version {task['version']}, seed {task['seed']})" for name, task in settings["tasks"].items()
        ),
        "date": manifest["started"][:16].replace("T", " "),
        "harness": manifest["versions"].get("ifeval-harness", "not known") + _commit(manifest.get("commit")),
        "identity": manifest["identity"][:16],
        "status": manifest["status"],
    }


def _sampling(tasks: Mapping[str, Any]) -> str:
    """Temperatures and reply limits in use, over all tasks."""
    drawn = [task["sampling"] for task in tasks.values()]
    temperatures = sorted({one.get("temperature") or 0.0 for one in drawn})
    limits = sorted({one["max_tokens"] for one in drawn if isinstance(one.get("max_tokens"), int)})
    said = "temperature " + " and ".join(f"{value:g}" for value in temperatures)
    return f"{said}, at most {' to '.join(map(str, dict.fromkeys((limits[0], limits[-1]))))} tokens" if limits else said


def _commit(commit: str | None) -> str:
    return f" (commit {commit[:12]}{'+' if commit.endswith('+') else ''})" if commit else ""


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
