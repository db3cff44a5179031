"""The presets of the gate on releases at the sizes of `core`: what passes, what fails, and by which rule."""

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from ifeval.comparison import baselines
from ifeval.comparison.outcomes import OutcomeTable
from ifeval.errors import Exit
from ifeval.release.decision import gate
from ifeval.release.formats import to_junit, to_text
from ifeval.release.judged import sentence
from ifeval.release.policy import PRESETS, Endpoint, Policy
from ifeval.release.subjects import ALL, Kind, Rule
from ifeval.stats.assessment import Decision
from tests.releases import Made, Truth, draw, outcomes, table, with_rate

MADE = {
    "format": Made("format", 240),
    "structured": Made("structured", 144),
    "tool_calls": Made("structured", 144),
    "zero_shot": Made("zero_shot", 192, 4),
    "wrong_in_any_reply": Made("manner", 40, score=0.9),
    "manner": Made("manner", 40, advisory=True),
}
"""Of the shape of core, at sizes that stay."""
GRADED = [name for name, made in MADE.items() if not made.advisory]
SHIPPED = sorted(path.stem for path in baselines.recorded([baselines.builtin_folder()]))


@pytest.fixture(scope="module")
def core() -> OutcomeTable:
    """A baseline of the shape of core."""
    return draw(np.random.default_rng(0), Truth(), MADE)[0]


def changed(side: OutcomeTable, task: str, losses: int, wins: int = 0) -> OutcomeTable:
    """The run with so many of the task's right samples wrong, and of the wrong ones right."""
    old = side.tasks[task]
    values = old.metrics[old.primary].copy()
    right, wrong = np.flatnonzero(values[:, 0] == 1), np.flatnonzero(values[:, 0] == 0)
    values[right[:losses]], values[wrong[:wins]] = 0.0, 1.0
    return replace(side, tasks={**side.tasks, task: replace(old, metrics={old.primary: values})})


def scored(side: OutcomeTable, task: str, right: int) -> OutcomeTable:
    """The run with so many of the task's samples right."""
    old = side.tasks[task]
    values = np.zeros((len(old.ids), 1))
    values[:right] = 1.0
    return replace(side, tasks={**side.tasks, task: replace(old, metrics={old.primary: values})})


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("name", SHIPPED)
def test_a_run_against_itself_passes(name, preset):
    run = baselines.find(name, [baselines.builtin_folder()])
    assert gate(run, run, PRESETS[preset]).decision is Decision.PASS


def test_a_baseline_that_says_nothing_of_its_weights_is_compared(core):
    silent = replace(core, model={name: value for name, value in core.model.items() if name != "fingerprinted"})
    assert gate(silent, core, PRESETS["deployment"]).decision is Decision.PASS


def test_three_families_block_and_the_small_one_is_named(core):
    verdict = gate(core, core, Policy())
    assert verdict.decision is Decision.PASS
    assert verdict.judged[0].name == ALL
    assert [one.name for one in verdict.judged if one.rule is Rule.LOSS and one.kind is Kind.FAMILY] == [
        "format", "structured", "zero_shot",
    ]  # fmt: skip
    assert verdict.judged[0].tasks == ("format", "structured", "tool_calls", "zero_shot")
    small = "manner [advisory unless it collapses: 40 independent samples, fewer than 100]: no significant loss"
    assert small in to_text(verdict)
    assert verdict.headline.endswith("decided by all families")


def test_every_line_says_which_rule_decided(core):
    for preset in PRESETS.values():
        for one in gate(core, core, preset).judged:
            assert f"[{one.rule.value}" in sentence(one)
    rules = {name: {one.rule for one in gate(core, core, policy).judged} for name, policy in PRESETS.items()}
    assert rules["release"] == {Rule.MEAN, Rule.LOSS, Rule.COLLAPSE, Rule.ADVISORY}
    assert rules["strict"] == {Rule.MARGIN, Rule.LOSS, Rule.COLLAPSE, Rule.ADVISORY}
    assert rules["smoke"] == {Rule.LOSS, Rule.ADVISORY}


def test_an_advisory_task_decides_nothing_and_its_family_collapses_without_it(core):
    """All replies of `manner` score nothing, and are cut: a warning. Those of `wrong_in_any_reply`: no release."""
    for preset in PRESETS.values():
        described = scored(core, "manner", 0)
        described = with_rate(described, "manner", "truncated", np.ones((40, 1)))
        verdict = gate(scored(core, "manner", 40), described, preset)
        assert verdict.decision is Decision.WARN
        assert verdict.decided_by == ("task manner",)
        family = next(one for one in verdict.judged if one.name == "manner")
        assert (family.tasks, family.losses) == (("wrong_in_any_reply",), 0)
        assert "task manner [advisory: it describes and does not grade]: worse" in to_text(verdict)
        verdict = gate(core, scored(core, "wrong_in_any_reply", 10), preset)
        assert verdict.decision is Decision.FAIL
        assert verdict.decided_by == ("manner",)
    blocks = Policy(tasks={"manner": Endpoint(blocking=True)})
    assert gate(scored(core, "manner", 40), scored(core, "manner", 0), blocks).decision is Decision.FAIL


