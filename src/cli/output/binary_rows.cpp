#include <bit>
#include <cstring>

#include "cli/output/row_format.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::size_t kNpyHead = 128;  // a multiple of 64, as the format asks; room for any number of rows

void append_little_endian(std::span<const float> values, std::string& out) {
  const std::size_t at = out.size();
  out.resize(at + values.size_bytes());
  std::memcpy(out.data() + at, values.data(), values.size_bytes());
  if constexpr (std::endian::native == std::endian::big) {
    for (std::size_t i = at; i < out.size(); i += 4) {
      std::swap(out[i], out[i + 3]);
      std::swap(out[i + 1], out[i + 2]);
    }
  }
}

class F32 : public RowFormat {
 public:
  void append(const Row& row, std::uint64_t /*rows*/, std::string& out) const override {
    append_little_endian(row.embeddings->row(row.input), out);
  }
};

// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
class Npy final : public F32 {
 public:
  explicit Npy(std::size_t dimension) : dimension_(dimension) {}

  [[nodiscard]] std::string head(std::uint64_t rows) const override {
    std::string text = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " +
                       std::to_string(dimension_) + "), }";
    constexpr std::size_t kPrefix = 10;
    text.resize(kNpyHead - kPrefix - 1, ' ');
    text += '\n';
    std::string head("\x93NUMPY\x01\x00", 8);
    head += static_cast<char>(text.size());
    head += '\0';
    return head + text;
  }

  [[nodiscard]] bool head_changes() const override { return true; }

 private:
  std::size_t dimension_;
};

}  // namespace

std::unique_ptr<RowFormat> make_f32() { return std::make_unique<F32>(); }
std::unique_ptr<RowFormat> make_npy(std::size_t dimension) { return std::make_unique<Npy>(dimension); }

}  // namespace akidb::embedding::cli
