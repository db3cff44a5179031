"""The locks cover what pyproject.toml asks for, each file by its hash, and name no place to fetch them from."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

PINNED = re.compile(r"([a-z0-9][a-z0-9.-]*)==(\S+)(?: ; .+)? \\\n((?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)")


def wanted(extra: str | None) -> list[Requirement]:
    """The requirements of the package, and of an extra, those of extras it names included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found = list(map(Requirement, project["dependencies"]))
    for one in map(Requirement, project["optional-dependencies"][extra] if extra else ()):
        if one.name == project["name"]:
            found += [Requirement(text) for name in one.extras for text in project["optional-dependencies"][name]]
        else:
            found.append(one)
    return found


@pytest.mark.parametrize(("lock", "extra"), [("core.txt", None), ("dev.txt", "dev")])
def test_a_lock_covers_its_dependencies(lock: str, extra: str | None) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    assert PINNED.sub("", text) == "", "every line pins a version, or is a hash of one of its files"
    versions = {canonicalize_name(name): version for name, version, _ in PINNED.findall(text)}
    for requirement in wanted(extra):
        assert versions[canonicalize_name(requirement.name)] in requirement.specifier, f"{requirement}: make lock"


def test_both_locks_agree() -> None:
    core, dev = (
        {name: pinned for name, *pinned in PINNED.findall((ROOT / "requirements" / lock).read_text())}
        for lock in ("core.txt", "dev.txt")
    )
    assert {name: dev.get(name) for name in core} == core
