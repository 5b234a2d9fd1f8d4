// Products of oneDNN beside those of the native encoder's kernels, on one core: the same shapes, in turn.
//
//   OMP_NUM_THREADS=1 onednn_bench      the kernel set of this CPU, or of AKIDB_EMBED_ISA
//
// oneDNN reorders the weights beforehand into whatever it likes best. Both get the rows as operands and write floats
// with the bias added; ours also has the scale of each row. Times are the thread's own, the best of several rounds.
#include <dnnl.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <unordered_map>
#include <vector>

#include "backend/native/kernels/registry.hpp"
#include "backend/native/kernels/test_support.hpp"

namespace {

using namespace akidb::embedding::backend::native::kernels;
using namespace akidb::embedding::backend::native::kernels::testing;
using Type = dnnl::memory::data_type;
using Tag = dnnl::memory::format_tag;

struct Shape {
  std::size_t rows;
  std::size_t outputs;
  std::size_t inputs;
};

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <class Call>
double seconds_of_round(Call& call) {
  constexpr double kRound = 0.004;
  const double start = cpu_seconds();
  double calls = 0;
  do {
    call();
    ++calls;
  } while (cpu_seconds() - start < kRound);
  return (cpu_seconds() - start) / calls;
}

class OneDnn {
 public:
  OneDnn(const Shape& shape, Operand operand)
      : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_), matmul_(descriptor(shape, operand)) {
    const dnnl::matmul::primitive_desc made(descriptor(shape, operand));
    for (const auto& [name, description] : {std::pair{DNNL_ARG_SRC, made.src_desc()},
                                            {DNNL_ARG_WEIGHTS, made.weights_desc()},
                                            {DNNL_ARG_BIAS, made.bias_desc()},
                                            {DNNL_ARG_DST, made.dst_desc()}}) {
      dnnl::memory memory(description, engine_);
      // Zeros are as fast as anything else, and no denormals.
      std::fill_n(static_cast<std::byte*>(memory.get_data_handle()), description.get_size(), std::byte{0});
      arguments_.emplace(name, memory);
    }
  }

  void operator()() {
    matmul_.execute(stream_, arguments_);
    stream_.wait();
  }

 private:
  dnnl::matmul::primitive_desc descriptor(const Shape& shape, Operand operand) {
    const auto rows = static_cast<dnnl::memory::dim>(shape.rows);
    const auto outputs = static_cast<dnnl::memory::dim>(shape.outputs);
    const auto inputs = static_cast<dnnl::memory::dim>(shape.inputs);
    const Type left = operand == Operand::fp32 ? Type::f32 : operand == Operand::bf16 ? Type::bf16 : Type::u8;
    const Type right = operand == Operand::uint8 ? Type::s8 : left;
    const dnnl::matmul::desc description({{rows, inputs}, left, Tag::ab}, {{inputs, outputs}, right, Tag::any},
                                         {{1, outputs}, Type::f32, Tag::ab}, {{rows, outputs}, Type::f32, Tag::ab});
    dnnl::primitive_attr attributes;
    if (operand == Operand::uint8) attributes.set_output_scales(2, std::vector<float>(shape.outputs, 0.01F));
    return {description, attributes, engine_};
  }

  dnnl::engine engine_;
  dnnl::stream stream_;
  dnnl::matmul matmul_;
  std::unordered_map<int, dnnl::memory> arguments_;
};

class Ours {
 public:
  Ours(const KernelSet& set, const ProductKernels& kernels, const Shape& shape)
      : kernels_(kernels),
        left_(random_matrix(random_, shape.rows, shape.inputs)),
        right_(random_matrix(random_, shape.outputs, shape.inputs)),
        operands_(set, left_, kernels.operand),
        packed_(kernels, right_),
        bias_(packed_.weights.layout.columns, 0.1F),
        stride_(operand_stride(Operand::fp32, shape.outputs)),
        out_(shape.rows * stride_) {}

  void operator()() {
    Product product{};
    product.rows = operands_.row(0);
    product.stride = operands_.stride;
    product.row_count = left_.rows;
    product.scales = operands_.scales.data();
    product.weights = &packed_.weights;
    product.last_panel = packed_.weights.layout.panels;
    product.bias = bias_.data();
    product.out_type = Operand::fp32;
    product.out = out_.data();
    product.out_stride = stride_;
    kernels_.multiply(product);
  }

 private:
  std::mt19937 random_{1};
  const ProductKernels& kernels_;
  Matrix left_;
  Matrix right_;
  Operands operands_;
  PackedWeights packed_;
  std::vector<float> bias_;
  std::size_t stride_;
  Aligned<float> out_;
};

void compare(const KernelSet& set, const ProductKernels& kernels, Operand operand, const char* name) {
  constexpr int kRounds = 15;
  for (const auto& [outputs, inputs] : {std::pair{384U, 384U}, {1536U, 384U}, {384U, 1536U}, {768U, 3072U}}) {
    for (const std::size_t rows : {8U, 32U, 128U, 256U}) {
      const Shape shape{rows, outputs, inputs};
      OneDnn theirs(shape, operand);
      Ours ours(set, kernels, shape);
      double their_time = 1;
      double our_time = 1;
      theirs();
      ours();
      for (int round = 0; round < kRounds; ++round) {
        their_time = std::min(their_time, seconds_of_round(theirs));
        our_time = std::min(our_time, seconds_of_round(ours));
      }
      const double operations = 2e-9 * static_cast<double>(rows) * outputs * inputs;
      std::printf("| %s | %u x %u | %zu | %.0f | %.0f | %.2fx |\n", name, outputs, inputs, rows,
                  operations / their_time, operations / our_time, their_time / our_time);
      std::fflush(stdout);
    }
  }
}

}  // namespace

int main() {
  const auto set = active_set();
  if (!set) {
    std::fprintf(stderr, "%s\n", to_string(set.error()).c_str());
    return EXIT_FAILURE;
  }
  const auto* const version = dnnl_version();
  std::printf("kernels %s, oneDNN %d.%d.%d\n\n", (*set)->name, version->major, version->minor, version->patch);
  std::printf(
      "| | outputs x inputs | rows | oneDNN, Gop/s | ours | oneDNN's time to ours |\n"
      "| --- | --- | ---: | ---: | ---: | ---: |\n");
  compare(**set, (*set)->fp32, Operand::fp32, "fp32");
  compare(**set, (*set)->bf16, Operand::bf16, "bf16");
  compare(**set, (*set)->int8, Operand::uint8, "int8");
}
