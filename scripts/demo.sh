#!/usr/bin/env bash
# What `make run` shows: a search over examples/sentences.txt, a vector, and what it ran on.
#
#   scripts/demo.sh PROGRAM
set -euo pipefail
program=$1
cd "$(dirname "$0")/.."

# Prints a command as a user would type it, then runs it.
run() {
  local word
  printf '\n$ akidb-embed'
  for word in "$@"; do
    [[ $word == *[!A-Za-z0-9_./=-]* ]] && word="\"$word\""
    printf ' %s' "$word"
  done
  printf '\n'
  "$program" "$@"
}

mapfile -t questions <examples/questions.txt
run search --input examples/sentences.txt --top-k 3 "${questions[@]}"
run embed "hello world" | sed -E 's/(\[([^,]*,){5}).*/\1 .../'
run bench --seconds 5
# shellcheck disable=SC2016 # the reader's shell is to expand it
printf '\nThe program is %s. To start it by its name: export PATH=$PWD/%s:$PATH\n' "$program" "$(dirname "$program")"
