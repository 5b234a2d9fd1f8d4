#include "cli/run.hpp"

#include <new>
#include <optional>

#include "cli/commands/commands.hpp"
#include "cli/flags/flag_fields.hpp"
#include "cli/output/output_file.hpp"
#include "cli/terminal/stop_signal.hpp"

namespace akidb::embedding::cli {
namespace {

LogLevel log_level(const Values& values) {
  const std::string& level = values.text("log-level");
  if (level == "debug") return LogLevel::debug;
  if (level == "info") return LogLevel::info;
  return level == "error" ? LogLevel::error : LogLevel::warning;
}

Result<void> dispatch(const Invocation& invocation, Console& console) {
  switch (invocation.command) {
    case Command::embed: return run_embed(invocation, console);
    case Command::similarity: return run_similarity(invocation, console);
    case Command::search: return run_search(invocation, console);
    case Command::tokenize: return run_tokenize(invocation, console);
    case Command::convert: return run_convert(invocation, console);
    case Command::pull: return run_pull(invocation, console);
    case Command::list: return run_list(invocation, console);
    case Command::verify: return run_verify(invocation, console);
    case Command::remove: return run_remove(invocation, console);
    case Command::quantize: return run_quantize(invocation, console);
    case Command::doctor: return run_doctor(invocation, console);
    case Command::serve: return run_serve(invocation, console);
    case Command::bench: return run_bench(invocation, console);
  }
  return Error{ErrorCode::internal, "no such command", {}, {}};
}

// Whether it asks stop_requested() as it works. The others end at the first signal, as programs do.
bool ends_well(Command command) {
  switch (command) {
    case Command::convert:
    case Command::quantize:
    case Command::remove:
    case Command::doctor: return false;
    default: return true;
  }
}

int exit_code(const Result<void>& outcome, Console& console) {
  if (outcome) return 0;
  console.fail(outcome.error());
  return error_code_info(outcome.error().code).exit_code;
}

int work(const Invocation& invocation, Console& console) {
  try {
    auto outcome = dispatch(invocation, console);
    if (!outcome) outcome = in_flag_names(outcome.error(), invocation.command);
    return exit_code(outcome, console);
  } catch (const std::bad_alloc&) {
    return exit_code(Error{ErrorCode::resource_exhausted, "no memory is left", {}, {}}, console);
  }
}

}  // namespace

int run(std::span<const std::string> words, const Environment& environment) {
  // First of all: a signal may come as soon as the process is there.
  install_signal_handlers();
  const auto command = words.empty() ? std::nullopt : find_command(words[0]);
  if (command && ends_well(*command)) install_stop_handlers();
  static Console plain;
  auto parsed = parse_command_line(words, environment);
  if (!parsed) return exit_code(parsed.error(), plain);
  if (!parsed->invocation) return exit_code(print(parsed->text), plain);

  const Invocation& invocation = *parsed->invocation;
  const bool json = invocation.values.text("log-format") == "json";
  // Never destroyed: threads may still log while the process ends.
  static auto* const kConsole = new Console(log_level(invocation.values), json ? LogFormat::json : LogFormat::text);
  Console& console = *kConsole;
  if (invocation.command == Command::serve) console.never_wait();
  console.take_library_log();
  const int code = work(invocation, console);
  console.finish();
  return code;
}

}  // namespace akidb::embedding::cli
