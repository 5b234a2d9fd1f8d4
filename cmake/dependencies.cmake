# A project that adds this one as a folder links what the library links, so it must see those targets.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)

find_package(Threads REQUIRED)
find_package(simdjson REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
include(cmake/onnxruntime.cmake)
if(AKIDB_EMBEDDING_CONVERT)
  include(cmake/libonnx.cmake)
endif()
if(AKIDB_EMBEDDING_TESTS)
  enable_testing()
  find_package(GTest REQUIRED)
endif()
