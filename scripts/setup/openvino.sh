# shellcheck shell=bash disable=SC2154 # cache and scripts are common.sh's
# Step, on request: ONNX Runtime's build for OpenVINO, out of the Python package onnxruntime-openvino. A folder as
# ONNXRUNTIME_ROOT takes it. Sourced by setup.sh.

readonly openvino_version=1.24.1
readonly openvino_sha256=3007c803634cc69c6d52af1dea7ce729d9bb62b9a11070fd2f959119199007a8

setup_openvino() {
  [[ $(uname -m) == x86_64 ]] || die "ONNX Runtime's build for OpenVINO is pinned for x86_64 only"
  local into=$cache/onnxruntime/openvino-$openvino_version
  [[ -e $into/lib/libonnxruntime.so.1 ]] && return
  local wheel=onnxruntime_openvino-$openvino_version-cp311-cp311-manylinux_2_28_x86_64.whl
  pip_download "$wheel" "$openvino_sha256" "ONNX Runtime $openvino_version for OpenVINO (about 85 MB)" \
    "onnxruntime-openvino==$openvino_version" --python-version 3.11 --implementation cp --abi cp311 \
    --platform manylinux_2_28_x86_64
  place_onnxruntime "$wheel" "$into"
}
