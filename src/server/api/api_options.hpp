// What the wire formats publish as their limits, and how requests are taken.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace akidb::embedding::server {

struct ApiOptions {
  std::size_t openai_inputs = 2'048;
  std::size_t openai_tokens = 300'000;
  std::size_t tei_inputs = 32;
  std::size_t cohere_inputs = 96;
  std::size_t jina_inputs = 2'048;
  std::size_t ollama_inputs = 2'048;
  std::size_t kserve_inputs = 2'048;
  std::size_t own_inputs = 16'384;

  // What a text that is too long becomes where the request does not say: cut, or an error.
  bool auto_truncate = true;

  // The longest that a request may wait for its vectors; 0: for ever.
  std::chrono::milliseconds request_timeout{60'000};

  // Names that a Host field or an :authority may give; empty: any.
  std::vector<std::string> hosts;

  // Of pages that may read the answers ("https://app.example"); "*": of any. Empty: none.
  std::vector<std::string> cors_origins;

  // Whether GET / is the page to try the server with.
  bool playground = true;

  std::string version;
};

}  // namespace akidb::embedding::server
