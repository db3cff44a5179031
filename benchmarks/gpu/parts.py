"""One part of check.sh: does something on this machine and writes what it measured to OUT/results/PART.json.

python benchmarks/gpu/parts.py PART OUT
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import rows
import shapes
from processes import engine_starts, kill_when, wait_for

HERE = Path(__file__).resolve().parent
TINY = os.environ.get("SIZES") == "tiny"
LARGE, SMALL = ("tiny", "tiny") if TINY else ("8b", "small")
REPLY_TOKENS = 8 if TINY else 400  # about as long as an 8B model's mean reply to these prompts
LENGTH, STEPS = (256, 4) if TINY else (4096, 20)
PER_ROW = 2 if TINY else 10
"""About as many of the made-up examples as a packed row of LENGTH tokens holds."""
ROWS = 1 if TINY else 4  # of a step of the small shape
WARM_UP = 2
LIMIT = 2 if TINY else 100
BUDGET = 8 if TINY else 40
RECOUNT = 4  # a thought's tokens are counted anew from its text
THINKS = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}"
)
CPU_RUN = Path(os.environ.get("CPU_RUN", HERE.parents[1] / "results" / "summaries" / "greedy"))

Found = dict[str, Any]


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # cut at its time limit, a part ends what it started
    part, out = sys.argv[1], Path(sys.argv[2]).resolve()
    started = time.monotonic()
    found = PARTS[part](out)
    target = out / "results" / f"{part}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(found | {"part_seconds": round(time.monotonic() - started, 1)}, indent=1))


def environment(out: Path) -> Found:
    """What the machine is, and what `ifeval doctor` says of it."""
    query = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
    try:
        card = subprocess.run(query, capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        card = ""
    doctor = subprocess.run([sys.executable, "-m", "ifeval", "doctor"], capture_output=True, text=True, check=False)
    print(doctor.stdout, doctor.stderr)
    import torch

    from ifeval.finetuning.training.attention import varlen_works
    from ifeval.runs.manifest import libraries

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return {
        "card": card or "none",
        "cores": os.cpu_count(),
        "cuda": torch.version.cuda,
        "versions": libraries(),
        "doctor": doctor.stdout.splitlines(),
        "varlen_attention": device.type == "cuda" and varlen_works(device),
    }


def vllm_bare(shape: str, out: Path) -> Found:
    """`vllm.LLM.chat` and nothing else on the 541 prompts."""
    command = [sys.executable, str(HERE.parent / "bare_vllm.py"), *served(shape, out), prompts(), limit()]
    said, seconds = timed([*command, str(REPLY_TOKENS), *(["--load-format", "dummy"] if made_up(shape) else [])])
    found = last_json(said)
    return found | {"seconds": seconds, "tokens_per_second": found["tokens"] / found["generate_seconds"]}


def vllm_ours(shape: str, out: Path) -> Found:
    """`ifeval run` on the same prompts, scored and written."""
    run = fresh(out / "runs" / f"ours-{shape}")
    dummy = ["--engine-arg", "load_format=dummy"] if made_up(shape) else []
    _, seconds = timed([
        *ifeval("run", "--model", *served(shape, out), "--tasks", "ifeval", "--data", f"ifeval={prompts()}"),
        *("--limit", limit(), "--max-tokens", str(REPLY_TOKENS), "--no-cache", "--out", str(run)),
        *("--engine-arg", "max_model_len=4096", *dummy),
    ])  # fmt: skip
    return scores(run) | {"seconds": seconds}


def train_large(out: Path, *flags: str) -> Found:
    """Steps of the large shape with the settings that save memory."""
    data = rows.write(out / f"rows-{LENGTH}.jsonl", 40 if TINY else 1000, 20 if TINY else 250)
    folder = shapes.make(LARGE, tokenizer(), out / "models" / LARGE)
    command = [sys.executable, str(HERE / "train_shape.py"), str(folder), str(data), str(fresh(out / "trained"))]
    common = [
        f"max_length={LENGTH}",
        f"max_steps={STEPS}",
        f"batch={2 * PER_ROW}",
        "precision=bf16",
        "weights=bf16",
        "compile=true",
    ]
    said, seconds = timed([*command, *common, *flags])
    return summed(last_json(said)) | {"seconds": seconds}


def train_small(out: Path, *flags: str) -> Found:
    """`ifeval sft` on the small shape, from loading to the written checkpoint."""
    folder, data = small(out)
    trained = fresh(out / "trained")
    _, seconds = timed(sft(folder, data, trained, *flags))
    found = {"steps": [json.loads(line) for line in (trained / "training" / "log.jsonl").read_text().splitlines()]}
    record = json.loads((trained / "ifeval_sft.json").read_text())["training"]
    choices = ("precision", "weights", "attention", "compiled", "isolation_error", "merge_error")
    kept = {name: record[name] for name in choices}
    return summed(found | kept | {"peak_bytes": record["peak_memory_bytes"]}) | {"seconds": seconds}


def train_small_trl(out: Path, packed: str) -> Found:
    """TRL's SFTTrainer on the same rows of the same shape."""
    folder, data = small(out)
    script = [sys.executable, str(HERE.parent / "trl_peer.py"), str(folder), str(data), str(fresh(out / "trained"))]
    said, seconds = timed([*script, str(LENGTH), "1", str(STEPS), "bf16", packed, str(ROWS)])
    found = last_json(said)
    return summed({"steps": found["steps"], "peak_bytes": found["peak_memory_bytes"]}) | {"seconds": seconds}


