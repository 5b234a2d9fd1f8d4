# What `cmake --install` puts where: library, headers, program, ONNX Runtime's library, the CMake package, the
# pkg-config file, licence and notices. The tree may be moved after it was installed.
if(NOT AKIDB_EMBEDDING_INSTALL)
  return()
endif()
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(_package ${CMAKE_INSTALL_LIBDIR}/cmake/akidb-embedding)

# What has to be built before: no tests, no benchmarks.
add_custom_target(akidb_embedding_installed DEPENDS akidb_embedding)
install(TARGETS akidb_embedding EXPORT akidb-embedding)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/akidb DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
# The documents, and what they name.
install(FILES README.md LICENSE THIRD_PARTY_NOTICES.md CHANGELOG.md CONTRIBUTING.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs deploy examples proto DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES scripts/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/scripts)

# Where the code that loads it looks: beside the shared library, in akidb-embedding/; where the library is
# static and its code is in a program of bin/, in ../lib/akidb-embedding/.
if(BUILD_SHARED_LIBS)
  set(_beside ${CMAKE_INSTALL_LIBDIR}/akidb-embedding)
else()
  set(_beside lib/akidb-embedding)
endif()
if(AKIDB_EMBEDDING_ONNX AND AKIDB_EMBEDDING_INSTALL_ONNXRUNTIME)
  file(REAL_PATH ${AKIDB_EMBEDDING_ORT_LIBRARY} _onnxruntime)
  install(PROGRAMS ${_onnxruntime} DESTINATION ${_beside} RENAME libonnxruntime.so.1)
  cmake_path(GET AKIDB_EMBEDDING_ORT_LIBRARY PARENT_PATH _root)
  install(DIRECTORY ${_root}/../share/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/onnxruntime OPTIONAL)
endif()

if(AKIDB_EMBEDDING_CLI AND TARGET akidb-embed)
  set_target_properties(akidb-embed PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
  install(TARGETS akidb-embed)
  add_dependencies(akidb_embedding_installed akidb-embed)

  # The program writes its own man page and shell completions; a cross build cannot ask it.
  if(NOT CMAKE_CROSSCOMPILING)
    set(_shell ${PROJECT_BINARY_DIR}/shell)
    file(MAKE_DIRECTORY ${_shell})
    add_custom_command(
      OUTPUT ${_shell}/akidb-embed.1 ${_shell}/akidb-embed.bash ${_shell}/_akidb-embed ${_shell}/akidb-embed.fish
      COMMAND akidb-embed --man > ${_shell}/akidb-embed.1
      COMMAND akidb-embed --completions bash > ${_shell}/akidb-embed.bash
      COMMAND akidb-embed --completions zsh > ${_shell}/_akidb-embed
      COMMAND akidb-embed --completions fish > ${_shell}/akidb-embed.fish
      DEPENDS akidb-embed VERBATIM)
    add_custom_target(akidb_embedding_shell ALL DEPENDS ${_shell}/akidb-embed.1)
    add_dependencies(akidb_embedding_installed akidb_embedding_shell)
    install(FILES ${_shell}/akidb-embed.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
    install(FILES ${_shell}/akidb-embed.bash RENAME akidb-embed
      DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
    install(FILES ${_shell}/_akidb-embed DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
    install(FILES ${_shell}/akidb-embed.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
  endif()
endif()

# What the library links, as a consumer finds it: in CMake, and in pkg-config as a package or as a flag.
# A static library hands all of it on; a shared one needs none of it again.
set(_find)
set(_requires)
set(_flags)
get_property(_links GLOBAL PROPERTY AKIDB_EMBEDDING_LINKS)
list(REMOVE_DUPLICATES _links)
foreach(_link ${_links})
  if(_link STREQUAL "Threads::Threads")
    list(APPEND _find "find_dependency(Threads)")
    list(APPEND _flags -pthread)
  elseif(_link STREQUAL "simdjson::simdjson")
    list(APPEND _find "find_dependency(simdjson)")
    list(APPEND _requires simdjson)
  elseif(_link STREQUAL "OpenSSL::Crypto")
    list(APPEND _find "find_dependency(OpenSSL COMPONENTS Crypto)")
    list(APPEND _requires libcrypto)
  elseif(_link STREQUAL "CURL::libcurl")
    list(APPEND _find "find_dependency(CURL)")
    list(APPEND _requires libcurl)
  elseif(_link STREQUAL "mlx")
    list(APPEND _find "find_dependency(MLX CONFIG)")
    list(APPEND _flags -lmlx)
  elseif(_link STREQUAL "akidb_embedding_libonnx")
    list(APPEND _find "include(\${CMAKE_CURRENT_LIST_DIR}/libonnx.cmake)")
    list(APPEND _requires protobuf)
    list(APPEND _flags -lonnx -lonnx_proto)
    install(FILES cmake/libonnx.cmake DESTINATION ${_package})
  elseif(_link STREQUAL "akidb_embedding_onnxruntime")
    list(APPEND _find
      "add_library(akidb_embedding_onnxruntime INTERFACE IMPORTED)"
      "target_link_libraries(akidb_embedding_onnxruntime INTERFACE ${CMAKE_DL_LIBS})")
    list(APPEND _flags -l${CMAKE_DL_LIBS})
  else()
    message(FATAL_ERROR "cmake/install.cmake does not say how a consumer finds ${_link}")
  endif()
endforeach()
if(BUILD_SHARED_LIBS)
  set(_find)
  set(_requires)
  set(_flags)
endif()
list(JOIN _find "\n" AKIDB_EMBEDDING_FIND_DEPENDENCIES)
list(JOIN _requires " " AKIDB_EMBEDDING_PC_REQUIRES)
list(JOIN _flags " " AKIDB_EMBEDDING_PC_FLAGS)

configure_package_config_file(cmake/package.cmake.in ${PROJECT_BINARY_DIR}/akidb-embedding-config.cmake
  INSTALL_DESTINATION ${_package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/akidb-embedding-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/akidb-embedding-config.cmake
  ${PROJECT_BINARY_DIR}/akidb-embedding-config-version.cmake DESTINATION ${_package})
install(EXPORT akidb-embedding NAMESPACE akidb:: FILE akidb-embedding-targets.cmake DESTINATION ${_package})

file(RELATIVE_PATH AKIDB_EMBEDDING_PC_PREFIX
  ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/akidb-embedding.pc.in ${PROJECT_BINARY_DIR}/akidb-embedding.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/akidb-embedding.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
