"""Data sets of many files: Super-NaturalInstructions, schemas, archives, conversations, a wheel."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ifeval.checks.multi_if.conversations import read_conversations
from ifeval.errors import UserError
from ifeval.registry import fetch
from ifeval.registry.datasets import ensure
from ifeval.util import jsonio
from tests.datasets.rows import ROWS, jsonl
from tests.loopback import Reply, serving

NAMES = ["task2_b", "task1_a"]


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
