#include "server/http/protocol/request_reader.hpp"

#include <gtest/gtest.h>

#include <string>

namespace akidb::embedding::server {
namespace {

using State = RequestReader::State;

// Feeds a text in pieces of a size, as a connection does.
class Feeder {
 public:
  explicit Feeder(HttpLimits limits = {}) : limits_(limits), reader_(limits_) {}

  State feed(std::string_view text, std::size_t piece = 1) {
    while (!text.empty() && reader_.state() != State::complete && reader_.state() != State::failed) {
      buffer_ += text.substr(0, piece);
      text.remove_prefix(std::min(piece, text.size()));
      std::size_t used = 1;
      while (used > 0 && reader_.state() != State::complete && reader_.state() != State::failed && !buffer_.empty()) {
        used = reader_.feed(buffer_);
        buffer_.erase(0, used);
      }
    }
    return reader_.state();
  }

  RequestReader& reader() { return reader_; }

 private:
  HttpLimits limits_;
  std::string buffer_;
  RequestReader reader_;
};

TEST(RequestReader, ReadsARequestInPiecesOfAnySize) {
  const std::string text =
      "POST /embed?x=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nX-Thing:  a b \r\n\r\nhello";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    Feeder feeder;
    ASSERT_EQ(feeder.feed(text, piece), State::complete) << piece;
    const Request request = feeder.reader().take();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.path, "/embed");
    EXPECT_EQ(request.field("x-thing"), "a b");
    EXPECT_EQ(request.body, "hello");
    EXPECT_TRUE(request.keep_alive);
    EXPECT_GE(request.body.capacity(), request.body.size() + kBodyPadding);
  }
}

