# shellcheck shell=bash disable=SC2154 # cache and scripts are common.sh's
# Step, for the tests of the server: the clients that it has to satisfy, in a virtual environment. Sourced by setup.sh.

setup_clients() {
  local list=$scripts/clients.txt into digest
  digest=$(sha256sum <"$list")
  into=$cache/python/clients
  [[ -f $into/.from && $(<"$into/.from") == "${digest%% *}" ]] && return
  say "downloading the clients of embedding servers, for the tests (about 250 MB)"
  rm -rf "$into"
  run_quietly "making a virtual environment" python3 -m venv "$into"
  run_quietly "downloading the clients" "$into/bin/pip" --disable-pip-version-check install --quiet --retries 2 \
    --only-binary=:all: --no-deps --require-hashes -r "$list"
  printf '%s\n' "${digest%% *}" >"$into/.from"
  say "the clients are in $into"
}
