# shellcheck shell=bash disable=SC2154 # cache and scripts are common.sh's
# Step, on request: what a build for arm64 on another machine needs: Debian's cross compiler and emulator, a folder with
# arm64 libraries of Debian (nothing of it is installed), and ONNX Runtime for arm64. Sourced by setup.sh.

# shellcheck source=scripts/setup/packages.sh
source "$scripts/setup/packages.sh"
# shellcheck source=scripts/setup/onnxruntime.sh
source "$scripts/setup/onnxruntime.sh"

# Libraries that the build links, with headers; what they depend on comes with them.
readonly arm64_packages=(libc6 libstdc++6 libcurl4-openssl-dev libsimdjson-dev libssl-dev libonnx-dev libprotobuf-dev
  libcli11-dev libtomlplusplus-dev libgtest-dev libgmock-dev)

setup_arm64() {
  setup_packages "$scripts/packages-arm64.txt"
  local into=$cache/arm64
  if [[ ! -e $into/onnxruntime/lib/libonnxruntime.so ]]; then
    machine=aarch64 place_pinned_onnxruntime "$into/onnxruntime"
  fi
  # A folder that was filled for another list of packages, or before there was a list in it, is filled anew.
  if [[ $(cat "$into/sysroot/packages" 2>/dev/null) != "${arm64_packages[*]}" ]]; then
    local partial=$into/sysroot.partial package
    say "downloading arm64 libraries of Debian (about 40 MB)"
    with_each_mirror "downloading arm64 libraries" apt_download_arm64
    rm -rf "$partial"
    mkdir -p "$partial"
    for package in "$cache/downloads/apt/cache/archives/"*.deb; do
      run_quietly "unpacking $(basename "$package")" dpkg -x "$package" "$partial"
    done
    link_inside "$partial"
    write_cpuinfo "$partial/proc"
    printf '%s\n' "${arm64_packages[*]}" >"$partial/packages"
    move_in_place "$partial" "$into/sysroot"
    rm -rf "$cache/downloads/apt"
    say "arm64 libraries are in $into/sysroot"
  fi
}

# apt_download_arm64 MIRROR: leaves the packages, and all that they depend on, in $cache/downloads/apt/cache/archives.
apt_download_arm64() {
  private_apt "$1" "$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")" arm64 &&
    apt-get --config-file "$cache/downloads/apt/apt.conf" --quiet --yes --no-install-recommends --download-only \
      install "${arm64_packages[@]}"
}

# write_cpuinfo FOLDER: an emulated program would read of this machine's processor, and ONNX Runtime finds no arm64 there.
write_cpuinfo() {
  local processor
  mkdir -p "$1"
  for ((processor = 0; processor < $(nproc); ++processor)); do
    printf 'processor\t: %d\nFeatures\t: fp asimd aes pmull sha1 sha2 crc32 atomics fphp asimdhp asimddp\n' "$processor"
    printf 'CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\nCPU revision\t: 1\n\n'
  done >"$1/cpuinfo"
}

# link_inside FOLDER: links to absolute paths become links inside the folder.
link_inside() {
  local link target
  find "$1" -type l -lname '/*' | while read -r link; do
    target=$(readlink "$link")
    ln -sfn "$1$target" "$link"
    ln -sfn "$(realpath --no-symlinks --relative-to "$(dirname "$link")" "$1$target")" "$link"
  done
}
