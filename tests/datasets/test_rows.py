"""Prompts with instructions, fetched from the first place that serves them: verified, retried, whole or not at all."""

import hashlib
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ifeval.errors import UserError
from ifeval.registry import datasets, fetch
from ifeval.registry.datasets import DATASETS, ensure
from ifeval.util import jsonio
from tests.datasets.rows import ROWS, jsonl, parquet
from tests.loopback import Reply, serving


def test_the_pinned_digests_are_those_of_the_official_copies(golden: Path) -> None:
    for name, copy in {"ifeval": "ifeval/input_data.jsonl", "ifbench": "ifbench/IFBench_test.jsonl"}.items():
        rows = [json.loads(line) for line in (golden / copy).read_text("utf-8").splitlines()]
        assert fetch.digest(rows) == DATASETS[name].fetch.args[-1]  # type: ignore[attr-defined]
        assert fetch.digest(fetch._instruction_rows(golden / copy)) == fetch.digest(rows)
    for language, sha256 in datasets.M_IFEVAL_ROWS.items():
        copy = golden / "m_ifeval" / f"{language}_input_data.jsonl"
        assert fetch.digest(fetch._instruction_rows(copy)) == sha256
    rows = [json.loads(line) for line in (golden / "ifeval_fc" / "tasks.jsonl").read_text("utf-8").splitlines()]
    assert hashlib.sha256(jsonio.canonical(rows)).hexdigest() == DATASETS["ifeval_fc"].fetch.args[-1]  # type: ignore[attr-defined]


@pytest.mark.parametrize("write", [jsonl, parquet])
def test_both_forms_of_the_rows_verify(write: Callable, publish: Callable, pin: Callable) -> None:
    pin("ifeval", fetch.digest(ROWS))
    body = write(ROWS)
    with serving(lambda method, path: (200, {}, body)) as url:
        publish(url)
        file = ensure("ifeval")
    assert file.name == "input_data.jsonl"
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [row["kwargs"] for row in rows] == [row["kwargs"] for row in ROWS]
    assert [entry.name for entry in file.parent.iterdir()] == [file.name]


def test_the_digest_sees_content_and_only_content() -> None:
    padded = [
        row | {"key": str(row["key"]), "kwargs": [given | {"x": None} for given in row["kwargs"]]} for row in ROWS
    ]
    assert fetch.digest(padded) == fetch.digest(ROWS)
    assert fetch.digest([ROWS[0], ROWS[1] | {"kwargs": [{"n": 3.0, "word": ""}, {"on": False}]}]) == fetch.digest(ROWS)
    for other in (ROWS[::-1], ROWS[:1], [ROWS[0], ROWS[1] | {"kwargs": [{"n": 3}, {"on": False}]}]):
        assert fetch.digest(other) != fetch.digest(ROWS)


def test_what_is_there_is_kept(publish: Callable, pin: Callable) -> None:
    pin("ifeval", fetch.digest(ROWS))
    with serving(lambda method, path: (200, {}, jsonl(ROWS))) as url:
        publish(url)
        first = ensure("ifeval")
    assert ensure("ifeval") == datasets.path("ifeval") == first


def test_the_second_source_serves_where_the_first_differs(publish: Callable, pin: Callable) -> None:
    pin("ifeval", fetch.digest(ROWS))

    def answer(method: str, path: str) -> Reply:
        return 200, {}, jsonl(ROWS[:1] if "google-research" in path else ROWS)

    with serving(answer) as url:
        publish(url)
        assert len(ensure("ifeval").read_text("utf-8").splitlines()) == 2


def test_other_content_is_refused_and_not_kept(publish: Callable, cache: Path) -> None:
    with serving(lambda method, path: (200, {}, jsonl(ROWS))) as url:
        publish(url)
        with pytest.raises(UserError, match="differ from the pinned content"):
            ensure("ifeval")
    assert datasets.path("ifeval") is None
    assert not [entry for entry in (cache / "data").iterdir() if entry.is_dir()]


@pytest.mark.parametrize("body", [b"<html>sign in</html>", b'{"key": 1}\n', b"[1]\n", b"\xff\xfe\n"])
def test_an_error_page_is_no_data(body: bytes, publish: Callable) -> None:
    with serving(lambda method, path: (200, {}, body)) as url:
        publish(url)
        with pytest.raises(UserError):
            ensure("ifeval")
    assert datasets.path("ifeval") is None


def test_a_download_that_breaks_off_is_tried_again(publish: Callable, pin: Callable) -> None:
    pin("ifeval", fetch.digest(ROWS))
    tries = []

    def answer(method: str, path: str) -> Reply:
        tries.append(path)
        body = jsonl(ROWS)
        return (200, {"Content-Length": str(len(body))}, body[: len(body) // 2] if len(tries) == 1 else body)

    with serving(answer) as url:
        publish(url)
        ensure("ifeval")
    assert len(tries) == 2


def test_a_download_that_always_breaks_off_leaves_nothing(publish: Callable, cache: Path) -> None:
    with serving(lambda method, path: (200, {"Content-Length": "1000"}, b"half")) as url:
        publish(url)
        with pytest.raises(UserError, match="--data PATH"):
            ensure("ifeval")
    assert not [entry for entry in (cache / "data").iterdir() if entry.is_dir()]


@pytest.mark.parametrize(("status", "expected"), [(404, 1), (403, 1), (503, fetch.ATTEMPTS), (429, fetch.ATTEMPTS)])
def test_only_what_may_pass_is_tried_again(status: int, expected: int, publish: Callable) -> None:
    tries = []
    with serving(lambda method, path: (status, {}, b"") if tries.append(path) is None else (0, {}, b"")) as url:
        publish(url)
        with pytest.raises(UserError, match=str(status)):
            ensure("superni")
    assert len(tries) == expected


def test_no_connection(publish: Callable) -> None:
    publish("http://127.0.0.1:9")
    for name in ("ifeval", "superni", "jsonschemabench"):
        with pytest.raises(UserError, match="--data PATH") as caught:
            ensure(name)
        assert "\n" not in str(caught.value)


def test_a_fetch_that_was_killed_is_no_obstacle(publish: Callable, pin: Callable, cache: Path) -> None:
    pin("ifeval", fetch.digest(ROWS))
    leftover = cache / "data" / f"ifeval-{DATASETS['ifeval'].revision[:12]}.partial"
    leftover.mkdir(parents=True)
    (leftover / "input_data.jsonl").write_text("half")
    with serving(lambda method, path: (200, {}, jsonl(ROWS))) as url:
        publish(url)
        ensure("ifeval")
    assert not leftover.exists()


def test_two_at_once_fetch_once(publish: Callable, pin: Callable) -> None:
    pin("ifeval", fetch.digest(ROWS))
    tries = []
    with serving(lambda method, path: (tries.append(path), (200, {}, jsonl(ROWS)))[1]) as url:
        publish(url)
        threads = [threading.Thread(target=ensure, args=("ifeval",)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
    assert len(tries) == 1
