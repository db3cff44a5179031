"""All results of check.sh as one JSON file (OUT/summary.json) and as Markdown on standard output.

python benchmarks/gpu/table.py OUT
"""

import json
import sys
from pathlib import Path
from typing import Any

GIB = 1 << 30
Found = dict[str, Any]


def main() -> None:
    out = Path(sys.argv[1])
    found = {file.stem: json.loads(file.read_text()) for file in sorted((out / "results").glob("*.json"))}
    (out / "summary.json").write_text(json.dumps(found, indent=1))
    print("\n".join([*machine(found.get("environment", {})), *serving(found), *training(found), *others(found)]))


def machine(found: Found) -> list[str]:
    versions = ", ".join(f"{name} {version}" for name, version in found.get("versions", {}).items())
    return [f"Card: {found.get('card', 'not asked')}; CUDA {found.get('cuda')}; {versions}", ""]


def serving(found: Found) -> list[str]:
    """Both sides of each comparison with vLLM, and the ratio."""
    lines = ["| vLLM | tokens | tokens/s | whole process, s | ratio of tokens/s |", "|---|---|---|---|---|"]
    for size in ("8b", "small"):
        bare, ours = found.get(f"vllm-{size}-bare"), found.get(f"vllm-{size}-ours")
        ratio = f"{ours['tokens_per_second'] / bare['tokens_per_second']:.3f}" if bare and ours else ""
        for name, side in (("bare", bare), ("ifeval run", ours)):
            if side:
                shown = ratio if side is ours else ""
                speed = f"{side['tokens_per_second']:,.0f}"
                lines.append(f"| {size}, {name} | {side['tokens']:,} | {speed} | {side['seconds']:.1f} | {shown} |")
    return [*lines, ""]


def training(found: Found) -> list[str]:
    lines = ["| training | tokens/s | peak memory, GiB | whole process, s | last loss |", "|---|---|---|---|---|"]
    for name, side in found.items():
        if name.startswith("train-"):
            memory = max(side.get("peak_bytes", 0), side.get("reserved_bytes", 0)) / GIB
            last = side["losses"][-1] if side["losses"] else ""
            lines.append(
                f"| {name} | {side['tokens_per_second']:,.0f} | {memory:.1f} | {side['seconds']:.1f} | {last} |"
            )
    return [*lines, ""]


def others(found: Found) -> list[str]:
    """What has no table of its own, a line per part."""
    shown = [name for name in found if not name.startswith(("train-", "vllm-")) and name != "environment"]
    return [f"- {name}: {json.dumps(found[name])}" for name in shown]


if __name__ == "__main__":
    main()
