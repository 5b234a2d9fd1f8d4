# Settings of every target of this project; none of them reaches a consumer.
if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

if(NOT PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  message(WARNING "CMAKE_BUILD_TYPE is not set: akidb-embedding is built without optimisation, and is slow")
endif()

find_program(AKIDB_EMBEDDING_CCACHE ccache)
if(PROJECT_IS_TOP_LEVEL AND AKIDB_EMBEDDING_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${AKIDB_EMBEDDING_CCACHE})
endif()

add_library(akidb_embedding_settings INTERFACE)
target_compile_features(akidb_embedding_settings INTERFACE cxx_std_20)
target_include_directories(akidb_embedding_settings INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
if(NOT MSVC)
  target_compile_options(akidb_embedding_settings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # False alarms on string concatenation (GCC bug 105651), gone in 13.
    target_compile_options(akidb_embedding_settings INTERFACE -Wno-restrict)
  endif()
  if(AKIDB_EMBEDDING_WERROR)
    target_compile_options(akidb_embedding_settings INTERFACE -Werror)
  endif()
endif()
if(AKIDB_EMBEDDING_SANITIZE)
  target_compile_options(akidb_embedding_settings INTERFACE -fsanitize=${AKIDB_EMBEDDING_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(akidb_embedding_settings INTERFACE -fsanitize=${AKIDB_EMBEDDING_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # False alarms inside the standard library and Boost, and on a test's own operator new and delete, which the
    # sanitizers' own code brings about; builds without sanitizers keep the warnings.
    target_compile_options(akidb_embedding_settings INTERFACE -Wno-maybe-uninitialized -Wno-mismatched-new-delete)
  endif()
endif()
