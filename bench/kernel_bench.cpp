// Speed of the kernels of the native encoder on one core, beside what the core can do at most.
//
//   kernel_bench [SET ...]      every set that runs here unless told
//
// Times are the thread's own time on the CPU, the best of several rounds, so that a busy machine disturbs little; its
// clock rate, which goes down with its load, still counts: compare with the peaks of the same run.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "backend/native/kernels/flush_denormals.hpp"
#include "backend/native/kernels/test_support.hpp"
#include "kernel_peaks.hpp"

namespace {

using namespace akidb::embedding::backend::native::kernels;
using namespace akidb::embedding::backend::native::kernels::testing;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Of one call.
template <class Call>
double seconds(Call call) {
  constexpr int kRounds = 9;
  constexpr double kRound = 0.005;
  call();
  double best = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    const double start = cpu_seconds();
    double taken = 0;
    double calls = 0;
    while (taken < kRound) {
      call();
      ++calls;
      taken = cpu_seconds() - start;
    }
    best = std::min(best, taken / calls);
  }
  return best;
}

void print_peaks(const CpuFeatures& features) {
  std::printf("%-34s %10s\n", "one core at most", "Gop/s");
  for (const akidb::embedding::bench::Peak& peak : akidb::embedding::bench::peaks()) {
    if (!features.has(peak.feature)) continue;
    constexpr std::size_t kRounds = 10000;
    const double time = seconds([&] { peak.run(kRounds); });
    std::printf("%-34s %10.0f\n", peak.instruction, peak.operations * kRounds / time * 1e-9);
  }
}

struct Shape {
  std::size_t outputs;
  std::size_t inputs;
  Activation activation;
};
constexpr Shape kShapes[] = {{384, 384, Activation::none},
                             {1536, 384, Activation::gelu},
                             {384, 1536, Activation::none},
                             {3072, 768, Activation::gelu}};

double product_rate(const KernelSet& set, const ProductKernels& kernels, std::size_t rows, const Shape& shape) {
  std::mt19937 random(1);
  const Matrix left = random_matrix(random, rows, shape.inputs);
  const Matrix right =
      random_matrix(random, shape.outputs, shape.inputs, 1 / std::sqrt(static_cast<float>(shape.inputs)));
  const Operands operands(set, left, kernels.operand);
  const PackedWeights packed(kernels, right);
  const std::size_t stride = operand_stride(Operand::fp32, shape.outputs);
  Aligned<float> out(rows * stride);
  const std::vector<float> bias(packed.weights.layout.columns, 0.1F);
  Product product{};
  product.rows = operands.row(0);
  product.stride = operands.stride;
  product.row_count = rows;
  product.scales = operands.scales.data();
  product.weights = &packed.weights;
  product.last_panel = packed.weights.layout.panels;
  product.bias = bias.data();
  product.activation = shape.activation;
  product.out_type = Operand::fp32;
  product.out = out.data();
  product.out_stride = stride;
  const double operations = 2.0 * static_cast<double>(rows * shape.outputs * shape.inputs);
  return operations / seconds([&] { kernels.multiply(product); }) * 1e-9;
}

void print_products(const KernelSet& set) {
  std::printf("\n%s: products, Gop/s\n%-24s %6s %8s %8s %8s %8s\n", set.name, "outputs x inputs", "rows", "fp32",
              "high", "bf16", "int8");
  for (const Shape& shape : kShapes) {
    for (const std::size_t rows : {1U, 8U, 32U, 256U}) {
      const std::string name = std::to_string(shape.outputs) + " x " + std::to_string(shape.inputs) +
                               (shape.activation == Activation::gelu ? ", GELU" : "");
      std::printf("%-24s %6zu", name.c_str(), rows);
      for (const ProductKernels* const kernels : {&set.fp32, &set.fp32_high, &set.bf16, &set.int8}) {
        std::printf(" %8.1f", product_rate(set, *kernels, rows, shape));
      }
      std::printf("\n");
    }
  }
}

