#!/usr/bin/env bash
# Brings what is missing on this machine: Debian packages, ONNX Runtime, the default model. Says a line for
# each thing that it does and nothing when there is nothing to do.
#
#   scripts/setup.sh [packages|onnxruntime|model ...]     all three where none is named
#   scripts/setup.sh openvino | cuda                      another build of ONNX Runtime, for these devices
#   scripts/setup.sh mlx                                  MLX's library, for the provider mlx
#   scripts/setup.sh arm64                                what a build for arm64 on another machine needs
#   scripts/setup.sh export                               PyTorch, for scripts/export_onnx_model.py
#   scripts/setup.sh huggingface_hub                      what the tests of the shared cache compare with
#   scripts/setup.sh clients                              the clients that the server is tested with
#   scripts/setup.sh fuzz                                 Clang with libFuzzer
#   scripts/setup.sh deploy | playground                  what the tests of deploy/ and of the playground need
#
# Everything but the packages goes below ${AKIDB_EMBED_CACHE:-${XDG_CACHE_HOME:-~/.cache}/akidb-embedding}.
# A step verifies what it brought before a rename puts it in place, so it may be interrupted anywhere.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/setup/common.sh
source "$here/setup/common.sh"

steps=("$@")
[[ ${#steps[@]} -gt 0 ]] || steps=(packages onnxruntime model)
for step in "${steps[@]}"; do
  [[ -f $here/setup/$step.sh && $step != common ]] || die "unknown step '$step': expected packages, onnxruntime or model"
done

one_at_a_time
for step in "${steps[@]}"; do
  # shellcheck source=/dev/null
  source "$here/setup/$step.sh"
  "setup_$step"
done
