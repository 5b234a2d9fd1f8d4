#!/usr/bin/env bash
# Every body under libFuzzer in turn, from its corpus and from what earlier runs found.
#
#   tests/fuzz/fuzz.sh [BUILD-FOLDER] [CORPUS ...]         SECONDS_EACH: 60
#
# What breaks a body lies in BUILD-FOLDER/fuzz/CORPUS/; it belongs into corpus/ once it is mended. Of a body that holds a line
# says how often it ran, which edges of the code and which features (edges with how often they are passed) that reached, and
# how many inputs are kept for the next run.
set -euo pipefail
build=$(cd "${1:-build/fuzz}" && pwd)
shift || true
cd "$(dirname "$0")"
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}
rc=0

fuzz() { # CORPUS BODY
  local corpus=$1 work=$build/fuzz/$1
  mkdir -p "$work/found"
  if "$build/tests/fuzz_$2" -max_total_time="${SECONDS_EACH:-60}" -max_len=16384 -timeout=10 -rss_limit_mb=4096 \
    -print_final_stats=1 -artifact_prefix="$work/" "$work/found" "corpus/$corpus" >"$work/log" 2>&1; then
    awk -v name="$corpus" -v kept="$(find "$work/found" -type f | wc -l)" '
      / cov: / { for (i = 1; i < NF; ++i) { if ($i == "cov:") edges = $(i + 1); if ($i == "ft:") features = $(i + 1) } }
      /number_of_executed_units/ { runs = $2 }
      END { printf "%s: %d runs, %d edges, %d features, %d inputs kept\n", name, runs, edges, features, kept }' "$work/log"
  else
    echo "$corpus: BROKEN, see $work/log"
    rc=1
  fi
}

for corpus in "${@:-*}"; do
  for folder in corpus/$corpus; do
    name=${folder#corpus/}
    case $name in
    http_request | http_head) fuzz "$name" "$name" ;;
    http_*) fuzz "$name" http_body ;;
    grpc_*) fuzz "$name" grpc_message ;;
    *) fuzz "$name" "$name" ;;
    esac
  done
done
exit "$rc"
