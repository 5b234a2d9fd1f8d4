#!/usr/bin/env bash
# Prints the Debian mirrors that this machine's apt is set to, one a line, in their order.
#
#   debian_mirrors.sh [ROOT]     ROOT: where etc/ is, for tests
#
# A mirror is a source of binary packages whose suite is the release's own name (or stable, testing, ...) and
# whose components have main; security and update suites, other vendors' repositories and disabled entries
# are none. Both spellings are read: one line (sources.list) and deb822 (*.sources).
set -euo pipefail
shopt -s nullglob

root=${1:-}
# shellcheck source=/dev/null
codename=$(. "$root/etc/os-release" && printf '%s' "${VERSION_CODENAME:-}")
suites=" ${codename:-none} oldoldstable oldstable stable testing unstable sid "

one_line() {
  sed -E 's/#.*//; s/\[[^]]*\]//' "$@" </dev/null | awk -v suites="$suites" '
    $1 == "deb" && index(suites, " " $3 " ") {
      for (i = 4; i <= NF; i++) if ($i == "main") { print $2; next }
    }'
}

# Stanzas are parted by empty lines; a line that begins with a blank continues its field.
deb822() {
  awk -v suites="$suites" '
    function finish(   i, n, word, wanted) {
      wanted = (" " field["types"] " ") ~ / deb / && (" " field["components"] " ") ~ / main / &&
               field["enabled"] !~ /^ *(no|false|without|off|disable|0) *$/
      n = split(field["suites"], word, " ")
      for (i = 1; wanted && i <= n; i++) if (index(suites, " " word[i] " ")) wanted = 2
      if (wanted == 2) { n = split(field["uris"], word, " "); for (i = 1; i <= n; i++) print word[i] }
      split("", field)
    }
    FNR == 1 || /^[ \t]*$/ { finish() }
    /^#/ || /^[ \t]*$/ { next }
    /^[ \t]/ { field[name] = field[name] " " $0; next }
    { name = tolower(substr($0, 1, index($0, ":") - 1)); field[name] = substr($0, index($0, ":") + 1) }
    END { finish() }' "$@" </dev/null | tr -d '\t'
}

lists=("$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d/*.list)
[[ -f ${lists[0]} ]] || unset 'lists[0]'
stanzas=("$root"/etc/apt/sources.list.d/*.sources)
{
  [[ ${#lists[@]} -eq 0 ]] || one_line "${lists[@]}"
  [[ ${#stanzas[@]} -eq 0 ]] || deb822 "${stanzas[@]}"
} | grep -v '^cdrom:' | awk '!seen[$0]++' || true
