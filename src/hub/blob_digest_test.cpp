#include "hub/blob_digest.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/sha256.hpp"
#include "base/temporary_folder.hpp"
#include "hub/partial_file.hpp"

namespace akidb::embedding::hub {
namespace {

class BlobDigest : public testing::Test {
 protected:
  BlobDigest() : folder_(base::TemporaryFolder::create()) {}

  [[nodiscard]] std::filesystem::path path() const { return folder_->path() / "blob.incomplete"; }

  static std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

  // Of the file's first `size` bytes, of the kind that a name of so many digits has.
  static Result<std::string> digest(const PartialFile& file, std::size_t digits, std::uint64_t size) {
    auto digest = start_digest({"x", std::string(digits, '0'), size});
    if (auto fed = feed_digest(digest, file.descriptor(), size); !fed) return fed.error();
    return digest.finish();
  }

  Result<base::TemporaryFolder> folder_;
};

TEST_F(BlobDigest, IsTheHubsNameOfTheFile) {
  auto file = PartialFile::open(path(), 12);
  ASSERT_TRUE(file) << to_string(file.error());
  ASSERT_TRUE(file->append(bytes("hello world\n")));
  EXPECT_EQ(*digest(*file, 64, 12), base::sha256_hex("hello world\n"));
  EXPECT_EQ(*digest(*file, 40, 12), "3b18e512dba79e4c8300dd08aeb37f8e728b8dad");  // git hash-object
  EXPECT_EQ(*digest(*file, 64, 0), base::sha256_hex(""));
}

TEST_F(BlobDigest, OfALargeFile) {
  const std::string text(1'000'000, 'x');
  auto file = PartialFile::open(path(), text.size());
  ASSERT_TRUE(file->append(bytes(text)));
  EXPECT_EQ(*digest(*file, 64, text.size()), base::sha256_hex(text));
}

TEST_F(BlobDigest, OfAFileThatIsShorterIsAnError) {
  auto file = PartialFile::open(path(), 10);
  EXPECT_EQ(digest(*file, 64, 10).error().code, ErrorCode::data_corrupt);
}

TEST_F(BlobDigest, PartialFilesAreGoneOnWith) {
  {
    auto file = PartialFile::open(path(), 100);
    ASSERT_TRUE(file->append(bytes("hello ")));
  }
  auto file = PartialFile::open(path(), 100);
  EXPECT_EQ(file->size(), 6U);
  ASSERT_TRUE(file->append(bytes("world\n")));
  EXPECT_EQ(*digest(*file, 64, 12), base::sha256_hex("hello world\n"));
  ASSERT_TRUE(file->finish(folder_->path() / "blob"));
  EXPECT_FALSE(std::filesystem::exists(path()));
  // More than the whole is no part of it.
  EXPECT_EQ(PartialFile::open(folder_->path() / "blob", 5)->size(), 0U);
}

TEST_F(BlobDigest, IsNotOfAFileThatHasAnotherName) {
  const auto other = folder_->path() / "other";
  std::ofstream(other) << "mine";
  std::filesystem::create_hard_link(other, path());
  const auto file = PartialFile::open(path(), 100);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::invalid_argument);
}

TEST_F(BlobDigest, IsNotOfWhatIsNoFile) {
  const auto refusal = [&] {
    const auto file = PartialFile::open(path(), 100);
    return file ? std::string("taken") : file.error().message;
  };
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  EXPECT_EQ(refusal(), "blob.incomplete: expected a regular file, found a FIFO");
  std::filesystem::remove(path());
  std::filesystem::create_directory(path());
  EXPECT_EQ(refusal(), "blob.incomplete: expected a regular file, found a folder");
}

}  // namespace
}  // namespace akidb::embedding::hub
