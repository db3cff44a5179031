"""Looking at other processes through /proc."""

from pathlib import Path


def command_lines() -> dict[int, str]:
    """The words of every process by its id; of a Ray worker, what it calls itself."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            found[int(folder.name)] = (folder / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
        except OSError:
            continue
    return found


def descends(pid: int, ancestor: int) -> bool:
    """Is `ancestor` among the parents of `pid`?"""
    while pid > 1:
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            return False
        if pid == ancestor:
            return True
    return False


def alive(pid: int) -> bool:
    """Does `pid` still run? A zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
