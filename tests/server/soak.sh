#!/usr/bin/env bash
# The tests of load in their long form, with time measured, on a built tree: about 40 minutes in all.
#
#   tests/server/soak.sh [BUILD-FOLDER]         MINUTES: of the soak itself, 30
#
# Leave the machine alone meanwhile. Traffic stays on the loopback.
set -euo pipefail
build=$(cd "${1:-build/release}" && pwd)
cd "$(dirname "$0")"
export AKIDB_EMBED_PROGRAM=$build/akidb-embed AKIDB_PACED_SERVER=$build/tests/paced_server AKIDB_HTTP_LOAD=$build/bench/http_load
export AKIDB_LOAD_FIGURES=1
rc=0
for test in overload attack; do python3 -B "${test}_test.py" || rc=1; done
python3 -B soak_test.py --minutes "${MINUTES:-30}" --model sentence-transformers/all-MiniLM-L6-v2 || rc=1
exit "$rc"
