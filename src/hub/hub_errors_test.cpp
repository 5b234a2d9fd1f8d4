#include "hub/hub_errors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace akidb::embedding::hub {
namespace {

using testing::HasSubstr;

struct Case {
  int status;
  const char* code;  // X-Error-Code
  const char* file;
  bool token;
  ErrorCode error;
  const char* part;
};

TEST(StatusError, SaysWhatToDo) {
  for (const auto& [status, code, file, token, error, part] : {
           Case{401, "GatedRepo", "", false, ErrorCode::unauthenticated, "accept its terms on https://hub/org/name"},
           Case{403, "GatedRepo", "a", true, ErrorCode::unauthenticated, "the token of HF_TOKEN"},
           Case{401, "", "", true, ErrorCode::unauthenticated, "does not accept the token of HF_TOKEN"},
           Case{401, "", "", false, ErrorCode::not_found, "set HF_TOKEN"},
           Case{401, "RepoNotFound", "", false, ErrorCode::not_found, "check the spelling"},
           Case{404, "RepoNotFound", "", true, ErrorCode::not_found, "may not read it"},
           Case{404, "RevisionNotFound", "", false, ErrorCode::not_found, "no revision \"v9\""},
           Case{404, "EntryNotFound", "a.json", false, ErrorCode::not_found, "no file \"a.json\""},
           Case{404, "", "", false, ErrorCode::not_found, "the hub has no model"},
           Case{403, "", "", false, ErrorCode::unauthenticated, "shows no token"},
           Case{429, "", "", false, ErrorCode::resource_exhausted, "too many requests"},
           Case{500, "", "", false, ErrorCode::unavailable, "status 500"},
           Case{503, "", "", false, ErrorCode::unavailable, "status 503"},
           Case{418, "", "", false, ErrorCode::data_corrupt, "status 418"},
       }) {
    net::HttpResponse response;
    response.status = status;
    if (*code != '\0') response.headers.emplace_back("x-error-code", code);
    const auto got =
        status_error(response, {"org/name", "v9", file, "https://hub", token ? "hf_secret" : "", "HF_TOKEN"});
    EXPECT_EQ(got.code, error) << status << code;
    EXPECT_THAT(got.message, HasSubstr(part)) << status << code;
    EXPECT_THAT(got.detail, HasSubstr(std::to_string(status)));
  }
}

TEST(StatusError, KeepsTheTokenToItself) {
  net::HttpResponse response;
  response.status = 403;
  response.headers.emplace_back("x-error-code", "hf_secret?");
  response.headers.emplace_back("x-error-message", std::string(290, '.') + "hf_secret hf_secret");
  Question question{"org/name", "main", "", "https://hub", "hf_secret", "HF_TOKEN"};
  const auto got = status_error(response, question);
  EXPECT_EQ(got.message.find("secret"), std::string::npos) << got.message;
  EXPECT_EQ(got.detail.find("hf_s"), std::string::npos) << got.detail;
  EXPECT_THAT(got.detail, HasSubstr("[token]"));
}

TEST(WithOtherWays, NamesSetUpForTheDefaultModel) {
  const Error down{ErrorCode::unavailable, "there is no connection to the hub", {}, {}};
  EXPECT_THAT(with_other_ways(down, "sentence-transformers/all-MiniLM-L6-v2").message, HasSubstr("scripts/setup.sh"));
  EXPECT_THAT(with_other_ways(down, "org/name").message, HasSubstr("path of the model's folder"));
  const Error other{ErrorCode::not_found, "x", {}, {}};
  EXPECT_EQ(with_other_ways(other, "org/name"), other);
}

}  // namespace
}  // namespace akidb::embedding::hub
