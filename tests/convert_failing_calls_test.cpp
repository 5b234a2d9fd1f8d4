// A disk that fails while a graph is written is never called a graph that is wrong, and leaves nothing behind.
#include <gtest/gtest.h>

#include <optional>
#include <set>

#include "graph/convert.hpp"
#include "support/failing_calls.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_bert.hpp"

namespace akidb::embedding::test {
namespace {

namespace fs = std::filesystem;

class ConvertFailingCalls : public testing::TestWithParam<Call> {
 protected:
  ConvertFailingCalls() {
    // Large enough for a data file.
    write_tiny_bert(source_.path(), {.hidden_size = 256, .intermediate_size = 1'024});
  }

  TemporaryFolder source_;
  TemporaryFolder out_;
};

TEST_P(ConvertFailingCalls, EachIsAnErrorOfTheDisk) {
  const auto model = model::read_model_folder(source_.path());
  ASSERT_TRUE(model) << to_string(model.error());
  const auto file = out_.path() / "model.onnx";
  const std::set<ErrorCode> meant = {ErrorCode::resource_exhausted, ErrorCode::invalid_argument,
                                     ErrorCode::data_corrupt, ErrorCode::not_found};
  int failures = 0;
  for (int nth = 1;; ++nth) {
    std::optional<Result<void>> outcome;
    {
      const FailingCalls failing(GetParam(), nth, false);
      outcome.emplace(graph::write_onnx(*model, file));
    }
    if (!FailingCalls::has_failed()) break;
    if (*outcome) continue;  // a call whose failure costs nothing
    ++failures;
    EXPECT_TRUE(meant.contains(outcome->error().code)) << nth << ": " << to_string(outcome->error());
    for (const auto& entry : fs::directory_iterator(out_.path())) {
      EXPECT_TRUE(entry.path().filename().string().starts_with("model.onnx")) << entry.path();
      EXPECT_FALSE(entry.is_directory()) << entry.path();
    }
  }
  EXPECT_GE(failures, 1);
}

INSTANTIATE_TEST_SUITE_P(Of, ConvertFailingCalls,
                         testing::Values(Call::open, Call::read, Call::write, Call::sync, Call::rename),
                         [](const auto& given) { return std::string(name_of(given.param)); });

}  // namespace
}  // namespace akidb::embedding::test
