// Reading, mapping and writing files, and what happens where that cannot be done. Failures come from the
// system itself: limits, permissions and special files, each in a process of its own where it needs one.
#include "base/file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "base/file_lock.hpp"
#include "base/file_writer.hpp"
#include "base/mmap_file.hpp"
#include "base/temporary_folder.hpp"

namespace akidb::embedding::base {
namespace {

namespace fs = std::filesystem;
using ::testing::ExitedWithCode;
using ::testing::HasSubstr;

class File : public ::testing::Test {
 protected:
  File() : folder_(TemporaryFolder::create()) { EXPECT_TRUE(folder_) << to_string(folder_.error()); }

  [[nodiscard]] fs::path path(std::string_view name = "file") const { return folder_->path() / name; }

  [[nodiscard]] fs::path write(std::string_view name, std::string_view content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }

  [[nodiscard]] std::string content(std::string_view name = "file") const {
    std::ifstream stream(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_->path()), {}));
  }

  Result<TemporaryFolder> folder_;
};

template <class T>
std::optional<ErrorCode> code_of(const Result<T>& result) {
  return result ? std::nullopt : std::optional(result.error().code);
}

std::string_view text_of(const MmapFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

TEST_F(File, IsReadAndMappedWhole) {
  const std::string large(3'000'000, 'x');
  for (const std::string& text : {std::string(), std::string("a\0b\r\n", 5), large}) {
    const auto file = write("file", text);
    const auto read = read_file(file, large.size());
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(*read, text);
    const auto mapped = MmapFile::open(file);
    ASSERT_TRUE(mapped) << to_string(mapped.error());
    EXPECT_EQ(text_of(*mapped), text);
  }
}

TEST_F(File, OfMoreThanTheLimitIsDataCorrupt) {
  const auto file = write("big.json", "12345");
  EXPECT_TRUE(read_file(file, 5));
  const auto refused = read_file(file, 4);
  ASSERT_EQ(code_of(refused), ErrorCode::data_corrupt);
  EXPECT_EQ(refused.error().message, "big.json: expected at most 4 bytes, found 5");
  EXPECT_EQ(refused.error().detail, file.string());
}

TEST_F(File, ThatIsNoneIsAnErrorThatNamesIt) {
  fs::create_directory(path("folder"));
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  fs::create_symlink(path("nowhere"), path("dangling"));
  fs::create_symlink(path("loop"), path("loop"));
  const std::vector<std::pair<fs::path, ErrorCode>> cases = {
      {path("absent"), ErrorCode::not_found},
      {path("absent") / "below", ErrorCode::not_found},
      {write("plain", "x") / "below", ErrorCode::not_found},
      {path("dangling"), ErrorCode::not_found},
      {path("folder"), ErrorCode::data_corrupt},
      {path("fifo"), ErrorCode::data_corrupt},  // nobody writes into it: opening must not wait
      {path("loop"), ErrorCode::invalid_argument},
      {"/dev/null", ErrorCode::data_corrupt},
  };
  for (const auto& [file, code] : cases) {
    SCOPED_TRACE(file);
    const auto read = read_file(file, 100);
    const auto mapped = MmapFile::open(file);
    ASSERT_EQ(code_of(read), code);
    ASSERT_EQ(code_of(mapped), code);
    for (const auto& error : {read.error(), mapped.error()}) {
      EXPECT_THAT(error.message, HasSubstr(file.filename().string()));
      EXPECT_EQ(error.detail, file.string());
    }
  }
}

TEST_F(File, ErrorsTakeTheirCodeFromTheSystems) {
  const std::vector<std::pair<int, ErrorCode>> cases = {
      {ENOENT, ErrorCode::not_found},          {ENOTDIR, ErrorCode::not_found},
      {ENOSPC, ErrorCode::resource_exhausted}, {EDQUOT, ErrorCode::resource_exhausted},
      {EFBIG, ErrorCode::resource_exhausted},  {ENOMEM, ErrorCode::resource_exhausted},
      {EMFILE, ErrorCode::resource_exhausted}, {ENFILE, ErrorCode::resource_exhausted},
      {EACCES, ErrorCode::invalid_argument},   {EROFS, ErrorCode::invalid_argument},
  };
  for (const auto& [system_code, code] : cases) {
    const auto error = file_error("/secret/place/name.bin", "write", system_code);
    EXPECT_EQ(error.code, code) << system_code;
    EXPECT_THAT(error.message, ::testing::StartsWith("cannot write name.bin: "));
    EXPECT_THAT(error.message, Not(HasSubstr("secret")));
    EXPECT_EQ(error.detail, "/secret/place/name.bin");
  }
}

TEST_F(File, MapsMoveTheirBytes) {
  auto one = MmapFile::open(write("one", "1"));
  auto two = MmapFile::open(write("two", "22"));
  ASSERT_TRUE(one && two);
  auto* const bytes = two->bytes().data();
  *one = std::move(*two);
  EXPECT_EQ(one->bytes().data(), bytes);
  EXPECT_EQ(text_of(*one), "22");
  const MmapFile third = std::move(*one);
  EXPECT_EQ(text_of(third), "22");
  fs::remove(path("two"));
  EXPECT_EQ(text_of(third), "22");
}

TEST_F(File, IdentityChangesWithTheFileAndItsContent) {
  const auto file = write("file", "one");
  const auto identity = file_identity(file);
  ASSERT_TRUE(identity);
  EXPECT_EQ(*file_identity(file), *identity);
  fs::create_symlink(file, path("link"));
  EXPECT_EQ(*file_identity(path("link")), *identity);
  EXPECT_NE(*file_identity(write("other", "one")), *identity);
  static_cast<void>(write("file", "four"));
  EXPECT_NE(*file_identity(file), *identity);
  EXPECT_EQ(code_of(file_identity(path("absent"))), ErrorCode::not_found);
}

TEST_F(File, ContentIdentityTellsWhatSizeAndTimesDoNot) {
  const auto file = write("file", "one");
  const auto written = fs::last_write_time(file);
  const auto identity = file_identity(file);
  const auto content = content_identity(file);
  ASSERT_TRUE(identity && content);
  EXPECT_EQ(*content_identity(file), *content);
  fs::create_symlink(file, path("link"));
  EXPECT_EQ(*content_identity(path("link")), *content);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // the clock of a file system may be coarse
  static_cast<void>(write("file", "two"));
  fs::last_write_time(file, written);
  EXPECT_EQ(*file_identity(file), *identity);
  EXPECT_NE(*content_identity(file), *content);
  EXPECT_EQ(code_of(content_identity(path("absent"))), ErrorCode::not_found);
}

TEST_F(File, IsWrittenWholeAndReplaced) {
  for (const std::string& text : {std::string("old"), std::string(2'000'000, 'n'), std::string()}) {
    const auto outcome = write_file_atomically(path(), text);
    ASSERT_TRUE(outcome) << to_string(outcome.error());
    EXPECT_EQ(content(), text);
    EXPECT_EQ(entries(), 1U);
  }
}

TEST_F(File, ThatCannotBeReplacedIsLeftAlone) {
  fs::create_directory(path("folder"));
  EXPECT_EQ(code_of(write_file_atomically(path("folder"), "text")), ErrorCode::invalid_argument);
  EXPECT_TRUE(fs::is_directory(path("folder")));
  EXPECT_EQ(code_of(write_file_atomically(path("absent") / "file", "text")), ErrorCode::not_found);
  EXPECT_EQ(code_of(write_file_atomically("/proc/version", "text")), ErrorCode::not_found);
  EXPECT_EQ(entries(), 1U);
}

// Runs `work` where no file can grow beyond `bytes`: what a full disk looks like from here. A write beyond them would
// end the process.
int with_full_disk(rlim_t bytes, const std::function<bool()>& work) {
  ::signal(SIGXFSZ, SIG_DFL);
  const rlimit limit{bytes, bytes};
  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
  return work() ? 0 : 1;
}

TEST_F(File, StaysAsItWasWhereTheDiskIsFull) {
  ASSERT_TRUE(write_file_atomically(path(), "the old content"));
  const auto write_too_much = [&] {
    return code_of(write_file_atomically(path(), std::string(100'000, 'x'))) == ErrorCode::resource_exhausted;
  };
  EXPECT_EXIT(::_exit(with_full_disk(4096, write_too_much)), ExitedWithCode(0), "");
  EXPECT_EQ(content(), "the old content");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(File, StaysAsItWasWhereItsFolderMayNotBeWritten) {
  ASSERT_TRUE(write_file_atomically(path(), "the old content"));
  const auto write_as_nobody = [&] {
    fs::permissions(folder_->path(),
                    fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
    if (::getuid() == 0 && ::setuid(65534) != 0) return 2;
    return code_of(write_file_atomically(path(), "new")) == ErrorCode::invalid_argument ? 0 : 1;
  };
  EXPECT_EXIT(::_exit(write_as_nobody()), ExitedWithCode(0), "");
  fs::permissions(folder_->path(), fs::perms::owner_all);
  EXPECT_EQ(content(), "the old content");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(File, ThatMayNotBeReadIsAnError) {
  const auto file = write("file", "secret");
  const auto read_as_nobody = [&] {
    fs::permissions(folder_->path(), fs::perms::all);
    fs::permissions(file, fs::perms::none);
    if (::getuid() == 0 && ::setuid(65534) != 0) return 2;
    const bool refused = code_of(read_file(file, 100)) == ErrorCode::invalid_argument &&
                         code_of(MmapFile::open(file)) == ErrorCode::invalid_argument;
    return refused ? 0 : 1;
  };
  EXPECT_EXIT(::_exit(read_as_nobody()), ExitedWithCode(0), "");
}

TEST_F(File, IsResourceExhaustedWhereNoDescriptorIsLeft) {
  const auto file = write("file", "text");
  const auto read_without_descriptors = [&] {
    const rlimit limit{3, 3};
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return 2;
    while (::open("/dev/null", O_RDONLY) >= 0) {
    }
    const bool refused = code_of(read_file(file, 100)) == ErrorCode::resource_exhausted &&
                         code_of(MmapFile::open(file)) == ErrorCode::resource_exhausted;
    return refused ? 0 : 1;
  };
  EXPECT_EXIT(::_exit(read_without_descriptors()), ExitedWithCode(0), "");
}

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST_F(File, IsWrittenInPieces) {
  auto writer = FileWriter::create(path());
  ASSERT_TRUE(writer) << to_string(writer.error());
  ASSERT_TRUE(writer->align(64));
  EXPECT_EQ(writer->size(), 0U);
  ASSERT_TRUE(writer->append(bytes_of("abc")));
  ASSERT_TRUE(writer->align(8));
  ASSERT_TRUE(writer->append(bytes_of("d")));
  EXPECT_EQ(writer->size(), 9U);
  ASSERT_TRUE(writer->align(10'000));
  ASSERT_TRUE(writer->finish());
  EXPECT_EQ(content(), std::string("abc\0\0\0\0\0d", 9) + std::string(9991, '\0'));
  const auto again = FileWriter::create(path());
  EXPECT_EQ(code_of(again), ErrorCode::invalid_argument);
}

TEST_F(File, GoesWithItsWriterUnlessFinished) {
  {
    auto writer = FileWriter::create(path());
    ASSERT_TRUE(writer);
    auto moved = std::move(*writer);
    ASSERT_TRUE(moved.append(bytes_of("abc")));
    EXPECT_TRUE(fs::exists(path()));
  }
  EXPECT_EQ(entries(), 0U);
  const auto fill = [&] {
    auto writer = FileWriter::create(path());
    const std::string text(10'000, 'x');
    return writer && code_of(writer->append(bytes_of(text))) == ErrorCode::resource_exhausted;
  };
  EXPECT_EXIT(::_exit(with_full_disk(4096, fill)), ExitedWithCode(0), "");
  EXPECT_EQ(entries(), 0U);
}

TEST_F(File, LocksExcludeEachOtherAcrossProcesses) {
  const auto try_lock = [&] {
    // A lock that cannot be had would wait; the alarm ends the process then. No handler: ThreadSanitizer would keep
    // it back until the wait is over.
    ::alarm(1);
    return FileLock::acquire(path("lock")) ? 0 : 1;
  };
  {
    auto lock = FileLock::acquire(path("lock"));
    ASSERT_TRUE(lock) << to_string(lock.error());
    const auto moved = std::move(*lock);
    EXPECT_EXIT(::_exit(try_lock()), testing::KilledBySignal(SIGALRM), "");
    const auto busy = FileLock::try_acquire(path("lock"));
    ASSERT_TRUE(busy) << to_string(busy.error());
    EXPECT_FALSE(*busy);
    // A lock on a file that is no longer the one of this name excludes nobody.
    fs::remove(path("lock"));
    const auto other = FileLock::try_acquire(path("lock"));
    ASSERT_TRUE(other) << to_string(other.error());
    EXPECT_TRUE(*other);
  }
  EXPECT_EXIT(::_exit(try_lock()), ExitedWithCode(0), "");
  EXPECT_EQ(code_of(FileLock::acquire(path("absent") / "lock")), ErrorCode::not_found);
}

TEST(TemporaryFolder, IsItsOwnersAloneAndGoesWithTheObject) {
  fs::path first;
  {
    auto folder = TemporaryFolder::create();
    ASSERT_TRUE(folder) << to_string(folder.error());
    first = folder->path();
    EXPECT_EQ(fs::status(first).permissions(), fs::perms::owner_all);
    fs::create_directories(first / "a/b");
    std::ofstream(first / "a/b/file") << "text";
    const auto other = TemporaryFolder::create();
    ASSERT_TRUE(other);
    EXPECT_NE(other->path(), first);
    const TemporaryFolder moved = std::move(*folder);
    EXPECT_EQ(moved.path(), first);
    EXPECT_TRUE(fs::exists(first));
  }
  EXPECT_FALSE(fs::exists(first));
}

// In a process of its own: `root` is $TMPDIR there.
int make_beside_leftovers(const fs::path& root) {
  ::setenv("TMPDIR", root.c_str(), 1);
  auto held = TemporaryFolder::create();
  if (!held) return 1;
  std::vector<fs::path> old = {held->path()};
  for (const auto* name : {"akidb-embedding.killed", "akidb-embedding.young", "another.old"}) {
    fs::create_directories(root / name / "in");
    if (std::string_view(name).ends_with("young")) continue;
    old.push_back(root / name);
  }
  fs::create_directory_symlink(root / "another.old", root / "akidb-embedding.link");
  for (const auto& folder : old) fs::last_write_time(folder, fs::file_time_type::clock::now() - std::chrono::hours(1));

  const auto folder = TemporaryFolder::create();
  if (!folder || !fs::exists(held->path())) return 2;
  for (const auto* name : {"akidb-embedding.young", "another.old", "akidb-embedding.link"}) {
    if (!fs::exists(root / name / "in")) return 3;
  }
  return fs::exists(root / "akidb-embedding.killed") ? 4 : 0;
}

TEST(TemporaryFolder, RemovesWhatKilledProcessesLeft) {
  const auto root = TemporaryFolder::create();
  ASSERT_TRUE(root) << to_string(root.error());
  EXPECT_EXIT(::_exit(make_beside_leftovers(root->path())), ExitedWithCode(0), "");
}

TEST(TemporaryFolder, IsAnErrorWhereThereIsNoPlaceForIt) {
  const auto create = [] {
    ::setenv("TMPDIR", "/nowhere/at/all", 1);
    return code_of(TemporaryFolder::create()) == ErrorCode::not_found ? 0 : 1;
  };
  EXPECT_EXIT(::_exit(create()), ExitedWithCode(0), "");
}

}  // namespace
}  // namespace akidb::embedding::base
