// The N-th allocation, open, read, write, sync, rename or mapping fails while a tokenizer is loaded, a model is opened
// and its cache is written, for every N until nothing is left to fail: each time an error or the right result, and
// afterwards everything works as if nothing had been.
#include <gtest/gtest.h>

#include <akidb/embedding/open.hpp>
#include <akidb/embedding/tokenizer.hpp>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "support/failing_calls.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_bert.hpp"

namespace akidb::embedding::test {
namespace {

constexpr std::string_view kText = "hello world, the cat sat on the mat";

// What a run gives; the same numbers each time where it is no error.
using Run = std::function<Result<std::vector<float>>()>;

bool is_clean(const Error& error) {
  const std::set<ErrorCode> meant = {ErrorCode::resource_exhausted, ErrorCode::invalid_argument,
                                     ErrorCode::data_corrupt, ErrorCode::not_found, ErrorCode::unavailable};
  return meant.count(error.code) == 1 && !error.message.empty();
}

Error copy_of(const Error& error) {
  const Spared spared;
  return error;
}

void nothing() {}

// Each call of the kind, or each `step`-th, of which there are at least `least`. `prepare` comes before each run.
void fail_each(Call call, int least, const Run& run, int step = 1, const std::function<void()>& prepare = nothing) {
  prepare();
  const auto good = run();
  ASSERT_TRUE(good) << to_string(good.error());
  for (const bool last : {false, true}) {
    int came = 0;
    for (int nth = 1; nth == 1 || nth == came + step; nth += step) {
      prepare();
      std::optional<Result<std::vector<float>>> outcome;
      try {
        const FailingCalls failing(call, nth, last);
        outcome.emplace(run());
      } catch (const std::bad_alloc&) {
      }
      if (FailingCalls::has_failed()) came = nth;
      const auto where = std::string(name_of(call)) + ' ' + std::to_string(nth) + (last ? " and all behind it" : "");
      if (!outcome) {
        ADD_FAILURE() << where << ": std::bad_alloc";
      } else if (*outcome) {
        EXPECT_EQ(**outcome, *good) << where;
      } else {
        EXPECT_TRUE(is_clean(outcome->error())) << where << ": " << to_string(outcome->error());
      }
      const auto after = run();
      ASSERT_TRUE(after) << where << ": " << to_string(after.error());
      ASSERT_EQ(*after, *good) << where;
    }
    EXPECT_GE(came, least) << name_of(call);
  }
}

class FailingCallsTest : public testing::TestWithParam<Call> {
 protected:
  // Of the model in folder_, in int8, with a cache in cache_.
  Result<std::vector<float>> first_row() const {
    auto asking = std::make_optional<Spared>();
    ProviderOptions options;
    options.model = folder_.path().string();
    options.provider = ProviderKind::native;
    options.dtype = Dtype::int8;
    options.threads = 1;
    options.cache = cache_.path();
    options.offline = true;
    BatchEmbeddingRequest request;
    request.inputs = {std::string(kText)};
    asking.reset();
    const auto provider = open(options);
    if (!provider) return copy_of(provider.error());
    const auto response = (*provider)->embed_batch(std::move(request));
    if (!response) return copy_of(response.error());
    const Spared answered;
    const auto row = response->embeddings.row(0);
    return std::vector<float>(row.begin(), row.end());
  }

  TemporaryFolder folder_;
  TemporaryFolder cache_;
};

TEST_P(FailingCallsTest, WhileATokenizerIsLoaded) {
  write_tiny_bert(folder_.path());
  const int least = GetParam() == Call::allocation ? 50 : GetParam() == Call::open || GetParam() == Call::read ? 1 : 0;
  fail_each(GetParam(), least, [&]() -> Result<std::vector<float>> {
    const auto tokenizer = load_tokenizer(folder_.path());
    const Spared spared;  // encode_ids() may throw
    if (!tokenizer) return tokenizer.error();
    std::vector<std::uint32_t> ids;
    if (auto encoded = (*tokenizer)->encode_ids(kText, true, ids); !encoded) return encoded.error();
    return std::vector<float>(ids.begin(), ids.end());
  });
}

TEST_P(FailingCallsTest, WhileAModelIsOpenedAndAsked) {
  write_tiny_bert(folder_.path());
  const std::map<Call, int> least = {{Call::allocation, 500}, {Call::open, 5}, {Call::read, 5}, {Call::map, 3}};
  fail_each(GetParam(), least.count(GetParam()) == 1 ? least.at(GetParam()) : 0, [&] { return first_row(); });
}

// Large enough for its packed weights to be kept, which are made anew each time. Of its allocations most are those of
// the model above.
TEST_P(FailingCallsTest, WhilePackedWeightsAreKept) {
  const int step = GetParam() == Call::allocation ? 41 : 1;
  write_tiny_bert(folder_.path(), {.hidden_size = 256, .layers = 2, .heads = 4, .intermediate_size = 1'024});
  const auto run = [&] { return first_row(); };
  fail_each(GetParam(), 1, run, step, [&] { std::filesystem::remove_all(cache_.path() / "derived"); });
}

INSTANTIATE_TEST_SUITE_P(Of, FailingCallsTest,
                         testing::Values(Call::allocation, Call::open, Call::read, Call::write, Call::sync,
                                         Call::rename, Call::map),
                         [](const auto& given) { return std::string(name_of(given.param)); });

}  // namespace
}  // namespace akidb::embedding::test
