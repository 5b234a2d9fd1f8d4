#include <numbers>

#include "backend/native/kernels/scalar/scalar_kernels.hpp"

namespace akidb::embedding::backend::native::kernels::scalar {
namespace {

double gelu(double x) {
  if (x == -HUGE_VAL) return -0.0;
  return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
}

double gelu_tanh(double x) {
  if (x == -HUGE_VAL) return -0.0;
  const double inner = std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x);
  return x / (1 + std::exp(-2 * inner));
}

double silu(double x) { return x == -HUGE_VAL ? -0.0 : x / (1 + std::exp(-x)); }

double evaluate(Function function, double x) {
  switch (function) {
    case Function::exp: return std::exp(x);
    case Function::tanh: return std::tanh(x);
    case Function::gelu: return gelu(x);
    case Function::gelu_tanh: return gelu_tanh(x);
    case Function::silu: return silu(x);
  }
  return x;
}

}  // namespace

float apply(Activation activation, float x) {
  switch (activation) {
    case Activation::none: return x;
    case Activation::relu: return x < 0 ? 0 : x;
    case Activation::gelu: return static_cast<float>(gelu(x));
    case Activation::gelu_tanh: return static_cast<float>(gelu_tanh(x));
    case Activation::silu: return static_cast<float>(silu(x));
    case Activation::tanh: return std::tanh(x);
  }
  return x;
}

void map(Function function, const float* in, float* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<float>(evaluate(function, in[i]));
}

bool all_finite(const float* values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (!std::isfinite(values[i])) return false;
  }
  return true;
}

}  // namespace akidb::embedding::backend::native::kernels::scalar
