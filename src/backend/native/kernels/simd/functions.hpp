// Vector functions: polynomials whose largest error, rounding included, kernel_set.hpp states and a test measures.
#pragma once

#include "backend/native/kernels/kernel_set.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

template <class V>
using FloatsOf = typename V::Floats;

template <class V, std::size_t kTerms>
[[gnu::always_inline]] inline FloatsOf<V> polynomial(FloatsOf<V> x, const float (&terms)[kTerms]) {
  FloatsOf<V> sum = V::set(terms[kTerms - 1]);
#pragma GCC unroll 20
  for (std::size_t i = 2; i <= kTerms; ++i) sum = V::fma(sum, x, V::set(terms[kTerms - i]));
  return sum;
}

// e^x = 2^n e^r with |r| <= ln 2 / 2. NaN goes through: it is the second operand of min and max.
template <class V>
[[gnu::always_inline]] inline FloatsOf<V> exponential(FloatsOf<V> x) {
  constexpr float kTerms[] = {1.F,
                              1.F,
                              5.0000001201e-1F,
                              1.6666665459e-1F,
                              4.1665795894e-2F,
                              8.3334519073e-3F,
                              1.3981999507e-3F,
                              1.9875691500e-4F};
  x = V::max(V::set(-104.F), V::min(V::set(89.F), x));
  const FloatsOf<V> n = V::round(V::mul(x, V::set(1.44269504F)));
  FloatsOf<V> r = V::fnma(n, V::set(0.693359375F), x);
  r = V::fnma(n, V::set(-2.12194440e-4F), r);
  return V::scale(polynomial<V>(r, kTerms), n);
}

// x Phi(x) = max(x, 0) - |x| Phi(-|x|), where Phi(-|x|) is a polynomial that ends in 0 at |x| = 5.6.
template <class V>
[[gnu::always_inline]] inline FloatsOf<V> gelu(FloatsOf<V> x) {
  constexpr float kEnd = 5.6F;
  constexpr float kTerms[] = {0.002555132145062089F,  -0.022163674235343933F, 0.08688147366046906F,
                              -0.1980648934841156F,   0.2746850550174713F,    -0.1981479972600937F,
                              -0.028234347701072693F, 0.21898911893367767F,   -0.19100910425186157F,
                              -0.009076199494302273F, 0.14121152460575104F,   -0.07775518298149109F,
                              -0.0360608771443367F,   0.045334093272686005F,  -0.002299499697983265F,
                              -0.009115522727370262F, 0.002270891098305583F};
  const FloatsOf<V> size = V::min(V::set(kEnd), V::abs(x));
  const FloatsOf<V> tail = polynomial<V>(V::fma(size, V::set(2 / kEnd), V::set(-1.F)), kTerms);
  return V::fnma(size, V::max(V::zero(), tail), V::max(V::zero(), x));
}

// The same to 9e-5, for results that are rounded to bf16 or bytes before they are used: a shorter polynomial, of |x|.
template <class V>
[[gnu::always_inline]] inline FloatsOf<V> rough_gelu(FloatsOf<V> x) {
  constexpr float kTerms[] = {0.49802684783935547F,   -0.38000884652137756F, -0.0592970997095108F,
                              0.15179020166397095F,   -0.06190323829650879F, 0.010710346512496471F,
                              -0.0006992248236201704F};
  const FloatsOf<V> size = V::min(V::set(4.F), V::abs(x));
  return V::fnma(size, V::max(V::zero(), polynomial<V>(size, kTerms)), V::max(V::zero(), x));
}

// x / (1 + e^-y)
template <class V>
[[gnu::always_inline]] inline FloatsOf<V> gated_by_sigmoid(FloatsOf<V> x, FloatsOf<V> y) {
  return V::div(x, V::add(V::set(1.F), exponential<V>(V::sub(V::zero(), y))));
}

template <class V>
[[gnu::always_inline]] inline FloatsOf<V> silu(FloatsOf<V> x) {
  return gated_by_sigmoid<V>(x, x);
}

template <class V>
[[gnu::always_inline]] inline FloatsOf<V> gelu_tanh(FloatsOf<V> x) {
  const FloatsOf<V> square = V::mul(x, x);
  const FloatsOf<V> inner = V::fma(square, V::set(0.0713548163F), V::set(1.5957691216F));
  return gated_by_sigmoid<V>(x, V::mul(x, inner));
}

// A polynomial near 0, where 1 - 2 / (e^2x + 1) would lose digits.
template <class V>
[[gnu::always_inline]] inline FloatsOf<V> hyperbolic_tangent(FloatsOf<V> x) {
  constexpr float kTerms[] = {-3.33332819422e-1F, 1.33314422036e-1F, -5.37397155531e-2F, 2.06390887954e-2F,
                              -5.70498872745e-3F};
  const FloatsOf<V> size = V::abs(x);
  const FloatsOf<V> square = V::mul(x, x);
  const FloatsOf<V> near = V::fma(V::mul(square, polynomial<V>(square, kTerms)), x, x);
  const FloatsOf<V> power = exponential<V>(V::add(size, size));
  const FloatsOf<V> far = V::sub(V::set(1.F), V::div(V::set(2.F), V::add(power, V::set(1.F))));
  const FloatsOf<V> signed_far = V::where_less(x, V::zero(), V::sub(V::zero(), far), far);
  return V::where_less(size, V::set(0.625F), near, signed_far);
}

// `kRough`: what follows rounds to bf16 or bytes.
template <class V, Activation kActivation, bool kRough>
[[gnu::always_inline]] inline FloatsOf<V> activate(FloatsOf<V> x) {
  if constexpr (kActivation == Activation::relu) return V::max(V::zero(), x);
  if constexpr (kActivation == Activation::gelu) return kRough ? rough_gelu<V>(x) : gelu<V>(x);
  if constexpr (kActivation == Activation::gelu_tanh) return gelu_tanh<V>(x);
  if constexpr (kActivation == Activation::silu) return silu<V>(x);
  if constexpr (kActivation == Activation::tanh) return hyperbolic_tangent<V>(x);
  return x;
}

template <class V, class Call>
void map_with(const float* in, float* out, std::size_t count, Call call) {
  std::size_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes) V::store(out + i, call(V::load(in + i)));
  if (i < count) V::store_part(out + i, call(V::load_part(in + i, count - i)), count - i);
}

template <class V>
void map(Function function, const float* in, float* out, std::size_t count) {
  using Floats = FloatsOf<V>;
  switch (function) {
    case Function::exp: return map_with<V>(in, out, count, [](Floats x) { return exponential<V>(x); });
    case Function::tanh: return map_with<V>(in, out, count, [](Floats x) { return hyperbolic_tangent<V>(x); });
    case Function::gelu: return map_with<V>(in, out, count, [](Floats x) { return gelu<V>(x); });
    case Function::gelu_tanh: return map_with<V>(in, out, count, [](Floats x) { return gelu_tanh<V>(x); });
    case Function::silu: return map_with<V>(in, out, count, [](Floats x) { return silu<V>(x); });
  }
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
