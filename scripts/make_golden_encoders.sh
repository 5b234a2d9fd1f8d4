#!/usr/bin/env bash
# Makes tests/data/encoders anew with the pinned reference libraries. Not needed to build or to test.
#
# usage: scripts/make_golden_encoders.sh
#
# The Python environment is that of the benchmarks' peers (PEERS_HOME, default ~/.cache/akidb-peers).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
home=${PEERS_HOME:-$HOME/.cache/akidb-peers}

"$root/bench/peers/setup.sh" torch
HF_HUB_OFFLINE=1 "$home/venvs/torch/bin/python" -W ignore "$root/scripts/make_golden_encoders.py" \
  "$root/tests/data/encoders"
