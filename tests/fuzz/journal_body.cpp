#include "cli/output/journal.hpp"

#include "fuzz/cli_bodies.hpp"
#include "support/temporary_folder.hpp"

namespace akidb::embedding::test {
namespace {

constexpr std::size_t kOutputSize = 1'000;

}  // namespace

std::string fuzz_journal(std::string_view bytes) {
  static const TemporaryFolder folder;
  static const std::string output = folder.write("out.jsonl", std::string(kOutputSize, ' ')).string();
  folder.write("out.jsonl.resume", bytes);
  const bool named = cli::Journal::names_a_job(output);
  cli::unfinished_rows(output);
  const auto opened = cli::Journal::reopen(output, {{"model", "m"}}, 0);
  if (!opened) {
    const auto code = opened.error().code;
    const bool known = code == ErrorCode::invalid_argument || code == ErrorCode::data_corrupt;
    return known ? "" : "code: " + to_string(opened.error());
  }
  if (!named) return "a job that it does not name";
  if (opened->last.output_bytes > kOutputSize) return "a checkpoint behind the output";
  const auto digest = cli::digest_of(std::string(opened->last.output_bytes, ' '));
  if (opened->last.output_digest != digest) return "a checkpoint of other rows";
  return "";
}

}  // namespace akidb::embedding::test
