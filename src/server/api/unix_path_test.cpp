#include "server/api/unix_path.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/temporary_folder.hpp"

namespace akidb::embedding::server {
namespace {

namespace fs = std::filesystem;

class UnixPath : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path at(const std::string& name) const { return folder_->path() / name; }

  // A socket that was bound to `path`; closed, it is dead.
  static int bind_to(const fs::path& path, int type = SOCK_STREAM) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
    const int bound = ::socket(AF_UNIX, type, 0);
    EXPECT_EQ(::bind(bound, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    return bound;
  }

  Result<base::TemporaryFolder> folder_ = base::TemporaryFolder::create();
};

TEST_F(UnixPath, TakesDeadSocketsAway) {
  ::close(bind_to(at("dead")));
  ASSERT_TRUE(fs::exists(at("dead")));
  EXPECT_TRUE(free_unix_path(at("dead"), "x"));
  EXPECT_FALSE(fs::exists(at("dead")));
  EXPECT_TRUE(free_unix_path(at("dead"), "x"));
}

TEST_F(UnixPath, LeavesWhatIsNoSocket) {
  std::ofstream(at("file")) << "mine\n";
  ::close(bind_to(at("dead")));
  fs::create_directory(at("folder"));
  ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
  fs::create_symlink("file", at("link"));
  fs::create_symlink("dead", at("link to a socket"));
  fs::create_symlink("nothing", at("dangling"));
  for (const auto* name : {"file", "folder", "fifo", "link", "link to a socket", "dangling"}) {
    const auto freed = free_unix_path(at(name), "cannot listen");
    ASSERT_FALSE(freed) << name;
    EXPECT_EQ(freed.error().code, ErrorCode::invalid_argument) << name;
    EXPECT_EQ(freed.error().message, "cannot listen: what is there is no socket, and stays");
    EXPECT_NE(fs::symlink_status(at(name)).type(), fs::file_type::not_found) << name;
  }
}

TEST_F(UnixPath, LeavesSocketsInUse) {
  const int server = bind_to(at("server"));
  ASSERT_EQ(::listen(server, 1), 0);
  const int datagrams = bind_to(at("datagrams"), SOCK_DGRAM);
  for (int round = 0; round < 4; ++round) {  // its queue is full in the end
    for (const auto* name : {"server", "datagrams"}) {
      const auto freed = free_unix_path(at(name), "x");
      ASSERT_FALSE(freed) << name;
      EXPECT_EQ(freed.error().code, ErrorCode::unavailable) << name;
      EXPECT_TRUE(fs::exists(at(name))) << name;
    }
  }
  ::close(server);
  ::close(datagrams);
}

TEST_F(UnixPath, IsAtMost107BytesLong) {
  EXPECT_TRUE(free_unix_path(std::string(107, 'a'), "x"));
  const auto freed = free_unix_path(std::string(108, 'a'), "x");
  ASSERT_FALSE(freed);
  EXPECT_EQ(freed.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(freed.error().message, "x: expected a path of at most 107 bytes, got 108");
}

}  // namespace
}  // namespace akidb::embedding::server
