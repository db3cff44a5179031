"""Classes that a person names on the command line: `package.module:Class`."""

import importlib
import sys
from pathlib import Path
from typing import Any


def import_named(name: str) -> Any:
    """What `package.module:Class` names; a module in the current folder is found after the installed ones.

    Raises ImportError, AttributeError, and whatever the module raises.
    """
    module, _, attribute = name.partition(":")
    here = str(Path.cwd())
    found = here in sys.path  # `python -m ifeval` has it there, the script `ifeval` has not
    if not found:
        sys.path.append(here)
    try:
        return getattr(importlib.import_module(module), attribute)
    finally:
        if not found:
            sys.path.remove(here)
