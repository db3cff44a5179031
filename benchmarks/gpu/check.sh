#!/bin/bash
# What runs on a GPU, and how fast: every part of benchmarks/gpu/README.md, one after the other.
#
#     benchmarks/gpu/check.sh OUT [PART...]
#
# OUT gets results/PART.json and logs/PART.log of each part, and after each part summary.json and summary.md of all.
# A part that has its result is not run again, so the same command goes on where it stopped; without PART all are run.
# The environment says with what (a default in brackets): PYTHON [python3], SIZES [full, or tiny for a try on a CPU],
# MODEL a checkpoint or a GGUF file, TOKENIZER [MODEL] a folder with a tokenizer and a chat template for the made-up
# models, IFEVAL the 541 prompts as JSON lines, CPU_RUN [results/summaries/greedy] a run of MODEL on a CPU.
set -u
[ $# -ge 1 ] || { sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 2; }
out=$1; shift
here=$(cd "$(dirname "$0")" && pwd)
export PYTHONPATH="$here/../..:$here/..${PYTHONPATH:+:$PYTHONPATH}" PYTHONUNBUFFERED=1
export HF_HUB_OFFLINE=1 HF_HUB_DISABLE_TELEMETRY=1 VLLM_NO_USAGE_STATS=1 TOKENIZERS_PARALLELISM=false
python=${PYTHON:-python3}
mkdir -p "$out/results" "$out/logs"

# the part and the seconds it may take
all="environment:120 vllm-8b-bare:240 vllm-8b-ours:180 train-8b-lora:150 train-8b-full:150 train-small-compiled:100
     train-small-trl:100 train-small:90 train-small-lora:90 train-small-unpacked:90 train-small-trl-unpacked:100
     train-8b-lora-checkpointed:150 train-8b-lora-liger:150 train-small-liger:90 train-small-4bit:90
     resume:200 quality:150 constrained:120 adapter:240 thinking:120 killed:300 vllm-small-bare:90 vllm-small-ours:90 transformers:150"
failed=0 child=
trap 'kill "$child" 2>/dev/null; exit 143' INT TERM
for entry in $all; do
  part=${entry%:*} limit=${entry#*:}
  [ $# -eq 0 ] || [[ " $* " == *" $part "* ]] || continue
  [ -f "$out/results/$part.json" ] && continue
  [ "${SIZES:-full}" = tiny ] && limit=$((limit * 5)) # the cores of a CPU may be shared
  started=$(date +%s)
  timeout --kill-after=5 "$limit" "$python" "$here/parts.py" "$part" "$out" >"$out/logs/$part.log" 2>&1 &
  child=$!
  wait "$child"
  code=$?
  [ $code -eq 0 ] || failed=1
  echo "$part: $([ $code -eq 0 ] && echo done || echo "FAILED ($code)") after $(($(date +%s) - started)) s"
  [ $code -eq 0 ] || tail -n 8 "$out/logs/$part.log" | cut -c 1-400
  "$python" "$here/table.py" "$out" >"$out/summary.md"
done
cat "$out/summary.md"
exit $failed
