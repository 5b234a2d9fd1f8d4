# shellcheck shell=bash disable=SC2154 # cache and scripts are common.sh's
# Step, for the tests of the server: the clients that it has to satisfy, in a virtual environment of Python and in a
# folder of Node.js. Sourced by setup.sh.

# shellcheck source=scripts/setup/packages.sh
source "$scripts/setup/packages.sh"

setup_clients() {
  setup_python_environment clients "the clients of embedding servers, for the tests (about 250 MB)"
  setup_python_environment openapi "a validator of OpenAPI, for the tests (about 3 MB)"
  setup_node_clients
}

# NAME, of its list and its folder, and what is in it.
setup_python_environment() {
  local list=$scripts/$1.txt into digest
  digest=$(sha256sum <"$list")
  into=$cache/python/$1
  [[ -f $into/.from && $(<"$into/.from") == "${digest%% *}" ]] && return
  say "downloading $2"
  rm -rf "$into"
  run_quietly "making a virtual environment" python3 -m venv "$into"
  run_quietly "downloading $2" "$into/bin/pip" --disable-pip-version-check install --quiet --retries 2 \
    --only-binary=:all: --no-deps --require-hashes -r "$list"
  printf '%s\n' "${digest%% *}" >"$into/.from"
  say "it is in $into"
}

setup_node_clients() {
  local from=$scripts/node_clients into digest
  digest=$(sha256sum <"$from/package-lock.json")
  into=$cache/node/clients
  [[ -f $into/.from && $(<"$into/.from") == "${digest%% *}" ]] && return
  command -v npm >/dev/null || setup_packages "$scripts/packages-clients.txt"
  say "downloading the clients for Node.js, for the tests (about 10 MB)"
  rm -rf "$into.partial"
  mkdir -p "$into.partial"
  cp "$from/package.json" "$from/package-lock.json" "$into.partial/"
  run_quietly "downloading the clients for Node.js" npm ci --prefix "$into.partial" --ignore-scripts --no-audit --no-fund \
    --no-update-notifier --cache "$cache/downloads/npm"
  rm -rf "$cache/downloads/npm"
  printf '%s\n' "${digest%% *}" >"$into.partial/.from"
  move_in_place "$into.partial" "$into"
  say "the clients for Node.js are in $into"
}
