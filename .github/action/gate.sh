#!/usr/bin/env bash
# What action.yml runs: `ifeval gate` with what is in the environment, so that nothing a pull request says becomes code.
# Ends with 0 whatever the verdict; its exit code is an output, and the action's last step ends with it.
set -euo pipefail

arguments=(--baseline "$BASELINE" --markdown "$REPORT" --junit "${REPORT%.md}.xml")
[[ -z "${PRESET:-}" ]] || arguments+=(--preset "$PRESET")
[[ -z "${POLICY:-}" ]] || arguments+=(--policy "$POLICY")
[[ -z "${BASE_URL:-}" ]] || arguments+=(--base-url "$BASE_URL")
while IFS= read -r line; do
  [[ -z "$line" ]] || arguments+=(--cases "$line")
done <<<"${CASES:-}"
while IFS= read -r line; do
  [[ -z "$line" ]] || arguments+=("$line")
done <<<"${ARGUMENTS:-}"

mkdir -p "$(dirname "$REPORT")"
rm -f "$REPORT"
code=0
ifeval gate "${arguments[@]}" -- "$CANDIDATE" || code=$?
{
  echo "exit-code=$code"
  echo "report=$REPORT"
} >>"$GITHUB_OUTPUT"
