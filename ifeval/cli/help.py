"""How the verbs are listed: each with its whole first sentence, never cut."""

from typing import Any

import typer


class Verbs(typer.core.TyperGroup):
    """A group whose commands are listed with the first sentence of their help."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, first_sentence(one.help or "")) for name, one in commands if one is not None and not one.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def first_sentence(text: str) -> str:
    """The first sentence of a docstring on one line."""
    head, stop, _ = " ".join(text.split()).partition(". ")
    return head + "." * bool(stop)
