// What the hub's refusals mean to the user.
#pragma once

#include <akidb/embedding/error.hpp>
#include <string>

#include "net/http_client.hpp"

namespace akidb::embedding::hub {

struct Question {
  std::string model;
  std::string revision;
  std::string file{};        // empty: about the repository
  std::string endpoint{};    // "https://huggingface.co"
  std::string token{};       // that was sent, which no error shows; empty: none
  std::string token_from{};  // "HF_TOKEN"
};

// For an answer that is neither a success nor a redirect.
Error status_error(const net::HttpResponse& response, const Question& question);

// 408, 429 and what a server says in trouble: the same question may be answered later.
bool is_passing(int status) noexcept;

// Adds how the model can be had without the hub.
Error with_other_ways(Error error, const std::string& model);

}  // namespace akidb::embedding::hub
