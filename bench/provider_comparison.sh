#!/usr/bin/env bash
# This library's providers, element types and execution providers beside each other and beside Candle: the same weights
# and texts, one interleaved run, one table with ratios.
#
# usage: bench/provider_comparison.sh [OPTION of run_all.py...]
#
# Takes what is at hand: ONNX Runtime's build for OpenVINO where `make setup-openvino` has brought it, MLX where
# `make setup-mlx` has, Candle where `bench/peers/setup.sh candle` has built it. Results go to build/bench/providers.{md,json}. Leave the machine alone
# meanwhile.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/.." && pwd)
peers=${PEERS_HOME:-$HOME/.cache/akidb-peers}
cache=${AKIDB_EMBED_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/akidb-embedding}
model=sentence-transformers/all-MiniLM-L6-v2
preset=release
[[ -d $cache/mlx ]] && preset=mlx
adapter=$root/build/$preset/bench/peer-adapter
out=$root/build/bench

if [[ -z ${NO_BUILD:-} ]]; then
  cmake -S "$root" --preset "$preset" -DAKIDB_EMBEDDING_BENCHMARKS=ON >/dev/null
  cmake --build "$root/build/$preset" --target peer-adapter
fi
mkdir -p "$out"

commands=(
  --cmd "native-fp32=$adapter $model fp32 cpu native"
  --cmd "native-bf16=$adapter $model bf16 cpu native"
  --cmd "native-int8=$adapter $model int8 cpu native"
  --cmd "onnx-fp32=$adapter $model fp32 cpu onnx"
  --cmd "onnx-int8=$adapter $model int8 cpu onnx"
  --cmd "onnx-fp16=$adapter $model fp16 cpu onnx"
)
[[ $preset == mlx ]] && commands+=(--cmd "mlx-fp32=$adapter $model fp32 cpu mlx")
openvino=("$cache"/onnxruntime/openvino-*)
[[ -d ${openvino[0]} ]] &&
  commands+=(--cmd "onnx-openvino=env ONNXRUNTIME_ROOT=${openvino[0]} $adapter $model fp32 openvino")
others=none
[[ -x $peers/bin/candle-peer ]] && others=candle

"$peers/venvs/harness/bin/python" "$here/peers/run_all.py" --peers "$others" "${commands[@]}" --base onnx-fp32 \
  --json "$out/providers.json" "$@"
