#!/usr/bin/env bash
# Throughput by length and latency by batch in every precision, beside the fastest peers: tables and plots into
# docs/benchmarks.md.
#
# usage: bench/peers/curves.sh [OPTION of curves.py...]
#
# Leave the machine alone meanwhile: a run takes some eight minutes.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
python=${PEERS_HOME:-$HOME/.cache/akidb-peers}/venvs/harness/bin/python

"$here/setup.sh" openvino fastembed ctranslate2
cmake -S "$root" --preset release -DAKIDB_EMBEDDING_BENCHMARKS=ON >/dev/null
cmake --build "$root/build/release" --target peer-adapter
mkdir -p "$root/build/bench"
"$python" "$here/curves.py" --adapter "$root/build/release/bench/peer-adapter" --json "$root/build/bench/curves.json" \
  --page "$root/docs/benchmarks.md" "$@"
