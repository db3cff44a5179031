"""Places that send more than any data set, archives that lead elsewhere, mirrors that are no addresses: one sentence."""

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest

from ifeval.errors import UserError
from ifeval.registry import fetch
from tests.loopback import Reply, serving


def archive() -> bytes:
    """A schema, and links under the names of two others: to nothing, and out of the archive."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as members:
        content = json.dumps({"title": "a"}).encode()
        whole = tarfile.TarInfo("repository/data/Easy/a.json")
        whole.size = len(content)
        members.addfile(whole, io.BytesIO(content))
        for name, place in (("b", "nowhere.json"), ("c", "../../../../etc/passwd")):
            link = tarfile.TarInfo(f"repository/data/Easy/{name}.json")
            link.type, link.linkname = tarfile.SYMTYPE, place
            members.addfile(link)
    return target.getvalue()


def test_links_in_an_archive_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda method, path: (200, {}, archive())) as url:
        monkeypatch.setenv("IFEVAL_GITHUB_ARCHIVE", url)
        fetch.schema_archive("owner/name/tar.gz/commit", 1, tmp_path / "rows.jsonl")
    assert [json.loads(line)["file"] for line in (tmp_path / "rows.jsonl").read_text().splitlines()] == [
        "data/Easy/a.json"
    ]


def test_an_archive_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "MOST_UNPACKED", 5)
    with serving(lambda method, path: (200, {}, archive())) as url:
        monkeypatch.setenv("IFEVAL_GITHUB_ARCHIVE", url)
        with pytest.raises(UserError, match="unpacks to more than"):
            fetch.schema_archive("owner/name/tar.gz/commit", 1, tmp_path / "rows.jsonl")


def test_a_download_that_unpacks_to_too_much_is_broken_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def packed(method: str, path: str) -> Reply:
        return 200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(10 << 20))

    monkeypatch.setattr(fetch, "MOST_BYTES", 1 << 20)
    with serving(packed) as url:
        monkeypatch.setenv("IFEVAL_GITHUB_RAW", url)
        with pytest.raises(UserError, match="sends more than 1 MB"):
            fetch.download("github", "file", tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mirror", ["http://[::1", "http://host:99999", "http://\x00"])
def test_a_mirror_that_is_no_address(mirror: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fetch.ENDPOINTS, "github", ("IFEVAL_GITHUB_RAW", mirror))
    with pytest.raises((UserError, fetch.Unreachable), match=r"IFEVAL_GITHUB_RAW|http"):
        fetch.download("github", "file", tmp_path / "file")
