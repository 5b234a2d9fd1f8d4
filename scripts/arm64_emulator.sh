#!/usr/bin/env bash
# Runs an arm64 program on another machine: arm64_emulator.sh SYSROOT PROGRAM [ARGUMENT ...]
#
# QEMU_CPU chooses the processor. By default it has what our kernels use, but neither SME, of which QEMU 7.2 gets int8
# products wrong (SMOPA), nor SVE, which takes it twice the time.
set -euo pipefail

QEMU_CPU=${QEMU_CPU:-max,sme=off,sve=off} exec qemu-aarch64 -L "$@"
