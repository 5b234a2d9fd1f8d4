// gRPC's server reflection: the services of the table of methods, and the files that describe them.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <set>

#include "grpc/reflection/v1/reflection.pb.h"
#include "server/grpc/call.hpp"
#include "server/grpc/families/handlers.hpp"

namespace akidb::embedding::server {
namespace {

namespace reflection = ::grpc::reflection::v1;
namespace protobuf = ::google::protobuf;

constexpr int kNotFound = 5;
constexpr int kInvalidArgument = 3;

void fail(reflection::ServerReflectionResponse& out, int code, const char* message) {
  out.mutable_error_response()->set_error_code(code);
  out.mutable_error_response()->set_error_message(message);
}

// Files of the services here. The program has others, which are nobody's business.
const std::set<const protobuf::FileDescriptor*>& served_files() {
  static const auto files = [] {
    std::set<const protobuf::FileDescriptor*> found;
    for (const auto& method : method_table()) {
      const auto* service =
          protobuf::DescriptorPool::generated_pool()->FindServiceByName(std::string(service_of(method.path)));
      if (service != nullptr) found.insert(service->file());
    }
    return found;
  }();
  return files;
}

void list_services(reflection::ListServiceResponse& out) {
  std::set<std::string_view> names;
  for (const auto& method : method_table()) names.insert(service_of(method.path));
  for (const auto name : names) out.add_service()->set_name(std::string(name));
}

// None of them imports another, so that one file is all that a client needs.
void describe(const protobuf::FileDescriptor* file, reflection::ServerReflectionResponse& out) {
  if (file == nullptr || served_files().count(file) == 0) return fail(out, kNotFound, "no such file or symbol");
  protobuf::FileDescriptorProto description;
  file->CopyTo(&description);
  *out.mutable_file_descriptor_response()->add_file_descriptor_proto() = description.SerializeAsString();
}

void list_extensions(const std::string& type, reflection::ServerReflectionResponse& out) {
  const auto* found = protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
  if (found == nullptr || served_files().count(found->file()) == 0) return fail(out, kNotFound, "no such type");
  out.mutable_all_extension_numbers_response()->set_base_type_name(type);  // which has none
}

}  // namespace

void handle_reflection(const TurnPtr& turn) {
  reflection::ServerReflectionRequest in;
  if (!turn->read(in)) return;
  const auto* pool = protobuf::DescriptorPool::generated_pool();
  reflection::ServerReflectionResponse out;
  out.set_valid_host(in.host());
  *out.mutable_original_request() = in;
  switch (in.message_request_case()) {
    case reflection::ServerReflectionRequest::kListServices:
      list_services(*out.mutable_list_services_response());
      break;
    case reflection::ServerReflectionRequest::kFileByFilename:
      describe(pool->FindFileByName(in.file_by_filename()), out);
      break;
    case reflection::ServerReflectionRequest::kFileContainingSymbol:
      describe(pool->FindFileContainingSymbol(in.file_containing_symbol()), out);
      break;
    case reflection::ServerReflectionRequest::kAllExtensionNumbersOfType:
      list_extensions(in.all_extension_numbers_of_type(), out);
      break;
    case reflection::ServerReflectionRequest::kFileContainingExtension:
      fail(out, kNotFound, "there are no extensions");
      break;
    case reflection::ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
      fail(out, kInvalidArgument, "expected a question");
      break;
  }
  turn->reply(out);
}

}  // namespace akidb::embedding::server
