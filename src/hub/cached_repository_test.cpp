#include "hub/cached_repository.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/temporary_folder.hpp"

namespace akidb::embedding::hub {
namespace {

namespace fs = std::filesystem;

const std::string kCommit(40, 'a');
const std::string kBlob(64, 'c');

class Cached : public testing::Test {
 protected:
  Cached() : folder_(base::TemporaryFolder::create()), cache_(folder_->path(), "org/name") {
    EXPECT_TRUE(cache_.prepare());
    std::ofstream(cache_.blob(kBlob)) << "weights";
  }

  static std::string content(const fs::path& path) {
    std::ifstream stream(path);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  [[nodiscard]] fs::path place() const { return cache_.snapshot(kCommit) / file_.path; }

  Result<base::TemporaryFolder> folder_;
  CachedRepository cache_;
  RepoFile file_{"onnx/model.onnx", kBlob, 7};
};

TEST_F(Cached, HasHuggingfaceHubsNames) {
  const auto root = folder_->path();
  EXPECT_EQ(cache_.folder(), root / "models--org--name");
  EXPECT_EQ(cache_.blob(kBlob), root / "models--org--name/blobs" / kBlob);
  EXPECT_EQ(cache_.partial(kBlob), root / "models--org--name/blobs" / (kBlob + ".incomplete"));
  EXPECT_EQ(cache_.lock(kBlob), root / ".locks/models--org--name" / (kBlob + ".lock"));
  EXPECT_EQ(cache_.snapshot(kCommit), root / "models--org--name/snapshots" / kCommit);
}

TEST_F(Cached, NamesAreRelativeLinksToBlobs) {
  EXPECT_FALSE(cache_.has_file(kCommit, file_));
  ASSERT_TRUE(cache_.link(kCommit, file_, true));
  EXPECT_EQ(fs::read_symlink(place()), fs::path("../../../blobs") / kBlob);
  EXPECT_EQ(content(place()), "weights");
  EXPECT_TRUE(cache_.has_file(kCommit, file_));
  EXPECT_TRUE(cache_.link(kCommit, file_, true));
}

TEST_F(Cached, WithoutLinksNamesAreFilesOfTheirOwn) {
  ASSERT_TRUE(cache_.link(kCommit, file_, false));
  EXPECT_FALSE(fs::is_symlink(place()));
  EXPECT_EQ(content(place()), "weights");
  EXPECT_EQ(std::distance(fs::directory_iterator(place().parent_path()), {}), 1);
}

TEST_F(Cached, WhatIsNotThatFileIsReplaced) {
  for (const char* other : {"weight", "weightsX"}) {
    fs::create_directories(place().parent_path());
    fs::remove(place());
    std::ofstream(place()) << other;
    ASSERT_TRUE(cache_.link(kCommit, file_, true));
    EXPECT_EQ(content(place()), "weights");
  }
  fs::remove(place());
  fs::create_symlink("nowhere", place());
  ASSERT_TRUE(cache_.link(kCommit, file_, true));
  EXPECT_EQ(content(place()), "weights");
}

TEST_F(Cached, ABlobOfAnotherSizeIsNone) {
  EXPECT_TRUE(cache_.has_blob(file_));
  file_.size = 8;
  EXPECT_FALSE(cache_.has_blob(file_));
}

TEST_F(Cached, RefsHoldACommit) {
  EXPECT_FALSE(*cache_.read_ref("main"));
  ASSERT_TRUE(cache_.write_ref("refs/pr/1", kCommit));
  EXPECT_EQ(content(cache_.folder() / "refs/refs/pr/1"), kCommit);
  EXPECT_EQ(*cache_.read_ref("refs/pr/1"), kCommit);
  std::ofstream(cache_.folder() / "refs/main") << "torn";
  EXPECT_EQ(cache_.read_ref("main").error().code, ErrorCode::data_corrupt);
  ASSERT_TRUE(cache_.write_ref("main", kCommit));
  EXPECT_EQ(*cache_.read_ref("main"), kCommit);
  ASSERT_TRUE(cache_.write_ref(kCommit, kCommit));
  EXPECT_FALSE(fs::exists(cache_.folder() / "refs" / kCommit));
}

TEST_F(Cached, NotesWhatIsAbsent) {
  cache_.note_absent(kCommit, "vocab.txt");
  EXPECT_EQ(fs::file_size(cache_.folder() / ".no_exist" / kCommit / "vocab.txt"), 0U);
}

TEST(CachedRepository, ThatCannotBeWrittenSaysWhatToDo) {
  const CachedRepository cache("/proc/self", "org/name");
  const auto ready = cache.prepare();
  ASSERT_FALSE(ready);
  EXPECT_THAT(ready.error().message, testing::HasSubstr("HF_HUB_CACHE"));
}

}  // namespace
}  // namespace akidb::embedding::hub
