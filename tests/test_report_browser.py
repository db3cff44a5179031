"""The report in a real browser: nothing in a reply executes, the filters work, a phone needs no sideways scrolling."""

import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from time import monotonic

import pytest

from ifeval.report.html import write_report
from ifeval.runs.run import load_run
from ifeval.util.text import clipped
from tests.made_runs import make_run
from tests.test_report import HOSTILE, PAYLOAD, hostile_run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",
    "--enable-logging=stderr",
    "--virtual-time-budget=8000",
    "--dump-dom",
)
PHONE = 390


class Browser:
    """Opens pages headless, each time with a profile of its own."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program = program
        self.folder = folder
        self.console: list[str] = []

    def open(self, page: Path, address: str = "") -> "Seen":
        """The page as it stands once its scripts are done."""
        profile = f"--user-data-dir={self.folder / 'profile'}"
        command = [self.program, *FLAGS, profile, f"file://{page}{address}"]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=120, check=True)
        self.console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        return Seen(done.stdout)


class Seen(HTMLParser):
    """A page's document after its scripts: elements, title, and the text of what has been shown."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        key = dict(attrs).get("id") or tag
        if tag not in ("meta", "input", "wbr", "br"):
            self._open.append(key)
            self.texts.setdefault(key, []).append("")

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag not in ("wbr", "br"):
            self._open.pop()

    def handle_data(self, data: str) -> None:
        for key in self._open:
            self.texts[key][-1] += data

    @property
    def title(self) -> str:
        return self.texts["title"][0]

    @property
    def counted(self) -> str:
        return self.texts["counted"][0]

    def count(self, tag: str, name: str = "") -> int:
        return sum(found == tag and name in (given.get("class") or "") for found, given in self.elements)


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed")
    return Browser(program, tmp_path)


def written(folder: Path, *runs: Path) -> Path:
    out = folder / "report.html"
    write_report([load_run(run) for run in runs], out)
    return out


def assert_quiet(browser: Browser, seen: Seen) -> None:
    """Nothing of a reply ran or became an element, and the page's own policy found nothing to refuse."""
    assert seen.title.endswith(": evaluation report")
    assert "data-pwned" not in seen.elements[0][1]
    assert seen.count("script") == 2
    assert seen.count("img") == seen.count("iframe") == 0
    assert not [name for _, given in seen.elements for name in given if name.startswith("on")]
    assert not [
        given["href"] for tag, given in seen.elements if tag == "a" and not (given["href"] or "").startswith("#")
    ]
    assert browser.console == []


def test_hostile_replies_are_text(tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    run = hostile_run(tmp_path, monkeypatch)
    seen = browser.open(written(tmp_path, run.path))
    assert_quiet(browser, seen)
    shown = {text.lstrip("\n") for text in seen.texts["pre"]}
    assert {clipped(text).lstrip("\n") for text in HOSTILE} <= shown
    assert seen.count("span", "unseen") > 5


def test_hostile_names_are_text(tmp_path: Path, browser: Browser) -> None:
    hostile = make_run(tmp_path / "run", {HOSTILE[0]: [0, 1], HOSTILE[1]: [0]}, model=HOSTILE[1], reply=HOSTILE[3])
    other = make_run(tmp_path / "other", {HOSTILE[0]: [1, 0], HOSTILE[1]: [0]}, model=HOSTILE[0], reply=HOSTILE[2])
    seen = browser.open(written(tmp_path, hostile, other))
    assert_quiet(browser, seen)
    assert PAYLOAD in seen.texts["h1"][0].replace("\u200b", "")


def test_the_filters_of_the_address(tmp_path: Path, browser: Browser) -> None:
    old = make_run(tmp_path / "old", {"t": [1] * 30 + [0] * 4, "u": [0, 1]}, model="old", reply="plain words")
    new = make_run(tmp_path / "new", {"t": [0] * 25 + [1] * 9, "u": [0, 1]}, model="new", reply="Other WORDS")
    page = written(tmp_path, old, new)
    for address, count, shown in (
        ("", 30, 20),
        ("#task=u", 1, 1),
        ("#q=other+words", 30, 20),
        ("#q=t-00001", 1, 1),
        ("#q=nowhere", 0, 0),
        ("#only=lost%3A1", 25, 20),
        ("#only=won:1&check=length:words", 4, 4),
        ("#check=punctuation:no_comma&task=t", 14, 14),
        ("#task=unknown", 30, 20),
    ):
        seen = browser.open(page, address)
        assert seen.counted == f"{count} of 30 match; {shown} shown.", address
        assert seen.count("article") == shown
        assert browser.console == []


def test_a_thousand_failures_stay_quick(tmp_path: Path, browser: Browser) -> None:
    reply = "A reply of some length, with words in it. " * 100
    page = written(tmp_path, make_run(tmp_path / "run", {"t": [0] * 500, "u": [0] * 500}, reply=reply))
    start = monotonic()
    seen = browser.open(page, "#q=reply+of+some+length")
    assert seen.counted == "1,000 of 1,000 match; 20 shown."
    assert monotonic() - start < 60


@pytest.mark.parametrize("runs", [1, 2])
def test_a_phone_needs_no_sideways_scrolling(
    tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch, runs: int
) -> None:
    hostile = hostile_run(tmp_path, monkeypatch)
    other = make_run(tmp_path / "other", {"t": [1, 0] * 9}, model="m" * 90, reply="w" * 5000)
    again = make_run(tmp_path / "again", {"t": [0, 1] * 9}, model="n" * 90, reply="w" * 5000)
    page = written(tmp_path, *([hostile.path] if runs == 1 else [other, again]))
    frame = tmp_path / "frame.html"
    frame.write_text(
        f"<iframe id=f src={page.name} style='width:{PHONE}px;height:800px;border:0'></iframe><p id=width></p><script>"
        "f.onload = () => { width.textContent = f.contentDocument.documentElement.scrollWidth }</script>"
    )
    (width,) = browser.open(frame).texts["width"]
    assert 300 < int(width) <= PHONE
