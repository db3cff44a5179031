"""The distribution: what is in the wheel and the sdist, and that an installed copy finds what belongs to it.

The environments made here see the packages of the running one through a .pth file, so nothing is downloaded; the one
test that resolves the extra `cuda` asks the package index, and is among the slow ones.
"""

import importlib.util
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from ifeval.registry.plugins import discover
from tests.conftest import ROOT

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    child = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=600)
    assert child.returncode == 0, child.stdout + child.stderr
    return child.stdout


def tracked() -> set[str]:
    """Every file of the package as git has it, the tasks under the link included."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = run("git", "ls-files", "--", "ifeval", "tasks", cwd=ROOT).splitlines()
    return {f"ifeval/{name}" if name.startswith("tasks/") else name for name in listed} - {"ifeval/tasks"}


def build(source: Path, folder: Path) -> Path:
    """A wheel built from `source` (a folder or an sdist) without the network."""
    options = ("--no-deps", "--no-build-isolation", "--wheel-dir", folder)
    run(sys.executable, "-m", "pip", "wheel", *options, source, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module", autouse=True)
def needs_hatchling() -> None:
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    (built,) = folder.glob("*.tar.gz")
    return built


def environment(folder: Path) -> Path:
    """A fresh environment that sees this one's packages except the harness itself; returns its python."""
    venv.create(folder, with_pip=True)
    site = next(folder.glob("lib/python*/site-packages"))
    # Python does not read the .pth files of a directory named in one, so an editable harness there stays out.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "python"


def check(python: Path, cwd: Path) -> Path:
    """The command finds every plug-in from a strange directory; returns where the package was imported from."""
    listed = run(python.with_name("ifeval"), "tasks", "list", cwd=cwd)
    for name in discover():
        assert name in listed
    assert run(python.with_name("ifeval"), "--version", cwd=cwd).startswith("ifeval ")
    return Path(run(python, "-c", "import ifeval; print(ifeval.__file__)", cwd=cwd).strip())


def holds_the_package(wheel: Path) -> None:
    names = Counter(zipfile.ZipFile(wheel).namelist())
    assert max(names.values()) == 1
    inside = {name for name in names if name.startswith("ifeval/") and not name.startswith("ifeval/_baselines/")}
    assert inside == tracked()
    assert any(name.startswith("ifeval/_baselines/") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0] for name in names if not name.startswith("ifeval_harness-")} == {"ifeval"}


def test_the_wheel_holds_the_package_its_tasks_and_its_licence(wheel: Path) -> None:
    assert wheel.name.startswith("ifeval_harness-")
    holds_the_package(wheel)


def test_the_sdist_holds_each_task_once_and_builds_the_same_wheel(sdist: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = Counter(name.partition("/")[2] for name in archive.getnames())
    assert max(names.values()) == 1
    assert tracked() <= set(names)
    assert not [name for name in names if name.startswith("tasks/") or "__pycache__" in name]
    holds_the_package(build(sdist, tmp_path))


def test_the_wheel_in_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
    python = environment(tmp_path / "env")
    run(python, "-m", "pip", "install", "--no-deps", "--no-index", wheel, cwd=tmp_path)
    imported = check(python, tmp_path)
    assert imported.is_relative_to(tmp_path)
    assert (imported.parent / "tasks").is_dir()


def test_an_editable_install(tmp_path: Path) -> None:
    python = environment(tmp_path / "env")
    install = ("-m", "pip", "install", "--no-deps", "--no-index", "--no-build-isolation", "--editable", ROOT)
    run(python, *install, cwd=tmp_path)
    assert check(python, tmp_path) == ROOT / "ifeval" / "__init__.py"


@pytest.mark.network
def test_the_extra_cuda_resolves(tmp_path: Path) -> None:
    resolve = (sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-")
    report = run(*resolve, f"{ROOT}[cuda]", cwd=tmp_path)
    assert '"name": "vllm"' in report or '"name":"vllm"' in report
