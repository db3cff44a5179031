"""What action.yml runs after the gate: its verdict as a comment on the pull request, the same one at every push.

Needs nothing but Python. Where the token may not write (a pull request from a fork) a warning is all that happens.
"""

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LONGEST = 60_000
"""Characters; GitHub takes 65,536."""
MOST_PAGES = 30


def main() -> None:
    marker = f"<!-- ifeval gate, {os.environ['BASELINE'].replace('--', '- -')} -->"
    comments = f"repos/{os.environ['GITHUB_REPOSITORY']}/issues/{int(os.environ['PULL_REQUEST'])}/comments"
    body = f"{marker}\n{verdict(Path(os.environ['REPORT']))}"
    try:
        known = next((one["id"] for one in existing(comments) if str(one["body"]).startswith(marker)), None)
        if known is None:
            call("POST", comments, {"body": body})
        else:
            call("PATCH", f"repos/{os.environ['GITHUB_REPOSITORY']}/issues/comments/{known}", {"body": body})
    except (OSError, ValueError, KeyError) as error:
        print(f"::warning title=ifeval gate::The comment could not be written: {str(error).splitlines()[0]}")


def verdict(report: Path) -> str:
    if not report.is_file():
        return "### The gate gave no verdict; the job's log says why."
    text = report.read_text(encoding="utf-8")
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n\nThe rest is in the job's summary."


def existing(comments: str) -> Iterator[dict[str, Any]]:
    for page in range(1, MOST_PAGES + 1):
        found = call("GET", f"{comments}?per_page=100&page={page}")
        yield from found
        if len(found) < 100:
            return


def call(method: str, path: str, body: dict[str, str] | None = None) -> Any:
    request = urllib.request.Request(
        f"{os.environ.get('GITHUB_API_URL', 'https://api.github.com')}/{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={"Authorization": f"Bearer {os.environ['TOKEN']}", "Accept": "application/vnd.github+json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


if __name__ == "__main__":
    sys.exit(main())
