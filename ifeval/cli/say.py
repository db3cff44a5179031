"""Printing for people what may hold a stranger's text: names, reasons and replies of stored runs, words of servers."""

from ifeval.util.text import for_terminal


def say(text: str) -> None:
    """One or several lines on standard output, which no terminal and no CI log obeys."""
    print(for_terminal(text), flush=True)
