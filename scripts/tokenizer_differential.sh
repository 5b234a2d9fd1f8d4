#!/usr/bin/env bash
# Compares the tokenizer with the reference, Hugging Face tokenizers, on 120,000 random strings and more. Not needed to
# build or to test.
#
# usage: scripts/tokenizer_differential.sh [--cases N] [--seed S]     compares, with the build in build/release; --only NAME
#        scripts/tokenizer_differential.sh --golden                   writes tests/data/tokenizer anew
#        scripts/tokenizer_differential.sh --unicode                  writes src/text/unicode_tables.cpp anew
#
# The pinned reference goes into a Python environment in the cache, outside the tree.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${AKIDB_EMBED_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/akidb-embedding}
reference=0.23.3

python=$cache/tokenizer-reference/bin/python
if [[ ! -x $python ]]; then python3 -m venv "$cache/tokenizer-reference"; fi
if ! "$python" -c "import tokenizers; assert tokenizers.__version__ == '$reference'" 2>/dev/null; then
  "$python" -m pip install --quiet --disable-pip-version-check "tokenizers==$reference"
fi

export TOKENIZERS_PARALLELISM=false
model=$cache/models/sentence-transformers/all-MiniLM-L6-v2
case ${1:-} in
  --golden) exec "$python" "$root/scripts/make_golden_tokens.py" "$root/tests/data/tokenizer" "$model" ;;
  --unicode) exec "$python" "$root/scripts/generate_unicode_tables.py" "$root/src/text/unicode_tables.cpp" ;;
esac
exec "$python" "$root/scripts/tokenizer_differential.py" "$root/build/release/tests/tokenizer_jsonl" --model "$model" "$@"
