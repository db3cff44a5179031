"""Engines behind one streaming protocol; `open_engine` chooses by what `--model` names and what is installed."""

import hashlib

from ifeval.engines.base import Engine, Workload
from ifeval.engines.machine import installed
from ifeval.engines.scripted import scripted_engine
from ifeval.errors import UserError
from ifeval.models.prompts import Chat
from ifeval.models.resolve import Model, resolve
from ifeval.runs.options import RunOptions

__all__ = ["Engine", "Workload", "open_engine", "open_model"]


def open_model(options: RunOptions) -> Model:
    """What `--model` names, checked. A scripted model is its specification."""
    if is_scripted(options.model):
        digest = hashlib.sha256(options.model.encode()).hexdigest()
        return Model(name=options.model, kind="scripted", fingerprint=digest)
    return resolve(
        options.model,
        adapter=options.adapter,
        base_urls=options.base_urls,
        trust_remote_code=options.trust_remote_code,
    )


def open_engine(options: RunOptions, model: Model, chat: Chat) -> Engine:
    """The engine of a run, not yet loaded. Raises UserError where none that fits is installed."""
    if model.kind == "scripted":
        return scripted_engine(options.model, chat.dialect)
    if model.kind == "server":
        from ifeval.engines.server.engine import ServerEngine

        return ServerEngine(model, chat, options.engine_args)
    choice = options.engine
    if choice == "auto":
        choice = "vllm" if installed("vllm") else "transformers"
    if choice == "ray" and not installed("ray"):
        raise UserError("--engine ray: ray is not installed; pip install 'ifeval-harness[ray]' beside [cuda] or [cpu].")
    if not installed("vllm" if choice == "ray" else choice):
        raise UserError(
            f"--engine {choice}: {choice} is not installed; pip install 'ifeval-harness[cuda]' on an NVIDIA GPU, "
            "'ifeval-harness[cpu]' without one, or 'ifeval-harness[transformers]'."
        )
    if choice == "vllm":
        from ifeval.engines.vllm import VllmEngine

        return VllmEngine(model, chat, options.engine_args, options.trust_remote_code)
    if choice == "ray":
        from ifeval.engines.ray import RayEngine

        return RayEngine(model, chat, options.engine_args, options.trust_remote_code, options.ray_address)
    from ifeval.engines.transformers import TransformersEngine

    return TransformersEngine(model, chat, options.trust_remote_code)


def is_scripted(model: str) -> bool:
    """Does `--model` name a script or a replay?"""
    return model.startswith(("scripted:", "replay:"))
