"""Rows of RLVR-IFeval and IF_multi_constraints: what they ask is what is checked, and decoys pass none of them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ifeval.checks.ifeval.arguments import validate
from ifeval.cli import app
from ifeval.errors import UserError
from ifeval.rewards import adopt, read_rows, score
from ifeval.rewards.audit import audit
from ifeval.rewards.foreign import FUNCTIONS, asked_of
from ifeval.rewards.instructions import CHECKS

EMPTY = dict.fromkeys(
    [
        "N",
        "quantifier",
        "end_phrase",
        "keyword_list",
        "word",
        "forbidden_words",
        "letter",
        "i",
        "first_word",
        "postscript_marker",
        "options",
        "section_splitter",
        "original_prompt",
        "language",
    ]
)
PROMPT = "Describe the harbour of Velm and its famous lighthouse keeper for travellers. "
REPLY = "The harbour of Velm is old. Its lighthouse keeper greets travellers."


def rlvr(name: str, **arguments: object) -> dict:
    truth = json.dumps({"func_name": name, **EMPTY, **arguments})
    return {"messages": [{"role": "user", "content": PROMPT}], "ground_truth": truth, "dataset": "ifeval"}


def earned(row: dict, reply: str) -> float:
    kept, left_out = adopt([row])
    assert kept, left_out
    return score(read_rows(kept)[0], reply).value


@pytest.mark.parametrize(
    ("row", "right", "wrong"),
    [
        (
            rlvr("verify_keywords", keyword_list=["C++ code", "gull"]),
            REPLY + " A gull wrote C++ code.",
            REPLY + " A gull.",
        ),
        (rlvr("verify_keyword_frequency", word="gull", N=2), REPLY + " A gull met a gull.", REPLY + " A gull."),
        (rlvr("validate_word_constraint", N=15, quantifier="at least"), REPLY + " It is open to all of us.", REPLY),
        (rlvr("validate_word_constraint", N=30, quantifier="around"), REPLY + " And so on it is." * 4, REPLY),
        (rlvr("validate_lowercase"), REPLY.lower(), REPLY),
        (rlvr("validate_quotation"), f'"{REPLY}"', REPLY),
        (rlvr("validate_end", end_phrase="Come and see."), REPLY + " Come and see.", REPLY),
        (rlvr("verify_bullet_points", N=2), "* The harbour of Velm\n* The lighthouse keeper of the travellers", REPLY),
        (rlvr("validate_title"), "<<Velm>>\n" + REPLY, REPLY),
    ],
)
def test_a_function_is_its_check(row: dict, right: str, wrong: str) -> None:
    assert earned(row, right) == 1
    assert earned(row, wrong) < 1
    assert earned(row, "Something else entirely.") == 0


def test_every_function_asks_for_a_check_that_takes_its_arguments() -> None:
    given = {
        "N": 3, "i": 1, "quantifier": "around", "word": "sea", "letter": "s", "keyword_list": ["sea"], "forbidden_words": ["sea"],
        "language": "de", "first_word": "Sea", "postscript_marker": "P.S.", "section_splitter": "Section",
        "original_prompt": PROMPT, "end_phrase": "Bye.",
    }  # fmt: skip
    for name in FUNCTIONS:
        for identity, arguments in asked_of(rlvr(name, **given)):
            validate(identity, CHECKS[identity], arguments, name)


IDS = {"instruction_id": ["punctuation:no_comma", "detectable_format:title"], "kwargs": [None, {"relation": None}]}


@pytest.mark.parametrize("truth", [repr([IDS]), json.dumps([IDS]), [json.dumps(IDS)], repr([json.dumps(IDS)]), [IDS]])
def test_instructions_by_id(truth: object) -> None:
    row = {"messages": [{"role": "user", "content": PROMPT}], "ground_truth": truth, "key": "k1"}
    assert earned(row, "<<Velm>>\n" + REPLY) == 1
    assert 0 <= earned(row, REPLY) < 1


@pytest.mark.parametrize(
    ("truth", "reason"),
    [
        ("[[" * 9000, "too long|cannot be read"),
        ("(" * 3000, "cannot be read"),
        ("__import__('os').system('true')", "cannot be read"),
        (json.dumps({"func_name": "validate_choice", "options": ["a"]}), "no check for validate_choice"),
        (json.dumps({"func_name": "validate_end"}), "arguments of validate_end"),
        (json.dumps({"func_name": "verify_bullet_points", "N": "x"}), "must be of type int"),
        (repr([{"instruction_id": ["new:thing"], "kwargs": [None]}]), "no check for new:thing"),
        (repr([{"instruction_id": ["new:thing"], "kwargs": []}]), "of one length"),
        (None, "no object"),
        ("[]", "no object"),
    ],
)
def test_what_cannot_be_checked_is_named(truth: object, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        asked_of({"ground_truth": truth})


def test_what_a_decoy_passes_is_left_out_and_the_audit_agrees(tmp_path: Path) -> None:
    rows = [
        rlvr("validate_title"),
        rlvr("validate_quotation"),
        rlvr("validate_choice", options=["a"]),
        {"ground_truth": "{}"},
    ]
    file, out = tmp_path / "theirs.jsonl", tmp_path / "ours.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    ran = CliRunner().invoke(app, ["reward", "adopt", str(file), "--out", str(out)])
    assert ran.exit_code == 0, ran.exception
    assert "2 of 4 rows kept" in ran.stdout
    assert "1 x no check for validate_choice" in ran.stdout
    assert not [fault for found in audit(read_rows(out)) for fault in found.faults]
