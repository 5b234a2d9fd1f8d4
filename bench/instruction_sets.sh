#!/usr/bin/env bash
# The native encoder with each of its kernel sets forced, beside its own scalar kernels and this library on ONNX Runtime
# (which takes what the CPU has): one interleaved run, one table with ratios. The scalar kernels are slow: `--share 0.02`
# is a run of minutes.
#
# usage: bench/instruction_sets.sh [OPTION of run_all.py...]
#
# Results go to build/bench/instruction_sets.{md,json}. Leave the machine alone meanwhile.
#   ISAS   the sets (avx2 avx_vnni avx512 avx512_vnni avx512_bf16 amx)
#   BUILD  the build folder whose peer-adapter runs; without it build/release, which is built
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/.." && pwd)
peers=${PEERS_HOME:-$HOME/.cache/akidb-peers}
model=sentence-transformers/all-MiniLM-L6-v2
out=$root/build/bench

if [[ -z ${BUILD:-} ]]; then
  BUILD=$root/build/release
  cmake -S "$root" --preset release -DAKIDB_EMBEDDING_BENCHMARKS=ON >/dev/null
  cmake --build "$BUILD" --target peer-adapter
fi
adapter=$BUILD/bench/peer-adapter
mkdir -p "$out"

commands=()
for dtype in fp32 int8; do
  commands+=(--cmd "onnx-$dtype=$adapter $model $dtype cpu onnx")
done
for isa in scalar ${ISAS:-avx2 avx_vnni avx512 avx512_vnni avx512_bf16 amx}; do
  case $isa in # what the set has kernels of its own for
    avx_vnni) types=int8 ;;
    avx512_vnni) types="bf16 int8" ;;
    avx512_bf16) types=bf16 ;;
    amx) types="fp32-highest fp32-high bf16 int8" ;;
    *) types="fp32 int8" ;;
  esac
  for dtype in $types; do
    commands+=(--cmd "$isa-$dtype=env AKIDB_EMBED_ISA=$isa $adapter $model $dtype cpu native")
  done
done
"$peers/venvs/harness/bin/python" "$here/peers/run_all.py" --peers none "${commands[@]}" --base onnx-fp32 \
  --check-texts 10 --json "$out/instruction_sets.json" "$@"
