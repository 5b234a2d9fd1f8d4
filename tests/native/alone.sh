#!/usr/bin/env bash
# The program that is built with our own encoder alone: it links nothing that it is built without, embeds as the whole
# build does, bit for bit, and neither offers nor takes what it has not got. Prints both sizes, stripped.
#
# usage: alone.sh WHOLE_PROGRAM PROGRAM_ALONE
set -euo pipefail

whole=$1
alone=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "alone.sh: $*" >&2
  exit 1
}

if ldd "$alone" | grep -E 'onnx|protobuf|curl|grpc|boost'; then fail "$alone links these"; fi
printf '%s\n' "hello world" "" "The second sentence is a little longer than the first." >"$work/texts"
for dtype in fp32 int8; do
  "$whole" embed --provider native --dtype "$dtype" -i "$work/texts" -o "$work/whole.f32" 2>/dev/null
  "$alone" embed --dtype "$dtype" -i "$work/texts" -o "$work/alone.f32" 2>/dev/null
  cmp "$work/whole.f32" "$work/alone.f32" || fail "other vectors in $dtype"
done
status=0
"$alone" embed --provider onnx "hello world" >/dev/null 2>&1 || status=$?
[[ $status == 4 ]] || fail "--provider onnx: expected exit status 4 (unsupported), got $status"
for command in serve pull convert quantize; do
  "$whole" "$command" --help >/dev/null || fail "$whole has no $command"
  for words in "$command" "$command --help" "$command x --port 3" "help $command"; do
    status=0
    # shellcheck disable=SC2086
    "$alone" $words >/dev/null 2>"$work/said" || status=$?
    [[ $status == 4 ]] || fail "$words: expected exit status 4 (unsupported), got $status"
    grep -q "^akidb-embed: $command: this build .*; build with -DAKIDB_EMBEDDING_" "$work/said" || fail "$words: $(cat "$work/said")"
  done
  for page in --help --man "--completions bash" "--completions zsh" "--completions fish"; do
    # shellcheck disable=SC2086
    "$alone" $page >"$work/page"
    if grep -w "$command" "$work/page"; then fail "$page names $command"; fi
  done
done
"$alone" --man >"$work/page"
if grep -F 'Taken by.' "$work/page"; then fail "--man has a flag that no command takes"; fi
for program in "$whole" "$alone"; do
  strip -o "$work/stripped" "$program"
  printf '%s: %d KiB, stripped\n' "$program" $(($(stat -c %s "$work/stripped") / 1024))
done
