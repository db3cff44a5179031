"""How fast are IFEval replies scored, beside the official scorer, and are the verdicts the same?

    python benchmarks/scoring.py --official DIR --official-python PYTHON --data input_data.jsonl --replies replies.jsonl

DIR is put on the path of PYTHON and holds `lm_eval/tasks/ifeval` (the official checkers as lm-eval carries them); PYTHON
is of an environment with nltk==3.9.2, its punkt_tab data (NLTK_DATA), langdetect, immutabledict and packaging.
Replies are {prompt, response} lines. Both sides score all of them strict and loose on one core, in turns, `--rounds`
times; language profiles, sentence parameters and modules are loaded before the clock starts. The ratio is of the least
processor time, which other work on the machine disturbs little.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

OFFICIAL = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
import langdetect
from lm_eval.tasks.ifeval import utils
langdetect.DetectorFactory.seed = 0
langdetect.detect("A warm-up.")
utils.instructions_registry.instructions.instructions_util.count_sentences("A warm-up. Another.")
work = [(utils.InputExample(**row), reply) for row, reply in json.load(open(sys.argv[2]))]
start = time.process_time()
out = [
    [utils.test_instruction_following_strict(row, reply).follow_instruction_list,
     utils.test_instruction_following_loose(row, reply).follow_instruction_list]
    for row, reply in work
]
print(json.dumps({"seconds": time.process_time() - start, "verdicts": out}))
"""

OURS = """
import json, sys, time
from ifeval.checks import CHECKS, check
from ifeval.checks.verify import verify
check("language:response_language", "A warm-up.", {"language": "en"})
check("length_constraints:number_sentences", "A warm-up. Another.", {"num_sentences": 1, "relation": "at least"})
check("keywords:existence", "A warm-up.", {"keywords": ["[a]"]})
work = [(list(zip(row["instruction_id_list"], row["kwargs"])), reply) for row, reply in json.load(open(sys.argv[1]))]
start = time.process_time()
scores = [verify(reply, instructions, CHECKS) for instructions, reply in work]
seconds = time.process_time() - start
print(json.dumps({"seconds": seconds, "verdicts": [[score.strict, score.loose] for score in scores]}))
"""


def main() -> None:
    options = _options()
    rows = {row["prompt"]: row for row in _lines(options.data)}
    work = [(rows[line["prompt"]], line["response"]) for line in _lines(options.replies) if line["prompt"] in rows]
    official, ours = [], []
    with TemporaryDirectory() as folder:
        file = Path(folder, "work.json")
        file.write_text(json.dumps(work))
        for _ in range(options.rounds):
            official.append(_run(options.official_python, OFFICIAL, str(options.official), str(file)))
            ours.append(_run(sys.executable, OURS, str(file)))
    slow, fast = (min(run["seconds"] for run in runs) for runs in (official, ours))
    pairs = list(zip(official[0]["verdicts"], ours[0]["verdicts"], strict=True))
    differing = sum(
        a != b for theirs, mine in pairs for kind in (0, 1) for a, b in zip(theirs[kind], mine[kind], strict=True)
    )
    print(f"{len(work)} replies, strict and loose, {options.rounds} rounds on one core")
    print(f"official {slow:.2f} s, ifeval with reasons {fast:.2f} s: {slow / fast:.1f}x faster")
    print(f"verdicts that differ: {differing} (keys 1122 and 1129 are random in the official scorer)")


def _run(python: str, code: str, *arguments: str) -> dict:
    done = subprocess.run([python, "-c", code, *arguments], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{python} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--official", type=Path, required=True, help="folder holding lm_eval/tasks/ifeval")
    parser.add_argument("--official-python", required=True, help="python of the official scorer's environment")
    parser.add_argument("--data", type=Path, required=True, help="IFEval's input_data.jsonl")
    parser.add_argument("--replies", type=Path, required=True, help="JSONL of {prompt, response}")
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
