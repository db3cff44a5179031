"""Engines behind one streaming protocol; `open_engine` chooses by what `--model` names and what is installed."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from ifeval.engines.base import Engine, Workload
from ifeval.engines.machine import installed
from ifeval.engines.plugins import plugin_engine
from ifeval.engines.scripted import scripted_engine
from ifeval.errors import UserError
from ifeval.models.prompts import Chat
from ifeval.models.resolve import Model, resolve

__all__ = ["Engine", "Workload", "open_engine", "open_model"]


def open_model(
    model: str,
    adapter: str | None = None,
    base_urls: Sequence[str] = (),
    trust_remote_code: bool = False,
    chat_template: str | None = None,
) -> Model:
    """What `--model` names, checked. A scripted model is its specification."""
    if is_scripted(model):
        return Model(name=model, kind="scripted", fingerprint=hashlib.sha256(model.encode()).hexdigest())
    return resolve(
        model,
        adapter=adapter,
        base_urls=tuple(base_urls),
        trust_remote_code=trust_remote_code,
        chat_template=chat_template,
    )


def open_engine(
    model: Model,
    chat: Chat,
    engine: str = "auto",
    engine_args: Mapping[str, Any] | None = None,
    trust_remote_code: bool = False,
    ray_address: str | None = None,
) -> Engine:
    """The engine of a run, not yet loaded. Raises UserError where none that fits is installed."""
    arguments = dict(engine_args or {})
    if model.kind == "scripted":
        return scripted_engine(model.name, chat.dialect)
    if model.kind == "server":
        from ifeval.engines.server.engine import ServerEngine

        return ServerEngine(model, chat, arguments)
    own = plugin_engine(engine)
    if own is not None:
        return own(model, chat, arguments, trust_remote_code)
    choice = engine if engine != "auto" else "vllm" if installed("vllm") else "transformers"
    if choice == "ray" and not installed("ray"):
        raise UserError("--engine ray: ray is not installed; pip install 'ifeval-harness[ray]' beside [cuda] or [cpu].")
    if not installed("vllm" if choice == "ray" else choice):
        raise UserError(
            f"--engine {choice}: {choice} is not installed; pip install 'ifeval-harness[cuda]' on an NVIDIA GPU, "
            "'ifeval-harness[cpu]' without one, or 'ifeval-harness[transformers]'."
        )
    if choice == "vllm":
        from ifeval.engines.vllm import VllmEngine

        return VllmEngine(model, chat, arguments, trust_remote_code)
    if choice == "ray":
        from ifeval.engines.ray import RayEngine

        return RayEngine(model, chat, arguments, trust_remote_code, ray_address)
    from ifeval.engines.transformers import TransformersEngine

    return TransformersEngine(model, chat, trust_remote_code)


def is_scripted(model: str) -> bool:
    """Does `--model` name a script or a replay?"""
    return model.startswith(("scripted:", "replay:"))
