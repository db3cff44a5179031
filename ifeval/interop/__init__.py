"""Results of other tools as runs of ours: one file per format, `importing` finds the format, `writing` makes the run."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ifeval.interop.lightning_callback import LightningCallback
    from ifeval.interop.trainer_callback import TrainerCallback

__all__ = ["LightningCallback", "TrainerCallback"]


def __getattr__(name: str) -> Any:
    """The callbacks, whose trainers are imported when they are asked for."""
    if name == "TrainerCallback":
        from ifeval.interop.trainer_callback import TrainerCallback

        return TrainerCallback
    if name == "LightningCallback":
        from ifeval.interop.lightning_callback import LightningCallback

        return LightningCallback
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
