#!/usr/bin/env bash
# Makes tests/data/golden anew with the pinned reference libraries. Not needed to build or to test.
#
# usage: scripts/make_golden_vectors.sh
#
# The Python environment is that of the benchmarks' peers (PEERS_HOME, default ~/.cache/akidb-peers);
# the model is the default one that set-up brought.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
home=${PEERS_HOME:-$HOME/.cache/akidb-peers}
cache=${AKIDB_EMBED_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/akidb-embedding}

"$root/bench/peers/setup.sh" torch
HF_HUB_OFFLINE=1 "$home/venvs/torch/bin/python" -W ignore "$root/scripts/make_golden_vectors.py" \
  "$cache/models/sentence-transformers/all-MiniLM-L6-v2" "$root/examples/sentences.txt" "$root/tests/data/golden"
