# akidb_rung(NAME SOURCES ... [TESTS ...] [LINK ...])
#
# One rung of the ladder: the folder's sources as the object library akidb_embedding_NAME, and its unit
# tests as the program NAME_test (label `unit`). LINK names third-party targets.
function(akidb_rung name)
  cmake_parse_arguments(RUNG "" "" "SOURCES;TESTS;LINK" ${ARGN})
  set(target akidb_embedding_${name})
  add_library(${target} OBJECT ${RUNG_SOURCES})
  target_link_libraries(${target} PRIVATE akidb_embedding_settings ${RUNG_LINK})
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  set_property(GLOBAL APPEND PROPERTY AKIDB_EMBEDDING_RUNGS ${target})
  set_property(GLOBAL APPEND PROPERTY AKIDB_EMBEDDING_LINKS ${RUNG_LINK})
  if(RUNG_TESTS)
    akidb_test(${name}_test SOURCES ${RUNG_TESTS} LABEL unit LINK ${RUNG_LINK})
  endif()
endfunction()

# A guard against hanging, in seconds; sanitizers and emulators make the programs several times slower.
set(AKIDB_TEST_TIMEOUT 900)
if(AKIDB_EMBEDDING_SANITIZE OR CMAKE_CROSSCOMPILING)
  set(AKIDB_TEST_TIMEOUT 5400)
endif()

# akidb_test(NAME SOURCES ... LABEL unit|model|server|slow [LINK ...])
#
# A GoogleTest program, linked to the library, which ctest runs as one test.
function(akidb_test name)
  if(NOT AKIDB_EMBEDDING_TESTS)
    return()
  endif()
  cmake_parse_arguments(TEST "" "LABEL" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE akidb_embedding_settings akidb_embedding GTest::gmock GTest::gtest_main ${TEST_LINK})
  target_compile_definitions(${name} PRIVATE AKIDB_EMBEDDING_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
  # No test asks a real hub.
  set_tests_properties(${name} PROPERTIES LABELS ${TEST_LABEL} TIMEOUT ${AKIDB_TEST_TIMEOUT} ENVIRONMENT HF_HUB_OFFLINE=1)
endfunction()
