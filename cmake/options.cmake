# What a build contains. A part that is left out takes its dependencies with it.
option(AKIDB_EMBEDDING_ONNX "The ONNX Runtime backend" ON)
option(AKIDB_EMBEDDING_CONVERT "Writing ONNX graphs from safetensors (needs libonnx and protobuf)" ON)
option(AKIDB_EMBEDDING_CLI "The program akidb-embed" ${PROJECT_IS_TOP_LEVEL})
option(AKIDB_EMBEDDING_TESTS "Tests (need GoogleTest)" ${PROJECT_IS_TOP_LEVEL})
option(AKIDB_EMBEDDING_BENCHMARKS "Benchmarks (need Google Benchmark)" OFF)
option(AKIDB_EMBEDDING_INSTALL "Install rules" ${PROJECT_IS_TOP_LEVEL})
option(AKIDB_EMBEDDING_WERROR "Warnings are errors" OFF)
set(AKIDB_EMBEDDING_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")
