# Toolchain: arm64 on another machine, with what `scripts/setup.sh arm64` brought. Tests run under an emulator.
if(NOT "$ENV{AKIDB_EMBED_CACHE}" STREQUAL "")
  set(_arm64 $ENV{AKIDB_EMBED_CACHE}/arm64)
elseif(NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
  set(_arm64 $ENV{XDG_CACHE_HOME}/akidb-embedding/arm64)
else()
  set(_arm64 $ENV{HOME}/.cache/akidb-embedding/arm64)
endif()
set(_sysroot ${_arm64}/sysroot)
set(_libraries ${_sysroot}/usr/lib/aarch64-linux-gnu)

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)

set(CMAKE_FIND_ROOT_PATH ${_sysroot} ${_arm64}/onnxruntime)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ONNXRUNTIME_ROOT ${_arm64}/onnxruntime)

# Headers of the libraries come behind the compiler's own; what libraries depend on is found beside them.
set(CMAKE_CXX_FLAGS_INIT "-idirafter ${_sysroot}/usr/include -idirafter ${_sysroot}/usr/include/aarch64-linux-gnu")
set(_link "-Wl,-rpath-link,${_libraries} -Wl,-rpath-link,${_sysroot}/lib/aarch64-linux-gnu")
set(CMAKE_EXE_LINKER_FLAGS_INIT ${_link})
set(CMAKE_SHARED_LINKER_FLAGS_INIT ${_link})
set(CMAKE_MODULE_LINKER_FLAGS_INIT ${_link})

set(CMAKE_CROSSCOMPILING_EMULATOR ${CMAKE_CURRENT_LIST_DIR}/../scripts/arm64_emulator.sh ${_sysroot})
