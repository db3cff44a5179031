"""Rows a second of the BFCL decoder and checker on one core, beside the official one, and whether they agree.

    python benchmarks/bfcl_check.py [--rows golden_ast.jsonl] [--data bfcl_eval/data]
        [--official DIR --official-python PYTHON] [--rounds 5]

DIR is an unpacked wheel of bfcl-eval 2026.3.23; PYTHON is of a throw-away environment with tree_sitter==0.21.3,
tree-sitter-java==0.21.0, tree-sitter-javascript==0.21.4, tenacity and filelock (the vendors' SDKs that bfcl-eval asks
for are not needed to score, and are stubbed). Both sides judge all rows with the data loaded beforehand, in turns; the
ratio is of the medians of processor time.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from ifeval.registry import datasets

ROOT = Path(__file__).resolve().parent.parent

OURS = """
import json, sys, time
from pathlib import Path
from ifeval.tool_calls.bfcl import SINGLE_TURN, judge_row, load
folder = Path(sys.argv[2])
rows = [json.loads(line) for line in open(sys.argv[1])]
for category in SINGLE_TURN:
    load(folder, category)
start = time.process_time()
judged = [judge_row(folder, row, "row") for row in rows]
seconds = time.process_time() - start
print(json.dumps({"seconds": seconds, "judged": [[found.valid, found.error_type] for found in judged]}))
"""

OFFICIAL = """
import json, sys, time, types, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, sys.argv[3])
def stub(name, **content):
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(content)
class Config:
    def __init__(self, dots):
        self.underscore_to_dot = dots
stub("bfcl_eval.constants.model_config", MODEL_CONFIG_MAPPING={"prompt": Config(False), "native": Config(True)})
stub("bfcl_eval.constants.executable_backend_config", MULTI_TURN_FUNC_DOC_FILE_MAPPING={})
from pathlib import Path
from bfcl_eval.constants.enums import Language, ReturnFormat
from bfcl_eval.eval_checker.ast_eval.ast_checker import ast_checker
from bfcl_eval.model_handler.utils import default_decode_ast_prompting as decode
from bfcl_eval.utils import is_empty_output, is_function_calling_format_output
LANGUAGE = {"simple_java": Language.JAVA, "simple_javascript": Language.JAVASCRIPT}
folder, known = Path(sys.argv[2]), {}
def lines(file):
    return [json.loads(line) for line in open(file)] if file.exists() else []
def load(category):
    name = f"BFCL_v4_{category}.json"
    answers = {row["id"]: row["ground_truth"] for row in lines(folder / "possible_answer" / name)}
    return {row["id"]: (row["function"], answers.get(row["id"])) for row in lines(folder / name)}
def judge(row):
    category = row["category"]
    functions, answer = known[category][row["id"]]
    try:
        found = decode(row["model_output"], ReturnFormat(row.get("return_format", "python")), False)
    except Exception:
        found = None
    if "relevance" in category:
        called = found is not None and not is_empty_output(found)
        if "irrelevance" in category:
            return [not called, "irrelevance_error:decoder_success" if called else None]
        return [called, None if called else "relevance_error:decoder_failed"]
    if found is None:
        return [False, "ast_decoder:decoder_failed"]
    if not is_function_calling_format_output(found):
        return [False, "ast_decoder:decoder_wrong_output_format"]
    model = "native" if row.get("underscore_to_dot") else "prompt"
    result = ast_checker(functions, found, answer, LANGUAGE.get(category, Language.PYTHON), category, model)
    return [result["valid"], None if result["valid"] else result["error_type"]]
rows = lines(Path(sys.argv[1]))
for category in {row["category"] for row in rows}:
    known[category] = load(category)
start = time.process_time()
judged = [judge(row) for row in rows]
print(json.dumps({"seconds": time.process_time() - start, "judged": judged}))
"""


def main() -> None:
    options = _options()
    if options.rows is None or options.data is None or not options.rows.is_file():
        print("BFCL: no rows or no data here (--rows, --data); nothing measured.")
        return
    rows = str(options.rows)
    ours, official = [], []
    for _ in range(options.rounds):
        ours.append(_run(sys.executable, OURS, rows, str(options.data)))
        if options.official:
            official.append(_run(options.official_python, OFFICIAL, rows, str(options.data), str(options.official)))
    mine = _report("ifeval", ours)
    if official:
        theirs = _report("official", official)
        pairs = list(zip(ours[0]["judged"], official[0]["judged"], strict=True))
        print(f"the same verdict and error type: {sum(one == other for one, other in pairs)} of {len(pairs)}")
        print(f"ratio ifeval / official, processor time: {mine / theirs:.3f}")


def _run(python: str, code: str, *arguments: str) -> dict:
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run([python, "-c", code, *arguments], capture_output=True, text=True, env=environment, cwd=ROOT)
    if done.returncode:
        sys.exit(f"{python} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _report(name: str, runs: list[dict]) -> float:
    """Print the median and return its seconds."""
    seconds, count = median(run["seconds"] for run in runs), len(runs[0]["judged"])
    print(
        f"{name}: {count:,} rows in {seconds:.2f} s of processor time, {count / seconds:,.0f} rows a second on one core"
    )
    return seconds


def _options() -> argparse.Namespace:
    golden = Path(os.environ.get("IFEVAL_TEST_DATA", ROOT.parent / "shared" / "data")) / "bfcl" / "golden_ast.jsonl"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path, default=golden)
    parser.add_argument("--data", type=Path, default=datasets.path("bfcl"))
    parser.add_argument("--official", type=Path)
    parser.add_argument("--official-python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
