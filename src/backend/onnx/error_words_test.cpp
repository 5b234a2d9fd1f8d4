#include "backend/onnx/error_words.hpp"

#include <gtest/gtest.h>

namespace akidb::embedding::backend::onnx {
namespace {

TEST(ErrorWords, LeavesOutPlacesAndSignatures) {
  struct Case {
    std::string raw;
    std::string words;
  };
  const std::string type = "std::__cxx11::basic_string<char>";
  for (const auto& [raw, words] : {
           Case{"", ""},
           Case{"plain words\n", "plain words"},
           Case{"several\n  lines\r\n\tof words", "several lines of words"},
           Case{"Name:'/embeddings/Gather' Status Message: /onnxruntime_src/core/gather.cc:81 "
                "onnxruntime::common::Status onnxruntime::Gather::Compute(onnxruntime::OpKernelContext*) const "
                "indices element out of data bounds, idx=99 must be within the inclusive range [-50,49]",
                "Name:'/embeddings/Gather' Status Message: indices element out of data bounds, idx=99 must be within "
                "the inclusive range [-50,49]"},
           Case{"failed:/onnxruntime_src/core/graph/utils.h:56 void onnxruntime::Validate(const std::unordered_map<" +
                    type +
                    ", int>&, const onnxruntime::logging::Logger&, bool, const string&, int) ONNX Runtime only "
                    "*guarantees* support for models stamped with official released onnx opset versions.\n",
                "failed: ONNX Runtime only *guarantees* support for models stamped with official released onnx opset "
                "versions."},
           Case{
               "/src/a.cc:1 T onnxruntime::f(std::function<void(int)>, T) [with T = std::vector<int>] x > 0 was false.",
               "x > 0 was false."},
           Case{"/src/a.h:12 onnxruntime::f()::<lambda(int)> no", "no"},
           Case{"/src/a.h:12 auto onnxruntime::A::operator()(int) const no", "no"},
           Case{"/src/a.cc:1 words (of no function) follow", "words (of no function) follow"},
           Case{"/src/a.cc:1 onnxruntime::cut(off", "onnxruntime::cut(off"},
           Case{"ends with /src/a.cc:1", "ends with"},
           Case{"/models/a.ccx:1 and /models/b.cc: stay", "/models/a.ccx:1 and /models/b.cc: stay"},
       }) {
    EXPECT_EQ(error_words(raw), words) << raw;
  }
}

}  // namespace
}  // namespace akidb::embedding::backend::onnx
