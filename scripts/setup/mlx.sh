# shellcheck shell=bash disable=SC2154 # cache and scripts are common.sh's
# Step, on request: MLX's C++ library for CPUs, with its headers and its CMake package, out of the Python package
# mlx-cpu. A folder as MLX_ROOT takes it. Sourced by setup.sh.

readonly mlx_version=0.32.4
readonly mlx_sha256=0e0a24fa2ce8b6b94d2e6a90604e8813aa8e29fcb918bb2aa01cfb6d133d8cee

setup_mlx() {
  [[ $(uname -m) == x86_64 ]] || die "MLX is pinned for x86_64 only: set MLX_ROOT to a build of it"
  local into=$cache/mlx/$mlx_version
  [[ -e $into/mlx/lib/libmlx.so ]] && return
  local wheel=mlx_cpu-$mlx_version-py3-none-manylinux_2_35_x86_64.whl partial=$into.partial
  pip_download "$wheel" "$mlx_sha256" "MLX $mlx_version for CPUs (about 11 MB)" "mlx-cpu==$mlx_version" \
    --platform manylinux_2_35_x86_64
  rm -rf "$partial"
  mkdir -p "$partial"
  unpack_wheel "$cache/downloads/$wheel" "$partial"
  move_in_place "$partial" "$into"
  rm -f "$cache/downloads/$wheel"
  say "MLX is in $into/mlx: build with -DAKIDB_EMBEDDING_MLX=ON, or run make test-mlx"
}
