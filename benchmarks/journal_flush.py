"""What flushing the journal to the disk costs: rows per second without it, by group as the harness does, and per row.

python benchmarks/journal_flush.py [--rows 20000] [--folder .]
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

from ifeval.runs import journal

REPLY = {"key": "0" * 64, "raw": "word " * 300, "messages": [{"role": "user", "content": "say it " * 60}]}
WAYS = {"never": float("inf"), "by group": journal.FLUSH_SECONDS, "every row": 0.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, default=Path(), help="A folder on the disk to be measured.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        for name, seconds in WAYS.items():
            journal.FLUSH_SECONDS = seconds
            rows = options.rows if seconds else options.rows // 10
            took, flushes = measure(Path(scratch) / f"{name}.jsonl", rows)
            print(
                f"{name:<10} {rows / took:>9,.0f} rows per second, {1e6 * took / rows:>7,.1f} us per row, {flushes} flushes"
            )


def measure(path: Path, rows: int) -> tuple[float, int]:
    """Seconds for `rows` appended rows and the close, and how many flushes there were."""
    real, flushes = os.fdatasync, 0

    def counted(file: int) -> None:
        nonlocal flushes
        flushes += 1
        real(file)

    os.fdatasync = counted
    try:
        started = time.perf_counter()
        log = journal.AppendLog(path)
        for _ in range(rows):
            log.append(REPLY)
        if float("inf") != journal.FLUSH_SECONDS:
            log.close()
        return time.perf_counter() - started, flushes
    finally:
        os.fdatasync = real


if __name__ == "__main__":
    main()