void print_attention(const KernelSet& set, Precision precision) {
  const AttentionKernels& kernels = attention_of(set, precision);
  constexpr std::size_t kHeads = 12;
  std::printf("%-24s %6s %8s %12s\n", "attention, 12 heads of", "tokens", "Gop/s", "us a token");
  std::mt19937 random(2);
  for (const std::size_t head_size : {32U, 64U}) {
    for (const std::size_t length : {8U, 32U, 128U, 256U, 512U}) {
      const std::size_t width = kHeads * head_size;
      const Matrix floats = random_matrix(random, length, operand_stride(Operand::fp32, 3 * width));
      const Operands states(set, floats, kernels.states);
      const auto* const query = static_cast<const std::byte*>(states.row(0));
      const std::size_t part = width * operand_bytes(kernels.states);
      Aligned<float> out(length * width);
      Aligned<std::byte> scratch(kernels.scratch(length, head_size));
      Attention attention{};
      attention.query = query;
      attention.key = query + part;
      attention.value = query + 2 * part;
      attention.stride = states.stride;
      attention.states = kernels.states;
      attention.length = length;
      attention.last_query = length;
      attention.heads = kHeads;
      attention.head_size = head_size;
      attention.scale = 1 / std::sqrt(static_cast<float>(head_size));
      attention.window = kNoWindow;
      attention.out = out.data();
      attention.out_stride = width;
      attention.scratch = scratch.data();
      const double time = seconds([&] { kernels.attend(attention); });
      const double operations = 4.0 * static_cast<double>(length * length * width);
      std::printf("%-24zu %6zu %8.1f %12.2f\n", head_size, length, operations / time * 1e-9,
                  time * 1e6 / static_cast<double>(length));
    }
  }
}

void print_rows(const KernelSet& set) {
  constexpr std::size_t kRows = 256;
  constexpr std::size_t kColumns = 384;
  constexpr double kValues = kRows * kColumns;
  std::mt19937 random(3);
  const Matrix in = random_matrix(random, kRows, kColumns);
  const std::vector<float> ones(kColumns, 1.F);
  Aligned<float> out(kRows * kColumns);
  Aligned<std::byte> operand(kRows * kColumns * sizeof(std::uint16_t));
  Aligned<RowScale> scales(kRows);
  std::printf("%-40s ns a value\n", "rows of 384");
  for (const Operand type : {Operand::fp32, Operand::bf16, Operand::uint8}) {
    Norm norm{};
    norm.rows = in.values.data();
    norm.stride = norm.out_stride = kColumns;
    norm.row_count = kRows;
    norm.columns = kColumns;
    norm.epsilon = 1e-12F;
    norm.gamma = norm.beta = ones.data();
    norm.out = out.data();
    norm.operand_type = type;
    norm.operand = operand.data();
    norm.operand_stride = operand_stride(type, kColumns);
    norm.scales = scales.data();
    const char* const name = type == Operand::fp32 ? "norm" : type == Operand::bf16 ? "norm to bf16" : "norm to uint8";
    std::printf("%-40s %10.3f\n", name, seconds([&] { set.rows.norm(norm); }) / kValues * 1e9);
  }
  for (const auto& [function, name] : {std::pair{Function::exp, "exp"}, {Function::gelu, "GELU"}}) {
    const double time = seconds([&] { set.rows.map(function, in.values.data(), out.data(), kRows * kColumns); });
    std::printf("%-40s %10.3f\n", name, time / kValues * 1e9);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const FlushDenormals flush;
  const CpuFeatures features = cpu_features();
  print_peaks(features);
  for (const KernelSet* const set : sets_here()) {
    bool wanted = argc == 1;
    for (int i = 1; i < argc; ++i) wanted = wanted || std::string_view(argv[i]) == set->name;
    if (!wanted) continue;
    print_products(*set);
    for (const auto& [precision, name] :
         {std::pair{Precision::fp32, "fp32"}, {Precision::fp32_high, "high"}, {Precision::bf16, "bf16"}}) {
      std::printf("%s ", name);
      print_attention(*set, precision);
    }
    print_rows(*set);
  }
}
