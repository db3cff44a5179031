import hashlib
import io
import json
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ifeval.checks.multi_if.conversations import read_conversations
from ifeval.cli.data import app
from ifeval.errors import UserError
from ifeval.registry import datasets, fetch
from ifeval.registry.datasets import DATASETS, content_hash, ensure
from ifeval.util import jsonio
from tests.loopback import Reply, serving

ROWS = [
    {"key": 1, "prompt": "No commas. ü 😀", "instruction_id_list": ["a:b"], "kwargs": [{}]},
    {
        "key": 2,
        "prompt": "Words",
        "instruction_id_list": ["c:d", "e:f"],
        "kwargs": [{"n": 3, "word": ""}, {"on": False}],
    },
]
NAMES = ["task2_b", "task1_a"]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(fetch.time, "sleep", lambda seconds: None)
    return tmp_path / "cache"


@pytest.fixture
def publish(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Point every place that data is fetched from at one URL."""

    def point(url: str) -> None:
        for variable, _ in fetch.ENDPOINTS.values():
            monkeypatch.setenv(variable, url)

    return point


@pytest.fixture
def pin(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Replace the pinned values (the last arguments) of a data set's `fetch`."""

    def change(name: str, *arguments: object) -> None:
        dataset = DATASETS[name]
        kept = dataset.fetch.args[: -len(arguments)]  # type: ignore[attr-defined]
        fetcher = partial(dataset.fetch.func, *kept, *arguments)  # type: ignore[attr-defined]
        monkeypatch.setitem(DATASETS, name, replace(dataset, fetch=fetcher))

    return change


def jsonl(rows: list[dict]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def parquet(rows: list[dict]) -> bytes:
    """As the hub holds it: every argument a column of every row, absent ones null."""
    import pyarrow
    import pyarrow.parquet

    names = sorted({name for row in rows for given in row["kwargs"] for name in given})
    padded = [row | {"kwargs": [dict.fromkeys(names) | given for given in row["kwargs"]]} for row in rows]
    target = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(padded), target)
    return target.getvalue()


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


def superni(method: str, path: str) -> Reply:
    if path.endswith("splits/default/test_tasks.txt"):
        return 200, {}, "\n".join(NAMES).encode()
    return 200, {}, json.dumps({"Definition": [path], "Instances": []}).encode()


def test_super_natural_instructions(publish: Callable, pin: Callable) -> None:
    listing = hashlib.sha256("\n".join(sorted(NAMES)).encode()).hexdigest()
    pin("superni", listing, "tasks")
    with serving(superni) as url:
        publish(url)
        folder = ensure("superni")
    assert {file.name for file in (folder / "tasks").iterdir()} == {f"{name}.json" for name in NAMES}
    assert "6174af63" in json.loads((folder / "tasks" / "task1_a.json").read_text())["Definition"][0]


def test_another_list_of_tasks_is_refused(publish: Callable) -> None:
    with serving(superni) as url:
        publish(url)
        with pytest.raises(UserError, match="pinned is"):
            ensure("superni")


def schemas(method: str, path: str) -> Reply:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name in ("README.md", "data/Easy/b.json", "data/Easy/a.json", "data/Hard/c.json", "../../escape.json"):
            content = json.dumps({"title": name}).encode()
            member = tarfile.TarInfo(f"jsonschemabench-ba103c7/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return 200, {}, target.getvalue()


def test_json_schema_bench(publish: Callable, pin: Callable) -> None:
    pin("jsonschemabench", 3)
    with serving(schemas) as url:
        publish(url)
        rows = [json.loads(line) for line in ensure("jsonschemabench").read_text().splitlines()]
    assert [(row["split"], row["file"]) for row in rows] == [
        ("Easy", "data/Easy/a.json"),
        ("Easy", "data/Easy/b.json"),
        ("Hard", "data/Hard/c.json"),
    ]
    assert rows[0]["json_schema"] == {"title": "data/Easy/a.json"}


def test_too_few_schemas(publish: Callable) -> None:
    with serving(schemas) as url:
        publish(url)
        with pytest.raises(UserError, match="holds 3 schemas, pinned are 9558"):
            ensure("jsonschemabench")


def test_several_files_of_rows(publish: Callable, pin: Callable) -> None:
    asked = []
    names = {"es_input_data.jsonl": ROWS[:1], "ja_input_data.jsonl": ROWS[1:]}
    sources = {name: [("github", f"{revision}/{name}") for revision in ("0bc3143", "main")] for name in names}
    pin("m_ifeval", {name: (sources[name], fetch.digest(rows)) for name, rows in names.items()})

    def answer(method: str, path: str) -> Reply:
        asked.append(path)
        return (404, {}, b"") if "0bc3143" in path else (200, {}, jsonl(names[path.rpartition("/")[2]]))

    with serving(answer) as url:
        publish(url)
        folder = ensure("m_ifeval")
    assert sorted(file.name for file in folder.iterdir()) == sorted(names)
    assert json.loads((folder / "es_input_data.jsonl").read_text("utf-8")) == ROWS[0]
    assert asked == [f"/{revision}/{name}" for name in names for revision in ("0bc3143", "main")]


def test_one_file_that_differs_keeps_them_all_out(publish: Callable, pin: Callable, cache: Path) -> None:
    names = {"es_input_data.jsonl": fetch.digest(ROWS), "ja_input_data.jsonl": fetch.digest(ROWS[:1])}
    pin("m_ifeval", {name: ([("github", name)], sha256) for name, sha256 in names.items()})
    with serving(lambda method, path: (200, {}, jsonl(ROWS))) as url:
        publish(url)
        with pytest.raises(UserError, match=r"ja_input_data\.jsonl differ"):
            ensure("m_ifeval")
    assert not [entry for entry in (cache / "data").iterdir() if entry.is_dir()]


def test_an_archive_of_objects(publish: Callable, pin: Callable) -> None:
    expected = [{"id": "a", "title": "data/a.json"}, {"id": "b", "title": "data/b.json"}]
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name in ("README.md", "data/b.json", "data/a.json", "data/deep/c.json", "package.json"):
            content = json.dumps({"title": name}).encode()
            member = tarfile.TarInfo(f"ifeval-fc-12e1b77/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    with serving(lambda method, path: (200, {}, target.getvalue())) as url:
        publish(url)
        with pytest.raises(UserError, match="pinned is 475bd88b"):
            ensure("ifeval_fc")
        pin("ifeval_fc", hashlib.sha256(jsonio.canonical(expected)).hexdigest())
        file = ensure("ifeval_fc")
    assert [json.loads(line) for line in file.read_text().splitlines()] == expected


CONVERSATION = [{"prompt": "Say, a.", "instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]}]


def test_conversations_in_the_hubs_own_form_say_the_same(publish: Callable, pin: Callable) -> None:
    columns = {
        "turn_1_prompt": json.dumps({"role": "user", "content": "Say, a."}),
        "turn_1_instruction_id_list": json.dumps(["punctuation:no_comma"]),
        "turn_1_kwargs": json.dumps(["{}"]),
        "turn_2_prompt": "",
    }
    english, other = {"key": "1:en", "language": "English", **columns}, {"key": "1:fr", "language": "French"}
    digest = fetch.conversation_digest([{"key": "1:en", "turns": CONVERSATION}])
    assert digest == fetch.conversation_digest([english])
    with serving(lambda method, path: (200, {}, jsonl([english, other]))) as url:
        publish(url)
        with pytest.raises(UserError, match="pinned is 92c03dc7"):
            ensure("multi_if")
        pin("multi_if", digest)
        file = ensure("multi_if")
    (found,) = read_conversations(file)
    assert (found.key, found.turns[0].text) == ("1:en", "Say, a.")


def test_a_truncated_archive(publish: Callable) -> None:
    with serving(lambda method, path: (200, {}, schemas(method, path)[2][:100])) as url:
        publish(url)
        with pytest.raises(UserError):
            ensure("jsonschemabench")


def test_an_unreachable_package_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    with pytest.raises(UserError, match=r"bfcl-eval==2026\.3\.23.*--data PATH"):
        ensure("bfcl")


@pytest.mark.slow
@pytest.mark.network
def test_the_function_calling_leaderboard_from_pypi() -> None:
    folder = ensure("bfcl")
    assert len((folder / "BFCL_v4_simple_python.json").read_text("utf-8").splitlines()) == 400
    assert (folder / "possible_answer" / "BFCL_v4_simple_python.json").is_file()
    assert not list(folder.glob("*.whl"))


def test_content_hash_of_a_folder_is_of_names_and_contents(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "a.json").write_text("1")
    before = content_hash(folder)
    (folder / ".git").mkdir()
    (folder / ".git" / "index").write_text("ignored")
    assert content_hash(folder) == before
    folder.rename(tmp_path / "moved")
    assert content_hash(tmp_path / "moved") == before
    (tmp_path / "moved" / "sub" / "a.json").write_text("2")
    assert content_hash(tmp_path / "moved") != before


def test_content_hash_of_a_file_is_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").write_text("x")
    assert content_hash(tmp_path / "a") == content_hash(tmp_path / "b") != content_hash(tmp_path)


def test_unknown_names() -> None:
    for call in (ensure, datasets.path):
        with pytest.raises(UserError, match="there are: ifeval"):
            call("gsm8k")


def test_the_commands(publish: Callable, pin: Callable) -> None:
    pin("ifeval", fetch.digest(ROWS))
    runner = CliRunner()
    assert "ifeval data fetch ifeval" in runner.invoke(app, ["list"]).stdout
    with serving(lambda method, path: (200, {}, jsonl(ROWS))) as url:
        publish(url)
        fetched = runner.invoke(app, ["fetch", "ifeval"]).stdout
    listed = json.loads(runner.invoke(app, ["list", "--json"]).stdout)
    assert fetched == f"ifeval: {listed[0]['path']}\n"
    assert [row["path"] for row in listed[1:]] == [None] * (len(DATASETS) - 1)
    assert isinstance(runner.invoke(app, ["fetch", "bfcl", "nope"]).exception, UserError)


def test_listing_imports_nothing_heavy() -> None:
    code = "import sys; from ifeval.registry import datasets; print(*{'httpx', 'pyarrow', 'numpy', 'torch'} & set(sys.modules))"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert child.stdout.strip() == "", child.stderr
