"""ifeval: does this checkpoint follow instructions, and is it worse than the one you shipped?

    import ifeval

    run = ifeval.evaluate("models/smollm2-135m-instruct", tasks="format", limit=50)
    run.tasks["format"].primary          # an interval
    run.samples                          # a pandas frame, one row per reply
    decision = ifeval.gate(run, baseline="release-1")

docs/python.md walks through it. Nothing heavy is imported here.
"""

from importlib.metadata import PackageNotFoundError, version

from ifeval.api import compare, evaluate, gate, load_run, plot, sft

try:
    __version__ = version("ifeval-harness")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0+unknown"

__all__ = ["__version__", "compare", "evaluate", "gate", "load_run", "plot", "sft"]