def test_a_family_of_advisory_tasks_alone_is_no_family(core):
    described = {name: task for name, task in core.tasks.items() if name in ("format", "manner")}
    run = replace(core, tasks=described)
    verdict = gate(scored(run, "manner", 40), scored(run, "manner", 0), Policy())
    assert [one.name for one in verdict.judged] == ["format", "task manner"]
    assert verdict.decision is Decision.WARN
    alone = replace(core, tasks={"manner": core.tasks["manner"]})
    assert "leaves no family that blocks" in to_text(gate(alone, alone, Policy()))


def test_a_loss_in_one_family_fails_by_that_family(core):
    verdict = gate(core, changed(core, "format", 30, 6), Policy())
    assert verdict.decision is Decision.FAIL
    assert "format" in verdict.decided_by


def test_a_small_loss_everywhere_fails_by_the_mean(core):
    """Each family loses some 5 points; none is significantly worse by itself after the correction."""
    worse = core
    for task, losses, wins in (("format", 18, 9), ("structured", 10, 5), ("tool_calls", 10, 5), ("zero_shot", 60, 30)):
        worse = changed(worse, task, losses, wins)
    verdict = gate(core, worse, Policy())
    assert ALL in verdict.decided_by
    assert verdict.decision is Decision.FAIL


def test_low_scores_are_guarded(core):
    """5.6 % to nothing: 8 lost, none won. A margin of 5 points alone would call it a small loss."""
    low = scored(core, "tool_calls", 8)
    gone = scored(core, "tool_calls", 0)
    for preset in ("release", "strict"):
        verdict = gate(low, gone, PRESETS[preset])
        assert verdict.decision is Decision.FAIL, preset
        assert "task tool_calls" in verdict.decided_by
    big = {"t": replace(MADE["format"], items=4000)}
    old, new = (
        table(name, {"t": outcomes(big["t"], np.r_[np.ones(right), np.zeros(4000 - right)].reshape(-1, 1))})
        for name, right in (("old", 100), ("new", 20))
    )
    assert gate(old, new, PRESETS["strict"]).decision is Decision.FAIL, "2.5 % to 0.5 % is a small loss in points only"
    assert gate(old, new, replace(PRESETS["strict"], relative=1.0)).decision is Decision.WARN


def test_a_significant_loss_that_is_shown_to_be_small_warns():
    made = {"t": replace(MADE["format"], items=4000)}
    old = np.r_[np.ones(3000), np.zeros(1000)]
    new = old.copy()
    new[:60], new[3000:3020] = 0.0, 1.0
    tables = [
        table(name, {"t": outcomes(made["t"], values.reshape(-1, 1))}) for name, values in (("a", old), ("b", new))
    ]
    verdict = gate(tables[0], tables[1], Policy())
    assert (verdict.decision, verdict.exit_code) == (Decision.WARN, Exit.OK)
    assert "but by less than 3.0 points" in to_text(verdict)


@pytest.mark.parametrize("rate", ["truncated", "empty"])
@pytest.mark.parametrize("task", GRADED)
@pytest.mark.parametrize("preset", PRESETS)
def test_replies_of_one_task_all_cut_or_empty_fail(core, task, rate, preset):
    """Even where nothing else changes, and in a small family."""
    n = len(core.tasks[task].ids)
    before = with_rate(core, task, rate, (np.arange(n) < 0.55 * n).astype(float).reshape(-1, 1))
    verdict = gate(before, with_rate(before, task, rate, np.ones((n, 1))), PRESETS[preset])
    assert verdict.decision is Decision.FAIL
    assert verdict.decided_by == (f"{rate} of {task}",)
    assert f"{rate} of {task}: 55." in to_text(verdict)


@pytest.mark.parametrize(("size", "fails"), [(8, True), (7, False)])
def test_so_few_replies_all_cut_fail_without_a_significant_p(size, fails):
    made = {"format": Made("format", 240), "dialogue": Made("format", size)}
    side = draw(np.random.default_rng(0), Truth(), made)[0]
    before = with_rate(side, "dialogue", "truncated", (np.arange(size) < size / 2).astype(float).reshape(-1, 1))
    verdict = gate(before, with_rate(side, "dialogue", "truncated", np.ones((size, 1))), Policy())
    assert [rise.failed for rise in verdict.rises if rise.rose] == [fails]
    assert all(rise.adjusted_p > 0.05 for rise in verdict.rises)
    assert ("a rise to all replies fails" in to_text(verdict)) is fails


