#include "hub/repository.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace akidb::embedding::hub {
namespace {

using testing::HasSubstr;

const std::string kCommit(40, 'a');
const std::string kSha1(40, 'b');
const std::string kSha256(64, 'c');

std::string answer(const std::string& siblings) {
  return R"({"id":"org/name","sha":")" + kCommit + R"(","siblings":[)" + siblings + "]}";
}

std::string plain(const std::string& name, const std::string& blob = kSha1) {
  return R"({"rfilename":")" + name + R"(","size":7,"blobId":")" + blob + R"("})";
}

TEST(Repository, IsReadFromTheHubsAnswer) {
  const auto repository = parse_repository(
      answer(plain("config.json") + R"(,{"rfilename":"model.safetensors","size":1,"blobId":")" + kSha1 +
             R"(","lfs":{"sha256":")" + kSha256 + R"(","size":90,"pointerSize":134}},{"rfilename":"x"})"));
  ASSERT_TRUE(repository) << to_string(repository.error());
  EXPECT_EQ(repository->commit, kCommit);
  ASSERT_EQ(repository->files.size(), 3U);
  EXPECT_EQ(repository->find("config.json")->blob, kSha1);
  EXPECT_EQ(repository->find("config.json")->size, 7U);
  EXPECT_EQ(repository->find("model.safetensors")->blob, kSha256);
  EXPECT_EQ(repository->find("model.safetensors")->size, 90U);
  EXPECT_EQ(repository->find("x")->blob, "");
  EXPECT_EQ(repository->find("y"), nullptr);
}

TEST(Repository, LeavesNamesOutThatLeadOutOfAFolder) {
  const auto repository =
      parse_repository(answer(plain("a") + "," + plain("../b") + "," + plain("/c") + "," + plain("d\\u0000e") + "," +
                              plain("f//g") + "," + plain("h/..") + "," + plain("i\\\\j") + "," + plain("C:k") + "," +
                              plain("l\\nm") + "," + plain("") + "," + plain("n/o")));
  ASSERT_TRUE(repository) << to_string(repository.error());
  ASSERT_EQ(repository->files.size(), 2U);
  EXPECT_NE(repository->find("a"), nullptr);
  EXPECT_NE(repository->find("n/o"), nullptr);
}

TEST(Repository, ThatIsNoneIsCorrupt) {
  for (const std::string& text :
       {std::string(), std::string("<html>"), std::string("[]"), std::string("{}"),
        std::string(R"({"sha":"main","siblings":[]})"), R"({"sha":")" + kCommit + R"("})", answer("1"), answer("{}"),
        answer(R"({"rfilename":1})"), answer(plain("a", "zz")), answer(plain("a", kSha256)),
        answer(R"({"rfilename":"a","blobId":")" + kSha1 + R"("})"),
        answer(R"({"rfilename":"a","lfs":{"sha256":")" + kSha1 + R"(","size":1}})"),
        answer(R"({"rfilename":"a","size":-1,"blobId":")" + kSha1 + R"("})"),
        answer(plain("a") + "," + plain("a", std::string(40, 'd')))}) {
    const auto repository = parse_repository(text);
    ASSERT_FALSE(repository) << text;
    EXPECT_EQ(repository.error().code, ErrorCode::data_corrupt) << text;
    EXPECT_THAT(repository.error().message, HasSubstr("the hub's answer")) << text;
  }
}

TEST(SafePath, IsBelowAFolder) {
  for (const char* path : {"a", "a/b", ".a", "a..b", "...", "onnx/model.onnx", "\xC3\xA9"})
    EXPECT_TRUE(is_safe_path(path)) << path;
  EXPECT_TRUE(is_safe_path(std::string(255, 'a')));
  EXPECT_FALSE(is_safe_path(std::string(256, 'a')));
  for (const char* path : {"", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a\\b", "c:d", "a\tb"}) {
    EXPECT_FALSE(is_safe_path(path)) << path;
  }
  for (const char* path : {"a\xC2\x80", "a\xC2\x9F/b", "\xD8\x9C", "a/\xE2\x80\x8E", "a\xE2\x80\xA8",
                           "\xE2\x80\xAEnosj.b", "\xE2\x80\x90\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA9z"}) {
    EXPECT_FALSE(is_safe_path(path)) << path;
  }
  for (const char* path : {"\xC2\xA0", "\xD8\x9B", "\xE2\x80\x8D", "\xE2\x80\xA7", "\xE2\x80\xAF", "\xE2\x81\xAA"}) {
    EXPECT_TRUE(is_safe_path(path)) << path;
  }
  std::string deep = "a";
  while (deep.size() <= 1024) deep += "/a";
  EXPECT_FALSE(is_safe_path(deep));
}

TEST(BlobName, IsADigest) {
  EXPECT_TRUE(is_blob_name(kSha1));
  EXPECT_TRUE(is_blob_name(kSha256));
  for (const std::string& name :
       {std::string(), std::string("abc"), std::string(40, 'A'), std::string(41, 'a'), std::string(64, 'g')}) {
    EXPECT_FALSE(is_blob_name(name)) << name;
  }
}

}  // namespace
}  // namespace akidb::embedding::hub
