"""A small file of each format, made here by its documentation: two samples, the first passes."""

from typing import Any

PROMPTFOO: dict[str, Any] = {
    "evalId": "eval-1",
    "results": {
        "version": 3,
        "timestamp": "2026-11-27T11:00:00.000Z",
        "results": [
            {
                "promptIdx": 0,
                "testIdx": place,
                "provider": {"id": "openai:gpt-4o-mini", "label": ""},
                "prompt": {"raw": f"Question {place}", "label": "q"},
                "response": {"output": f"Answer {place}", "tokenUsage": {"prompt": 3, "completion": 2, "total": 5}},
                "success": place == 0,
                "score": 1 if place == 0 else 0.5,
                "failureReason": 0 if place == 0 else 1,
                "error": None if place == 0 else "Expected output to contain 'x'",
                "latencyMs": 12,
                "gradingResult": {
                    "pass": place == 0,
                    "score": 1,
                    "reason": "r",
                    "componentResults": [
                        {"pass": place == 0, "score": 1, "reason": "has x", "assertion": {"type": "contains"}}
                    ],
                },
            }
            for place in range(2)
        ],
    },
    "config": {"description": "smoke"},
}
OPENAI: list[dict[str, Any]] = [
    {"spec": {"completion_fns": ["gpt-4o-mini"], "eval_name": "sums.dev.v0", "created_at": "2026-11-27 11:00:00"}},
    {"sample_id": "sums.dev.0", "type": "sampling", "data": {"prompt": "1+1", "sampled": ["2"]}},
    {"sample_id": "sums.dev.0", "type": "match", "data": {"correct": True, "expected": "2", "picked": "2"}},
    {
        "sample_id": "sums.dev.1",
        "type": "sampling",
        "data": {"prompt": [{"role": "user", "content": "2+2"}], "sampled": ["5"]},
    },
    {"sample_id": "sums.dev.1", "type": "match", "data": {"correct": False, "expected": "4", "picked": None}},
    {"final_report": {"accuracy": 0.5}},
]
LM_EVAL: list[dict[str, Any]] = [
    {
        "doc_id": place,
        "doc": {"question": f"q{place}"},
        "target": "a",
        "arguments": {"gen_args_0": {"arg_0": f"q{place}", "arg_1": {"until": []}}},
        "resps": [["a"]],
        "filtered_resps": ["a"],
        "filter": "none",
        "metrics": ["acc"],
        "acc": float(place == 0),
    }
    for place in range(2)
]
LM_EVAL_RESULTS: dict[str, Any] = {
    "results": {"toy": {"alias": "toy", "acc,none": 0.5, "acc_stderr,none": "N/A"}},
    "versions": {"toy": 1},
    "config": {"model": "hf", "model_args": "pretrained=o/m", "limit": None},
    "model_name": "o/m",
    "lm_eval_version": "0.4.13",
}
INSPECT: dict[str, Any] = {
    "version": 2,
    "status": "success",
    "eval": {
        "created": "2026-11-27T11:00:00+00:00",
        "task": "sums",
        "model": "mock/m",
        "packages": {"inspect_ai": "0.3"},
        "dataset": {"name": "sums"},
        "config": {},
        "model_generate_config": {},
    },
    "samples": [
        {
            "id": place,
            "epoch": 1,
            "input": f"q{place}",
            "output": {"choices": [{"message": {"content": "a"}, "stop_reason": "stop"}], "usage": {"input_tokens": 1}},
            "scores": {"match": {"value": "C" if place == 0 else "I", "explanation": "e"}},
        }
        for place in range(2)
    ],
}
EVERY_EVAL_EVER: list[dict[str, Any]] = [
    {
        "schema_version": "0.3.0",
        "evaluation_id": "e",
        "model_id": "o/m",
        "evaluation_name": "sums",
        "evaluation_result_id": "acc",
        "sample_id": str(place),
        "input": {"raw": f"q{place}"},
        "output": {"raw": ["a"]},
        "evaluation": {"score": float(place == 0), "is_correct": place == 0},
        "token_usage": {"input_tokens": 1, "output_tokens": 1},
    }
    for place in range(2)
]
TABLE: list[dict[str, Any]] = [
    {"id": place, "prompt": f"q{place}", "reply": "a", "score": place == 0} for place in range(2)
]
