#include "base/dynamic_library.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/temporary_folder.hpp"

namespace akidb::embedding::base {
namespace {

using ::testing::HasSubstr;

TEST(DynamicLibrary, GivesTheSymbolsThatItHas) {
  const auto library = DynamicLibrary::load("libm.so.6");
  ASSERT_TRUE(library) << to_string(library.error());
  const auto cosine = reinterpret_cast<double (*)(double)>(library->symbol("cos"));
  ASSERT_NE(cosine, nullptr);
  EXPECT_EQ(cosine(0), 1);
  EXPECT_EQ(library->symbol("OrtGetApiBase"), nullptr);
  const auto file = DynamicLibrary::file_of(reinterpret_cast<const void*>(cosine));
  ASSERT_TRUE(file);
  EXPECT_THAT(file->filename().string(), HasSubstr("libm"));
}

TEST(DynamicLibrary, IsUnavailableWhereItDoesNotLoad) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto text = folder->path() / "text.so";
  std::ofstream(text) << "this is no library";
  for (const auto& path : {folder->path() / "absent.so", text, folder->path(), std::filesystem::path("absent.so.9")}) {
    const auto library = DynamicLibrary::load(path);
    ASSERT_FALSE(library) << path;
    EXPECT_EQ(library.error().code, ErrorCode::unavailable);
    EXPECT_EQ(library.error().message, "cannot load " + path.filename().string());
    EXPECT_THAT(library.error().detail, HasSubstr(path.filename().string()));
  }
}

TEST(DynamicLibrary, KnowsNoFileOfAnAddressOutsideOfAll) {
  const int local = 0;
  EXPECT_FALSE(DynamicLibrary::file_of(&local));
}

}  // namespace
}  // namespace akidb::embedding::base
