# shellcheck shell=bash disable=SC2034 # what is set here is used by the steps
# What the steps of set-up share. Sourced.

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf 'setup: %s\n' "$*"; }

die() {
  printf 'setup: error: %s\n' "$*" >&2
  exit 1
}

# Prints the folder that everything is put into.
cache_folder() {
  [[ -n ${AKIDB_EMBED_CACHE:-}${XDG_CACHE_HOME:-}${HOME:-} ]] ||
    die "there is no folder for the cache: set HOME, XDG_CACHE_HOME or AKIDB_EMBED_CACHE"
  printf '%s\n' "${AKIDB_EMBED_CACHE:-${XDG_CACHE_HOME:-${HOME:-}/.cache}/akidb-embedding}"
}

# Waits until no other set-up works on the cache; the lock goes with the process, even a killed one.
one_at_a_time() {
  cache=$(cache_folder)
  mkdir -p "$cache" 2>/dev/null || die "cannot write to $cache: set XDG_CACHE_HOME to a folder of your own"
  if [[ -w $cache ]]; then
    exec 9>"$cache/.setup.lock"
    flock --nonblock 9 || { say "waiting for another set-up to finish"; flock 9; }
  fi
}

# has_sha256 FILE SHA256
has_sha256() { [[ -f $1 && $(sha256sum <"$1") == "$2  -" ]]; }

# require_sha256 FILE SHA256: removes the file and ends when it is another one.
require_sha256() {
  has_sha256 "$1" "$2" && return
  local got
  got=$(sha256sum <"$1")
  rm -f "$1"
  die "$(basename "$1") is not the file that was pinned (sha256 ${got%% *}, expected $2): it was removed; run set-up" \
    "again, and if it stays, look at the package index that pip and apt are set to"
}

# run_quietly WHAT COMMAND ...: no output, and one sentence with the remedy when the command fails.
run_quietly() {
  local what=$1 output
  shift
  output=$("$@" 2>&1 9>&-) && return
  if grep -qiE 'no space left|disk quota' <<<"$output"; then
    die "$what: the disk of $cache is full: free some space there, or set XDG_CACHE_HOME to another disk"
  elif grep -qiE 'failed to establish|name resolution|could not resolve|failed to fetch|timed out|unreachable|connection' \
    <<<"$output"; then
    die "$what: no answer from the network: connect, or set the proxy that pip and apt use, and run it again"
  fi
  tail -n 15 <<<"$output" >&2
  die "$what failed, as said above"
}

# pip_download FILE SHA256 WHAT REQUIREMENT [PIP-OPTION ...]: puts the wheel at $cache/downloads/FILE.
pip_download() {
  local file=$cache/downloads/$1 sha256=$2 what=$3 requirement=$4
  shift 4
  has_sha256 "$file" "$sha256" && return
  say "downloading $what"
  find_pip
  rm -rf "$file" "$cache/downloads/pip"
  mkdir -p "$cache/downloads/pip"
  run_quietly "downloading $what" "${pip[@]}" --disable-pip-version-check download --retries 2 --no-deps \
    --only-binary=:all: --dest "$cache/downloads/pip" "$@" "$requirement"
  mv "$cache/downloads/pip/"*.whl "$file"
  rm -rf "$cache/downloads/pip"
  require_sha256 "$file" "$sha256"
}

# Sets pip=(command): of the first Python that has one, the system's last.
find_pip() {
  local python
  for python in python3 /usr/bin/python3; do
    pip=("$python" -m pip)
    "${pip[@]}" --version >/dev/null 2>&1 && return
  done
  die "there is no pip: install the package python3-pip"
}

# unpack_wheel WHEEL FOLDER: a wheel is a zip archive; python3 is at hand where pip is.
unpack_wheel() { run_quietly "unpacking $(basename "$1")" "${pip[0]:-python3}" -m zipfile -e "$1" "$2"; }

# move_in_place FOLDER DESTINATION: what was there before goes.
move_in_place() {
  rm -rf "$2"
  mkdir -p "$(dirname "$2")"
  sync -f "$1"
  mv -T "$1" "$2"
}

# place_onnxruntime WHEEL FOLDER: the shared libraries of a build of ONNX Runtime, with the name that is looked for.
place_onnxruntime() {
  local partial=$2.partial
  rm -rf "$partial"
  mkdir -p "$partial/lib" "$partial/share"
  unpack_wheel "$cache/downloads/$1" "$partial/wheel"
  mv "$partial/wheel/onnxruntime/capi/"lib*.so* "$partial/lib/"
  mv "$partial/wheel/onnxruntime/"{LICENSE,ThirdPartyNotices.txt} "$partial/share/"
  chmod 755 "$partial/lib/"*
  (cd "$partial/lib" && ln -s libonnxruntime.so.1.* libonnxruntime.so.1)
  rm -rf "$partial/wheel"
  move_in_place "$partial" "$2"
  rm -f "$cache/downloads/$1"
  say "ONNX Runtime is in $2: set ONNXRUNTIME_ROOT to it"
}
