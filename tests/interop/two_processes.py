"""What `test_training.py` starts with torchrun: one evaluation, then one that fails in the first process alone.

Arguments: the folder for the runs, a file of cases.
"""

import sys
from pathlib import Path

from torch import distributed

from ifeval.errors import UserError
from ifeval.interop.training import Evaluations
from tests.interop.test_training import network, tokenizer

distributed.init_process_group("gloo")
rank = distributed.get_rank()
evaluations = Evaluations(Path(sys.argv[1]) / "ifeval", None, sys.argv[2], "smoke", None, "live", {"max_tokens": 2})
print(f"rank {rank}: {sorted(evaluations.evaluate(0, network(), tokenizer()).metrics.items())}", flush=True)


def broken(*_: object) -> None:
    raise UserError("the error of one")


evaluations._run = broken  # type: ignore[method-assign, assignment]
try:
    evaluations.evaluate(1, network(), tokenizer())
except UserError as error:
    print(f"rank {rank}: raised: {error}", flush=True)
distributed.destroy_process_group()
