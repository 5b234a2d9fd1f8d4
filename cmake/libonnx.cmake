# libonnx has no CMake package in Debian; its headers need these definitions. Installed beside the package's
# own files, because who links the static library needs it too.
find_package(Protobuf REQUIRED)
find_path(AKIDB_EMBEDDING_ONNX_INCLUDE onnx/onnx_pb.h REQUIRED)
find_library(AKIDB_EMBEDDING_ONNX_LIBRARY onnx REQUIRED)
find_library(AKIDB_EMBEDDING_ONNX_PROTO_LIBRARY onnx_proto REQUIRED)

if(NOT TARGET akidb_embedding_libonnx)
  add_library(akidb_embedding_libonnx INTERFACE IMPORTED GLOBAL)
  target_include_directories(akidb_embedding_libonnx SYSTEM INTERFACE ${AKIDB_EMBEDDING_ONNX_INCLUDE})
  target_compile_definitions(akidb_embedding_libonnx INTERFACE ONNX_NAMESPACE=onnx ONNX_ML=1)
  target_link_libraries(akidb_embedding_libonnx INTERFACE
    ${AKIDB_EMBEDDING_ONNX_LIBRARY} ${AKIDB_EMBEDDING_ONNX_PROTO_LIBRARY} protobuf::libprotobuf)
endif()