def resume(out: Path) -> Found:
    """A training that is ended by SIGTERM and resumed, against one that was not: the losses of both."""
    folder, data = small(out)
    whole, cut = fresh(out / "trained"), fresh(out / "resumed")
    steps = 60 if TINY else STEPS  # a few steps of the tiny shape are over before a signal arrives
    timed(sft(folder, data, whole, steps=steps))
    log = cut / "training" / "log.jsonl"
    child = subprocess.Popen(sft(folder, data, cut, steps=steps))
    try:
        wait_for(lambda: log.is_file() and log.read_text().count("\n") >= STEPS // 2, 500 if TINY else 80)
        child.send_signal(signal.SIGTERM)
        code = child.wait(60)
    finally:
        child.kill()
    timed([*sft(folder, data, cut, steps=steps), "--resume"])
    one, other = ([json.loads(line)["loss"] for line in (f / "training" / "log.jsonl").open()] for f in (whole, cut))
    apart = max(abs(a - b) for a, b in zip(one, other, strict=True))
    return {"interrupted_with": code, "steps": len(other), "largest_difference_of_a_loss": apart}


def quality(out: Path) -> Found:
    """The default suite on the real model, beside the recorded run on a CPU: same tasks, same versions, same settings."""
    run = fresh(out / "runs" / "quality")
    few = ["--limit", str(LIMIT)] if TINY else []
    _, seconds = timed([*ifeval("run", "--model", model(), "--no-cache", *few, "--out", str(run)), *shared()])
    there, here = (json.loads((folder / "summary.json").read_text())["tasks"] for folder in (CPU_RUN, run))
    agreement = {}
    for name, ours in here.items():
        if name in there and there[name]["version"] == ours["version"]:
            theirs, value = there[name]["metrics"][ours["primary"]], ours["metrics"][ours["primary"]]["value"]
            within = theirs["low"] <= value <= theirs["high"]
            agreement[name] = {"cpu": theirs["value"], "gpu": value, "within_its_interval": within}
    return scores(run) | {"seconds": seconds, "against_cpu": agreement}


def constrained(out: Path) -> Found:
    """Replies held to their schema."""
    run = fresh(out / "runs" / "constrained")
    asked = ("--tasks", "structured", "--limit", str(LIMIT // 2), "--constrain", "--no-cache", "--out", str(run))
    _, seconds = timed([*ifeval("run", "--model", model(), *asked), *shared()])
    return scores(run) | {"seconds": seconds}


def adapter(out: Path) -> Found:
    """A LoRA adapter that training writes, served: the replies differ from the base's."""
    from ifeval import load_run

    data = rows.write(out / "rows-adapter.jsonl", 40, 20)
    trained = fresh(out / "adapter")
    timed([
        *ifeval("sft", "--model", model(), "--data", str(data), "--out", str(trained), "--lora", "8"),
        *("--keep-adapter", "--learning-rate", "0.01", "--max-steps", "4", "--batch", "2", "--max-length", "512"),
    ])  # fmt: skip
    asked = ("--tasks", "zero_shot", "--limit", str(LIMIT // 2), "--no-cache", *shared())
    runs = [fresh(out / "runs" / name) for name in ("base", "adapted")]
    timed([*ifeval("run", "--model", model(), *asked), "--out", str(runs[0])])
    _, seconds = timed([*ifeval("run", "--model", model(), "--adapter", str(trained), *asked), "--out", str(runs[1])])
    base, adapted = (list(load_run(run).samples["reply"]) for run in runs)
    return {
        "seconds": seconds,
        "different_replies": sum(a != b for a, b in zip(base, adapted, strict=True)) / len(base),
    }


def thinking(out: Path) -> Found:
    """A template that opens `<think>`: a thought that reaches the budget is ended there, and an answer follows."""
    from transformers import AutoTokenizer

    from ifeval import load_run

    run, template = fresh(out / "runs" / "thinking"), out / "thinking.jinja"
    template.write_text(THINKS)
    asked = ("--tasks", "zero_shot", "--limit", str(max(4, LIMIT // 2)), "--no-cache", "--sampling", "greedy")
    room = ("--max-tokens", "16" if TINY else "64", "--thinking-budget", str(BUDGET), "--chat-template", str(template))
    _, seconds = timed([*ifeval("run", "--model", model(), *asked, *room, "--out", str(run)), *shared()])
    replies, words = load_run(run).samples, AutoTokenizer.from_pretrained(str(tokenizer()))
    lengths = [len(words.encode(text, add_special_tokens=False)) for text in replies["reasoning"].dropna()]
    unclosed = replies[replies["unclosed_reasoning"]]
    found = {
        "seconds": seconds,
        "replies": len(replies),
        "thoughts_ended": len(replies) - len(unclosed),
        "stopped_by_themselves": int((unclosed["finish_reason"] == "stop").sum()),
        "longest_thought": max(lengths, default=0),
        "answered": int((replies["answer"].fillna("").str.strip() != "").sum()),
    }
    ended = found["thoughts_ended"] + found["stopped_by_themselves"]
    within = ended == len(lengths) == len(replies) and found["longest_thought"] <= BUDGET + RECOUNT
    if not within or not found["answered"]:
        sys.exit(f"thoughts are not held to {BUDGET} tokens: {found}")
    return found


def killed(out: Path) -> Found:
    """kill -9 while the engine starts and while it generates: no process is left, and the same command goes on."""
    run = fresh(out / "runs" / "killed")
    folder = shapes.make(SMALL, tokenizer(), out / "models" / SMALL)
    command = [
        *ifeval("run", "--model", str(folder), "--tasks", "zero_shot", "--limit", "2000"),
        *("--max-tokens", "64", "--no-cache", "--engine-arg", "load_format=dummy", "--out", str(run), *shared()),
    ]
    journal = run / "responses.jsonl"
    found = {
        "starting": kill_when(command, engine_starts),
        "generating": kill_when(command, lambda _: journal.is_file() and journal.stat().st_size > 0),
    }
    _, seconds = timed(command)
    return found | {"resumed_in": seconds} | scores(run)


def transformers(out: Path) -> Found:
    """The engine that stands in where vLLM is not installed."""
    run = fresh(out / "runs" / "transformers")
    asked = ("--tasks", "zero_shot", "--limit", str(max(2, LIMIT // 4)), "--no-cache", "--out", str(run))
    _, seconds = timed([*ifeval("run", "--model", model(), "--engine", "transformers", *asked)])
    return scores(run) | {"seconds": seconds}


def ifeval(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "ifeval", *arguments]


def sft(folder: Path, data: Path, out: Path, *flags: str, steps: int = STEPS) -> list[str]:
    """The command line of a training of the small shape: about the tokens per step that TRL gets."""
    examples = ROWS if "--no-packing" in flags else ROWS * PER_ROW
    return [
        *ifeval("sft", "--model", str(folder), "--data", str(data), "--out", str(out), "--precision", "bf16"),
        *("--max-length", str(LENGTH), "--batch", str(examples), "--rows", str(ROWS), "--max-steps", str(steps)),
        *flags,
    ]


def small(out: Path) -> tuple[Path, Path]:
    """The small shape with random weights, and rows for it."""
    folder = shapes.make(SMALL, tokenizer(), out / "models" / f"{SMALL}-weights", weights=True)
    return folder, rows.write(out / f"rows-small-{LENGTH}.jsonl", 60 if TINY else 1500, 20 if TINY else 250)


def served(shape: str, out: Path) -> list[str]:
    return [model() if shape == "real" else str(shapes.make(shape, tokenizer(), out / "models" / shape))]


def made_up(shape: str) -> bool:
    return shape != "real"


def shared() -> list[str]:
    """ENGINE_ARGS, words of k=v, for parts that may run beside others."""
    return [word for pair in os.environ.get("ENGINE_ARGS", "").split() for word in ("--engine-arg", pair)]


def model() -> str:
    return os.environ["MODEL"]


def tokenizer() -> Path:
    return Path(os.environ.get("TOKENIZER") or model())


def prompts() -> str:
    return os.environ["IFEVAL"]


def limit() -> str:
    return "4" if TINY else "541"


def fresh(folder: Path) -> Path:
    """`folder`, which is not there."""
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    return folder


def timed(command: Sequence[str]) -> tuple[str, float]:
    """What a command writes to standard output, and the seconds it takes. Ends the part where it fails."""
    print("+", *command, file=sys.stderr, flush=True)
    started = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    seconds = time.monotonic() - started
    print(done.stdout)
    if done.returncode:
        sys.exit(f"exit status {done.returncode}")
    return done.stdout, round(seconds, 2)


def last_json(said: str) -> Found:
    return json.loads(next(line for line in reversed(said.splitlines()) if line.startswith("{")))


def summed(found: Found) -> Found:
    """Steps as totals: tokens per second after the warm-up, and the losses."""
    steps = found.pop("steps")
    counted = steps[WARM_UP:]
    speed = sum(step["tokens"] for step in counted) / sum(step["seconds"] for step in counted)
    losses = [round(step["loss"], 4) for step in steps if "loss" in step]
    first = sum(step["seconds"] for step in steps[:WARM_UP])
    return {"tokens_per_second": speed, "warm_up_seconds": first, "losses": losses, **found}


def scores(run: Path) -> Found:
    """Scores and speed of a run."""
    summary, manifest = (json.loads((run / name).read_text()) for name in ("summary.json", "run.json"))
    found = {name: task["metrics"][task["primary"]]["value"] for name, task in summary["tasks"].items()}
    engine = summary["engine"]
    return {
        "scores": found,
        "tokens": engine["generated_tokens"],
        "tokens_per_second": engine["tokens_per_second"],
        "phases": manifest["phases"],
        "engine": engine["name"],
    }


PARTS: dict[str, Callable[[Path], Found]] = {
    "environment": environment,
    "vllm-8b-bare": lambda out: vllm_bare(LARGE, out),
    "vllm-8b-ours": lambda out: vllm_ours(LARGE, out),
    "train-8b-lora": lambda out: train_large(out, "lora=16"),
    "train-8b-full": lambda out: train_large(out, "gradient_checkpointing=true"),
    "train-small-compiled": lambda out: train_small(out, "--compile"),
    "train-small-trl": lambda out: train_small_trl(out, "packed"),
    "train-small": lambda out: train_small(out),
    "train-small-lora": lambda out: train_small(out, "--lora", "16", "--compile"),
    "train-small-unpacked": lambda out: train_small(out, "--no-packing"),
    "train-8b-lora-checkpointed": lambda out: train_large(out, "lora=16", "gradient_checkpointing=true"),
    "train-8b-lora-liger": lambda out: train_large(out, "lora=16", "gradient_checkpointing=true", "liger=true"),
    "train-small-liger": lambda out: train_small(out, "--liger"),
    "train-small-4bit": lambda out: train_small(out, "--weights", "4bit", "--lora", "16"),
    "train-small-trl-unpacked": lambda out: train_small_trl(out, "unpacked"),
    "resume": resume,
    "quality": quality,
    "constrained": constrained,
    "adapter": adapter,
    "thinking": thinking,
    "killed": killed,
    "vllm-small-bare": lambda out: vllm_bare("real", out),
    "vllm-small-ours": lambda out: vllm_ours("real", out),
    "transformers": transformers,
}

if __name__ == "__main__":
    main()
