#!/usr/bin/env bash
# Every check that reads the code and does not run it: format, layers, shell scripts, clang-tidy.
#
#   scripts/lint.sh BUILD-FOLDER [JOBS] [FILE ...]     FILE: sources for clang-tidy; where none is given,
#                                                   all of src/ that BUILD-FOLDER has commands for
#
# clang-tidy takes the compile commands of BUILD-FOLDER.
set -euo pipefail
build=$(cd "$1" && pwd)
jobs=${2:-$(nproc)}
shift $(($# < 2 ? $# : 2))
cd "$(dirname "$0")/.."

scripts/check_format.sh
scripts/check_layers.py
shellcheck --external-sources scripts/*.sh scripts/setup/*.sh .ci/run

[[ $# -gt 0 ]] || mapfile -t -O 1 files < <(grep -oP '"file": ".*/\Ksrc/[^"]*\.cpp(?=")' "$build/compile_commands.json" | sort -u)
[[ $# -eq 0 ]] || files=("$@")
# The commands are GCC's: what clang does not know of them is no finding.
printf '%s\0' "${files[@]}" |
  xargs -0 -n 1 -P "$jobs" clang-tidy -p "$build" --quiet --warnings-as-errors='*' \
    --extra-arg=-Wno-unknown-warning-option 2> >(grep -vE '^[0-9]+ warnings?( |$)|^Suppressed|^Use -header' >&2)
printf 'lint: %d sources are clean\n' "${#files[@]}"
