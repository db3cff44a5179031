"""Rows as data sets hold them."""

import io
import json

ROWS = [
    {"key": 1, "prompt": "No commas. ü 😀", "instruction_id_list": ["a:b"], "kwargs": [{}]},
    {
        "key": 2,
        "prompt": "Words",
        "instruction_id_list": ["c:d", "e:f"],
        "kwargs": [{"n": 3, "word": ""}, {"on": False}],
    },
]


def jsonl(rows: list[dict]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def parquet(rows: list[dict]) -> bytes:
    """As the hub holds it: every argument a column of every row, absent ones null."""
    import pyarrow
    import pyarrow.parquet

    names = sorted({name for row in rows for given in row["kwargs"] for name in given})
    padded = [row | {"kwargs": [dict.fromkeys(names) | given for given in row["kwargs"]]} for row in rows]
    target = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(padded), target)
    return target.getvalue()
