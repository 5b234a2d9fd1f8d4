#include "cli/stream/stream.hpp"

#include <deque>
#include <optional>
#include <utility>

#include "cli/stream/batch.hpp"
#include "cli/terminal/stop_signal.hpp"

namespace akidb::embedding::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBatchBytes = 1024 * 1024;
constexpr std::size_t kBytesInFlight = 12 * kBatchBytes;
constexpr milliseconds kTick{100};

Error interrupted() { return {ErrorCode::cancelled, "interrupted", {}, {}}; }

class Stream {
 public:
  Stream(EmbeddingProvider& provider, RecordReader& reader, const StreamOptions& options, RowTaker& taker,
         StreamWatcher& watcher)
      : provider_(provider), reader_(reader), options_(options), taker_(taker), watcher_(watcher) {
    options_.request.cancel = CancelToken::create();
    reached_ = counts_.position = reader.position();
  }

  Result<StreamCounts> run() {
    auto failure = fill_and_drain();
    if (failure) options_.request.cancel.cancel();
    for (auto& batch : window_) static_cast<void>(batch.outcome());  // a completion must not outlive the run
    if (failure) return *std::move(failure);
    counts_.position = reached_;
    counts_.skipped = skipped_ + refused_;
    return counts_;
  }

 private:
  std::optional<Error> fill_and_drain() {
    while (!at_end_ || !window_.empty()) {
      if (stop_requested()) return interrupted();
      const bool full =
          window_.size() >= 2 && (texts_in_flight_ >= options_.in_flight || bytes_in_flight_ >= kBytesInFlight);
      const bool starved = !at_end_ && !reader_.ready();
      if (starved && !full) submit();
      if (!window_.empty() && (at_end_ || full || starved || window_.front().wait_for(milliseconds(0)))) {
        if (auto error = drain_one()) return error;
      } else if (auto error = read_one()) {
        return error;
      }
    }
    return held_;
  }

  std::optional<Error> read_one() {
    auto next = reader_.next();
    if (!next) {
      end_with(std::move(next).error());
      return std::nullopt;
    }
    if (auto* record = std::get_if<Record>(&*next)) {
      reached_ = reader_.position();
      pending_.add(reached_.records - 1, std::move(*record));
      if (pending_.size() >= options_.batch_size || pending_.bytes() >= kBatchBytes) submit();
      return std::nullopt;
    }
    if (const auto* bad = std::get_if<BadRecord>(&*next)) {
      if (options_.skip_bad) {
        reached_ = reader_.position();
        skip(place(bad->line) + bad->problem);
        return std::nullopt;
      }
      end_with({ErrorCode::invalid_argument, place(bad->line) + bad->problem, {}, {}});
      return std::nullopt;
    }
    at_end_ = true;
    submit();
    return std::nullopt;
  }

  void end_with(Error error) {
    held_ = std::move(error);
    at_end_ = true;
    submit();
  }

  void submit() {
    if (pending_.empty()) return;
    pending_.end = reached_;
    pending_.skipped = skipped_;
    pending_.submit(provider_, options_.request);
    texts_in_flight_ += pending_.size();
    bytes_in_flight_ += pending_.bytes();
    window_.push_back(std::exchange(pending_, Batch()));
  }

  std::optional<Error> drain_one() {
    while (!window_.front().wait_for(kTick)) {
      if (stop_requested()) return interrupted();
      watcher_.tick(counts_);
    }
    Batch batch = std::move(window_.front());
    window_.pop_front();
    texts_in_flight_ -= batch.size();
    bytes_in_flight_ -= batch.bytes();
    auto outcome = batch.outcome();
    std::optional<Error> error;
    if (outcome) {
      take(batch, 0, *outcome);
    } else if (options_.skip_bad && is_of_an_input(outcome.error())) {
      error = take_halves(batch, 0, batch.size());
    } else {
      error = located(batch, 0, std::move(outcome).error());
    }
    if (error) return error;
    counts_.position = batch.end;
    counts_.skipped = batch.skipped + refused_;
    if (auto done = taker_.batch_done(counts_); !done) return done.error();
    watcher_.tick(counts_);
    return std::nullopt;
  }

  void take(const Batch& batch, std::size_t first, const BatchEmbeddingResponse& response) {
    for (std::size_t i = 0; i < response.inputs.size(); ++i) {
      taker_.take(batch.index(first + i), batch.record(first + i), response.embeddings, i);
    }
    counts_.rows += response.inputs.size();
    counts_.tokens += response.usage.total_tokens;
    counts_.truncated += response.usage.truncated_inputs;
  }

  // A request fails as a whole: the records that the model refuses are found by halving.
  std::optional<Error> take_halves(const Batch& batch, std::size_t first, std::size_t last) {
    if (stop_requested()) return interrupted();
    auto outcome = provider_.embed_batch(batch.request(options_.request, first, last));
    if (outcome) {
      take(batch, first, *outcome);
      return std::nullopt;
    }
    if (!is_of_an_input(outcome.error())) return std::move(outcome).error();
    if (last - first == 1) {
      ++refused_;
      watcher_.skipped(located(batch, first, std::move(outcome).error()).message);
      return std::nullopt;
    }
    const std::size_t middle = first + (last - first) / 2;
    if (auto error = take_halves(batch, first, middle)) return error;
    return take_halves(batch, middle, last);
  }

  static bool is_of_an_input(const Error& error) {
    const bool is_refused = error.code == ErrorCode::invalid_argument || error.code == ErrorCode::data_corrupt;
    return is_refused && error.input_index.has_value();
  }

  // The place in the user's file instead of the index in a request that the user does not see.
  [[nodiscard]] Error located(const Batch& batch, std::size_t first, Error error) const {
    if (!error.input_index) return error;
    const std::string prefix = "inputs[" + std::to_string(*error.input_index) + "]: ";
    if (error.message.starts_with(prefix)) error.message.erase(0, prefix.size());
    const std::size_t at = first + *error.input_index;
    const auto line = batch.record(at).line;
    error.message.insert(0, place(line) + (line == 0 ? "text " + std::to_string(batch.index(at) + 1) + ": " : ""));
    return error;
  }

  void skip(const std::string& problem) {
    ++skipped_;
    watcher_.skipped(problem);
  }

  [[nodiscard]] std::string place(std::uint64_t line) const {
    return reader_.name() + (line == 0 ? ": " : ":" + std::to_string(line) + ": ");
  }

  EmbeddingProvider& provider_;
  RecordReader& reader_;
  StreamOptions options_;
  RowTaker& taker_;
  StreamWatcher& watcher_;
  std::deque<Batch> window_;
  std::size_t texts_in_flight_ = 0;
  std::size_t bytes_in_flight_ = 0;
  Batch pending_;
  StreamCounts counts_;
  InputPosition reached_;      // after the last record that was good or skipped
  std::uint64_t skipped_ = 0;  // bad records that the reader met
  std::uint64_t refused_ = 0;  // records that the model refused
  bool at_end_ = false;
  std::optional<Error> held_;  // of what ends the input early, once all before it is through
};

}  // namespace

Result<StreamCounts> run_stream(EmbeddingProvider& provider, RecordReader& reader, const StreamOptions& options,
                                RowTaker& taker, StreamWatcher& watcher) {
  return Stream(provider, reader, options, taker, watcher).run();
}

}  // namespace akidb::embedding::cli
