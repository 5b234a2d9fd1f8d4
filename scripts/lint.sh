#!/usr/bin/env bash
# Every check that reads the code and does not run it: format, layers, shell scripts, clang-tidy.
#
#   scripts/lint.sh BUILD-FOLDER [JOBS] [FILE ...]     FILE: sources for clang-tidy; where none is given, those of src/
#                                                   that changed since it found them clean
#
# clang-tidy takes the compile commands of BUILD-FOLDER, an hour of processor time for all of src/.
set -euo pipefail
build=$(cd "$1" && pwd)
jobs=${2:-$(nproc)}
shift $(($# < 2 ? $# : 2))
cd "$(dirname "$0")/.."

scripts/check_format.sh
scripts/check_layers.py
shellcheck --external-sources scripts/*.sh scripts/setup/*.sh .ci/run

if [[ $# -gt 0 ]]; then
  files=("$@")
else
  mapfile -t files < <(scripts/changed_sources.py "$build")
fi

# The commands are GCC's: what clang does not know of them is no finding.
lint_one() {
  clang-tidy -p "$1" --quiet --warnings-as-errors='*' --extra-arg=-Wno-unknown-warning-option "$2" || return 1
  mkdir -p "$1/lint/$(dirname "$2")"
  touch "$1/lint/$2"
}
export -f lint_one
# shellcheck disable=SC2016  # expanded by the shell that xargs starts
[[ ${#files[@]} -eq 0 ]] || printf '%s\0' "${files[@]}" |
  xargs -0 -n 1 -P "$jobs" bash -c 'lint_one "$0" "$1"' "$build" \
    2> >(grep -vE '^[0-9]+ warnings?( |$)|^Suppressed|^Use -header' >&2)
printf 'lint: %d sources are clean\n' "${#files[@]}"
