# The messages of proto/, written by protoc at build time, as the library akidb_embedding_protos. Warnings in them are
# protoc's.
set(_generated ${CMAKE_CURRENT_BINARY_DIR}/protos)
set(_sources)
foreach(_name IN ITEMS
    akidb/embedding/v1/embedding grpc/health/v1/health grpc/reflection/v1/reflection inference/inference tei/v1/tei)
  add_custom_command(
    OUTPUT ${_generated}/${_name}.pb.cc ${_generated}/${_name}.pb.h
    COMMAND protobuf::protoc --proto_path ${PROJECT_SOURCE_DIR}/proto --cpp_out ${_generated} ${_name}.proto
    DEPENDS ${PROJECT_SOURCE_DIR}/proto/${_name}.proto VERBATIM)
  list(APPEND _sources ${_generated}/${_name}.pb.cc)
endforeach()
file(MAKE_DIRECTORY ${_generated})
add_library(akidb_embedding_protos STATIC ${_sources})
target_include_directories(akidb_embedding_protos SYSTEM PUBLIC ${_generated})
target_link_libraries(akidb_embedding_protos PRIVATE akidb_embedding_settings PUBLIC protobuf::libprotobuf)
target_compile_options(akidb_embedding_protos PRIVATE -w)
