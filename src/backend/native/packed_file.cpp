#include "backend/native/packed_file.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstring>
#include <fstream>
#include <random>
#include <system_error>
#include <utility>
#include <vector>

#include "base/derivation.hpp"
#include "base/file.hpp"
#include "base/file_limit.hpp"
#include "base/folder.hpp"
#include "base/log.hpp"

namespace akidb::embedding::backend::native {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMemoryStart = 4'096;
constexpr std::array<char, 8> kMagic = {'a', 'k', 'i', 'd', 'b', 'p', 'w', '1'};
constexpr std::size_t kKeySize = 64;
constexpr std::string_view kSuffix = ".packed";
constexpr std::string_view kUnfinishedSuffix = ".tmp";

// What a folder may hold. A file that a killed process left unfinished goes after an hour.
constexpr std::size_t kMostFiles = 16;
constexpr std::uintmax_t kMostBytes = std::uintmax_t{8} << 30;
constexpr auto kUnfinishedAge = std::chrono::hours(1);

struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint64_t bytes = 0;
  std::uint64_t checksum = 0;
  std::array<char, kKeySize> key = {};

  bool operator==(const Header&) const = default;
};

// Tells damage, not malice: four chains of multiplications, as fast as memory.
std::uint64_t checksum_of_piece(std::span<const std::byte> piece) {
  constexpr std::uint64_t kPrime = 0x9E3779B97F4A7C15;
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  const auto step = [](std::uint64_t sum, std::uint64_t word) { return std::rotl(sum ^ word, 29) * kPrime; };
  std::array<std::uint64_t, 4> sums = {1, 2, 3, 4};
  std::size_t at = 0;
  for (; at + 4 * kWord <= piece.size(); at += 4 * kWord) {
    std::array<std::uint64_t, 4> words = {};
    std::memcpy(words.data(), piece.data() + at, sizeof words);
    for (std::size_t i = 0; i < 4; ++i) sums[i] = step(sums[i], words[i]);
  }
  std::uint64_t whole = piece.size();
  for (; at < piece.size(); ++at) whole = step(whole, static_cast<std::uint64_t>(piece[at]));
  for (const auto sum : sums) whole = step(whole, sum);
  return whole;
}

std::uint64_t checksum_of(std::span<const std::byte> memory, Executor& executor) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  std::vector<std::uint64_t> sums((memory.size() + kPiece - 1) / kPiece);
  executor.parallel_for(sums.size(), [&](std::size_t at) {
    const std::size_t first = at * kPiece;
    sums[at] = checksum_of_piece(memory.subspan(first, std::min(kPiece, memory.size() - first)));
  });
  return checksum_of_piece(std::as_bytes(std::span(sums)));
}

Header header_of(const std::string& key, std::span<const std::byte> memory, Executor& executor) {
  Header header;
  header.bytes = memory.size();
  header.checksum = checksum_of(memory, executor);
  std::copy_n(key.begin(), std::min(key.size(), kKeySize), header.key.begin());
  return header;
}

fs::path path_of(const fs::path& folder, const std::string& key) { return folder / (key + std::string(kSuffix)); }

// Packed weights under their first name, or a note of what they were made of.
bool is_unfinished(const fs::path& path) {
  return path.extension() == kUnfinishedSuffix ||
         path.filename().string().find(base::kTemporaryMark) != std::string::npos;
}

struct Kept {
  fs::path path;
  fs::file_time_type used;
  std::uintmax_t bytes = 0;
};

// Those that were used last come first. Another process may be at the same work: what is gone already is no error.
void remove_what_is_too_much(const fs::path& folder) {
  std::error_code ignored;
  std::vector<Kept> all;
  for (const auto& path : base::entries_of(folder)) {
    Kept kept{path, fs::last_write_time(path, ignored), fs::file_size(path, ignored)};
    if (is_unfinished(kept.path)) {
      if (kept.used < fs::file_time_type::clock::now() - kUnfinishedAge) fs::remove(kept.path, ignored);
    } else if (kept.path.extension() == kSuffix) {
      all.push_back(std::move(kept));
    }
  }
  std::sort(all.begin(), all.end(), [](const Kept& a, const Kept& b) { return a.used > b.used; });
  std::uintmax_t bytes = 0;
  for (std::size_t at = 0; at < all.size(); ++at) {
    bytes += all[at].bytes;
    if (at == 0 || (at < kMostFiles && bytes <= kMostBytes)) continue;
    fs::remove(all[at].path, ignored);
    fs::remove(base::derivation_note(all[at].path), ignored);
  }
}

// False where the disk has no room, or the folder or the process's limit does not let us.
bool write(const fs::path& path, const Header& header, std::span<const std::byte> memory) {
  if (kMemoryStart + memory.size() > base::longest_file()) return false;
  std::error_code failure;
  const auto space = fs::space(path.parent_path(), failure);
  if (failure || space.available < 2 * memory.size()) return false;
  std::ofstream stream(path, std::ios::binary);
  std::vector<char> start(kMemoryStart, '\0');
  std::memcpy(start.data(), &header, sizeof header);
  stream.write(start.data(), static_cast<std::streamsize>(start.size()));
  stream.write(reinterpret_cast<const char*>(memory.data()), static_cast<std::streamsize>(memory.size()));
  stream.close();
  return stream.good();
}

}  // namespace

std::optional<PackedFile> PackedFile::open(const fs::path& folder, const std::string& key, std::size_t bytes,
                                           Executor& executor) {
  const auto path = path_of(folder, key);
  auto mapped = base::MmapFile::open(path);
  if (!mapped || mapped->bytes().size() != kMemoryStart + bytes) return std::nullopt;
  PackedFile file(std::move(*mapped));
  Header header;
  std::memcpy(&header, file.file_.bytes().data(), sizeof header);
  if (header != header_of(key, file.memory(), executor)) return std::nullopt;
  std::error_code ignored;
  fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);
  return file;
}

std::span<const std::byte> PackedFile::memory() const noexcept { return file_.bytes().subspan(kMemoryStart); }

// Without a sync: what a power cut leaves of it has another checksum.
void keep_packed(const fs::path& folder, const std::string& key, std::span<const std::byte> memory,
                 const fs::path& source, Executor& executor) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  const auto path = path_of(folder, key);
  auto unfinished = folder / key;
  unfinished += "." + std::to_string(std::random_device()()) + std::string(kUnfinishedSuffix);
  if (!failure && write(unfinished, header_of(key, memory, executor), memory)) {
    fs::rename(unfinished, path, failure);
    if (!failure) {
      if (!source.empty()) base::note_derivation(path, source);
      return remove_what_is_too_much(folder);
    }
  }
  std::error_code ignored;
  fs::remove(unfinished, ignored);
  base::log(LogLevel::info, "the packed weights are not kept for the next start: " + folder.string() +
                                " cannot be written, its disk is full, or this process may not write a file as long");
}

}  // namespace akidb::embedding::backend::native
