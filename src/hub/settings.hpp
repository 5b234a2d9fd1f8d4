// What the environment says of the hub, with the meanings that huggingface_hub gives it.
#pragma once

#include <akidb/embedding/result.hpp>
#include <chrono>
#include <string>

#include "hub/cache_folders.hpp"

namespace akidb::embedding::hub {

struct HubSettings {
  std::string endpoint = "https://huggingface.co";  // $HF_ENDPOINT, without a slash at the end
  bool endpoint_is_set = false;

  bool offline = false;      // $HF_HUB_OFFLINE or $TRANSFORMERS_OFFLINE: 1, ON, YES or TRUE
  bool symlinks = true;      // not $HF_HUB_DISABLE_SYMLINKS
  std::string token{};       // empty: none
  std::string token_from{};  // "HF_TOKEN", "the token file": never the token itself

  std::chrono::seconds answer_timeout{10};    // $HF_HUB_ETAG_TIMEOUT: of questions
  std::chrono::seconds download_timeout{10};  // $HF_HUB_DOWNLOAD_TIMEOUT: how long a file may stand still
};

// The token is $HF_TOKEN, else $HUGGING_FACE_HUB_TOKEN, else the content of $HF_TOKEN_PATH, else of $HF_HOME/token;
// none where $HF_HUB_DISABLE_IMPLICIT_TOKEN is set. invalid_argument where it has characters that no token has.
Result<HubSettings> hub_settings(const Environment& environment = process_environment());

}  // namespace akidb::embedding::hub
