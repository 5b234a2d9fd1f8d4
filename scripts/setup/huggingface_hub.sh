# shellcheck shell=bash disable=SC2154 # cache and scripts are common.sh's
# Step, for the tests: the Python package huggingface_hub, into a folder of its own. Sourced by setup.sh.

setup_huggingface_hub() {
  local list=$scripts/huggingface_hub.txt into digest
  digest=$(sha256sum <"$list")
  into=$cache/python/huggingface_hub
  [[ -f $into/.from && $(<"$into/.from") == "${digest%% *}" ]] && return
  say "downloading huggingface_hub, for the tests (about 3 MB)"
  find_pip
  rm -rf "$into.partial"
  run_quietly "downloading huggingface_hub" "${pip[@]}" --disable-pip-version-check install --quiet --retries 2 \
    --no-deps --require-hashes --only-binary=:all: --python-version 3.11 --implementation cp --abi cp311 --abi abi3 \
    --abi none --platform "manylinux2014_$(uname -m)" --platform any --target "$into.partial" -r "$list"
  printf '%s\n' "${digest%% *}" >"$into.partial/.from"
  move_in_place "$into.partial" "$into"
  say "huggingface_hub is in $into"
}
