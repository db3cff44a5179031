"""Lists as people write them: in one text, with commas."""


def names(*values: str | None) -> tuple[str, ...]:
    """The names between the commas of all `values`; what is empty or None gives none."""
    return tuple(name.strip() for value in values for name in (value or "").split(",") if name.strip())
