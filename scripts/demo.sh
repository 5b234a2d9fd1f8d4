#!/usr/bin/env bash
# What `make run` shows: a search over examples/sentences.txt, a vector, and what it ran on. Each command is
# printed before it runs.
#
#   scripts/demo.sh PROGRAM
set -euo pipefail
program=$1
cd "$(dirname "$0")/.."

show() {
  printf '\n$ akidb-embed'
  printf ' %q' "$@"
  printf '\n'
}

mapfile -t questions <examples/questions.txt
show search --input examples/sentences.txt --top-k 3 "${questions[@]}"
"$program" search --input examples/sentences.txt --top-k 3 "${questions[@]}"

show embed "hello world"
"$program" embed "hello world" | sed -E 's/^((.*\[)?([^,]*,){5}).*/\1 .../'

show bench --seconds 5
"$program" bench --seconds 5
