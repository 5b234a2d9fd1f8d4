#include "server/api/trace_context.hpp"

#include <algorithm>
#include <random>

namespace akidb::embedding::server {
namespace {

// version "-" trace-id "-" parent-id "-" flags
constexpr std::size_t kTraceAt = 3;
constexpr std::size_t kTraceDigits = 32;
constexpr std::size_t kParentAt = 36;
constexpr std::size_t kSpanDigits = 16;
constexpr std::size_t kFlagsAt = 53;
constexpr std::size_t kLength = 55;
constexpr std::size_t kLongestState = 512;

bool is_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

bool is_id(std::string_view text) { return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos; }

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
}

int value_of(char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; }

std::mt19937_64& engine() {
  thread_local std::mt19937_64 engine{std::random_device{}() ^ std::uint64_t{std::random_device{}()} << 32U};
  return engine;
}

std::string random_id(std::size_t digits) {
  std::string id(digits, '0');
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < digits; ++i, bits >>= 4U) {
    if (i % 16 == 0) bits = engine()();
    id[i] = "0123456789abcdef"[bits & 15U];
  }
  if (!is_id(id)) id.back() = '1';
  return id;
}

}  // namespace

std::string TraceContext::header() const {
  if (empty()) return {};
  return "00-" + trace_id + "-" + (span_id.empty() ? parent_id : span_id) + (sampled ? "-01" : "-00");
}

TraceContext read_trace_context(std::string_view parent, std::string_view state) {
  const auto trace = parent.substr(std::min(parent.size(), kTraceAt), kTraceDigits);
  const auto span = parent.substr(std::min(parent.size(), kParentAt), kSpanDigits);
  const auto flags = parent.substr(std::min(parent.size(), kFlagsAt), 2);
  // Later versions may have more behind another dash.
  const bool has_form = parent.size() >= kLength && is_hex(parent.substr(0, 2)) && !parent.starts_with("ff") &&
                        parent[2] == '-' && parent[kParentAt - 1] == '-' && parent[kFlagsAt - 1] == '-' &&
                        is_hex(flags) &&
                        (parent.size() == kLength || (!parent.starts_with("00") && parent[kLength] == '-'));
  if (!has_form || !is_id(trace) || !is_id(span)) return {};
  TraceContext context;
  context.trace_id = trace;
  context.parent_id = span;
  context.sampled = (value_of(flags[1]) & 1) != 0;
  if (state.size() <= kLongestState && is_printable(state)) context.state = state;
  return context;
}

void begin_span(TraceContext& context, double share) {
  if (context.empty()) {
    context.trace_id = random_id(kTraceDigits);
    context.sampled = std::uniform_real_distribution<double>(0, 1)(engine()) < share;
  }
  context.span_id = random_id(kSpanDigits);
}

}  // namespace akidb::embedding::server
