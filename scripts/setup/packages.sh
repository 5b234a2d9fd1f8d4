# shellcheck shell=bash disable=SC2154 # cache and scripts are common.sh's
# Step: the Debian packages of scripts/packages.txt, those that are missing. Sourced by setup.sh.

# missing_packages LIST-FILE: the packages of the list that are not installed, one a line.
missing_packages() {
  local package
  sed 's/#.*//' "$1" | while read -r package; do
    [[ -z $package ]] && continue
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || printf '%s\n' "$package"
  done
}

# setup_packages [LIST-FILE]
setup_packages() {
  local list=${1:-$scripts/packages.txt}
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "this is no Debian: the libraries named in $(basename "$list") are taken as installed"
    return
  fi
  local missing as_root=()
  mapfile -t missing < <(missing_packages "$list")
  [[ ${#missing[@]} -gt 0 ]] || return 0
  local line="apt-get update && apt-get install --yes --no-install-recommends ${missing[*]}"

  if [[ $(id -u) -ne 0 ]]; then
    if ! sudo --non-interactive true 2>/dev/null; then
      printf 'setup: packages are missing, and installing them needs root. Run this line, then go on:\n' >&2
      printf '  %s\n' "$(command -v sudo >/dev/null && printf 'sudo sh -c' || printf 'su -c') '$line'" >&2
      exit 1
    fi
    as_root=(sudo --non-interactive)
  fi
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  run_quietly "apt-get update" "${as_root[@]}" apt-get update
  run_quietly "apt-get install" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends "${missing[@]}"
}
