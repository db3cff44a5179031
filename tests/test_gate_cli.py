"""The verbs compare, baseline, gate and leaderboard from the command line: output, files and exit codes."""

import json
import shutil
import signal
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ifeval.cli import main
from ifeval.release.policy import PRESETS, Policy, read_policy
from ifeval.util.jsonio import loads
from tests.made_runs import make_run

RIGHT = [1] * 300
WORSE = [0] * 60 + [1] * 240
PLUGINS = Path(__file__).parent / "plugins"
pytestmark = pytest.mark.usefixtures("drawn_once")


@pytest.fixture
def cli(monkeypatch, capsys, tmp_path):
    """Run `ifeval ARGS` in an empty folder; returns (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ifeval", *map(str, arguments)])
        with pytest.raises(SystemExit) as ending:
            main()
        out, err = capsys.readouterr()
        return int(ending.value.code or 0), out, err

    yield call
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    make_run(folder / "old", {"t": RIGHT}, model="old")
    make_run(folder / "same", {"t": RIGHT}, model="same")
    make_run(folder / "worse", {"t": WORSE}, model="worse")
    make_run(folder / "few", {"t": RIGHT[:20]}, model="few", limit=20)
    make_run(folder / "other", {"t": RIGHT}, model="other", template="other")
    return folder


@pytest.fixture
def runs(tmp_path, made) -> Path:
    return Path(shutil.copytree(made, tmp_path, dirs_exist_ok=True))


@pytest.mark.parametrize(
    ("candidate", "code", "label", "failures", "errors"),
    [
        ("same", 0, "PASS", 0, 0),
        ("worse", 1, "FAIL", 1, 0),
        ("few", 3, "INCONCLUSIVE", 0, 1),
        ("other", 4, "NOT COMPARABLE", 0, 1),
    ],
)
def test_one_verdict_everywhere(cli, runs, candidate, code, label, failures, errors):
    cli("baseline", "add", "old", "--name", "release-1")
    ending, out, _ = cli(
        "gate", candidate, "--baseline", "release-1", "--junit", "out/gate.xml", "--markdown", "gate.md"
    )
    assert ending == code
    assert out.startswith(f"{label}: ")
    suite = ElementTree.parse(runs / "out" / "gate.xml").getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("failures"), suite.get("errors")) == (str(failures), str(errors))
    assert label.replace("(", "\\(") in (runs / "gate.md").read_text()
    ending, out, _ = cli("gate", candidate, "--baseline", "release-1", "--json")
    assert ending == code
    assert json.loads(out)["verdict"] == label


def test_on_github(cli, runs, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(runs / "summary.md"))
    (runs / "summary.md").write_text("before\n")
    _, out, _ = cli("gate", "worse", "--baseline", "old")
    assert out.startswith("::error title=FAIL%3A format::")
    assert (runs / "summary.md").read_text().startswith("before\n### FAIL")
    _, out, err = cli("gate", "worse", "--baseline", "old", "--json")
    assert json.loads(out)["exit_code"] == 1
    assert "::error" in err


def test_init_writes_the_defaults_once(cli, tmp_path):
    code, out, _ = cli("gate", "--init")
    assert code == 0
    assert out.split() == ["gate.toml", ".github/workflows/ifeval-gate.yml"]
    assert read_policy(tmp_path / "gate.toml") == Policy()
    code, _, err = cli("gate", "--init")
    assert code == 2
    assert "gate.toml exists" in err


def test_mistakes(cli, runs):
    assert cli("gate")[0] == 2
    assert cli("gate", "same", "--baseline", "nobody")[0] == 2
    assert cli("gate", "same", "--baseline", "old", "--tasks", "u")[0] == 2
    assert cli("gate", "same", "--baseline", "old", "--policy", "none.toml")[0] == 2
    assert cli("gate", "same", "--baseline", "old", "--sequential")[0] == 2
    (runs / "gate.toml").write_text("margn = 0.1")
    code, _, err = cli("gate", "same", "--baseline", "old", "--policy", "gate.toml")
    assert code == 2
    assert "gate.toml: margn is unknown" in err


def test_a_model_is_run_as_its_baseline_was(cli, tmp_path):
    cli("baseline", "add", "scripted:oracle", "--name", "ceiling", "--tasks", "format", "--limit", "100")
    code, out, _ = cli("gate", "scripted:oracle", "--baseline", "ceiling")
    assert code == 0
    assert "not worse by 3.0 points" in out
    code, out, _ = cli("gate", "scripted:echo", "--baseline", "ceiling", "--out", "runs/echo")
    assert code == 1
    assert loads((tmp_path / "runs" / "echo" / "run.json").read_bytes())["settings"]["limit"] == 100


def test_a_mistake_is_written_where_the_verdict_would_be(cli, runs, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    code, out, err = cli("gate", "same", "--baseline", "nobody", "--junit", "gate.xml", "--markdown", "gate.md")
    assert code == 2
    assert "nobody" in err
    assert out.startswith("::error title=ERROR::")
    error = ElementTree.parse(runs / "gate.xml").getroot().find(".//testcase/error")
    assert error is not None
    assert error.get("type") == "usage"
    assert "nobody" in (runs / "gate.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "kind", "said"),
    [
        (("same",), 2, "usage", "needs a candidate and --baseline"),
        (("same", "--baseline", "old", "--preset", "lax"), 2, "usage", "give one of release"),
        (("same", "--baseline", "old", "--policy", "none.toml"), 2, "usage", "cannot be read"),
        (("same", "--baseline", "old", "--tasks", "u"), 2, "usage", "old has t"),
        (("same", "--baseline", "old", "--sequential"), 2, "usage", "is a finished run"),
        (("nowhere/at/all", "--baseline", "old"), 2, "usage", "No task or suite is called"),
        (("other", "--baseline", "old"), 4, "not-comparable", "template"),
        (("few", "--baseline", "old"), 3, "inconclusive", "samples would settle it"),
    ],
)
def test_whatever_ends_it_is_written_everywhere(cli, runs, monkeypatch, arguments, code, kind, said):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(runs / "summary.md"))
    ending, out, _ = cli("gate", *arguments, "--junit", "gate.xml", "--markdown", "gate.md")
    assert ending == code
    assert said in next(line for line in out.splitlines() if line.startswith("::error "))
    error = ElementTree.parse(runs / "gate.xml").getroot().find(".//testcase/error")
    assert error is not None
    assert error.get("type") == kind
    assert said in (error.text or "")
    assert said in (runs / "gate.md").read_text()
    assert said in (runs / "summary.md").read_text()


@pytest.mark.parametrize("preset", PRESETS)
def test_a_run_against_itself_passes(cli, runs, preset):
    code, out, _ = cli("gate", "old", "--baseline", "old", "--preset", preset)
    assert (code, out.partition(":")[0]) == (0, "PASS")


def test_a_baseline_is_not_overwritten_unasked(cli, runs):
    assert cli("baseline", "add", "old", "--name", "release-1")[0] == 0
    code, _, err = cli("baseline", "add", "worse", "--name", "release-1")
    assert code == 2
    assert "exists; --yes overwrites it" in err
    assert cli("baseline", "add", "worse", "--name", "release-1", "--yes")[0] == 0
    assert "worse" in cli("baseline", "show", "release-1")[1]


def test_presets(cli, runs):
    assert cli("gate", "few", "--baseline", "old", "--preset", "smoke")[0] == 0
    assert cli("gate", "few", "--baseline", "old", "--preset", "strict")[0] == 3
    code, _, err = cli("gate", "few", "--baseline", "old", "--preset", "lax")
    assert code == 2
    assert "give one of release, strict, deployment, smoke" in err
    (runs / "gate.toml").write_text('preset = "smoke"')
    assert cli("gate", "few", "--baseline", "old", "--policy", "gate.toml")[0] == 0
    assert cli("gate", "few", "--baseline", "old", "--policy", "gate.toml", "--preset", "smoke")[0] == 2


def test_too_few_samples_are_refused_before_anything_runs(cli, tmp_path):
    cli("baseline", "add", "scripted:oracle", "--name", "tiny", "--tasks", "tiny-copy", "--task-path", PLUGINS)
    flags = ("--baseline", "tiny", "--task-path", PLUGINS, "--out", "runs/new")
    code, out, _ = cli("gate", "scripted:oracle", *flags, "--junit", "gate.xml", "--markdown", "gate.md")
    assert code == 3
    assert "40 independent samples" in out
    error = ElementTree.parse(tmp_path / "gate.xml").getroot().find(".//testcase/error")
    assert error is not None
    assert error.get("type") == "inconclusive"
    assert "40 independent samples" in (error.text or "")
    assert "INCONCLUSIVE" in (tmp_path / "gate.md").read_text()
    assert not (tmp_path / "runs" / "new").exists()


def test_a_sequential_gate_stops_early_and_marks_its_run(cli, tmp_path):
    cli("baseline", "add", "scripted:oracle", "--name", "ceiling", "--tasks", "format")
    code, out, _ = cli("gate", "scripted:echo", "--baseline", "ceiling", "--sequential", "--out", "runs/echo")
    assert code == 1
    assert " after 48 of " in out
    manifest = loads((tmp_path / "runs" / "echo" / "run.json").read_bytes())
    assert manifest["status"] == "stopped"
    assert manifest["looks"]["format"][0]["worse"]
    code, out, _ = cli("gate", "scripted:oracle", "--baseline", "ceiling", "--sequential")
    assert code == 0
    assert int(out.partition(" after ")[2].split()[0]) <= 200
    code, out, _ = cli("gate", "runs/echo", "--baseline", "ceiling")
    assert code == 4
    assert "is stopped, not complete" in out
    cli("leaderboard", "runs", "--out", "results", "--no-published")
    assert "echo" not in (tmp_path / "results" / "leaderboard.md").read_text()


def test_a_sequential_gate_refuses_before_it_generates(cli, tmp_path):
    cli("baseline", "add", "scripted:oracle", "--name", "ceiling", "--tasks", "format")
    baseline = tmp_path / "baselines" / "ceiling.json"
    baseline.write_text(baseline.read_text().replace('"constrain":false', '"constrain":true', 1))
    code, out, _ = cli("gate", "scripted:oracle", "--baseline", "ceiling", "--sequential", "--out", "runs/new")
    assert code == 4
    assert "differ in constrain" in out
    assert (tmp_path / "runs" / "new" / "samples.jsonl").read_bytes() == b""


def test_baselines_are_listed_and_shown(cli):
    cli(
        "baseline",
        "add",
        "scripted:oracle",
        "--name",
        "b",
        "--tasks",
        "tiny-copy",
        "--task-path",
        PLUGINS,
        "--repeat",
        "2",
    )
    code, out, _ = cli("baseline", "list")
    assert code == 0
    assert "b  scripted:oracle" in out
    assert "tiny-copy right 100.0 (n=40, noise 0.0)" in out
    assert "published  GPT-4  ifeval prompt_strict 76.9  (arXiv 2311.07911)" in out
    code, out, _ = cli("baseline", "show", "b")
    assert "repeats: 2" in out


def test_a_baseline_of_two_replies_shows_its_noise_beside_each_difference(cli):
    few = ("--tasks", "format", "--limit", "60")
    cli("baseline", "add", "scripted:random", "--name", "twice", *few, "--repeat", "2")
    cli("run", "--model", "scripted:constant", *few, "--out", "runs/constant")
    code, out, _ = cli("compare", "twice", "runs/constant", "--json")
    assert code == 0
    comparison = json.loads(out)["comparisons"][0]
    assert all(0 <= row["noise"] < 0.5 for row in comparison["tasks"])
    assert any(row["noise"] > 0 for row in (*comparison["tasks"], *comparison["metrics"]))
    _, out, _ = cli("gate", "runs/constant", "--baseline", "twice")
    assert "of outcomes differ when the baseline runs twice" in out


def test_floors_and_ceiling(cli, tmp_path):
    cli("baseline", "floors", "--tasks", "tiny-copy", "--task-path", PLUGINS)
    assert sorted(path.stem for path in (tmp_path / "baselines").glob("*.json")) == [
        "ceiling-oracle", "floor-blind", "floor-constant", "floor-echo", "floor-empty", "floor-other", "floor-random",
        "floor-stuffed",
    ]  # fmt: skip


def test_compare(cli, runs):
    code, out, _ = cli("compare", "old", "worse", "same")
    assert code == 0
    assert "worse against old" in out
    assert "same against old" in out
    assert "Lost: 60 samples, by" in out
    assert "   60  t: length:words\n         t-00000: 412 words" in out
    assert "412 words, wanted fewer than 400" in out
    _, out, _ = cli("compare", "old", "worse", "--json")
    comparison = json.loads(out)["comparisons"][0]
    assert comparison["flipped_checks"]["losses"]["t: length:words"] == 60
    code, _, err = cli("compare", "old", "other")
    assert code == 4
    assert "--allow template" in err
    assert cli("compare", "old", "other", "--allow", "template")[0] == 0


def test_leaderboard(cli, runs):
    assert cli("leaderboard", ".", "--check")[0] == 1
    code, out, _ = cli("leaderboard", ".", "--latex")
    assert code == 0
    assert out.split() == [f"results/leaderboard.{kind}" for kind in ("md", "csv", "json", "tex")]
    assert cli("leaderboard", ".", "--check")[0] == 0
    make_run(runs / "new", {"t": RIGHT}, model="new")
    code, out, _ = cli("leaderboard", ".", "--check")
    assert code == 1
    assert "Stale in results" in out
    assert cli("leaderboard", ".", "--max-parameters", "1.5X")[0] == 2
    assert cli("leaderboard", ".", "--since", "yesterday")[0] == 2


def test_the_gate_on_real_replies(cli, golden):
    """GPT-4o mini's replies to IFEval as the baseline; itself, GPT-4's and Qwen2.5-0.5B's as candidates."""
    responses, data = golden / "ifeval" / "responses", golden / "ifeval" / "input_data.jsonl"

    def replay(name: str) -> str:
        return f"replay:{responses / name}.jsonl"

    mini, qwen = "mifeval_en_gpt-4o-mini-2024-07-18", "mifeval_en_qwen2.5-0.5b-instruct-gptq-int4"
    flags = ("--baseline", "mini", "--data", data)
    cli("baseline", "add", replay(mini), "--name", "mini", "--tasks", "ifeval", "--data", data)
    code, out, _ = cli("gate", replay("gpt4_20231107_145030"), *flags)
    assert code == 3
    assert "-3.1   [-6.9, +0.6]    62   45" in out
    code, out, _ = cli("gate", replay(mini), *flags, "--sequential", "--preset", "strict")
    assert (code, int(out.partition(" after ")[2].split()[0]) <= 180) == (0, True)
    code, out, _ = cli("gate", replay(qwen), *flags, "--sequential")
    assert (code, "after 48 of 541 replies" in out) == (1, True)
