# MLX, as its own CMake package: MLX_ROOT, the system's, or what set-up put into the user's cache.
if(NOT AKIDB_EMBEDDING_MLX)
  return()
endif()

set(AKIDB_EMBEDDING_MLX_VERSION 0.32.4)
find_package(MLX QUIET CONFIG PATHS ${_cache}/mlx/${AKIDB_EMBEDDING_MLX_VERSION}/mlx)
if(NOT MLX_FOUND)
  message(FATAL_ERROR "MLX was not found. Run scripts/setup.sh mlx, set MLX_ROOT to a folder with its share/cmake/MLX, or "
    "build without it: -DAKIDB_EMBEDDING_MLX=OFF")
endif()
