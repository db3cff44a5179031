"""The gate's verdict as text, JSON, JUnit, markdown and GitHub annotations. Nothing is decided here."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from html import escape
from xml.etree import ElementTree

from ifeval.errors import Exit
from ifeval.release.decision import Judged, ReleaseDecision
from ifeval.release.rates import Rise
from ifeval.release.subjects import Kind, Rule
from ifeval.runs.results import html_table
from ifeval.stats.assessment import Decision
from ifeval.stats.power import TYPICAL_DISCORDANCE
from ifeval.util.jsonio import dumps
from ifeval.util.tables import aligned, markdown, points, signed, span
from ifeval.util.text import markdown_escaped

HEADER = (
    "",
    "baseline",
    "candidate",
    "difference",
    "95 % interval",
    "lost",
    "won",
    "p worse",
    "margin",
    "judged by",
    "verdict",
)
REFUSED = {
    Exit.NOT_COMPARABLE: ("runs can be compared", "error", "not-comparable"),
    Exit.INCONCLUSIVE: ("samples are enough", "error", "inconclusive"),
    Exit.USAGE: ("the gate can run", "error", "usage"),
}
"""A refusal as a test case: its name, element and type."""
NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_text(verdict: ReleaseDecision) -> str:
    """The verdict for a terminal or a log: one line, a table, and a sentence for whatever needs one."""
    lines = [headline(verdict)]
    if verdict.judged:
        lines += ["", *aligned([HEADER, *(cells(one) for one in verdict.judged)]), ""]
    return "\n".join([*lines, *sentences(verdict)]) + "\n"


def to_json(verdict: ReleaseDecision) -> bytes:
    """Everything the verdict rests on; shares in [0, 1], null where a number does not exist."""
    return (
        dumps({"verdict": verdict.label, "exit_code": int(verdict.exit_code), **asdict(verdict)}, pretty=True) + b"\n"
    )


def to_markdown(verdict: ReleaseDecision) -> str:
    """The verdict for a pull request or a job summary."""
    lines = [f"### {markdown_escaped(headline(verdict))}", ""]
    if verdict.judged:
        rows = [HEADER, *(cells(one) for one in verdict.judged)]
        lines += [*markdown([[markdown_escaped(cell) for cell in row] for row in rows]), ""]
    return "\n".join([*lines, *(f"- {markdown_escaped(line)}" for line in sentences(verdict))]) + "\n"


def to_html(verdict: ReleaseDecision) -> str:
    """The verdict for a notebook."""
    said = "".join(f"<li>{escape(line)}</li>" for line in sentences(verdict))
    rows = [cells(one) for one in verdict.judged]
    table = html_table(HEADER, rows) if rows else ""
    return f"<p><b>{escape(headline(verdict))}</b></p>{table}<ul>{said}</ul>"


def to_junit(verdict: ReleaseDecision) -> bytes:
    """JUnit XML: a test case per line and per rate that changed. A failed advisory line is skipped with its reason.

    The reason stands in `message` and in the element's text, since readers show the one or the other.
    """
    suite = ElementTree.Element("testsuite", name="ifeval gate")
    counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)

    def case(name: str, tag: str | None, kind: str, message: str) -> None:
        element = ElementTree.SubElement(suite, "testcase", classname="ifeval.gate", name=_xml(name), time="0")
        counts["tests"] += 1
        if tag is None:
            ElementTree.SubElement(element, "system-out").text = _xml(message)
            return
        counts["skipped" if tag == "skipped" else f"{tag}s"] += 1
        outcome = ElementTree.SubElement(element, tag, message=_xml(message))
        outcome.text = _xml(message)
        if tag != "skipped":
            outcome.set("type", kind)

    if verdict.refusal is not None:
        case(*REFUSED.get(verdict.code, REFUSED[Exit.USAGE]), verdict.refusal)
    for one in verdict.judged:
        case(one.name, *_junit_outcome(one), sentence(one))
    for rise in verdict.rises:
        if rise.rose + rise.fell:
            case(f"{rise.rate} of {rise.task}", "failure" if rise.failed else None, "regression", rise_sentence(rise))
    for name, count in counts.items():
        suite.set(name, str(count))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def annotations(verdict: ReleaseDecision) -> Iterator[str]:
    """GitHub workflow commands: an error or a warning for whatever is not a plain pass."""
    if verdict.refusal is not None:
        yield _command("error", verdict.label, verdict.refusal)
    for one in verdict.judged:
        if one.decision is not Decision.PASS:
            blocks = one.blocking and one.decision is not Decision.WARN
            yield _command("error" if blocks else "warning", f"{one.decision.value}: {one.name}", sentence(one))
    for rise in verdict.rises:
        if rise.failed:
            yield _command("error", f"FAIL: {rise.rate} of {rise.task}", rise_sentence(rise))


def headline(verdict: ReleaseDecision) -> str:
    """One line: the answer, who, against whom, and what decided."""
    line = f"{verdict.label}: {verdict.candidate} against {verdict.baseline}"
    if verdict.decided_by:
        line += f", decided by {', '.join(verdict.decided_by)}"
    if verdict.stopped is not None and verdict.stopped.early:
        line += f", after {verdict.stopped.seen} of {verdict.stopped.planned} replies"
    return line


def sentences(verdict: ReleaseDecision) -> Iterator[str]:
    """What the numbers mean, in words."""
    if verdict.refusal is not None:
        yield verdict.refusal
    for one in verdict.judged:
        yield sentence(one)
    yield from (rise_sentence(rise) for rise in verdict.rises if rise.failed)
    if verdict.decision is not None and not any(one.blocking for one in verdict.judged):
        yield "The policy leaves no family that blocks, so there is nothing to decide by."
    if verdict.stopped is not None:
        yield (
            "Sequential: p and margins are those of planned looks, and the scores those of the samples seen: "
            "no full result."
        )
    yield from verdict.notes


def sentence(one: Judged) -> str:
    """One line in words; the reader learns what was shown and by which rule, or how many samples would show it."""
    margin, assessment = points(one.assessment.margin), one.assessment
    n = assessment.interval.n
    if n == 0:
        return f"{one.name}{_role(one)}: no sample to judge."
    worse, power = f"worse (p = {one.adjusted_p:.2g})", _power(one)
    if one.decision is Decision.FAIL:
        said = f"{worse}, and the loss is not shown to be small."
    elif one.decision is Decision.WARN:
        said = f"{worse}, but by less than {margin} points."
    elif one.rule not in (Rule.MEAN, Rule.MARGIN):
        said = f"no significant loss (p = {one.adjusted_p:.2g})."
    elif one.decision is Decision.PASS:
        said = f"not worse by {margin} points or more (p = {assessment.noninferiority_p:.2g})."
    else:
        said = f"neither worse nor within {margin} points was shown."
        power += f" They show a margin of {points(assessment.attainable_margin)} points in as many."
        if assessment.needed is not None:
            power += f" About {assessment.needed:,} samples would settle it, if the true difference is the one seen."
    noise = (
        ""
        if one.noise is None
        else f" Noise floor: {points(one.noise)} % of outcomes differ when the baseline runs twice."
    )
    return f"{one.name}{_role(one)}: {said}{power}{noise}"


def rise_sentence(rise: Rise) -> str:
    """One rate in words."""
    old, new = rise.scores
    if rise.effort:
        change = f"{rise.rate} of {rise.task}: {old:.4g} per sample of the baseline's, {new:.4g} of the candidate's"
        limit = f"{100 * rise.limit / old:.0f} %" if old else "nothing"
    else:
        change = (
            f"{rise.rate} of {rise.task}: {points(old)} % of the baseline's replies, {points(new)} % of the candidate's"
        )
        limit = f"{points(rise.limit)} points"
    change += f" (p = {rise.adjusted_p:.2g})"
    return f"{change}; a rise of more than {limit} fails." if rise.failed else f"{change}."


def cells(one: Judged) -> tuple[str, ...]:
    """One line under HEADER, scores and differences in points."""
    interval = one.assessment.interval
    return (
        one.name,
        points(one.scores[0]),
        points(one.scores[1]),
        signed(interval.estimate),
        span(interval),
        str(one.losses),
        str(one.wins),
        f"{one.adjusted_p:.2g}",
        points(one.assessment.margin) if one.rule in (Rule.MEAN, Rule.MARGIN) else "",
        one.rule.value,
        one.decision.value,
    )


def _role(one: Judged) -> str:
    """The rule in brackets, so that each sentence says what it was judged by."""
    return f" [{one.rule.value}{one.why and ': '}{one.why}]"


def _power(one: Judged) -> str:
    """What as many samples find; of the mean, as many of one task as would say as much."""
    samples = (
        f"{one.samples} independent samples" if one.kind is not Kind.MEAN else f"The mean, worth {one.samples} samples,"
    )
    verb = "find" if one.kind is not Kind.MEAN else "shows"
    planned = f"where {100 * max(one.noise or 0.0, TYPICAL_DISCORDANCE):.0f} % of outcomes change"
    return f" {samples} {verb} a loss of {points(one.detectable)} points in 80 of 100 cases, {planned}."


def _junit_outcome(one: Judged) -> tuple[str | None, str]:
    if one.decision in (Decision.PASS, Decision.WARN):
        return None, ""
    if not one.blocking:
        return "skipped", ""
    return ("failure", "regression") if one.decision is Decision.FAIL else ("error", "inconclusive")


def _xml(text: str) -> str:
    return NOT_XML.sub("\ufffd", text)


def _command(level: str, title: str, message: str) -> str:
    def data(text: str) -> str:
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

    safe_title = data(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={safe_title}::{data(message)}"
