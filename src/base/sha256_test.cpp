// The examples of FIPS 180-2, appendix B, and of NIST's CAVP for the empty message.
#include "base/sha256.hpp"

#include <gtest/gtest.h>

namespace akidb::embedding::base {
namespace {

TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DoesNotDependOnHowTheBytesCome) {
  const std::string text(1000, 'x');
  for (const std::size_t piece : {1U, 63U, 64U, 65U, 999U}) {
    Sha256 hash;
    for (std::size_t at = 0; at < text.size(); at += piece) hash.update(std::string_view(text).substr(at, piece));
    hash.update("");
    EXPECT_EQ(hash.finish(), sha256_hex(text)) << piece;
  }
}

TEST(Digest, Sha1NamesBlobsAsGitDoes) {
  const auto blob = [](std::string_view content) {
    Digest hash(DigestKind::sha1);
    hash.update("blob " + std::to_string(content.size()));
    hash.update(std::string_view("\0", 1));
    hash.update(content);
    return hash.finish();
  };
  EXPECT_EQ(blob(""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  EXPECT_EQ(blob("hello world\n"), "3b18e512dba79e4c8300dd08aeb37f8e728b8dad");
}

}  // namespace
}  // namespace akidb::embedding::base
