"""The floor of a run's wall time: the same prompts through `vllm.LLM.chat`, and nothing else.

    python benchmarks/bare_vllm.py CHECKPOINT INPUT_JSONL LIMIT MAX_TOKENS [--load-format dummy]

The settings are the best known ones for a CPU (docs/engines.md); on CUDA vLLM's defaults stand. Scores nothing; prints
the tokens generated and the seconds of loading and of generating as JSON.
"""

import argparse
import json
import os
import shutil
import time

cores = sorted(os.sched_getaffinity(0))
if shutil.which("nvidia-smi") is None:
    os.environ |= {
        "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
        "VLLM_CPU_OMP_THREADS_BIND": ",".join(map(str, cores)),
        "OMP_NUM_THREADS": str(len(cores)),
    }
    CPU = {
        "distributed_executor_backend": "uni",
        "enforce_eager": True,
        "kv_cache_memory_bytes": 4 << 30,
        "max_num_seqs": 256,
    }
else:
    CPU = {}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("input")
    parser.add_argument("limit", type=int)
    parser.add_argument("max_tokens", type=int)
    parser.add_argument("--load-format", default="auto")
    given = parser.parse_args()
    with open(given.input) as lines:
        prompts = [json.loads(line)["prompt"] for line in lines][: given.limit]
    started = time.perf_counter()
    from vllm import LLM, SamplingParams

    settings = {
        "dtype": "bfloat16",
        "max_model_len": 4096,
        "generation_config": "vllm",
        "load_format": given.load_format,
    }
    llm = LLM(given.checkpoint, **settings, **CPU)
    loaded = time.perf_counter()
    conversations = [[{"role": "user", "content": prompt}] for prompt in prompts]
    outputs = llm.chat(conversations, SamplingParams(temperature=0, max_tokens=given.max_tokens), use_tqdm=False)
    done = time.perf_counter()
    tokens = sum(len(output.outputs[0].token_ids) for output in outputs)
    print(json.dumps({"tokens": tokens, "load_seconds": loaded - started, "generate_seconds": done - loaded}))
