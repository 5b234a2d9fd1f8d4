#include "remote/endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace akidb::embedding::remote {
namespace {

struct Case {
  const char* wire;
  const char* endpoint;
  const char* url;
};

TEST(Endpoint, TakesAnAddressWithAnyPartOfThePath) {
  for (const auto& row : {
           Case{"openai", "http://host", "http://host/v1/embeddings"},
           Case{"openai", "http://host/", "http://host/v1/embeddings"},
           Case{"openai", "http://host/v1", "http://host/v1/embeddings"},
           Case{"openai", "http://host/v1/", "http://host/v1/embeddings"},
           Case{"openai", "http://host/v1/embeddings", "http://host/v1/embeddings"},
           Case{"openai", "https://host:8443/proxy/v1", "https://host:8443/proxy/v1/embeddings"},
           Case{"openai", "http://host/v11", "http://host/v11/v1/embeddings"},
           Case{"openai", "http://host/v1?version=2", "http://host/v1/embeddings?version=2"},
           Case{"openai", "", "https://api.openai.com/v1/embeddings"},
           Case{"tei", "http://127.0.0.1:8080", "http://127.0.0.1:8080/embed"},
           Case{"ollama", "", "http://127.0.0.1:11434/api/embed"},
           Case{"cohere", "", "https://api.cohere.com/v2/embed"},
           Case{"jina", "", "https://api.jina.ai/v1/embeddings"},
           Case{"huggingface", "",
                "https://router.huggingface.co/hf-inference/models/a/b%20c/pipeline/feature-extraction"},
       }) {
    const auto url = call_url(**find_wire(row.wire), row.endpoint, "a/b c");
    ASSERT_TRUE(url) << row.endpoint;
    EXPECT_EQ(url->text, row.url) << row.wire << " " << row.endpoint;
  }
}

TEST(Endpoint, RefusesWhatIsNone) {
  for (const auto* endpoint : {"host", "ftp://host", "http://", "http://user:secret@host"}) {
    const auto url = call_url(**find_wire("openai"), endpoint, "m");
    ASSERT_FALSE(url) << endpoint;
    EXPECT_EQ(url.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(url.error().message, ::testing::StartsWith("endpoint: "));
  }
  const auto none = call_url(**find_wire("tei"), "", "m");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::invalid_argument);
}

TEST(Wires, AreFoundByName) {
  EXPECT_EQ(wire_table().size(), 6U);
  const auto wire = find_wire("soap");
  ASSERT_FALSE(wire);
  EXPECT_THAT(wire.error().message, ::testing::HasSubstr("openai, tei, huggingface, ollama, cohere, jina"));
}

}  // namespace
}  // namespace akidb::embedding::remote