def test_rates_count_items_not_wordings(core):
    """Three items whose four replies are all cut are three changes, not twelve."""
    cut = np.zeros((768, 1))
    cut[:44] = 1.0
    (rise,) = [one for one in gate(core, with_rate(core, "zero_shot", "truncated", cut), Policy()).rises if one.rose]
    assert rise.p == pytest.approx(0.5**11, rel=0.6)
    assert rise.scores[1] == pytest.approx(44 / 768)


def test_what_is_found_is_promised_after_the_correction(core):
    """The power is planned: it depends neither on what was seen nor on one family alone."""
    calm = gate(core, core, Policy())
    wild = gate(core, changed(core, "format", 40, 40), Policy())
    assert [one.detectable for one in calm.judged] == [one.detectable for one in wild.judged]
    alone = replace(core, tasks={"format": core.tasks["format"]})
    by_name = {one.name: one for one in calm.judged}
    assert gate(alone, alone, Policy()).judged[0].detectable < by_name["format"].detectable
    assert 0.075 < by_name["format"].detectable < 0.085


def test_no_interval_leaves_a_hundred_points(core):
    verdict = gate(scored(core, "manner", 40), scored(core, "manner", 0), Policy())
    assert all(-1 <= one.assessment.interval.low <= one.assessment.interval.high <= 1 for one in verdict.judged)


def test_eight_replies_of_the_baseline_beside_one(core):
    rng = np.random.default_rng(1)
    old = core.tasks["format"]
    chances = np.clip(rng.beta(0.8, 0.5, 240), 0, 1)
    eight = replace(
        old,
        metrics={"right": (rng.random((240, 8)) < chances[:, None]).astype(float)},
        rates={rate: np.zeros((240, 8)) for rate in old.rates},
        tokens=np.zeros((240, 8)),
    )
    one = replace(old, metrics={"right": (rng.random((240, 1)) < chances[:, None]).astype(float)})
    baseline = replace(core, tasks={**core.tasks, "format": eight})
    candidate = replace(core, tasks={**core.tasks, "format": one})
    verdict = gate(baseline, candidate, Policy())
    line = next(judged for judged in verdict.judged if judged.name == "format")
    assert line.scores[0] == pytest.approx(eight.metrics["right"].mean())
    assert any("8 of the baseline, 1 of the candidate" in note for note in verdict.notes)
    first = replace(eight, metrics={"right": eight.metrics["right"][:, :1]}, rates=one.rates, tokens=one.tokens)
    alone = gate(replace(core, tasks={**core.tasks, "format": first}), candidate, Policy())
    wide, narrow = (
        next(judged for judged in found.judged if judged.name == "format").assessment.interval
        for found in (alone, verdict)
    )
    assert narrow.high - narrow.low < 0.85 * (wide.high - wide.low)
    assert gate(candidate, baseline, Policy()).decision is not None


def test_a_deployment_may_differ_in_its_engine_and_is_told_of_other_weights(core):
    served = replace(core, name="served", settings={**core.settings, "engine": {"name": "server"}})
    assert gate(core, served, Policy()).exit_code == Exit.NOT_COMPARABLE
    verdict = gate(core, served, PRESETS["deployment"])
    assert verdict.decision is Decision.PASS
    assert any("differ in engine.name" in note for note in verdict.notes)
    asked = replace(served, settings={**served.settings, "system": "Be brief."})
    assert gate(core, asked, PRESETS["deployment"]).exit_code == Exit.NOT_COMPARABLE
    other = replace(served, model={**core.model, "fingerprint": "another"})
    assert any("not the same weights" in note for note in gate(core, other, PRESETS["deployment"]).notes)


def test_junit_has_its_reasons_in_the_text(core):
    root = ElementTree.fromstring(to_junit(gate(core, changed(core, "format", 40), Policy())))
    failure = root.find(".//testcase[@name='format']/failure")
    assert failure is not None
    assert failure.text == failure.get("message")
    assert "worse (p = " in (failure.text or "")


def test_a_notebook_shows_it_escaped(core):
    page = gate(core, replace(core, name="<script>"), Policy())._repr_html_()
    assert "<script>" not in page
    assert "all families" in page


def test_a_policy_without_a_blocking_family_decides_nothing(core):
    policy = Policy(
        families={name: Endpoint(blocking=False) for name in ("format", "structured", "zero_shot", "manner")}
    )
    verdict = gate(core, core, policy)
    assert verdict.exit_code == Exit.INCONCLUSIVE
    assert "leaves no family that blocks" in to_text(verdict)
