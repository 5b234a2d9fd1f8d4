#include "tokenizer/encoding.hpp"

#include <algorithm>
#include <utility>

namespace akidb::embedding::tokenizer {
namespace {

template <class T>
std::vector<T> slice_of(const std::vector<T>& values, std::size_t begin, std::size_t end) {
  return {values.begin() + static_cast<std::ptrdiff_t>(begin), values.begin() + static_cast<std::ptrdiff_t>(end)};
}

template <class T>
void extend(std::vector<T>& values, const std::vector<T>& more) {
  values.insert(values.end(), more.begin(), more.end());
}

void append_tokens(Encoding& encoding, const Encoding& next) {
  extend(encoding.ids, next.ids);
  extend(encoding.type_ids, next.type_ids);
  extend(encoding.tokens, next.tokens);
  extend(encoding.byte_offsets, next.byte_offsets);
  extend(encoding.char_offsets, next.char_offsets);
  extend(encoding.special_tokens_mask, next.special_tokens_mask);
}

Encoding without_overflow(const Encoding& encoding) { return slice(encoding, 0, encoding.ids.size()); }

std::size_t overflow_tokens(const Encoding& encoding) {
  std::size_t tokens = 0;
  for (const auto& window : encoding.overflowing) tokens += window.ids.size();
  return tokens;
}

// Tokens of the overflow that append() would make.
bool too_much_overflow(const Encoding& a, const Encoding& b) {
  const std::size_t windows_a = a.overflowing.size() + 1;
  const std::size_t windows_b = b.overflowing.size() + 1;
  const std::size_t tokens_a = a.ids.size() + overflow_tokens(a);
  const std::size_t tokens_b = b.ids.size() + overflow_tokens(b);
  const auto exceeds = [](std::size_t tokens, std::size_t times) {
    return times > 1 && tokens > kMaxOverflowTokens / times;
  };
  return exceeds(tokens_a, windows_b) || exceeds(tokens_b, windows_a);
}

struct Window {
  std::size_t begin;
  std::size_t end;
};

std::vector<Window> windows_of(std::size_t length, std::size_t max_length, const TruncationOptions& options) {
  std::vector<Window> windows;
  const std::size_t step = max_length - options.stride;
  if (options.side == TruncationSide::right) {
    for (std::size_t begin = 0;; begin += step) {
      windows.push_back({begin, std::min(begin + max_length, length)});
      if (windows.back().end == length) return windows;
    }
  }
  for (std::size_t end = length;; end -= step) {
    windows.push_back({end > max_length ? end - max_length : 0, end});
    if (windows.back().begin == 0) return windows;
  }
}

struct Lengths {
  std::size_t first;
  std::size_t second;
};

// Of two texts that are too long together the longer one gives way until both are equally long.
Lengths share(std::size_t first, std::size_t second, std::size_t max_length) {
  std::size_t shorter = std::min(first, second);
  std::size_t longer = shorter > max_length ? shorter : std::max(shorter, max_length - shorter);
  if (shorter + longer > max_length) {
    shorter = max_length / 2;
    longer = shorter + max_length % 2;
  }
  return first > second ? Lengths{longer, shorter} : Lengths{shorter, longer};
}

Error cannot_truncate(std::string message) {
  return {ErrorCode::invalid_argument, "truncation: " + std::move(message), {}, {}};
}

void pad_to(Encoding& encoding, std::size_t length, const PaddingOptions& options) {
  for (auto& window : encoding.overflowing) pad_to(window, length, options);
  if (encoding.ids.size() >= length) return;
  const std::size_t missing = length - encoding.ids.size();
  const auto fill = [&](auto& values, const auto& value) {
    values.insert(options.side == TruncationSide::right ? values.end() : values.begin(), missing, value);
  };
  fill(encoding.ids, options.pad_id);
  fill(encoding.type_ids, options.pad_type_id);
  fill(encoding.tokens, options.pad_token);
  fill(encoding.byte_offsets, Offset{});
  fill(encoding.char_offsets, Offset{});
  fill(encoding.special_tokens_mask, std::uint8_t{1});
}

}  // namespace

void append_special(Encoding& encoding, const SpecialToken& special) {
  encoding.ids.push_back(special.id);
  encoding.type_ids.push_back(special.type_id);
  encoding.tokens.push_back(special.token);
  encoding.byte_offsets.emplace_back();
  encoding.char_offsets.emplace_back();
  encoding.special_tokens_mask.push_back(1);
}

Encoding slice(const Encoding& encoding, std::size_t begin, std::size_t end) {
  return {slice_of(encoding.ids, begin, end),
          slice_of(encoding.type_ids, begin, end),
          slice_of(encoding.tokens, begin, end),
          slice_of(encoding.byte_offsets, begin, end),
          slice_of(encoding.char_offsets, begin, end),
          slice_of(encoding.special_tokens_mask, begin, end),
          {}};
}

Result<void> append(Encoding& encoding, const Encoding& next) {
  if (too_much_overflow(encoding, next)) {
    return Error{ErrorCode::resource_exhausted,
                 "truncation: the overflow of both texts together has more than " + std::to_string(kMaxOverflowTokens) +
                     " tokens",
                 {},
                 {}};
  }
  std::vector<Encoding> overflowing;
  const auto join = [&overflowing](const Encoding& a, const Encoding& b) {
    append_tokens(overflowing.emplace_back(without_overflow(a)), b);
  };
  for (const auto& window : encoding.overflowing) {
    join(window, next);
    for (const auto& other : next.overflowing) join(window, other);
  }
  for (const auto& other : next.overflowing) join(encoding, other);
  append_tokens(encoding, next);
  encoding.overflowing = std::move(overflowing);
  return {};
}

void truncate(Encoding& encoding, std::size_t max_length, const TruncationOptions& options) {
  if (max_length >= encoding.ids.size()) return;
  if (max_length == 0) {
    Encoding empty;
    empty.overflowing.push_back(std::move(encoding));
    encoding = std::move(empty);
    return;
  }
  const std::vector<Window> windows = windows_of(encoding.ids.size(), max_length, options);
  Encoding main = slice(encoding, windows[0].begin, windows[0].end);
  for (std::size_t i = 1; i < windows.size(); ++i) {
    main.overflowing.push_back(slice(encoding, windows[i].begin, windows[i].end));
  }
  encoding = std::move(main);
}

Result<void> truncate_pair(Encoding& first, std::optional<Encoding>& second, const TruncationOptions& options) {
  const std::size_t second_length = second ? second->ids.size() : 0;
  const std::size_t total = first.ids.size() + second_length;
  if (total <= options.max_length) return {};
  Lengths target{first.ids.size(), second_length};
  const std::size_t excess = total - options.max_length;
  const bool second_gives_way = options.strategy == TruncationStrategy::only_second;
  if (options.max_length == 0) {
    target = {0, 0};
  } else if (options.strategy == TruncationStrategy::longest_first) {
    target = second ? share(first.ids.size(), second_length, options.max_length) : Lengths{options.max_length, 0};
  } else if (second_gives_way && !second) {
    return cannot_truncate("only_second was asked for, but there is no second text");
  } else {
    std::size_t& length = second_gives_way ? target.second : target.first;
    if (length <= excess) {
      return cannot_truncate("the " + std::string(second_gives_way ? "second" : "first") + " text has " +
                             std::to_string(length) + " tokens, and " + std::to_string(excess) +
                             " would have to go to reach max_length");
    }
    length -= excess;
  }
  const auto stride_fits = [&](std::size_t length, std::size_t wanted) {
    return wanted == 0 || wanted >= length || options.stride < wanted;
  };
  if (!stride_fits(first.ids.size(), target.first) || !stride_fits(second_length, target.second)) {
    return cannot_truncate("stride " + std::to_string(options.stride) + " is not below the length to cut to");
  }
  truncate(first, target.first, options);
  if (second) truncate(*second, target.second, options);
  return {};
}

Result<void> pad(Encoding& encoding, const PaddingOptions& options) {
  std::size_t length = options.fixed_length.value_or(encoding.ids.size());
  const std::size_t multiple = options.pad_to_multiple_of;
  if (multiple > 0 && length % multiple > 0) length += multiple - length % multiple;
  if (length > kMaxPaddedLength && length > encoding.ids.size()) {
    return Error{ErrorCode::invalid_argument,
                 "padding: expected a length of at most " + std::to_string(kMaxPaddedLength) + " tokens, found " +
                     std::to_string(length),
                 {},
                 {}};
  }
  pad_to(encoding, length, options);
  return {};
}

}  // namespace akidb::embedding::tokenizer
