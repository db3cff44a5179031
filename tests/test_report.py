"""The report: one page that holds everything, shows hostile text as text, and says what it leaves out."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from typer.testing import CliRunner

import ifeval
from ifeval.cli import app
from ifeval.errors import NotComparable, UserError
from ifeval.report.charts import SHARES, Mark, difference_axis, percent, row_plot
from ifeval.report.contrasts import contrasts
from ifeval.report.html import embedded, policy, write_report
from ifeval.report.panels import score_card, weakest_checks
from ifeval.runs.run import Run, load_run
from ifeval.util.text import HEAD, TAIL, clipped, visible
from tests.made_runs import make_run

PLUGINS = Path(__file__).parent / "plugins"
PAYLOAD = "document.documentElement.dataset.pwned = document.title = 'pwned'"
HOSTILE = [
    f"</script><script>{PAYLOAD}</script>",
    f'<img src=x onerror="{PAYLOAD}"><svg onload="{PAYLOAD}">',
    f"<!--<script>{PAYLOAD}",
    f'"\'><a href="javascript:{PAYLOAD}" onmouseover={PAYLOAD}>x</a>',
    "\u202eturned \u2066around\u2069 and \u2028 split",
    "lone \ud800 surrogate, nul \0, bell \x07",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "a" * 1_000_000,
    "<" * 10_000,
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞" * 50,
]


class Elements(HTMLParser):
    """All start tags of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def page_of(*runs: Path, failures: int = 500) -> str:
    out = runs[0].parent / "report.html"
    write_report([load_run(run) for run in runs], out, failures)
    return out.read_text(encoding="utf-8")


def data_of(page: str) -> dict:
    return json.loads(page.split('<script type="application/json" id="data">')[1].split("</script>")[0])


