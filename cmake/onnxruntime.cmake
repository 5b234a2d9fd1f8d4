# ONNX Runtime's headers. Its library is not linked but loaded at run time, so that a program starts
# without it and a user can pick another build; the one found here is the last place that is looked at.
#
# Searched in this order: ONNXRUNTIME_ROOT (CMake variable or environment), a CMake package, the build that
# set-up put into the user's cache.
if(NOT AKIDB_EMBEDDING_ONNX)
  return()
endif()

set(AKIDB_EMBEDDING_ORT_VERSION 1.32.0)

if(NOT DEFINED ONNXRUNTIME_ROOT AND DEFINED ENV{ONNXRUNTIME_ROOT})
  set(ONNXRUNTIME_ROOT $ENV{ONNXRUNTIME_ROOT})
endif()
if(NOT ONNXRUNTIME_ROOT)
  find_package(onnxruntime QUIET CONFIG)
endif()
if(onnxruntime_FOUND)
  get_target_property(_include onnxruntime::onnxruntime INTERFACE_INCLUDE_DIRECTORIES)
  get_target_property(AKIDB_EMBEDDING_ORT_LIBRARY onnxruntime::onnxruntime IMPORTED_LOCATION_RELEASE)
else()
  set(_roots ${ONNXRUNTIME_ROOT} ${_cache}/onnxruntime/${AKIDB_EMBEDDING_ORT_VERSION})
  find_path(AKIDB_EMBEDDING_ORT_INCLUDE onnxruntime_cxx_api.h PATHS ${_roots}
    PATH_SUFFIXES include include/onnxruntime include/onnxruntime/core/session NO_DEFAULT_PATH)
  find_library(AKIDB_EMBEDDING_ORT_LIBRARY onnxruntime PATHS ${_roots} PATH_SUFFIXES lib lib64 NO_DEFAULT_PATH)
  set(_include ${AKIDB_EMBEDDING_ORT_INCLUDE})
endif()
if(NOT _include OR NOT AKIDB_EMBEDDING_ORT_LIBRARY)
  message(FATAL_ERROR "ONNX Runtime was not found. Run scripts/setup.sh, set ONNXRUNTIME_ROOT to a folder "
    "with include/ and lib/, or build without it: -DAKIDB_EMBEDDING_ONNX=OFF")
endif()

add_library(akidb_embedding_onnxruntime INTERFACE IMPORTED GLOBAL)
target_include_directories(akidb_embedding_onnxruntime SYSTEM INTERFACE ${_include})
target_link_libraries(akidb_embedding_onnxruntime INTERFACE ${CMAKE_DL_LIBS})
