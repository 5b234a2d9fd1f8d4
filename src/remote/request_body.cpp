#include "remote/request_body.hpp"

#include "base/json_text.hpp"
#include "base/utf8.hpp"

namespace akidb::embedding::remote {
namespace {

using base::append_json_string;

// What the format says for what the request asks.
struct Asked {
  std::string_view normalize, input_type, truncation;
};

Asked asked(const Wire& wire, const BatchEmbeddingRequest& request) {
  return {wire.normalize[static_cast<std::size_t>(request.normalize)],
          wire.input_type[static_cast<std::size_t>(request.input_type)],
          wire.truncation[static_cast<std::size_t>(request.truncation)]};
}

Error cannot(const Wire& wire, std::string_view what) {
  return {ErrorCode::unsupported,
          std::string(what) + ": the wire format " + std::string(wire.name) + " has no such wish",
          {},
          {}};
}

void append_member(std::string_view member, std::string& out) {
  if (member.empty()) return;
  if (out.size() > 1) out += ',';
  out += member;
}

void append_text_member(std::string_view name, std::string_view text, std::string& out) {
  if (name.empty()) return;
  if (out.size() > 1) out += ',';
  append_json_string(name, out);
  out += ':';
  append_json_string(text, out);
}

void append_ids(const TokenIds& ids, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i > 0) out += ',';
    out += std::to_string(ids[i]);
  }
  out += ']';
}

}  // namespace

Result<void> check_expressible(const Wire& wire, const BatchEmbeddingRequest& request) {
  if (request.output == Output::tokens) return cannot(wire, "output: a vector for each token");
  const auto words = asked(wire, request);
  if (words.normalize == kCannot) return cannot(wire, "normalize: no");
  if (words.input_type == kCannot && request.prompt_name.empty()) return cannot(wire, "input_type");
  if (words.truncation == kCannot) {
    return cannot(wire, request.truncation == Truncation::left ? "truncation: left" : "truncation: error");
  }
  if (!request.prompt_name.empty() && wire.prompt_name.empty()) return cannot(wire, "prompt_name");
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    std::optional<Error> error;
    if (const auto* text = request.inputs[i].text()) {
      if (const auto bad = base::find_invalid_utf8(*text)) error = base::invalid_utf8_error(*bad);
    } else if (!wire.token_ids) {
      error = cannot(wire, "token ids");
    }
    if (!error) continue;
    error->message = "inputs[" + std::to_string(i) + "]: " + error->message;
    error->input_index = i;
    return *std::move(error);
  }
  return {};
}

std::string request_body(const Wire& wire, std::string_view model, const BatchEmbeddingRequest& request,
                         std::size_t first, std::size_t last) {
  const auto words = asked(wire, request);
  std::string out = "{";
  append_text_member(wire.model, model, out);
  append_member(wire.always, out);
  append_member(words.normalize, out);
  if (request.prompt_name.empty()) {
    append_member(words.input_type, out);
  } else {
    append_text_member(wire.prompt_name, request.prompt_name, out);
  }
  append_member(words.truncation, out);
  if (out.size() > 1) out += ',';
  append_json_string(wire.inputs, out);
  out += ":[";
  for (std::size_t i = first; i < last; ++i) {
    if (i > first) out += ',';
    if (const auto* text = request.inputs[i].text()) {
      append_json_string(*text, out);
    } else {
      append_ids(*request.inputs[i].token_ids(), out);
    }
  }
  return out += "]}";
}

}  // namespace akidb::embedding::remote
