// Bytes of a test, in pieces of any size.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>

#include "cli/input/byte_source.hpp"

namespace akidb::embedding::cli {

class MemorySource final : public ByteSource {
 public:
  // read() gives at most `piece` bytes at a time.
  explicit MemorySource(std::string content, std::size_t piece = 1 << 20)
      : content_(std::move(content)), piece_(piece) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t count = std::min({piece_, buffer.size(), content_.size() - at_});
    std::memcpy(buffer.data(), content_.data() + at_, count);
    at_ += count;
    return count;
  }
  [[nodiscard]] bool ready() const override { return true; }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return content_.size(); }
  [[nodiscard]] const std::string& name() const override { return name_; }

 private:
  std::string content_;
  std::size_t piece_;
  std::size_t at_ = 0;
  std::string name_ = "test";
};

}  // namespace akidb::embedding::cli
