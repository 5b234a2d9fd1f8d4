# make run and make test need nothing but make, git and a Debian 12: set-up brings the rest.
PRESET ?= release
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
# As -DBUILD_SHARED_LIBS=ON; what is given once stays until make clean (CONTRIBUTING.md lists what there is).
CMAKE_OPTIONS ?=
BUILD := build/$(PRESET)
CACHE := $${AKIDB_EMBED_CACHE:-$${XDG_CACHE_HOME:-$$HOME/.cache}/akidb-embedding}

.DEFAULT_GOAL := build
.PHONY: help setup setup-openvino setup-cuda setup-mlx setup-export build run test test-openvino test-cuda test-mlx test-native test-arm64 test-export test-playground test-deploy soak bench bench-serving bench-serving-peers asan tsan fuzz lint format bench-peers install clean options

help: ## this list; JOBS=1 before or behind a name keeps to one core
	@awk -F ':.*## ' '/^[a-z0-9 -]+:.*## / { printf "make %-24s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## bring what is missing: Debian packages, ONNX Runtime, the default model
	@scripts/setup.sh

setup-openvino: ## bring ONNX Runtime's build for OpenVINO (85 MB)
	@scripts/setup.sh openvino

setup-cuda: ## bring ONNX Runtime's build for CUDA and TensorRT, and CUDA's libraries (780 MB)
	@scripts/setup.sh cuda

setup-mlx: ## bring MLX's library for CPUs (11 MB)
	@scripts/setup.sh mlx

setup-export: ## bring PyTorch and what else scripts/export_onnx_model.py needs (5 GB)
	@scripts/setup.sh export

build: setup $(BUILD)/build.ninja ## build the library and the program into build/release
	@cmake --build $(BUILD) --parallel $(JOBS)

# Ninja runs CMake again by itself when a CMakeLists.txt changes, but does not know of the presets.
$(BUILD)/build.ninja: CMakePresets.json $(if $(CMAKE_OPTIONS),options) | setup
	@cmake --preset $(PRESET) $(CMAKE_OPTIONS)
	@touch $@

run: setup $(BUILD)/build.ninja ## build the program, then embed examples/sentences.txt and search it
	@cmake --build $(BUILD) --parallel $(JOBS) --target akidb-embed
	@scripts/demo.sh $(BUILD)/akidb-embed

test: build ## build, bring what the tests compare with, run all tests; ends with "N passed, N failed"
	@scripts/setup.sh huggingface_hub clients
	@scripts/run_tests.py $(BUILD) --jobs $(JOBS)

test-openvino test-cuda: test-%: setup-% build ## the default model on a real build of ONNX Runtime for that device
	@cmake -S . -B $(BUILD) && cmake --build $(BUILD) --parallel $(JOBS)
	@scripts/run_tests.py $(BUILD) -- -L $*

test-mlx: setup setup-mlx ## build with the provider mlx into build/mlx; the default model and small ones on it
	@cmake --preset mlx && cmake --build build/mlx --parallel $(JOBS)
	@scripts/run_tests.py build/mlx -- -L mlx

test-native: build ## build with our own encoder alone, no ONNX Runtime, into build/native; the default model on it, and its size
	@cmake --preset native && cmake --build build/native --parallel $(JOBS)
	@tests/native/alone.sh $(BUILD)/akidb-embed build/native/akidb-embed

test-export: setup-export build ## the export to ONNX by PyTorch
	@$(CACHE)/export-environment/bin/python -B -W ignore scripts/export_onnx_model_test.py $(BUILD)/akidb-embed

test-arm64: ## cross-build for arm64; unit tests, and a part of the default model's goldens with each kernel set, under an emulator
	@scripts/setup.sh && scripts/setup.sh arm64
	@cmake --preset arm64 && cmake --build build/arm64 --parallel $(JOBS)
	@GTEST_FILTER='-Executor.WorksWithFewerThreads*' scripts/run_tests.py build/arm64 -- -L unit
	@GTEST_FILTER='Golden.HelloWorld*:Golden.AFew*' scripts/run_tests.py build/arm64 -- -R '^golden_(neon.*_)?test$$|^isa_symbols$$'

test-playground: build ## the playground in headless Chromium, which set-up brings; pictures go to build/release/playground
	@scripts/setup.sh playground
	@tests/playground/playground_test.py $(BUILD)

test-deploy: build ## what is in deploy/, with promtool, hadolint and systemd-analyze
	@scripts/setup.sh deploy
	@/usr/bin/python3 tests/deploy/deploy_test.py $(BUILD)

soak: build ## the server under overload, attacks and 30 minutes of mixed load, with time and memory measured (nightly)
	@tests/server/soak.sh $(BUILD)

bench: setup ## tables and plots of docs/benchmarks.md: by length and by batch, beside the fastest peers, which it installs first
	@bench/peers/curves.sh

bench-serving: build ## what serving costs beside the library in process
	@bench/serving/serving_bench.py $(BUILD)

bench-serving-peers: build ## the server beside Infinity and FastAPI with fastembed, which are brought (5 GB)
	@bench/peers/setup.sh infinity fastapi
	@bench/serving/serving_peers.py $(BUILD)

asan: ## the tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@ASAN_OPTIONS="quarantine_size_mb=1" $(MAKE) --no-print-directory test PRESET=asan-ubsan

tsan: ## the tests under ThreadSanitizer
	@TSAN_OPTIONS="suppressions=$(CURDIR)/scripts/tsan.supp" $(MAKE) --no-print-directory test PRESET=tsan

fuzz: setup ## every parser of files and requests under libFuzzer, SECONDS_EACH (60)
	@scripts/setup.sh fuzz
	@cmake --preset fuzz && cmake --build build/fuzz --parallel $(JOBS) --target fuzzers
	@tests/fuzz/fuzz.sh build/fuzz

lint: build ## clang-format, layers, shellcheck and clang-tidy over our own sources
	@scripts/lint.sh $(BUILD) $(JOBS)

format: setup ## rewrite the sources in the house format
	@scripts/check_format.sh --fix

bench-peers: setup ## speed and memory beside other embedding programs; installs those first
	@bench/peers/compare.sh

install: setup $(BUILD)/build.ninja ## build the library and the program alone, install them below PREFIX (/usr/local)
	@cmake --build $(BUILD) --parallel $(JOBS) --target akidb_embedding_installed
	@cmake --install $(BUILD) --prefix $(PREFIX)

clean: ## remove build/
	@rm -rf build
