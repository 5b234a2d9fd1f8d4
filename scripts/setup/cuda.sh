# shellcheck shell=bash disable=SC2154 # cache and scripts are common.sh's
# Step, on request: ONNX Runtime's build for CUDA 13 and TensorRT, out of the Python package onnxruntime-gpu, and of
# CUDA what its library for CUDA is linked to, out of NVIDIA's Python packages. The driver, cuDNN and TensorRT are
# the machine's to have. Sourced by setup.sh.

readonly cuda_onnxruntime_version=1.31.1
readonly cuda_onnxruntime_sha256=e26c475fe361b2015f45b4b824bd13f0bb20204e59b62814e6f0acd5f3d491a6

# package, version, sha256 of its wheel
readonly cuda_packages=(
  "nvidia-cublas 13.10.0.20 dcc6d63884c53d07e267ce7e6feac17b2538cebaafec5db865736c3e28e4dc84"
  "nvidia-curand 10.4.5.25 22bb226a857e5888fe6b54ae465fc4371296bcff13a35f79e19691bcf454f529"
  "nvidia-cuda-runtime 13.0.96 7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548"
)

setup_cuda() {
  [[ $(uname -m) == x86_64 ]] || die "ONNX Runtime's build for CUDA is pinned for x86_64 only"
  local into=$cache/onnxruntime/cuda-$cuda_onnxruntime_version
  if [[ ! -e $into/cuda/nvidia ]]; then
    local partial=$into.cuda.partial row package version sha256
    rm -rf "$partial"
    mkdir -p "$partial"
    for row in "${cuda_packages[@]}"; do
      read -r package version sha256 <<<"$row"
      pip_download "$package.whl" "$sha256" "$package $version" "$package==$version" --platform manylinux_2_27_x86_64 \
        --platform manylinux_2_17_x86_64 --platform manylinux_2_5_x86_64
      unpack_wheel "$cache/downloads/$package.whl" "$partial"
      rm -f "$cache/downloads/$package.whl"
    done
    local wheel=onnxruntime_gpu-$cuda_onnxruntime_version-cp311-cp311-manylinux_2_28_x86_64.whl
    pip_download "$wheel" "$cuda_onnxruntime_sha256" "ONNX Runtime $cuda_onnxruntime_version for CUDA (about 256 MB)" \
      "onnxruntime-gpu==$cuda_onnxruntime_version" --python-version 3.11 --implementation cp --abi cp311 \
      --platform manylinux_2_28_x86_64
    place_onnxruntime "$wheel" "$into"
    move_in_place "$partial" "$into/cuda"
    say "CUDA's libraries are in $into/cuda/nvidia/cu13/lib: put that into LD_LIBRARY_PATH"
  fi
}
