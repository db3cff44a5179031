"""A run of ours as Every Eval Ever 0.3: an aggregate JSON file and a samples file with a row per sample and metric."""

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.interop.outgoing import file_name, moment, text, write
from ifeval.runs.run import Run
from ifeval.util.jsonio import dumps

SCHEMA = "0.3.0"


def export(run: Run, out: Path) -> list[Path]:
    """Write `NAME.json` and `NAME_samples.jsonl` into the folder `out`, NAME a UUID made from the run; returns both paths.

    Raises UserError where the run holds conversations (their form is not written here) or the folder cannot be written.
    """
    name = _name(run)
    aggregate, samples = out / f"{name}.json", out / f"{name}_samples.jsonl"
    lines = [dumps(row) + b"\n" for row in _rows(run)]
    write(samples, b"".join(lines))
    write(aggregate, dumps(_aggregate(run, samples, lines), pretty=True) + b"\n")
    return [aggregate, samples]


def _aggregate(run: Run, samples: Path, lines: list[bytes]) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA,
        "evaluation_id": _evaluation(run),
        "evaluation_timestamp": str(int(moment(run).timestamp())),
        "retrieved_timestamp": str(int(moment(run, "finished").timestamp())),
        "source_metadata": {
            "source_type": "evaluation_run",
            "source_organization_name": "unknown",
            "evaluator_relationship": "other",
        },
        "eval_library": {"name": "ifeval-harness", "version": run.manifest["versions"]["ifeval-harness"]},
        "model_info": {
            "name": run.name,
            "id": run.name,
            "additional_details": {"deployment_type": "unknown", "model_availability": "unknown"},
        },
        "evaluation_results": [
            _result(run, task, metric, value)
            for task, summary in run.summary["tasks"].items()
            for metric, value in summary["metrics"].items()
            if value["n"]
        ],
        "detailed_evaluation_results": {
            "format": "jsonl",
            "file_path": f"data/ifeval-harness/unknown/{file_name(run.name)}/{samples.name}",
            "hash_algorithm": "sha256",
            "checksum": hashlib.sha256(b"".join(lines)).hexdigest(),
            "total_rows": len(lines),
        },
    }


def _result(run: Run, task: str, metric: str, value: Mapping[str, Any]) -> dict[str, Any]:
    settings = run.manifest["settings"]["tasks"][task]
    sampling = {
        name: settings["sampling"][name] for name in ("temperature", "max_tokens") if name in settings["sampling"]
    }
    return {
        "evaluation_result_id": metric,
        "evaluation_name": task,
        "source_data": {"dataset_name": task, "source_type": "other"},
        "metric_config": {
            "metric_name": metric,
            "lower_is_better": False,
            "score_type": "continuous",
            "min_score": 0.0,
            "max_score": 1.0,
        },
        "score_details": {
            "score": value["value"],
            "uncertainty": {
                "confidence_interval": {"lower": value["low"], "upper": value["high"], "confidence_level": 0.95},
                "num_samples": value["n"],
            },
        },
        **({"generation_config": {"generation_args": sampling}} if sampling else {}),
    }


def _rows(run: Run) -> Iterator[dict[str, Any]]:
    for row in run.rows():
        if "turns" in row:
            raise UserError(f"{run.path}: {row['task']} is a conversation, which is not exported to this format.")
        prompt, reply = text(row["messages"][-1].get("content")), text(row["response"]["answer"])
        tokens = row["response"]["prompt_tokens"], row["response"]["completion_tokens"]
        for metric, score in row["score"]["metrics"].items():
            if score is None:
                continue
            yield {
                "schema_version": SCHEMA,
                "evaluation_id": _evaluation(run),
                "model_id": run.name,
                "evaluation_name": row["task"],
                "evaluation_result_id": metric,
                "sample_id": text(row["sample_id"]) + (f" repeat {row['repeat']}" if row["repeat"] else ""),
                "interaction_type": "single_turn",
                "input": {"raw": prompt, "reference": []},
                "output": {"raw": [reply]},
                "answer_attribution": [
                    {
                        "turn_idx": 0,
                        "source": "output.raw",
                        "extracted_value": reply,
                        "extraction_method": "whole reply",
                        "is_terminal": True,
                    }
                ],
                "evaluation": {"score": score, "is_correct": score >= 1},
                "token_usage": {"input_tokens": tokens[0], "output_tokens": tokens[1], "total_tokens": sum(tokens)},
            }


def _evaluation(run: Run) -> str:
    return f"ifeval-harness/{run.name}/{text(run.manifest['identity'])[:16]}"


def _name(run: Run) -> str:
    """A UUID of the run's identity and start, so that the same run has the same files."""
    digest = hashlib.sha256(f"{run.manifest['identity']} {run.manifest['started']}".encode("utf-8", "replace")).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))
