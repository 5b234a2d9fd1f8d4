#!/usr/bin/env bash
# Names the sources that are not in the house format (.clang-format) and fails; --fix rewrites them.
set -euo pipefail
cd "$(dirname "$0")/.."

mode=(--dry-run --Werror)
[[ ${1:-} == --fix ]] && mode=(-i)
folders=()
for folder in include src tests bench examples; do [[ -d $folder ]] && folders+=("$folder"); done
find "${folders[@]}" \( -name '*.cpp' -o -name '*.hpp' -o -name '*.h' \) -print0 |
  xargs -0 -r -n 16 -P "$(nproc)" clang-format --style=file "${mode[@]}"
