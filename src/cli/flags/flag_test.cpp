#include "cli/flags/flag.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "cli/flags/check.hpp"
#include "cli/flags/help.hpp"

namespace akidb::embedding::cli {
namespace {

TEST(CommandTable, HasTheCommandsThatTheBuildDoesNotLack) {
  for (unsigned i = 0; bit(static_cast<Command>(i)) <= every_command(); ++i) {
    const auto command = static_cast<Command>(i);
    const auto name = command_info(command).name;
    EXPECT_EQ(find_command(name), command) << name;
    const bool is_there = std::ranges::count(command_table(), command, &CommandInfo::command) == 1;
    EXPECT_EQ(is_there, absence_of(command).empty()) << name;
  }
}

TEST(FlagTable, HasEachNameAndLetterOnce) {
  std::set<std::string_view> names;
  for (const auto& flag : flag_table()) EXPECT_TRUE(names.insert(flag.name).second) << flag.name;
  for (const auto& info : command_table()) {
    std::set<char> letters;
    for (const auto& flag : flag_table()) {
      if (takes(info.command, flag) && flag.letter != 0) {
        EXPECT_TRUE(letters.insert(flag.letter).second) << flag.letter;
      }
    }
  }
}

TEST(FlagTable, IsWholeInEveryRow) {
  for (const auto& flag : flag_table()) {
    EXPECT_FALSE(flag.help.empty()) << flag.name;
    EXPECT_NE(flag.help.back(), '.') << flag.name;
    EXPECT_NE(flag.commands, 0) << flag.name;
    EXPECT_EQ(flag.kind == FlagKind::toggle, flag.value_name.empty()) << flag.name;
    EXPECT_LE(flag.lowest, flag.highest) << flag.name;
  }
}

TEST(FlagTable, DefaultsAreValuesThatAreAllowed) {
  for (const auto& flag : flag_table()) {
    if (flag.default_value.empty()) continue;
    const auto checked = checked_value(flag, flag.default_value, "default");
    EXPECT_TRUE(checked) << flag.name;
  }
}

TEST(FlagTable, NamesItsEnvironmentVariables) {
  EXPECT_EQ(environment_name(*find_flag("model")), "AKIDB_EMBED_MODEL");
  EXPECT_EQ(environment_name(*find_flag("max-line-bytes")), "AKIDB_EMBED_MAX_LINE_BYTES");
}

TEST(Choices, AreTheWordsOfTheValueName) {
  using Words = std::vector<std::string_view>;
  EXPECT_EQ(choices(*find_flag("truncation")), (Words{"right", "left", "error"}));
  EXPECT_EQ(choices(*find_flag("model")), Words());
}

TEST(Documents, SpeakOfTheirOwnCommandOnly) {
  EXPECT_EQ(command_help(Command::embed).find("MODEL.onnx"), std::string::npos);
  EXPECT_EQ(command_help(Command::tokenize).find("CSV"), std::string::npos);
  EXPECT_NE(command_help(Command::convert).find("FILE.data"), std::string::npos);
  EXPECT_EQ(command_help(Command::convert).find("standard output"), std::string::npos);
}

TEST(Documents, NameEveryFlagOfEveryCommand) {
  const std::string man = man_page();
  for (const auto& info : command_table()) {
    const std::string help = command_help(info.command);
    EXPECT_NE(program_help().find(info.name), std::string::npos);
    EXPECT_FALSE(info.examples.empty()) << info.name;
    for (const auto& flag : flag_table()) {
      const bool is_there =
          help.find("--" + std::string(flag.name) + (flag.value_name.empty() ? "" : " ")) != std::string::npos;
      EXPECT_EQ(is_there, takes(info.command, flag)) << info.name << " " << flag.name;
      if (flag.source != FlagSource::line) {
        EXPECT_NE(man.find(environment_name(flag)), std::string::npos) << flag.name;
      }
    }
  }
  for (const auto shell : {"bash", "zsh", "fish"}) {
    const std::string text = completions(shell);
    for (const auto& flag : flag_table())
      EXPECT_NE(text.find(flag.name), std::string::npos) << shell << " " << flag.name;
  }
  EXPECT_EQ(completions("tcsh"), "");
}

TEST(Documents, StayWithinTheWidth) {
  for (const auto& info : command_table()) {
    const std::string help = command_help(info.command);
    std::size_t begin = 0;
    while (begin < help.size()) {
      const auto end = help.find('\n', begin);
      EXPECT_LE(end - begin, 110U) << help.substr(begin, end - begin);
      begin = end + 1;
    }
  }
}

}  // namespace
}  // namespace akidb::embedding::cli
