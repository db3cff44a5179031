"""What a model is called, or says, can neither drive a terminal nor a CI log nor a markdown page."""

from ifeval.util.tables import short_name
from ifeval.util.text import for_terminal, markdown_escaped, one_line, visible


def test_terminal_escapes_become_visible() -> None:
    assert visible("\x1b[31mred\x07") == "‹U+001B›[31mred‹U+0007›"
    assert "\x1b" not in short_name("models/\x1b]0;owned\x07x")


def test_no_line_begins_as_a_ci_command() -> None:
    assert not one_line("::error title=x::owned").startswith("::")
    assert not one_line("  \n::set-output name=x::y").startswith("::")
    assert not short_name("::error::x").startswith("::")


def test_several_lines_drive_neither() -> None:
    shown = for_terminal("a\x1b[2J\n::error::x\n  ::warning::y\nb::c")
    assert shown == "a‹U+001B›[2J\n: :error::x\n  : :warning::y\nb::c"


def test_markdown_stays_text() -> None:
    shown = markdown_escaped("| a | <img src=x> [l](http://x) `c` # h @someone\n* b")
    assert "\n" not in shown
    assert markdown_escaped("prompt_strict") == "prompt_strict"
    assert "<" not in shown
    for mark in "|>[]`#@*":
        assert shown.count(mark) == shown.count(f"\\{mark}")
