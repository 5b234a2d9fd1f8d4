#include "hub/following_digest.hpp"

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "base/temporary_folder.hpp"
#include "hub/partial_file.hpp"

namespace akidb::embedding::hub {
namespace {

class Following : public testing::Test {
 protected:
  Following() : folder_(base::TemporaryFolder::create()) {}

  [[nodiscard]] std::filesystem::path path() const { return folder_->path() / "blob.incomplete"; }

  static std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

  Result<base::TemporaryFolder> folder_;
};

TEST_F(Following, GivesTheDigestOfWhatIsInTheFile) {
  std::string text;
  for (int i = 0; i < 500'000; ++i) text += std::to_string(i);
  const RepoFile file{"x", std::string(64, '0'), text.size()};
  auto partial = PartialFile::open(path(), file.size);
  ASSERT_TRUE(partial);
  FollowingDigest digest(partial->descriptor(), file);
  for (std::size_t at = 0; at < text.size(); at += 100'000) {
    ASSERT_TRUE(partial->append(bytes(std::string_view(text).substr(at, 100'000))));
    digest.advance(partial->size());
  }
  EXPECT_EQ(*digest.finish(), base::sha256_hex(text));
}

TEST_F(Following, StartsAgainWithTheFile) {
  const std::string first(3'000'000, 'x');
  const std::string second(2'000'000, 'y');
  const RepoFile file{"x", std::string(64, '0'), first.size()};
  auto partial = PartialFile::open(path(), file.size);
  FollowingDigest digest(partial->descriptor(), file);
  ASSERT_TRUE(partial->append(bytes(first)));
  digest.advance(partial->size());
  ASSERT_TRUE(partial->clear());
  digest.restart();
  ASSERT_TRUE(partial->append(bytes(second)));
  digest.advance(partial->size());
  EXPECT_EQ(*digest.finish(), base::sha256_hex(second));
}

TEST_F(Following, GoesOnWithWhatIsThere) {
  {
    auto partial = PartialFile::open(path(), 100);
    ASSERT_TRUE(partial->append(bytes("hello ")));
  }
  auto partial = PartialFile::open(path(), 100);
  EXPECT_EQ(partial->size(), 6U);
  ASSERT_TRUE(partial->append(bytes("world\n")));
  EXPECT_EQ(*digest_of(partial->descriptor(), {"x", std::string(40, '0'), 12}),
            "3b18e512dba79e4c8300dd08aeb37f8e728b8dad");  // git's name for it
  ASSERT_TRUE(partial->finish(folder_->path() / "blob"));
  EXPECT_FALSE(std::filesystem::exists(path()));
  // More than the whole is not a part of it.
  EXPECT_EQ(PartialFile::open(folder_->path() / "blob", 5)->size(), 0U);
}

TEST_F(Following, AnAbandonedOneEnds) {
  auto partial = PartialFile::open(path(), 100);
  const FollowingDigest digest(partial->descriptor(), {"x", std::string(64, '0'), 100});
}

TEST_F(Following, AFileThatShrankIsAnError) {
  auto partial = PartialFile::open(path(), 100);
  EXPECT_FALSE(digest_of(partial->descriptor(), {"x", std::string(64, '0'), 100}));
}

}  // namespace
}  // namespace akidb::embedding::hub