TEST(RequestReader, ReadsChunks) {
  Feeder feeder;
  ASSERT_EQ(feeder.feed("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "3;note=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n"),
            State::complete);
  EXPECT_EQ(feeder.reader().take().body, "abcde");
}

TEST(RequestReader, ReadsTheNextRequestAfterOneWasTaken) {
  Feeder feeder;
  ASSERT_EQ(feeder.feed("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), State::complete);
  EXPECT_EQ(feeder.reader().take().path, "/a");
  ASSERT_EQ(feeder.feed("GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), State::complete);
  const Request second = feeder.reader().take();
  EXPECT_EQ(second.path, "/b");
  EXPECT_FALSE(second.keep_alive);
}

struct BadRequest {
  const char* what;
  std::string text;
  Reason reason;
};

TEST(RequestReader, RefusesWhatProxiesAndServersReadDifferently) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
  const BadRequest cases[] = {
      {"CL and TE", head + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", Reason::malformed},
      {"TE and CL", head + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", Reason::malformed},
      {"two CL", head + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde", Reason::malformed},
      {"two equal CL", head + "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd", Reason::malformed},
      {"CL list", head + "Content-Length: 4, 5\r\n\r\nabcd", Reason::malformed},
      {"CL list of equals", head + "Content-Length: 4, 4\r\n\r\nabcd", Reason::malformed},
      {"CL with sign", head + "Content-Length: +4\r\n\r\nabcd", Reason::malformed},
      {"CL in hexadecimal", head + "Content-Length: 0x4\r\n\r\nabcd", Reason::malformed},
      {"negative CL", head + "Content-Length: -1\r\n\r\n", Reason::malformed},
      {"other TE", head + "Transfer-Encoding: gzip\r\n\r\n", Reason::malformed},
      {"TE not last", head + "Transfer-Encoding: chunked, gzip\r\n\r\n", Reason::malformed},
      {"TE list", head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", Reason::malformed},
      {"two TE", head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", Reason::malformed},
      {"bare LF", "POST / HTTP/1.1\nHost: x\n\n", Reason::malformed},
      {"one bare LF", "POST / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", Reason::malformed},
      {"bare CR", "POST / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n", Reason::malformed},
      {"folded field", head + "A: b\r\n c\r\n\r\n", Reason::malformed},
      {"folded by a tab", head + "A: b\r\n\tc\r\n\r\n", Reason::malformed},
      {"space before the colon", head + "Content-Length : 4\r\n\r\nabcd", Reason::malformed},
      {"NUL in a field", head + std::string("A: b\0c\r\n\r\n", 10), Reason::malformed},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", Reason::malformed},
      {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", Reason::malformed},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Reason::malformed},
      {"no version", "GET /\r\n\r\n", Reason::malformed},
      {"TLS handshake", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", 12), Reason::malformed},
      {"only empty lines", "\r\n\r\n", Reason::malformed},
      {"bad percent", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", Reason::malformed},
      {"chunk size no number", head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", Reason::malformed},
      {"chunk size too big", head + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", Reason::malformed},
      {"chunk without its end", head + "Transfer-Encoding: chunked\r\n\r\n1\r\naXX0\r\n\r\n", Reason::malformed},
      {"bare LF behind a chunk's size", head + "Transfer-Encoding: chunked\r\n\r\n1\na", Reason::malformed},
      {"bare LF behind a later chunk's size", head + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\n",
       Reason::malformed},
      {"bare LF in a line with too large a size", head + "Transfer-Encoding: chunked\r\n\r\nffffffff\n\r\n",
       Reason::malformed},
      {"bare LF behind an extension", head + "Transfer-Encoding: chunked\r\n\r\n1;a=b\n", Reason::malformed},
      {"bare LF behind a chunk", head + "Transfer-Encoding: chunked\r\n\r\n1\r\na\n", Reason::malformed},
      {"bare LF behind the last chunk's size", head + "Transfer-Encoding: chunked\r\n\r\n0\n", Reason::malformed},
      {"bare LF for the last line", head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\n", Reason::malformed},
      {"bare LF in the trailer", head + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\n", Reason::malformed},
      {"open quote of a chunk", head + "Transfer-Encoding: chunked\r\n\r\n1;a=\"\r\na\r\n", Reason::malformed},
      {"compressed", head + "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\na", Reason::media_type},
      {"other Expect", head + "Expect: wonders\r\nContent-Length: 1\r\n\r\na", Reason::expectation},
      {"long target", "GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", Reason::uri_too_long},
      {"long target without an end", "GET /" + std::string(9'000, 'a'), Reason::uri_too_long},
      {"long field", head + "A: " + std::string(9'000, 'a') + "\r\n\r\n", Reason::head_too_large},
  };
  for (const auto& [what, text, reason] : cases) {
    for (const std::size_t piece : {std::size_t{1}, text.size()}) {
      Feeder feeder;
      EXPECT_EQ(feeder.feed(text, piece), State::failed) << what;
      EXPECT_EQ(feeder.reader().problem().reason, reason) << what << ": " << feeder.reader().problem().error.message;
    }
  }
}

TEST(RequestReader, HoldsItsLimits) {
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 99; ++i) many += "A: b\r\n";
  EXPECT_EQ(Feeder().feed(many + "\r\n"), State::complete);
  Feeder above;
  EXPECT_EQ(above.feed(many + "A: b\r\n\r\n"), State::failed);
  EXPECT_EQ(above.reader().problem().reason, Reason::head_too_large);

  HttpLimits small;
  small.body = 4;
  small.chunks = 2;
  Feeder exact(small);
  EXPECT_EQ(exact.feed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nabcd"), State::complete);
  Feeder announced(small);
  EXPECT_EQ(announced.feed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"), State::failed);
  EXPECT_EQ(announced.reader().problem().reason, Reason::body_too_large);
  Feeder chunked(small);
  EXPECT_EQ(chunked.feed("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"),
            State::failed);
  EXPECT_EQ(chunked.reader().problem().reason, Reason::body_too_large);
  Feeder crumbs(small);
  EXPECT_EQ(crumbs.feed("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n"),
            State::failed);
}

TEST(RequestReader, TellsWhoWaitsForAContinue) {
  Feeder feeder;
  EXPECT_EQ(feeder.feed("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"),
            State::body);
  EXPECT_TRUE(feeder.reader().wants_continue());
  feeder.reader().sent_continue();
  EXPECT_FALSE(feeder.reader().wants_continue());
  EXPECT_EQ(feeder.feed("a"), State::complete);
}

TEST(PathOf, TakesOriginAndAbsoluteForm) {
  EXPECT_EQ(path_of("/v1/models/a%2Fb?c=d"), "/v1/models/a/b");
  EXPECT_EQ(path_of("http://localhost:8080/health"), "/health");
  EXPECT_EQ(path_of("http://localhost"), "/");
  EXPECT_EQ(path_of("*"), "");
  EXPECT_EQ(path_of("/%"), "");
  EXPECT_EQ(path_of("/%00"), "");
  EXPECT_EQ(path_of("/v1/models/%e4%bd%a0"), "/v1/models/\xe4\xbd\xa0");
  EXPECT_EQ(path_of("/v1/models/%e4"), "");
  EXPECT_EQ(path_of("/v1/models/\xe4"), "");
}

}  // namespace
}  // namespace akidb::embedding::server
