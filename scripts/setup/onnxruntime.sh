# shellcheck shell=bash disable=SC2154 # cache and scripts are common.sh's
# Step: ONNX Runtime: its shared library out of the Python package onnxruntime, its C and C++ headers out of
# Debian's libonnxruntime-dev. The headers are older than the library, which the C API allows: a program asks
# for the version of the API that it was built with. Sourced by setup.sh.

readonly onnxruntime_version=1.32.0
readonly headers_release=trixie
readonly headers_version=1.21.0+dfsg-1

# Sets what is pinned for the architecture of $machine, by default this one.
onnxruntime_pins() {
  case ${machine:-$(uname -m)} in
    x86_64)
      wheel_platform=manylinux_2_28_x86_64
      wheel_sha256=5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d
      debian_arch=amd64
      headers_sha256=14f7d959d5deacbcf1504830d4189f91fc67382b399ed9ae9d3aa9c4050ced08
      ;;
    aarch64)
      wheel_platform=manylinux_2_28_aarch64
      wheel_sha256=2303372a85299b6757b0e11e1cbf13e410ddf7e10c37f4b37e99d1c90e7daf7c
      debian_arch=arm64
      headers_sha256=d4b1967893865756c0fa8536be165259a8eb0e9068e60d322ba707ef4527e44e
      ;;
    *) die "no ONNX Runtime is pinned for ${machine:-$(uname -m)}: set ONNXRUNTIME_ROOT to a folder with include/ and lib/ of one" ;;
  esac
}

# The order is that of cmake/onnxruntime.cmake: ONNXRUNTIME_ROOT, a CMake package, our own.
setup_onnxruntime() {
  local into=$cache/onnxruntime/$onnxruntime_version
  if [[ -n ${ONNXRUNTIME_ROOT:-} ]]; then
    [[ -d $ONNXRUNTIME_ROOT ]] || die "ONNXRUNTIME_ROOT is $ONNXRUNTIME_ROOT, which is no folder"
    return
  fi
  [[ -e $into/lib/libonnxruntime.so && -e $into/include/onnxruntime/onnxruntime_cxx_api.h ]] && return
  onnxruntime_package_is_installed && return
  place_pinned_onnxruntime "$into"
}

# place_pinned_onnxruntime FOLDER
place_pinned_onnxruntime() {
  local into=$1
  onnxruntime_pins
  local partial=$into.partial wheel=onnxruntime-$onnxruntime_version-$debian_arch.whl
  pip_download "$wheel" "$wheel_sha256" "ONNX Runtime $onnxruntime_version (about 20 MB)" \
    "onnxruntime==$onnxruntime_version" --python-version 3.11 --implementation cp --abi cp311 \
    --platform "$wheel_platform"
  download_headers "$cache/downloads/libonnxruntime-dev.deb"

  rm -rf "$partial"
  mkdir -p "$partial/lib" "$partial/include"
  unpack_wheel "$cache/downloads/$wheel" "$partial/wheel"
  mv "$partial/wheel/onnxruntime/capi/"libonnxruntime*.so* "$partial/lib/"
  chmod 755 "$partial/lib/"*
  ln -s "libonnxruntime.so.$onnxruntime_version" "$partial/lib/libonnxruntime.so.1"
  ln -s libonnxruntime.so.1 "$partial/lib/libonnxruntime.so"
  mkdir -p "$partial/share"
  mv "$partial/wheel/onnxruntime/"{LICENSE,ThirdPartyNotices.txt} "$partial/share/"
  run_quietly "unpacking ONNX Runtime's headers" dpkg -x "$cache/downloads/libonnxruntime-dev.deb" "$partial/deb"
  mv "$partial/deb/usr/include/onnxruntime" "$partial/include/"
  rm -rf "$partial/wheel" "$partial/deb"
  move_in_place "$partial" "$into"
  rm -rf "$cache/downloads/$wheel" "$cache/downloads/libonnxruntime-dev.deb" "$cache/downloads/apt"
  say "ONNX Runtime $onnxruntime_version is in $into"
}

onnxruntime_package_is_installed() {
  command -v cmake >/dev/null &&
    (cd /tmp && cmake --find-package -DNAME=onnxruntime -DCOMPILER_ID=GNU -DLANGUAGE=CXX -DMODE=EXIST -DQUIET=TRUE) \
      >/dev/null 2>&1
}

# download_headers FILE: with apt's own client under a private configuration that needs no root, from the
# mirrors of this machine.
download_headers() {
  has_sha256 "$1" "$headers_sha256" && return
  say "downloading ONNX Runtime's headers (the index of Debian $headers_release, 10 MB, and 85 kB)"
  with_each_mirror "downloading ONNX Runtime's headers" apt_download_headers
  mv "$cache/downloads/apt/"libonnxruntime-dev_*.deb "$1"
  require_sha256 "$1" "$headers_sha256"
}

# with_each_mirror WHAT COMMAND: calls it with this machine's mirrors of Debian until it succeeds.
with_each_mirror() {
  local mirrors mirror
  mapfile -t mirrors < <("$scripts/setup/debian_mirrors.sh")
  [[ ${#mirrors[@]} -gt 0 ]] ||
    die "no Debian mirror is in /etc/apt/sources.list or /etc/apt/sources.list.d: add one, or set ONNXRUNTIME_ROOT"
  local last=${mirrors[-1]}
  for mirror in "${mirrors[@]}"; do
    if [[ $mirror == "$last" ]]; then
      run_quietly "$1" "$2" "$mirror"
    else
      "$2" "$mirror" >/dev/null 2>&1 && break
    fi
  done
}

# apt_download_headers MIRROR: leaves the package in $cache/downloads/apt.
apt_download_headers() {
  private_apt "$1" "$headers_release" "$debian_arch" &&
    (cd "$cache/downloads/apt" &&
      apt-get --config-file apt.conf --quiet download "libonnxruntime-dev=$headers_version")
}

# private_apt MIRROR SUITE ARCHITECTURE: an apt of its own in $cache/downloads/apt, which knows no installed package.
private_apt() {
  local home=$cache/downloads/apt keyring=/usr/share/keyrings/debian-archive-keyring.gpg signed_by=
  [[ -f $keyring ]] && signed_by="signed-by=$keyring "
  rm -rf "$home"
  mkdir -p "$home/state/lists/partial" "$home/cache/archives/partial"
  printf 'deb [%starget=Packages arch=%s] %s %s main\n' "$signed_by" "$3" "$1" "$2" \
    >"$home/sources.list"
  cat >"$home/apt.conf" <<CONF
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::State "$home/state";
Dir::State::status "/dev/null";
Dir::Cache "$home/cache";
Dir::Etc::sourcelist "$home/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferences "-";
Dir::Etc::preferencesparts "-";
APT::Architecture "$3";
APT::Architectures { "$3"; };
APT::Sandbox::User "";
Acquire::Retries "2";
CONF
  apt-get --config-file "$home/apt.conf" --quiet -o APT::Update::Error-Mode=any update
}