def hostile_run(path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A real run whose replies, and so their reasons, are hostile."""
    monkeypatch.setenv("IFEVAL_CACHE", str(path / "cache"))
    replies = path / "replies.jsonl"
    rows = [
        {"prompt": f"Reply with nothing but this: word0x{n}", "response": HOSTILE[n % len(HOSTILE)]} for n in range(40)
    ]
    replies.write_text("\n".join(map(json.dumps, rows)))
    return ifeval.evaluate(f"replay:{replies}", tasks=["tiny-copy"], out=path / "hostile", task_path=(PLUGINS,))


def test_one_file_that_fetches_nothing(tmp_path: Path) -> None:
    page = page_of(make_run(tmp_path / "run", {"t": [1, 0, 1, 1]}))
    assert "http:" not in page
    assert "https:" not in page
    assert not re.findall(r"\burl\(|@import|\bsrc=|<link", page)
    (content,) = [
        attributes["content"] or ""
        for tag, attributes in Elements(page).found
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert content.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in content


def test_the_policy_names_the_style_and_the_script() -> None:
    empty = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    assert f"style-src '{empty}'; script-src '{empty}'" in policy("", "")


def test_the_same_runs_give_the_same_bytes(tmp_path: Path) -> None:
    runs = [make_run(tmp_path / name, {"t": [1, 0, 0, 1] * 20}, model=name) for name in ("a", "b")]
    assert page_of(*runs) == page_of(*runs)


def test_scores_stand_as_text_beside_their_plots(tmp_path: Path) -> None:
    run = load_run(make_run(tmp_path / "run", {"t": [1, 1, 1, 0] * 10}, truncated=0.25))
    page = page_of(run.path)
    interval = run.summary["tasks"]["t"]["metrics"]["followed"]
    assert f"{100 * interval['low']:.1f} to {100 * interval['high']:.1f}" in page
    assert "75.0 (95 % interval" in page
    assert "cut at the token limit" in page
    (panel,) = score_card([run.summary])
    assert [line.strong for line in panel.lines] == [True, False]


def test_hostile_text_adds_no_element(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "calm").mkdir()
    calm = page_of(make_run(tmp_path / "calm" / "run", {"t": [0, 1]}, model="calm"))
    hostile = page_of(make_run(tmp_path / "run", {HOSTILE[0]: [0, 1]}, model=HOSTILE[1], reply=HOSTILE[0]))
    assert [tag for tag, _ in Elements(hostile).found if tag != "wbr"] == [tag for tag, _ in Elements(calm).found]
    assert not [name for _, attributes in Elements(hostile).found for name in attributes if name.startswith("on")]
    run = hostile_run(tmp_path, monkeypatch)
    page = page_of(run.path)
    assert sum(tag == "script" for tag, _ in Elements(page).found) == 2
    replies = {item["sides"][0]["reply"] for item in data_of(page)["items"]}
    assert replies == {clipped(text) for text in HOSTILE}
    assert len(page) < 3_000_000, "a million letters are clipped"


def test_the_kept_failures_are_counted_and_the_same_each_time(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", {"t": [0] * 30, "u": [1, 1, 0]})
    page = page_of(run, failures=10)
    assert "t 30 (of which 10 are embedded here" in page
    assert "u 1." in page
    kept = [item["id"] for item in data_of(page)["items"]]
    assert len(kept) == 11
    assert set(kept) <= {item["id"] for item in data_of(page_of(run, failures=20))["items"]}
    assert not data_of(page_of(run, failures=0))["items"]


def test_two_runs_show_differences_and_flips_losses_first(tmp_path: Path) -> None:
    old = make_run(tmp_path / "old", {"t": [1] * 60 + [0] * 4}, model="old")
    new = make_run(tmp_path / "new", {"t": [0] * 20 + [1] * 44}, model="new")
    page = page_of(old, new)
    assert "The candidate is worse on t" in page
    assert "Most often in a loss" in page
    items = data_of(page)["items"]
    assert [item["changes"] for item in items] == [["lost:1"]] * 20 + [["won:1"]] * 4
    assert [side["run"] for side in items[0]["sides"]] == [0, 1]
    assert items[0]["sides"][1]["checks"][0]["reason"] == "412 words, wanted fewer than 400"
    assert [item["changes"] for item in data_of(page_of(old, new, failures=5))["items"]] == [["lost:1"]] * 5


def test_three_runs_are_each_set_beside_the_first(tmp_path: Path) -> None:
    values = {"a": [1, 1, 0, 0], "b": [0, 1, 1, 0], "c": [1, 1, 1, 1]}
    runs = [make_run(tmp_path / name, {"t": outcomes}, model="same") for name, outcomes in values.items()]
    page = page_of(*runs)
    assert "same (a), the baseline" in page
    changes = {item["id"]: item["changes"] for item in data_of(page)["items"]}
    assert changes == {
        "t-00000": ["lost:1"],
        "t-00002": ["won:1", "won:2"],
        "t-00003": ["won:2"],
    }


def test_runs_that_differ_are_refused_unless_allowed(tmp_path: Path) -> None:
    runs = [
        load_run(make_run(tmp_path / name, {"t": [1, 0]}, model=name, template=template))
        for name, template in (("a", "x"), ("b", "y"))
    ]
    with pytest.raises(NotComparable, match="differ in template"):
        write_report(runs, tmp_path / "report.html")
    write_report(runs, tmp_path / "report.html", allow=["template"])
    assert "They differ in template: x and y." in (tmp_path / "report.html").read_text()


def test_the_verb_says_what_it_wrote_and_what_it_left_out(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", {"t": [0] * 9})
    out = tmp_path / "pages" / "report.html"
    done = CliRunner().invoke(app, ["report", str(run), "-o", str(out), "--failures", "4"])
    assert done.exit_code == 0
    assert done.stdout == f"{out}: 4 failed samples; 5 more are left out (--failures).\n"
    assert out.exists()


def test_a_run_stopped_early_says_so(tmp_path: Path) -> None:
    page = page_of(make_run(tmp_path / "run", {"t": [0, 1]}, model="m", status="stopped"))
    assert "m is stopped, not complete" in page


def test_what_a_user_can_get_wrong(tmp_path: Path) -> None:
    run = load_run(make_run(tmp_path / "run", {"t": [1]}))
    with pytest.raises(UserError, match=r"run\.json cannot be written: Not a directory|cannot be written"):
        write_report([run], run.path / "run.json" / "report.html")
    with pytest.raises(UserError, match="shows 1 to 6 runs, not 7"):
        write_report([run] * 7, tmp_path / "report.html")


@pytest.mark.usefixtures("drawn_once")
def test_contrasts_of_the_tasks_with_their_own_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))
    run = ifeval.evaluate("scripted:echo", tasks=["format:60", "zero_shot"], out=tmp_path / "run")
    page = page_of(run.path)
    for title in ("composition, by number of instructions", "by style", "wording, the same items", "by kind of task"):
        assert title in page
    assert "expected by chance" in page
    assert "Upright tick: guessing." in page


def test_parts_of_a_report_that_a_full_run_only_has() -> None:
    gap = {"value": 0.1, "low": -0.05, "high": 0.25, "n": 12, "method": "welch t"}
    task = {
        "metrics": {"correct": gap},
        "primary": "correct",
        "report": {
            "decoding": {
                "pairs": 9,
                "free": {"parses": 0.5},
                "constrained": {"parses": 1.0},
                "gained": 5,
                "lost": 1,
            },
            "format_sensitivity": {"items": 8, "accuracy": {"schema:full": 0.5}, "spread": 0.25, "consistent": 0.5},
            "of_a_plug_in": {"anything": 1},
        },
        "seen": {"clusters": ["lists"], "seen": 0.7, "unseen": 0.6, "gap": gap},
    }
    ((name, panels),) = contrasts([{"tasks": {"t": task}}])
    assert name == "t"
    seen, decoding, sensitivity = panels
    assert seen.note == "70.0 % on kinds seen in training (lists), 60.0 % on the others."
    assert (seen.lines[0].marks[0].low, seen.axis.signed) == (-0.05, True)
    assert [(line.label, line.marks[0].value) for line in decoding.lines] == [
        ("parses, free", 0.5),
        ("parses, constrained", 1.0),
    ]
    assert decoding.note == "On parses, the grammar gained 5 and lost 1 samples."
    assert sensitivity.note == "25.0 points from best to worst, the same verdict in all on 50.0 % of the items."


def test_a_check_with_few_trials_is_not_called_weak() -> None:
    interval = {"low": 0.0, "high": 1.0, "method": "wilson"}
    checks = {
        "\ud800\u202e": {"value": 0.5, "n": 50, **interval},
        "few": {"value": 0.0, "n": 2, **interval},
        "weak": {"value": 0.4, "n": 50, **interval},
        "fine": {"value": 1.0, "n": 50, **interval},
    }
    (panel,) = weakest_checks([{"tasks": {"t": {"checks": checks, "outcomes": {"wrong_value": 3}}}}])
    assert [line.check for line in panel.lines] == ["weak", "‹U+D800›‹U+202E›"]
    assert [line.label for line in panel.rest] == ["few", "fine"]
    assert panel.note == "Kinds of failure: wrong value 3."


def test_a_plot_says_its_numbers_and_survives_unknown_ones() -> None:
    plot = row_plot("<b>", [Mark(0.5, 0.4, 0.6), Mark(None, None, None, 1), Mark(float("nan"), 0.0, 1.0, 2)], SHARES)
    assert "<title>&lt;b&gt;</title>" in plot
    assert "50.0 (95 % interval 40.0 to 60.0)" in plot
    assert plot.count("<circle") == 1
    assert percent(-0.034, signed=True) == "−3.4"
    assert percent(None) == "–"


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=6))
def test_an_axis_of_differences_holds_them_all(values: list[float]) -> None:
    axis = difference_axis([Mark(value, value, value) for value in values])
    assert axis.low == -axis.high
    assert all(axis.low <= value <= axis.high for value in values)
    assert len(axis.ticks) == 5


def test_what_cannot_be_seen_is_made_visible() -> None:
    assert visible("a\u202eb\ud800\0\u2028") == "a‹U+202E›b‹U+D800›‹U+0000›‹U+2028›"
    assert visible("line\r\nline\ttab") == "line\nline\ttab"
    assert visible("👩‍🔬 می‌خواهم") == "👩‍🔬 می‌خواهم", "joiners that words and emoji need"
    long = "b" * 1_000_000
    assert "992,000 of 1,000,000 characters are left out here" in clipped(long)
    assert clipped("b" * (HEAD + TAIL)) == "b" * (HEAD + TAIL)


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text_can_be_embedded(text: str) -> None:
    made = embedded({"text": text})
    assert isinstance(made, Markup)
    assert made.isascii()
    assert not set("<>&") & set(made)
    assert json.loads(made) == {"text": text}
    visible(text).encode("utf-8")
