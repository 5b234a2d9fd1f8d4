#!/usr/bin/env bash
# This library in each precision beside the fastest peers of that precision: one interleaved run over all texts, one table.
#
# usage: bench/peers/precisions.sh [OPTION of run_all.py...]
#
# Sets up the peers (nothing is brought twice) and builds the adapter. Results go to build/bench/precisions.{json,md} and,
# by precision, to standard output. Leave the machine alone meanwhile: two rounds take some seven minutes.
#   NO_SETUP   when set, neither sets up nor builds
#   PEERS      what to compare with
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
python=${PEERS_HOME:-$HOME/.cache/akidb-peers}/venvs/harness/bin/python
adapter="$root/build/release/bench/peer-adapter sentence-transformers/all-MiniLM-L6-v2"
peers=${PEERS:-fastembed,st-openvino-f32,ct2-f32,st-openvino-default,ct2-bf16,fastembed-int8,st-openvino-int8,ct2-int8}

if [[ -z ${NO_SETUP:-} ]]; then
  "$here/setup.sh" torch openvino fastembed ctranslate2
  cmake -S "$root" --preset release -DAKIDB_EMBEDDING_BENCHMARKS=ON >/dev/null
  cmake --build "$root/build/release" --target peer-adapter
fi
mkdir -p "$root/build/bench"
ours=()
for dtype in fp32-highest fp32-high bf16 int8; do
  ours+=(--cmd "native-$dtype=$adapter $dtype cpu native")
done
"$python" "$here/run_all.py" --peers "$peers" "${ours[@]}" --base native-fp32-highest --rounds 2 --repeats 1 \
  --json "$root/build/bench/precisions.json" "$@" >/dev/null
"$python" "$here/precision_table.py" "$root/build/bench/precisions.json"
