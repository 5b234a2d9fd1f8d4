# shellcheck shell=bash disable=SC2154 # cache and scripts are common.sh's
# Step, on request: a Python environment for scripts/export_onnx_model.py, from its file of pinned packages. Sourced
# by setup.sh.

setup_export() {
  local requirements=$scripts/export_onnx_model_requirements.txt
  local into=$cache/export-environment
  cmp --quiet "$requirements" "$into/requirements.txt" && return
  find_pip
  say "installing PyTorch and what else the export to ONNX needs (about 5 GB) into $into"
  rm -rf "$into"
  run_quietly "making a Python environment" "${pip[0]}" -m venv "$into"
  run_quietly "installing the packages of $(basename "$requirements")" "$into/bin/pip" --disable-pip-version-check \
    install --retries 2 --requirement "$requirements"
  cp "$requirements" "$into/requirements.txt"
}
