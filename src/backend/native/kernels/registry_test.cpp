#include "backend/native/kernels/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace akidb::embedding::backend::native::kernels {
namespace {

using ::testing::HasSubstr;

CpuFeatures everything() {
  CpuFeatures features;
  features.bits = 0xFFFFFFFFU;
  return features;
}

TEST(Registry, EndsInTheSetThatRunsAnywhere) {
  const RegisteredSet& last = registered_sets().back();
  EXPECT_STREQ(last.set->name, "scalar");
  EXPECT_TRUE(runs_on(last, CpuFeatures{}));
  EXPECT_STREQ((*choose_set("", CpuFeatures{}))->name, "scalar");
  EXPECT_STREQ((*choose_set("auto", CpuFeatures{}))->name, "scalar");
}

TEST(Registry, NamesEachSetOnceAndFindsItByName) {
  std::set<std::string> names;
  for (const RegisteredSet& entry : registered_sets()) {
    EXPECT_TRUE(names.insert(entry.set->name).second) << entry.set->name;
    const auto found = choose_set(entry.set->name, everything());
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, entry.set);
  }
}

TEST(Registry, RefusesAnUnknownNameAndListsWhatThereIs) {
  const auto found = choose_set("avx1024", CpuFeatures{});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(found.error().message, HasSubstr("'avx1024'"));
  EXPECT_THAT(found.error().message, HasSubstr("scalar"));
}

TEST(Registry, SaysThatThisCpuLacksASet) {
  for (const char* const name : {"amx", "neon_bf16"}) {
    const auto found = choose_set(name, CpuFeatures{});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::unavailable);
    EXPECT_THAT(found.error().message, HasSubstr(name));
    EXPECT_THAT(found.error().message, HasSubstr("(scalar)"));
  }
}

TEST(Registry, NeverOffersASetThatTheCpuLacks) {
  for (const RegisteredSet& entry : registered_sets()) {
    if (entry.needs == 0) continue;
    EXPECT_FALSE(runs_on(entry, CpuFeatures{}));
    CpuFeatures exact;
    exact.bits = entry.needs;
    EXPECT_TRUE(runs_on(entry, exact));
    EXPECT_THAT(names_of_sets_on(exact), HasSubstr(entry.set->name));
  }
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
