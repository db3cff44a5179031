"""The example that `ifeval cases init` writes."""

from pathlib import Path

EXAMPLE = Path(__file__).with_name("example.yaml")
