"""Structured replies: does the document parse, does it validate, are its values right. Three questions kept apart."""

from ifeval.structured.compare import Rules, differences
from ifeval.structured.documents import Parsed
from ifeval.structured.json_reply import read_json
from ifeval.structured.judge import FORMATS, Wanted, judge, validate
from ifeval.structured.tables import read_csv, read_markdown
from ifeval.structured.toml_reply import read_toml
from ifeval.structured.xml_reply import read_xml
from ifeval.structured.yaml_reply import read_yaml

__all__ = [
    "FORMATS",
    "Parsed",
    "Rules",
    "Wanted",
    "differences",
    "judge",
    "read_csv",
    "read_json",
    "read_markdown",
    "read_toml",
    "read_xml",
    "read_yaml",
    "validate",
]
