"""The gate: one verdict object, and everything that is read from it."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from ifeval.comparison.outcomes import OutcomeTable, run_outcomes
from ifeval.errors import Exit
from ifeval.release.decision import gate
from ifeval.release.formats import annotations, to_json, to_junit, to_markdown, to_text
from ifeval.release.policy import PRESETS, Endpoint, Policy, parse_policy, read_policy
from ifeval.release.results import ReleaseDecision
from ifeval.release.subjects import Rule
from ifeval.runs.run import load_run
from ifeval.stats.assessment import Decision
from tests.made_runs import make_run

N = 541
STRICT = PRESETS["strict"]
KNOWN: dict[str, OutcomeTable] = {}


def flipped(losses, wins, n=N, right=400):
    """(baseline, candidate): `losses` of the right ones become wrong, `wins` of the wrong ones right."""
    old = [1] * right + [0] * (n - right)
    new = [0] * losses + [1] * (right - losses) + [1] * wins + [0] * (n - right - wins)
    return old, new


def outcomes(folder, values, **settings) -> OutcomeTable:
    """The outcomes of a run made for them; written and read once for all tests, many of which ask for the same."""
    key = repr((values, settings))
    if key not in KNOWN:
        KNOWN[key] = run_outcomes(load_run(make_run(folder, values, **settings)))
    return KNOWN[key]


def judged(tmp_path, old, new, policy=None, families=None, **new_settings) -> ReleaseDecision:
    before = outcomes(tmp_path / "old", old, model="old", families=families)
    after = outcomes(tmp_path / "new", new, model="new", families=families, **new_settings)
    return gate(before, after, policy or STRICT)


@pytest.mark.parametrize(
    ("losses", "wins", "outcome", "code"),
    [
        (0, 0, Decision.PASS, Exit.OK),
        (25, 20, Decision.PASS, Exit.OK),
        (30, 15, Decision.WARN, Exit.OK),
        (60, 20, Decision.FAIL, Exit.REGRESSION),
        (75, 58, Decision.INCONCLUSIVE, Exit.INCONCLUSIVE),
    ],
)
def test_the_four_verdicts(tmp_path, losses, wins, outcome, code):
    old, new = flipped(losses, wins)
    verdict = judged(tmp_path, {"ifeval": old}, {"ifeval": new})
    assert (verdict.decision, verdict.exit_code) == (outcome, code)
    (one,) = verdict.judged
    assert (one.name, one.losses, one.wins) == ("format", losses, wins)
    assert verdict.label in to_text(verdict).splitlines()[0]
    said = json.loads(to_json(verdict))
    assert said["exit_code"] == code
    assert "code" not in said


def test_twenty_prompts_are_inconclusive_and_the_reader_learns_how_many_are_needed(tmp_path):
    verdict = judged(tmp_path, {"t": [1] * 20}, {"t": [1] * 20})
    assert verdict.exit_code == Exit.INCONCLUSIVE
    assert "samples would settle it" in to_text(verdict)
    assert verdict.judged[0].assessment.needed > 50


def test_another_template_is_not_comparable(tmp_path):
    old, new = flipped(0, 0)
    verdict = judged(tmp_path, {"t": old}, {"t": new}, template="other")
    assert verdict.decision is None
    assert verdict.exit_code == Exit.NOT_COMPARABLE
    assert "template (abc and other)" in to_text(verdict)
    case = ElementTree.fromstring(to_junit(verdict)).find(".//testcase/error")
    assert case is not None
    assert case.get("type") == "not-comparable"


def test_a_policy_may_allow_it(tmp_path):
    old, new = flipped(0, 0)
    verdict = judged(tmp_path, {"t": old}, {"t": new}, replace(STRICT, allow=("template",)), template="other")
    assert verdict.decision is Decision.PASS
    assert "They differ in template" in to_text(verdict)


def test_a_task_left_out_cannot_pass(tmp_path):
    old, _ = flipped(0, 0)
    verdict = judged(tmp_path, {"t": old, "u": old}, {"t": old})
    assert verdict.refusal is not None
    assert verdict.refusal.startswith("new did not run u")


def test_advisory_families_warn_and_blocking_ones_fail(tmp_path):
    families = {"a": "format", "b": "structured"}
    old, worse = flipped(80, 10)
    policy = replace(STRICT, families={"structured": Endpoint(blocking=False)})
    advisory = judged(tmp_path / "1", {"a": old, "b": old}, {"a": old, "b": worse}, policy, families)
    assert (advisory.decision, advisory.exit_code) == (Decision.WARN, Exit.OK)
    blocking = judged(tmp_path / "2", {"a": old, "b": old}, {"a": old, "b": worse}, None, families)
    assert blocking.decision is Decision.FAIL


def test_holm_over_the_blocking_families(tmp_path):
    families = {"a": "format", "b": "structured", "c": "zero_shot"}
    old, worse = flipped(75, 52)  # one-sided mid-p near .02, .06 after Holm
    alone = judged(tmp_path / "1", {"a": old}, {"a": worse})
    assert alone.decision is Decision.FAIL
    changed = {"a": worse, "b": flipped(1, 1)[1], "c": flipped(1, 1)[1]}
    three = judged(tmp_path / "2", dict.fromkeys("abc", old), changed, None, families)
    assert three.judged[0].adjusted_p == pytest.approx(3 * alone.judged[0].adjusted_p)
    assert three.decision is Decision.INCONCLUSIVE
    still = judged(tmp_path / "3", dict.fromkeys("abc", old), {"a": worse, "b": old, "c": old}, None, families)
    assert still.decision is Decision.FAIL, "where nothing changed there is nothing to correct for"


def test_a_family_of_several_tasks_and_a_task_of_its_own(tmp_path):
    old, worse = flipped(60, 10)
    policy = replace(STRICT, tasks={"b": Endpoint(margin=0.03)})
    verdict = judged(tmp_path, {"a": old, "b": old}, {"a": old, "b": worse}, policy)
    family, other, single = verdict.judged
    assert (family.name, other.name, single.name) == ("format", "task a", "task b")
    assert (other.rule, single.rule) == (Rule.LOSS, Rule.MARGIN)
    assert family.assessment.interval.method == "stratified"
    assert family.assessment.interval.estimate == pytest.approx(-50 / N / 2)
    assert (single.decision, verdict.decision) == (Decision.FAIL, Decision.FAIL)


def test_a_margin_of_the_family(tmp_path):
    old, new = flipped(25, 20)
    assert (
        judged(tmp_path / "1", {"t": old}, {"t": new}, replace(STRICT, margin=0.03)).decision is Decision.INCONCLUSIVE
    )
    policy = replace(STRICT, margin=0.03, families={"format": Endpoint(0.05)})
    assert judged(tmp_path / "2", {"t": old}, {"t": new}, policy).decision is Decision.PASS


def test_the_regression_rule_passes_what_is_inconclusive(tmp_path):
    verdict = judged(tmp_path, {"t": [1] * 20}, {"t": [1] * 20}, Policy(rule="regression"))
    assert verdict.decision is Decision.PASS
    assert "no significant loss" in to_text(verdict)


def test_truncation_that_rises_fails(tmp_path):
    old, new = flipped(0, 0)
    verdict = judged(tmp_path, {"t": old}, {"t": new}, truncated=0.2)
    assert verdict.decision is Decision.FAIL
    assert "truncated of t: 0.0 % of the baseline's replies, 20.1 % of the candidate's" in to_text(verdict)
    assert (
        judged(tmp_path / "2", {"t": old}, {"t": new}, replace(STRICT, rises={}), truncated=0.2).decision
        is Decision.PASS
    )


def test_errors_make_it_not_comparable(tmp_path):
    old, new = flipped(0, 0)
    assert judged(tmp_path, {"t": old}, {"t": new}, errors=10).exit_code == Exit.NOT_COMPARABLE


def test_no_sample_with_the_metric_never_passes(tmp_path):
    verdict = judged(tmp_path, {"t": [1]}, {"t": [1]}, Policy(rule="regression"))
    assert verdict.decision is Decision.PASS
    nothing = judged(tmp_path / "2", {"t": [float("nan")]}, {"t": [float("nan")]}, Policy(rule="regression"))
    assert nothing.exit_code == Exit.INCONCLUSIVE
    assert "no sample to judge" in to_text(nothing)


def test_scores_that_are_not_booleans(tmp_path):
    rng = np.random.default_rng(0)
    old = rng.uniform(0.3, 0.9, N)
    verdict = judged(tmp_path, {"t": old.tolist()}, {"t": (old - 0.1 + rng.normal(0, 0.05, N)).clip(0, 1).tolist()})
    assert verdict.decision is Decision.FAIL
    assert verdict.judged[0].assessment.interval.method == "paired t"


def test_junit_is_strict_xml_whatever_the_names(tmp_path):
    old, new = flipped(60, 10)
    make_run(tmp_path / "old", {"t": old}, model="old")
    make_run(tmp_path / "new", {"t": new}, model="<x>&\"' \x00\x1b[31m ]]> \ud800 | `# \u202e\n::error::")
    verdict = gate(*(run_outcomes(load_run(tmp_path / name)) for name in ("old", "new")), Policy())
    root = ElementTree.fromstring(to_junit(verdict))
    suite = root.find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("1", "1", "0")
    assert "\n::error::" not in to_markdown(verdict)
    assert "&lt;x\\>" in to_markdown(verdict)
    assert all("\n" not in line for line in annotations(verdict))
    json.loads(to_json(verdict))


def test_annotations(tmp_path):
    old, new = flipped(60, 10)
    lines = list(annotations(judged(tmp_path, {"t": old}, {"t": new})))
    assert len(lines) == 1
    assert lines[0].startswith("::error title=FAIL%3A format::format [within its margin]: worse (p = ")


def test_policy_file(tmp_path):
    path = tmp_path / "gate.toml"
    path.write_text(
        "margin = 0.04\nallow = ['template']\n[families.format]\nblocking = false\n"
        "[tasks.ifeval]\nmargin = 0.03\n[rises]\ntruncated = 0.1\n"
    )
    policy = read_policy(path)
    assert policy.margin == 0.04
    assert policy.families == {"format": Endpoint(blocking=False)}
    assert policy.tasks == {"ifeval": Endpoint(0.03)}
    assert policy.rises == {"truncated": 0.1}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"margn": 0.05}, "margn is unknown; known here are allow, alpha"),
        ({"margin": 5}, "margin must be a number between 0 and 1"),
        ({"alpha": True}, "alpha must be a number"),
        ({"rule": "maybe"}, "it can be mean, non-inferiority or regression"),
        ({"families": {"format": {"margin": "x"}}}, r"families\.format\.margin must be"),
        ({"families": {"format": {"blocking": 1}}}, r"families\.format\.blocking must be true or false"),
        ({"families": 3}, "families must be a table"),
        ({"rises": {"errors": 0.1}}, r"rises\.errors is unknown"),
        ({"allow": "template"}, "allow must be a list"),
        ({"preset": "lax"}, "it can be release, strict, deployment, smoke"),
        ({"preset": ["strict"]}, "it can be release, strict"),
        ({"fewest": 0}, "fewest must be a whole number"),
        ({"relative": 1.5}, "relative must be a number"),
        ({"same_model": 1}, "same_model must be true or false"),
    ],
)
def test_policies_that_cannot_be_used(table, message):
    with pytest.raises(ValueError, match=message):
        parse_policy(table)


def test_a_policy_that_names_an_unknown_family(tmp_path):
    old, new = flipped(0, 0)
    verdict = judged(tmp_path, {"t": old}, {"t": new}, replace(STRICT, families={"formt": Endpoint()}))
    assert verdict.refusal == "The policy names the family formt, which old does not have."


def test_the_policy_of_the_docs_is_read():
    text = (Path(__file__).parents[1] / "docs" / "gate.md").read_text()
    policy = parse_policy(tomllib.loads(text.partition("```toml\n")[2].partition("```")[0]))
    assert policy.families == {"zero_shot": Endpoint(0.08), "manner": Endpoint(blocking=False)}
    defaults = replace(policy, families={}, tasks={})
    assert defaults == Policy()
