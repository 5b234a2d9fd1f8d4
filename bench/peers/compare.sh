#!/usr/bin/env bash
# The whole comparison: sets up the fastest peers, builds our adapter, runs all of them in turn.
#
# usage: bench/peers/compare.sh [OPTION of run_all.py...]
#
# `--base ours-onnx` gives the ratios of this library on ONNX Runtime; else they are those of what it runs by itself.
# Results go to build/bench/peers.{md,json} and memory.{md,json}. Leave the machine alone meanwhile.
#   PEERS         what to compare with (run_all.py --list); set-up brings that, and torch, which the vectors are checked by
#   MEMORY_TEXTS  texts of the memory comparison with fastembed; 0 leaves it out
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
peers=${PEERS:-st-torch,st-onnx,st-onnx-fused,fastembed,st-openvino-f32}
python=${PEERS_HOME:-$HOME/.cache/akidb-peers}/venvs/harness/bin/python
out=$root/build/bench
ours="ours=$root/build/release/bench/peer-adapter sentence-transformers/all-MiniLM-L6-v2"
ours_onnx="ours-onnx=${ours#ours=} auto auto onnx"

# The name that setup.sh has for what brings a peer.
setup_name() {
  case $1 in
    st-*) name=${1#st-} && name=${name%%-*} ;;
    ct2-*) name=ctranslate2 ;;
    llama-cpp-*) name=llama-cpp ;;
    candle-mkl) name=candle-mkl ;;
    *) name=${1%%-*} ;;
  esac
}

needed=(torch)
memory_peers=none
for peer in ${peers//,/ }; do
  setup_name "$peer"
  [[ $name == none || " ${needed[*]} " == *" $name "* ]] || needed+=("$name")
  [[ $peer != fastembed ]] || memory_peers=fastembed
done
"$here/setup.sh" "${needed[@]}"
cmake -S "$root" --preset release -DAKIDB_EMBEDDING_BENCHMARKS=ON >/dev/null
cmake --build "$root/build/release" --target peer-adapter
mkdir -p "$out"

"$python" "$here/run_all.py" --peers "$peers" --cmd "$ours" --cmd "$ours_onnx" --json "$out/peers.json" "$@"
if [[ ${MEMORY_TEXTS:=100000} -gt 0 ]]; then
  "$python" "$here/memory.py" --peers "$memory_peers" --cmd "$ours" --texts "$MEMORY_TEXTS" --json "$out/memory.json" |
    tee "$out/memory.md"
fi
