"""The gate's verdict as text, JSON, JUnit, markdown and GitHub annotations. Nothing is decided here."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from xml.etree import ElementTree

from ifeval.errors import Exit
from ifeval.release.judged import HEADER, Judged, cells, sentence
from ifeval.release.rates import rise_sentence
from ifeval.release.results import ReleaseDecision
from ifeval.stats.assessment import Decision
from ifeval.util.jsonio import dumps
from ifeval.util.tables import aligned, markdown
from ifeval.util.text import markdown_escaped

REFUSED = {
    Exit.NOT_COMPARABLE: ("runs can be compared", "error", "not-comparable"),
    Exit.INCONCLUSIVE: ("samples are enough", "error", "inconclusive"),
    Exit.USAGE: ("the gate can run", "error", "usage"),
}
"""A refusal as a test case: its name, element and type."""
NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_text(verdict: ReleaseDecision) -> str:
    """The verdict for a terminal or a log: one line, a table, and a sentence for whatever needs one."""
    lines = [verdict.headline]
    if verdict.judged:
        lines += ["", *aligned([HEADER, *(cells(one) for one in verdict.judged)]), ""]
    return "\n".join([*lines, *verdict.sentences()]) + "\n"


def to_json(verdict: ReleaseDecision) -> bytes:
    """Everything the verdict rests on; shares in [0, 1], null where a number does not exist."""
    said = {"verdict": verdict.label, "exit_code": int(verdict.exit_code), **asdict(verdict)}
    del said["code"]  # the exit code of a refusal, which `exit_code` has
    return dumps(said, pretty=True) + b"\n"


def to_markdown(verdict: ReleaseDecision) -> str:
    """The verdict for a pull request or a job summary."""
    lines = [f"### {markdown_escaped(verdict.headline)}", ""]
    if verdict.judged:
        rows = [HEADER, *(cells(one) for one in verdict.judged)]
        lines += [*markdown([[markdown_escaped(cell) for cell in row] for row in rows]), ""]
    return "\n".join([*lines, *(f"- {markdown_escaped(line)}" for line in verdict.sentences())]) + "\n"


def to_junit(verdict: ReleaseDecision) -> bytes:
    """JUnit XML: a test case per line and per rate that changed. A failed advisory line is skipped with its reason.

    The reason is in `message` and in the element's text, since readers show one or the other.
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
