#include "cli/output/journal.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "base/file.hpp"
#include "base/folder.hpp"
#include "base/json.hpp"
#include "cli/output/json_text.hpp"
#include "cli/output/written_rows.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::size_t kLimit = 1 << 30;
constexpr std::string_view kMark = R"({"journal":"akidb-embed")";  // how every journal begins

Error cannot_resume(const std::string& output, const std::string& why) {
  return {ErrorCode::invalid_argument, "cannot resume " + output + ": " + why, {}, {}};
}

std::string job_line(const Job& job) {
  std::string line(kMark);
  for (const auto& [name, value] : job) line += "," + json_string(name) + ":" + json_string(value);
  return line + "}\n";
}

std::string checkpoint_line(const Checkpoint& at) {
  const auto member = [](const char* name, std::uint64_t value) {
    return "\"" + std::string(name) + "\":" + std::to_string(value);
  };
  return "{" + member("records", at.input.records) + "," + member("rows", at.rows) + "," +
         member("skipped", at.skipped) + "," + member("input_bytes", at.input.bytes) + "," +
         member("input_lines", at.input.lines) + "," + member("input_digest", at.input.digest) + "," +
         member("output_bytes", at.output_bytes) + "," + member("output_digest", at.output_digest) + "}\n";
}

Result<Checkpoint> read_checkpoint(std::string_view line, const std::string& name) {
  auto document = base::JsonDocument::parse(line, name);
  if (!document) return document.error();
  Checkpoint at;
  const std::pair<const char*, std::uint64_t*> members[] = {
      {"records", &at.input.records},     {"rows", &at.rows},
      {"skipped", &at.skipped},           {"input_bytes", &at.input.bytes},
      {"input_lines", &at.input.lines},   {"input_digest", &at.input.digest},
      {"output_bytes", &at.output_bytes}, {"output_digest", &at.output_digest}};
  for (const auto& [key, target] : members) {
    auto value = document->root().at(key).and_then([](const base::JsonValue& member) { return member.as_uint(); });
    if (!value) return value.error();
    *target = *value;
  }
  return at;
}

struct Place {
  Checkpoint checkpoint;
  std::size_t journal_bytes;    // up to its end
  std::uint64_t lost_rows = 0;  // of checkpoints behind it
};

// The last checkpoint that holds, of those that begin at `at`. A line that was not written to its end is the end.
template <class Holds>
Place last_checkpoint(std::string_view text, std::size_t at, const std::string& name, Holds holds) {
  Place last{{}, at};
  for (bool held = true;;) {
    const auto end = text.find('\n', at);
    if (end == std::string_view::npos) return last;
    const auto checkpoint = read_checkpoint(text.substr(at, end - at), name);
    if (!checkpoint) return last;
    at = end + 1;
    held = held && holds(*checkpoint);
    if (held) {
      last = {*checkpoint, at};
    } else {
      last.lost_rows = checkpoint->rows - std::min(checkpoint->rows, last.checkpoint.rows);
    }
  }
}

Result<void> same_job(std::string_view line, const Job& job, const std::string& output) {
  auto document = base::JsonDocument::parse(line, journal_path(output));
  if (!document) return document.error();
  for (const auto& [name, value] : job) {
    auto was = document->root().string_or(name, "");
    if (!was) return was.error();
    if (*was != value) {
      return cannot_resume(
          output, name + " was '" + *was + "' and is '" + value + "'; use what it was, or start anew without --resume");
    }
  }
  return {};
}

}  // namespace

std::string journal_path(const std::string& output) { return output + ".resume"; }

std::uint64_t unfinished_rows(const std::string& output) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(output, failure);
  const auto text = base::read_file(journal_path(output), kLimit);
  if (failure || !text) return 0;
  const auto first = text->find('\n');
  if (first == std::string::npos) return 0;
  const auto fits = [&](const Checkpoint& at) { return at.output_bytes <= size; };
  return last_checkpoint(*text, first + 1, journal_path(output), fits).checkpoint.rows;
}

Result<void> Journal::check_place(const std::string& output) {
  const std::string path = journal_path(output);
  std::error_code problem;
  const auto status = std::filesystem::status(path, problem);
  if (!std::filesystem::exists(status)) return {};
  if (std::filesystem::is_regular_file(status)) {
    std::ifstream stream(path, std::ios::binary);
    std::string begin(kMark.size(), '\0');
    stream.read(begin.data(), static_cast<std::streamsize>(begin.size()));
    begin.resize(static_cast<std::size_t>(stream.gcount()));
    if (kMark.starts_with(begin)) return {};  // one that was cut short is still one
  }
  return Error{
      ErrorCode::invalid_argument,
      path + ": expected the journal of an unfinished run, found another file; move it, or name another --output",
      {},
      {}};
}

bool Journal::names_a_job(const std::string& output) {
  std::ifstream stream(journal_path(output), std::ios::binary);
  std::string line;
  return std::getline(stream, line) && !stream.eof();
}

Result<Journal> Journal::create(const std::string& output, const Job& job) {
  auto file = OutputFile::open(journal_path(output), OpenMode::anew);
  if (!file) return file.error();
  if (auto written = file->write(job_line(job)); !written) return written.error();
  // Without it the output would count as complete.
  if (auto synced = file->sync(); !synced) return synced.error();
  if (auto synced = base::sync_folder(base::folder_of(output)); !synced) return synced.error();
  return Journal(journal_path(output), *std::move(file));
}

Result<Journal::Reopened> Journal::reopen(const std::string& output, const Job& job, std::uint64_t head_bytes) {
  const std::string path = journal_path(output);
  auto text = base::read_file(path, kLimit);
  if (!text) {
    return cannot_resume(output, "there is no " + path +
                                     " that says how far it got; it is complete, or not the output "
                                     "of an unfinished run");
  }
  std::string_view rest = *text;
  const auto first = rest.find('\n');
  if (first == std::string_view::npos) return cannot_resume(output, path + " is not whole");
  if (auto same = same_job(rest.substr(0, first), job, output); !same) return same.error();

  WrittenRows rows(output, head_bytes);
  const auto last =
      last_checkpoint(rest, first + 1, path, [&](const Checkpoint& checkpoint) { return rows.hold(checkpoint); });
  auto file = OutputFile::open(path, OpenMode::go_on);
  if (!file) return file.error();
  if (auto cut = file->cut(last.journal_bytes); !cut) return cut.error();
  return Reopened{Journal(path, *std::move(file)), last.checkpoint, last.lost_rows};
}

Result<void> Journal::add(const Checkpoint& checkpoint) { return file_.write(checkpoint_line(checkpoint)); }

void Journal::remove() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace akidb::embedding::cli
